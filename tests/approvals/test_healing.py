"""Approver health: who leaves while a request waits is replaced, and where nobody is left it is refused; nobody waits on nobody."""

from dataclasses import replace
from typing import Any

import pytest

from approvals.change import Action, Allowed, Denied, EntitlementId, Person, PersonId, Stage, State
from approvals.operations.desk import Done, Refused
from approvals.operations.directory import load
from approvals.store.requests import stages_of
from approvals.words import say
from tests.approvals import rules
from tests.approvals.northwind import ANA, JONAS, MARIA, PEOPLE, POLICY, TOM, person
from tests.approvals.rules import judge, rewritten
from tests.approvals.story import Story, a_proposal
from tests.builders import HOUR, NOON

HASSAN = person("hassan.al-masri").id
READ = EntitlementId("billing-db-read")


# What mediation answers.

STEWARD, ABOVE = rules.somebody("Hassan Al-Masri"), rules.somebody("Ingrid Solberg")
GONE = {"approvers": (replace(rules.MARIA, enabled=False),), "owners": (replace(rules.MARIA, enabled=False), rules.JONAS)}
STEWARDED = replace(rules.BILLING, steward=STEWARD.id)


def rerouted(**changes: Any) -> tuple[Stage, ...] | Denied:
    answer = judge(Action.REROUTE, **changes)
    return answer.stages if isinstance(answer, Allowed) else answer


def the_stage(*approvers: Person, name: str = "owner", quorum: int = 1) -> tuple[Stage, ...]:
    return (Stage(name=name, approvers=tuple(one.id for one in approvers), quorum=quorum),)


def test_a_stage_of_people_who_can_decide_stays_as_it_is() -> None:
    assert rerouted() == rules.STAGES


def test_the_deputy_comes_in_for_an_owner_who_left() -> None:
    assert rerouted(**GONE) == the_stage(rules.JONAS)


def test_the_steward_comes_in_where_neither_owner_nor_deputy_can() -> None:
    assert rerouted(approvers=(), owners=(), entitlement=STEWARDED, steward=STEWARD) == the_stage(STEWARD)


def test_their_manager_comes_in_for_a_manager_who_left_and_then_the_steward() -> None:
    gone = replace(rules.TOM, enabled=False)
    asked = {
        "stages": the_stage(gone, name="manager"),
        "approvers": (gone,),
        "beneficiary": replace(rules.ANA, manager=gone.id),
        "manager": gone,
        "entitlement": STEWARDED,
        "steward": STEWARD,
    }

    assert rerouted(**asked, manager_above=ABOVE) == the_stage(ABOVE, name="manager")
    assert rerouted(**asked, manager_above=replace(ABOVE, enabled=False)) == the_stage(STEWARD, name="manager")


def test_of_two_who_must_agree_the_one_who_is_here_stays() -> None:
    stages = the_stage(rules.MARIA, rules.JONAS, name="owners", quorum=2)
    both = (replace(rules.MARIA, enabled=False), rules.JONAS)

    healed = rerouted(stages=stages, approvers=both, owners=both, entitlement=STEWARDED, steward=STEWARD)

    assert healed == the_stage(rules.JONAS, STEWARD, name="owners", quorum=2)


@pytest.mark.parametrize("who", [rules.ANA, replace(rules.JONAS, enabled=False)], ids=["the requester", "somebody who left"])
def test_it_never_lands_on_the_requester_nor_on_somebody_who_left(who: Person) -> None:
    offer = replace(rules.BILLING, owner=rules.MARIA.id, deputy=who.id)

    denied = rerouted(approvers=(), owners=(replace(rules.MARIA, enabled=False), who), entitlement=offer)

    assert isinstance(denied, Denied)
    assert denied.check == 8


def test_whom_the_policy_would_not_let_approve_is_passed_over() -> None:
    without = rewritten("30-deciding.cedar", "resource.steward == principal", "resource.steward != principal")

    denied = rerouted(approvers=(), owners=(), entitlement=STEWARDED, steward=STEWARD, policy=without)

    assert isinstance(denied, Denied)
    assert denied.check == 8


def test_an_approver_whom_no_policy_is_about_any_more_is_replaced() -> None:
    assert rerouted(entitlement=replace(rules.BILLING, owner=rules.JONAS.id, deputy=None), owners=(rules.JONAS,)) == the_stage(rules.JONAS)


