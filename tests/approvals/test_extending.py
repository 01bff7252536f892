"""More time for access that is live: asked for, agreed to or not; and its end is where it is until somebody has agreed."""

from datetime import UTC, datetime, timedelta

import pytest

from approvals.change import EntitlementId, PersonId, State, Verdict
from approvals.operations.desk import Done, Refused
from approvals.operations.due import is_anything_due, sweep
from approvals.operations.execute import execute
from approvals.operations.extend import warned_at
from approvals.operations.sign_in import SignInNeeded
from approvals.reading import request_view
from approvals.store.requests import decisions_of, find
from approvals.words import say
from tests.approvals.northwind import ANA, BILLING_GROUP, JONAS, MARIA, TOM, person
from tests.approvals.story import Story, a_proposal
from tests.builders import HOUR, NOON

MINUTE = timedelta(minutes=1)
RAVI, FATIMA = person("ravi.subramanian").id, person("fatima.benali").id
RAVIS_WEEK = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)
"""He is on call then, and asks nobody."""


async def test_more_time_is_asked_of_whoever_decided_before(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)

    outcome = await story.asks_for_more(request)

    row = await story.row(request)
    assert outcome == Done(request)
    assert (row.state, row.version, row.more, row.duration, row.ends_at) == (State.GRANTED, 4, 2 * HOUR, 4 * HOUR, NOON + 4 * HOUR)
    assert [one.says for one in await story.evidence(request)][-1] == "Asked for 2 h more."
    assert sorted(copy.person for copy in await story.copies(request)).count(MARIA) == 2


async def test_the_end_moves_when_they_agree_and_the_holder_is_told(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)

    outcome = await story.approves(request)

    row = await story.row(request)
    assert outcome == Done(request)
    assert (row.state, row.version, row.more, row.duration, row.ends_at) == (State.GRANTED, 5, None, 6 * HOUR, NOON + 6 * HOUR)
    assert (row.decided_by, row.decided_at) == (MARIA, NOON)
    assert (await story.told())[-1] == (
        ANA,
        "Maria Lindqvist gave you 2 h more for REQ-1001 (Write access to billing-db): it ends on 2025-11-22 18:00 UTC.",
    )


async def test_it_ends_by_the_new_end_and_not_by_the_old_one(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)
    await story.approves(request)

    story.clock.advance(5 * HOUR)
    await story.sweeps()
    between = (await story.row(request)).state
    story.clock.advance(HOUR)
    await story.sweeps()
    await story.revokes(request)

    assert (between, (await story.row(request)).state) == (State.GRANTED, State.ENDED)
    assert await story.members() == []


async def test_no_answer_leaves_the_end_where_it_is(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)

    story.clock.advance(4 * HOUR)
    await story.sweeps()
    late = await story.approves(request)

    assert (await story.row(request)).state is State.ENDING
    assert isinstance(late, Refused)


async def test_a_no_leaves_it_too_is_told_with_its_reason_and_is_the_last_word(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)

    outcome, again = await story.denies(request, reason="Four hours are enough."), await story.asks_for_more(request)

    row = await story.row(request)
    assert outcome == Done(request)
    assert again == Refused(say("More time was refused. Still needed? Ask for it anew once it has ended."), request)
    assert (row.state, row.more, row.ends_at) == (State.GRANTED, None, NOON + 4 * HOUR)
    assert (await story.told())[-1] == (
        ANA,
        "Maria Lindqvist gave no more time for REQ-1001 (Write access to billing-db): “Four hours are enough.”. It ends as planned.",
    )


async def test_asking_twice_is_asking_once_and_asking_for_something_else_waits(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)

    assert await story.asks_for_more(request) == Done(request)
    assert await story.asks_for_more(request, more=HOUR) == Refused(
        say("You have asked for {more} more already; it waits for a decision.", more=2 * HOUR), request
    )
    assert (await story.row(request)).version == 4


@pytest.mark.parametrize("more", [timedelta(), timedelta(minutes=4)])
async def test_less_than_anybody_gets_is_no_more_time(story: Story, more: timedelta) -> None:
    request = await story.brought_to(State.GRANTED)

    outcome = await story.asks_for_more(request, more=more)

    assert outcome == Refused(say("{asked} is too short: at least {least}.", asked=more, least=5 * MINUTE), request)
    assert (await story.row(request)).more is None


async def test_what_was_asked_for_and_not_decided_is_over_with_the_access(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)

    await story.ends(request)

    view = await story.desk.store.read(lambda tx: request_view(tx, find(tx, request), reader=MARIA, shelf=story.desk.shelf))
    assert (view.state, view.more, view.is_open, view.waiting_for) == (State.ENDING, None, False, ())


