"""An approver gives a decision to somebody else who could take it, and to nobody else."""

from dataclasses import replace

import pytest

from approvals.change import Action, Denied, EntitlementId, PersonId, State
from approvals.operations.desk import Done, Outcome, Refused
from approvals.operations.reassign import reassign, who_else
from approvals.operations.staleness import Seen
from approvals.store.requests import find, stages_of
from approvals.words import say
from tests.approvals import rules
from tests.approvals.northwind import ANA, JONAS, MARIA, TOM, person
from tests.approvals.rules import judge, somebody
from tests.approvals.story import Story, a_proposal
from tests.builders import HOUR, NOON

HASSAN = person("hassan.al-masri").id
READ = EntitlementId("billing-db-read")
_ONLY_JONAS = say("Nothing was changed: this request can only be given to {names}.", names=("Jonas Weber",))


async def gives(story: Story, request: int, to: PersonId | None, *, by: PersonId = MARIA, seen: Seen | None = None) -> Outcome:
    act = story.act(by)
    return await story.desk.store.write(lambda tx: reassign(tx, request, to, seen=seen, act=act, desk=story.desk))  # type: ignore[arg-type]


@pytest.mark.parametrize("to", [rules.TOM, rules.ANA, rules.MARIA, None], ids=["a stranger", "the requester", "themselves", "nobody"])
def test_21_it_is_given_to_nobody_who_could_not_decide(to: object) -> None:
    assert judge(Action.REASSIGN, given_to=to) == Denied(22, _ONLY_JONAS)


def test_21_it_stays_where_nobody_else_could_decide() -> None:
    denied = judge(Action.REASSIGN, owners=(rules.MARIA, replace(rules.JONAS, enabled=False)))

    assert denied == Denied(22, say("Nobody else could decide on this request, so it stays with you."))


def test_21_whom_the_policy_would_not_let_approve_is_given_nothing() -> None:
    steward = somebody("Hassan Al-Masri")

    denied = judge(Action.REASSIGN, steward=steward, given_to=steward)

    assert denied == Denied(22, _ONLY_JONAS)


async def test_whoever_it_is_given_to_decides_and_both_are_named(story: Story) -> None:
    request = await story.asked()

    outcome = await gives(story, request, JONAS)
    row = await story.row(request)
    by_maria, by_jonas = await story.approves(request, by=MARIA), await story.approves(request, by=JONAS)

    assert outcome == Done(request)
    assert ([*stages_of(row)[0].approvers], row.relieved, row.version, row.state) == ([JONAS], [MARIA], 2, State.WAITING)
    assert by_maria == Refused(say("Only {names} can decide on this request.", names=("Jonas Weber",)), request)
    assert by_jonas == Done(request)
    (proof,) = await story.evidence(request, kind="request:reassign")
    assert (proof.actor, proof.says) == (MARIA, "Given to Jonas Weber, who decides in the place of Maria Lindqvist.")
    told = "Maria Lindqvist has given REQ-1001 (Write access to billing-db) to Jonas Weber, who decides now."
    assert (ANA, told) in await story.told()
    assert [one.person for one in await story.copies(request)] == [MARIA, ANA, JONAS]


async def test_it_can_be_given_back_and_the_timers_begin_anew(story: Story) -> None:
    request = await story.asked()
    story.clock.advance(HOUR)

    await gives(story, request, JONAS)
    await gives(story, request, MARIA, by=JONAS)

    row = await story.row(request)
    assert ([*stages_of(row)[0].approvers], row.relieved, row.remind_at) == ([MARIA], [JONAS], NOON + 5 * HOUR)


async def test_only_who_is_asked_gives_it_away(story: Story) -> None:
    request = await story.asked()

    refused = [await gives(story, request, JONAS, by=by) for by in (TOM, ANA)]

    assert refused == [
        Refused(say("Only {names} can decide on this request.", names=("Maria Lindqvist",)), request),
        Refused(say("This is your own request. Somebody else has to decide on it."), request),
    ]
    assert [one.result["refused"] for one in await story.evidence(request, kind="act:refused")] == ["request:reassign"] * 2


async def test_a_card_from_before_gives_nothing_away(story: Story) -> None:
    request = await story.asked()
    seen = await story.seen_now(request)
    await gives(story, request, JONAS)
    await gives(story, request, MARIA, by=JONAS)

    outcome = await gives(story, request, JONAS, seen=seen)

    assert outcome == Refused(say("This card was out of date. Here is the request as it stands now; please look again."), request)


async def test_who_was_asked_beside_the_one_who_decided_gives_away_nothing_of_more_time(story: Story) -> None:
    request = await story.asked(a_proposal(entitlement=READ))
    await story.is_changed(request, stages=[{"name": "owner", "approvers": [MARIA, JONAS], "quorum": 1}])
    await story.approves(request)
    await story.executes(request)
    await story.asks_for_more(request)

    outcome = await gives(story, request, HASSAN, by=JONAS)

    assert outcome == Refused(
        say("This request is decided, and only whoever is asked for more time can agree to it. Nothing was changed."), request
    )
    assert ((await story.evidence(request))[-1].check, (await story.row(request)).version) == (0, 4)


async def test_those_are_offered_who_could_decide(story: Story) -> None:
    request = await story.asked(a_proposal(entitlement=READ))

    offered = {
        by: await story.desk.store.read(lambda tx, by=by: who_else(tx, find(tx, request), by=by, desk=story.desk))  # type: ignore[misc]
        for by in (MARIA, TOM)
    }

    assert {by: [one.id for one in those] for by, those in offered.items()} == {MARIA: [JONAS, HASSAN], TOM: []}