def test_what_stands_against_the_request_itself_replaces_nobody() -> None:
    assert rerouted(entitlement=replace(rules.BILLING, departments=("Finance",))) == rules.STAGES


def test_a_stage_of_another_time_whose_rule_nobody_knows_keeps_who_is_here_and_asks_nobody_new() -> None:
    stages = (Stage(name="two wise people", approvers=(rules.MARIA.id, rules.JONAS.id), quorum=1),)
    here = (replace(rules.MARIA, enabled=False), rules.JONAS)
    anybody = rewritten("30-deciding.cedar", 'context.stage == "owners"', 'context.stage like "*"')

    assert rerouted(stages=stages, approvers=here, policy=anybody) == (replace(stages[0], approvers=(rules.JONAS.id,)),)


def test_a_policy_from_before_there_were_stewards_is_not_told_of_them() -> None:
    schema = rules.POLICY.texts["schema.cedarschema"]
    old = {
        "schema.cedarschema": schema.replace('  @source("catalog") @within("366d")\n  steward?: Person,\n', ""),
        "30-deciding.cedar": rules.POLICY.texts["30-deciding.cedar"].split("// Where nobody else who is named can.")[0],
    }
    policy = rules.load_policy({**rules.POLICY.texts, **old})

    answer = judge(Action.APPROVE, entitlement=STEWARDED, steward=STEWARD, policy=policy)

    assert isinstance(answer, Allowed)


# What happens at the desk.


def approvers(stages: tuple[Stage, ...]) -> list[list[PersonId]]:
    return [list(stage.approvers) for stage in stages]


async def test_an_approver_who_leaves_is_replaced_within_the_hour(story: Story) -> None:
    request = await story.asked()
    await story.leaves(MARIA)

    await story.looks_at_approvers()

    row = await story.row(request)
    assert (row.state, row.version, approvers(stages_of(row)), row.relieved, row.health_at) == (
        State.WAITING,
        2,
        [[JONAS]],
        [MARIA],
        NOON + 2 * HOUR,
    )
    assert [one.person for one in await story.copies(request)] == [MARIA, ANA, JONAS]
    what = "REQ-1001 (Write access to billing-db)"
    told = f"Maria Lindqvist can no longer decide on {what}. It is asked of Jonas Weber now; you need do nothing."
    assert await story.told() == [(ANA, told)]


async def test_the_evidence_of_a_replacement_says_who_why_and_by_which_policy(story: Story) -> None:
    request = await story.asked()
    await story.leaves(MARIA)

    await story.looks_at_approvers()

    (proof,) = await story.evidence(request, kind="request:reroute")
    assert (proof.actor, proof.version, proof.says) == (
        None,
        2,
        "Maria Lindqvist can no longer decide on this. It is asked of Jonas Weber now.",
    )
    assert proof.result["stages"] == [{"name": "owner", "approvers": [JONAS], "quorum": 1}]
    assert proof.body["decision"]["answer"]["rules"] == ["approve.owner"]
    assert proof.body["decision"]["policy"][f"approve/owner/{JONAS}"] == {"rules": ["approve.owner"]}
    assert proof.body["facts"]["approvers"][0]["enabled"] is False


async def test_who_was_relieved_decides_nothing_any_more_and_the_new_one_does(story: Story) -> None:
    request = await story.asked()
    await story.leaves(MARIA)
    await story.looks_at_approvers()
    await story.returns(MARIA)

    by_maria, by_jonas = await story.approves(request, by=MARIA), await story.approves(request, by=JONAS)

    assert by_maria == Refused(say("Only {names} can decide on this request.", names=("Jonas Weber",)), request)
    assert by_jonas == Done(request)


async def test_nothing_is_changed_where_everybody_can_decide(story: Story) -> None:
    request = await story.asked()

    await story.looks_at_approvers()

    row = await story.row(request)
    assert (row.version, row.health_at) == (1, NOON + 2 * HOUR)
    assert [one.kind for one in await story.evidence(request)] == ["request:submit"]