async def test_it_can_be_given_more_than_once_up_to_what_the_entitlement_allows_in_all(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    for _ in range(2):
        await story.asks_for_more(request)
        await story.approves(request)

    too_much = await story.asks_for_more(request, more=MINUTE)

    assert too_much == Refused(
        say("{asked} is too long: at most {most}. Please ask for less.", asked=8 * HOUR + MINUTE, most=8 * HOUR), request
    )
    assert (await story.row(request)).ends_at == NOON + 8 * HOUR
    said = await story.desk.store.read(lambda tx: [(one.stage, one.duration) for one in decisions_of(tx, find(tx, request))])
    assert sorted(said) == [(0, 4 * HOUR), (1, 6 * HOUR), (2, 8 * HOUR)]


@pytest.mark.parametrize("by", [MARIA, TOM])
async def test_3_nobody_asks_for_more_of_what_somebody_else_has(story: Story, by: PersonId) -> None:
    request = await story.brought_to(State.GRANTED)

    outcome = await story.asks_for_more(request, by)

    assert isinstance(outcome, Refused)
    assert ((await story.evidence(request))[-1].check, (await story.row(request)).more) == (3, None)


@pytest.mark.parametrize(("by", "check"), [(ANA, 9), (JONAS, 10), (TOM, 10)])
async def test_nobody_but_whoever_decided_before_gives_more(story: Story, by: PersonId, check: int) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)

    outcome = await story.presses_approve(request, by)

    assert isinstance(outcome, Refused)
    assert ((await story.evidence(request))[-1].check, (await story.row(request)).ends_at) == (check, NOON + 4 * HOUR)


async def test_the_owner_is_asked_where_whoever_decided_has_left(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.leaves(MARIA)

    await story.asks_for_more(request)

    assert await story.approves(request, JONAS) == Done(request)
    assert (await story.row(request)).ends_at == NOON + 6 * HOUR


async def test_more_of_what_is_of_high_risk_needs_a_fresh_sign_in_of_its_own(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)

    assert isinstance(await story.presses_approve(request), SignInNeeded)
    assert (await story.row(request)).ends_at == NOON + 4 * HOUR


async def test_more_time_is_given_whole_whatever_length_comes_with_the_press(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)
    await story.signs_in(request)

    outcome = await story.presses_approve(request, duration=HOUR)

    assert (outcome, (await story.row(request)).ends_at) == (Done(request), NOON + 6 * HOUR)


async def test_the_owner_gives_more_of_what_the_policy_alone_gave_before(story: Story) -> None:
    story.clock.at = RAVIS_WEEK
    request = await story.asked(a_proposal(requester=RAVI, beneficiary=RAVI, entitlement=EntitlementId("k8s-prod-view")))
    await story.executes(request)
    await story.asks_for_more(request, RAVI)

    outcome = await story.approves(request, FATIMA)

    row = await story.row(request)
    said = await story.desk.store.read(lambda tx: [(one.stage, one.approver, one.duration) for one in decisions_of(tx, row)])
    assert (outcome, row.ends_at, said) == (Done(request), RAVIS_WEEK + 6 * HOUR, [(0, FATIMA, 6 * HOUR)])


async def test_a_press_on_the_card_from_before_gives_nothing(story: Story) -> None:
    request = await story.asked()
    before = await story.seen_now(request)
    await story.approves(request)
    await execute(request, desk=story.desk)
    await story.asks_for_more(request)

    outcome = await story.presses_approve(request, seen=before)

    assert isinstance(outcome, Refused)
    assert ((await story.evidence(request))[-1].check, (await story.row(request)).more) == (0, 2 * HOUR)


@pytest.mark.parametrize("state", [state for state in State if state is not State.GRANTED])
async def test_there_is_no_more_of_what_is_not_live(story: Story, state: State) -> None:
    request = await story.brought_to(state)

    assert isinstance(await story.asks_for_more(request), Refused)
    assert (await story.row(request)).more is None


# The warning.


@pytest.mark.parametrize(
    ("duration", "before"), [(4 * HOUR, 40 * MINUTE), (6 * HOUR, HOUR), (72 * HOUR, HOUR), (30 * MINUTE, 5 * MINUTE), (29 * MINUTE, None)]
)
def test_the_holder_is_reminded_a_sixth_of_the_time_before_the_end_an_hour_at_most(duration: timedelta, before: timedelta | None) -> None:
    assert warned_at(NOON, duration) == (None if before is None else NOON - before)


async def test_the_holder_is_reminded_once_with_the_card_at_hand(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    story.clock.advance(3 * HOUR + 19 * MINUTE)
    early = await story.desk.store.read(lambda tx: is_anything_due(tx, now=story.desk.now()))

    story.clock.advance(MINUTE)
    swept = [await story.desk.store.write(lambda tx: sweep(tx, desk=story.desk)) for _ in range(2)]

    assert (early, swept) == (False, [1, 0])
    assert (await story.told())[-1] == (
        ANA,
        "REQ-1001 (Write access to billing-db) ends on 2025-11-22 16:00 UTC. Need it longer? Ask on the card below.",
    )
    assert (await story.row(request)).version == 3


async def test_more_time_is_reminded_of_by_its_own_end(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    story.clock.advance(3 * HOUR + 20 * MINUTE)
    await story.sweeps()
    await story.asks_for_more(request)
    await story.approves(request)

    assert (await story.row(request)).warn_at == NOON + 5 * HOUR


async def test_what_was_said_about_more_time_is_a_decision_like_any_other(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)
    await story.approves(request)

    said = await story.desk.store.read(lambda tx: decisions_of(tx, find(tx, request))[-1])

    assert (said.approver, said.verdict, said.stage, said.duration) == (MARIA, Verdict.APPROVE, 1, 6 * HOUR)
    assert said.step_up is not None
    assert await story.members() == [(BILLING_GROUP, ANA)]