async def test_where_nobody_is_left_the_request_is_refused_and_nobody_has_denied_it(story: Story) -> None:
    request = await story.asked()
    await story.leaves(MARIA)
    await story.leaves(JONAS)

    await story.looks_at_approvers()

    row, reason = (
        await story.row(request),
        (
            "Nobody can decide on Write access to billing-db for you: it has no other active owner, deputy or steward. "
            "Ask the helpdesk to name one."
        ),
    )
    assert (row.state, row.decided_by, str(row.failure)) == (State.REFUSED, None, reason)
    (proof,) = await story.evidence(request, kind="request:refuse")
    assert (proof.actor, proof.check, proof.says) == (None, 8, reason)
    ticket = await story.ticket(request)
    assert ticket is not None
    assert ticket.closed_at == NOON + HOUR
    assert await story.told() == [
        (ANA, f"REQ-1001 (Write access to billing-db) was refused, and nothing was changed: {reason} Nobody has denied it.")
    ]


async def test_the_steward_whom_the_catalog_names_is_asked_before_a_request_is_refused(story: Story) -> None:
    request = await story.asked(a_proposal(entitlement=READ))
    await story.leaves(MARIA)
    await story.leaves(JONAS)

    await story.looks_at_approvers()
    outcome = await story.approves(request, by=HASSAN)
    await story.executes(request)

    row = await story.row(request)
    assert (outcome, approvers(stages_of(row)), row.state) == (Done(request), [[HASSAN]], State.GRANTED)


async def test_who_is_not_in_the_organisations_file_any_more_is_replaced_at_the_next_sweep(story: Story) -> None:
    request = await story.asked()
    remaining = [replace(one, manager=None) if one.manager == MARIA else one for one in PEOPLE if one.id != MARIA]

    await story.desk.store.write(lambda tx: load(tx, remaining))
    await story.sweeps()

    assert approvers(stages_of(await story.row(request))) == [[JONAS]]


async def test_an_owner_of_yesterday_is_replaced_also_where_they_manage_whoever_asks(story: Story) -> None:
    request = await story.asked()
    story.catalog_changes(a_proposal().entitlement, owner=JONAS, deputy=None)
    as_managed = [replace(one, manager=MARIA) if one.id == ANA else one for one in PEOPLE]
    await story.desk.store.write(lambda tx: load(tx, as_managed))

    await story.looks_at_approvers()

    assert approvers(stages_of(await story.row(request))) == [[JONAS]]


async def test_a_manager_of_yesterday_is_replaced_also_where_they_own_what_is_asked_for(story: Story) -> None:
    request = await story.asked()
    await story.needs(request, ("manager", (MARIA,), 1))
    story.desk = replace(story.desk, policy=POLICY)
    as_managed = [replace(one, manager=TOM) if one.id == ANA else one for one in PEOPLE]
    await story.desk.store.write(lambda tx: load(tx, as_managed))

    await story.looks_at_approvers()

    assert approvers(stages_of(await story.row(request))) == [[TOM]]


async def test_reading_the_same_people_again_has_nothing_looked_at(story: Story) -> None:
    request = await story.asked()

    await story.desk.store.write(lambda tx: load(tx, PEOPLE))

    assert (await story.row(request)).health_at == NOON + HOUR


async def test_of_the_next_stage_nobody_is_asked_who_has_left_meanwhile(story: Story) -> None:
    request = await story.asked()
    await story.needs(request, ("owner", (MARIA,), 1), ("owners", (JONAS, MARIA), 1))
    await story.leaves(JONAS)

    await story.approves(request)

    row = await story.row(request)
    assert (row.stage, approvers(stages_of(row))) == (1, [[MARIA], [MARIA]])
    assert JONAS not in [one.person for one in await story.copies(request)]


async def test_the_word_of_somebody_who_left_does_not_count_towards_the_quorum(story: Story) -> None:
    request = await story.asked()
    await story.needs(request, ("owners", (MARIA, JONAS), 2))
    story.catalog_changes(a_proposal().entitlement, steward=HASSAN)
    await story.approves(request, by=MARIA)
    await story.leaves(MARIA)
    await story.looks_at_approvers()

    await story.approves(request, by=JONAS)
    waits = (await story.row(request)).state
    await story.approves(request, by=HASSAN)

    assert (waits, (await story.row(request)).state) == (State.WAITING, State.APPROVED)


async def test_what_does_not_wait_any_more_is_left_alone(story: Story) -> None:
    request = await story.brought_to(State.APPROVED)
    await story.leaves(MARIA)

    await story.looks_at_approvers()

    assert ((await story.row(request)).state, (await story.row(request)).version) == (State.APPROVED, 2)
