"""Access ends: by time, by its holder or by its owner; and is said to be gone when it is gone."""

from dataclasses import replace
from datetime import timedelta

import pytest

from approvals.change import EndCause, PersonId, State
from approvals.errors import ConnectorError
from approvals.operations.desk import Done, Refused
from approvals.operations.due import is_anything_due, sweep
from approvals.operations.inbox import is_first_time
from approvals.words import Sentence, say
from tests.approvals.northwind import ANA, BILLING_GROUP, JONAS, MARIA, PEOPLE, STRANGER, TOM
from tests.approvals.story import Story, a_proposal, a_trigger
from tests.approvals.unreliable import Unreliable, forgets, loses_the_reply, refuses, shows_the_old
from tests.builders import HOUR, NOON


@pytest.fixture
def system(story: Story) -> Unreliable:
    unreliable = Unreliable(story.desk.connectors["local"])
    story.desk = replace(story.desk, connectors={"local": unreliable})
    return unreliable


# Withdrawing.


async def test_the_requester_withdraws_and_again_is_nothing(story: Story) -> None:
    request = await story.asked()

    first, again = await story.withdraws(request), await story.withdraws(request)

    row, ticket = await story.row(request), await story.ticket(request)
    assert (first, again) == (Done(request), Done(request))
    assert (row.state, row.version) == (State.WITHDRAWN, 2)
    assert ticket is not None
    assert ticket.closed_at == NOON
    assert [one.says for one in await story.evidence(request)][1:] == ["Withdrawn by the person who asked."]


@pytest.mark.parametrize(
    ("somebody", "sentence"),
    [
        (MARIA, say("Only the person who asked can withdraw this request.")),
        (STRANGER, say("The directory does not know everybody concerned, so nothing can be done. Ask the helpdesk.")),
    ],
)
async def test_nobody_else_withdraws(story: Story, somebody: PersonId, sentence: Sentence) -> None:
    request = await story.asked()

    assert await story.withdraws(request, somebody) == Refused(sentence, request)
    assert (await story.row(request)).state is State.WAITING


@pytest.mark.parametrize("state", [state for state in State if state not in (State.WAITING, State.WITHDRAWN)])
async def test_what_waits_no_more_is_not_withdrawn(story: Story, state: State) -> None:
    request = await story.brought_to(state)

    outcome = await story.withdraws(request)

    assert outcome == Refused(say("It is too late to withdraw this request: it does not wait for a decision any more."), request)
    assert (await story.evidence(request))[-1].check == 0
    assert (await story.row(request)).state is state


# Beginning to end.


@pytest.mark.parametrize(
    ("by", "cause", "says"),
    [
        (ANA, EndCause.HANDED_BACK, "Handed back early; the access is being removed."),
        (MARIA, EndCause.REVOKED, "Taken back early; the access is being removed."),
        (JONAS, EndCause.REVOKED, "Taken back early; the access is being removed."),
        (None, EndCause.TIME, "The time is over; the access is being removed."),
    ],
)
async def test_the_holder_the_owner_the_deputy_and_time_end_access(story: Story, by: PersonId | None, cause: EndCause, says: str) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.jobs_done()

    outcome = await story.ends(request, by)

    row = await story.row(request)
    assert outcome == Done(request)
    assert (row.state, row.version, row.end_cause, row.ended_by, row.ended_at) == (State.ENDING, 4, cause, by, None)
    assert (await story.evidence(request))[-1].says == says
    assert (await story.jobs())[:2] == [("grant:revoke", request), ("request:redraw", request)]


async def test_whoever_loses_access_reads_at_once_who_took_it_back_and_why(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)

    await story.ends(request, MARIA, why="  The laptop was stolen.  ")

    assert (await story.row(request)).end_reason == "The laptop was stolen."
    assert (await story.told())[-1] == (
        ANA,
        "Maria Lindqvist took back REQ-1001 (Write access to billing-db): “The laptop was stolen.”. It is being removed now.",
    )


@pytest.mark.parametrize("why", ["", " \n", "x" * 1001])
async def test_21_nobody_takes_back_what_somebody_else_has_without_saying_why(story: Story, why: str) -> None:
    request = await story.brought_to(State.GRANTED)

    outcome = await story.ends(request, MARIA, why=why)

    asked = say("Please say why you take it back, in at most {most} characters: whoever has it will read it.", most=1000)
    assert outcome == Refused(asked, request)
    assert ((await story.evidence(request))[-1].check, (await story.row(request)).state) == (21, State.GRANTED)


async def test_its_holder_hands_it_back_without_a_word(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)

    assert await story.ends(request, ANA, why="") == Done(request)
    assert (await story.row(request)).end_reason == ""


@pytest.mark.parametrize("somebody", [TOM, STRANGER])
async def test_nobody_else_ends_it(story: Story, somebody: PersonId) -> None:
    request = await story.brought_to(State.GRANTED)

    outcome = await story.ends(request, somebody)

    assert outcome == Refused(say("Only the person who has the access, its owner, or whoever approved it can end it."), request)
    assert (await story.row(request)).state is State.GRANTED


@pytest.mark.parametrize("state", [State.ENDING, State.ENDED])
async def test_ending_twice_is_ending_once(story: Story, state: State) -> None:
    request = await story.brought_to(state)
    before = await story.row(request)

    assert await story.ends(request, MARIA) == Done(request)
    assert (await story.row(request)).model_dump() == before.model_dump()


@pytest.mark.parametrize("state", [state for state in State if state not in (State.GRANTED, State.ENDING, State.ENDED)])
async def test_where_there_is_no_access_there_is_none_to_end(story: Story, state: State) -> None:
    request = await story.brought_to(state)
    if state is State.FAILED:
        await story.returns(MARIA)

    outcome = await story.ends(request)

    assert outcome == Refused(say("There is no access to end: this request has none that is live."), request)
    assert (await story.row(request)).state is state


# Taking it away.


async def test_access_ends_as_planned_and_everybody_concerned_is_told(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    story.clock.advance(4 * HOUR)
    await story.sweeps()
    story.clock.advance(timedelta(seconds=7))

    await story.revokes(request)

    row, ticket = await story.row(request), await story.ticket(request)
    assert (row.state, row.version, row.end_cause, row.ended_at) == (State.ENDED, 5, EndCause.TIME, NOON + timedelta(hours=4, seconds=7))
    assert await story.members() == []
    assert ticket is not None
    assert ticket.closed_at == row.ended_at
    assert (await story.evidence(request))[-1].says == "The access is gone, as read back from grp-billing-db-write, 7 s after its end."
    told = "REQ-1001 (Write access to billing-db) has ended as planned; the access is gone."
    assert (await story.told())[1:] == [(ANA, told), (MARIA, told)]


@pytest.mark.parametrize(
    ("by", "told"),
    [
        (ANA, "REQ-1001 (Write access to billing-db) was handed back early; the access is gone."),
        (MARIA, "REQ-1001 (Write access to billing-db) was taken back early; the access is gone."),
    ],
)
async def test_access_that_ended_early_is_spoken_of_so(story: Story, by: PersonId, told: str) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.ends(request, by)

    await story.revokes(request)

    assert (await story.told())[-2:] == [(ANA, told), (MARIA, told)]
    assert (await story.evidence(request))[-1].says == "The access is gone, as read back from grp-billing-db-write, 0 s after its end."


async def test_access_of_somebody_who_left_ends_all_the_same(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    for somebody in (ANA, MARIA, JONAS):
        await story.leaves(somebody)
    story.desk = replace(story.desk, catalog=replace(story.desk.catalog, entitlements=()))
    story.clock.advance(5 * HOUR)

    await story.sweeps()
    await story.revokes(request)

    assert (await story.row(request)).state is State.ENDED
    assert await story.members() == []


@pytest.mark.parametrize("fault", [refuses, loses_the_reply])
async def test_a_removal_that_failed_is_not_said_to_be_done_and_is_tried_again(story: Story, system: Unreliable, fault: object) -> None:
    request = await story.brought_to(State.ENDING)
    told = await story.told()
    system.faults["revert"] = [fault]  # type: ignore[list-item]
    with pytest.raises(ConnectorError):
        await story.revokes(request)

    assert (await story.row(request)).state is State.ENDING
    assert await story.told() == told

    await story.revokes(request)

    assert (await story.row(request)).state is State.ENDED
    assert await story.members() == []


@pytest.mark.parametrize(("method", "fault"), [("revert", forgets), ("read_back", shows_the_old)])
async def test_access_that_is_still_there_is_not_said_to_be_gone(story: Story, system: Unreliable, method: str, fault: object) -> None:
    request = await story.brought_to(State.ENDING)
    system.faults[method] = [fault]  # type: ignore[list-item]

    with pytest.raises(ConnectorError) as raised:
        await story.revokes(request)

    row, ticket = await story.row(request), await story.ticket(request)
    assert str(raised.value) == f"grp-billing-db-write still shows {ANA} after the removal; trying again"
    assert (row.state, row.ended_at) == (State.ENDING, None)
    assert ticket is not None
    assert ticket.closed_at is None
    assert [one.kind for one in await story.evidence(request)][-3:] == ["grant:end", "revoke:intended", "connector:failed"]


async def test_access_that_cannot_be_removed_is_told_once_with_who_has_to_look(story: Story) -> None:
    request = await story.brought_to(State.ENDING)
    before = len(await story.told())

    for attempts in (7, 8):
        await story.lingers(request, attempts=attempts)

    row, ticket = await story.row(request), await story.ticket(request)
    told = (
        "REQ-1001 (Write access to billing-db) is to end, but the access is not gone: it could not be removed from grp-billing-db-write. "
        "Countersign keeps trying, and the helpdesk has to look; you are told when it is gone."
    )
    assert [(one.kind, one.says) for one in await story.evidence(request)][5:] == [
        ("grant:linger", "Not gone after 7 attempts: the directory is read-only. The helpdesk has to look.")
    ]
    assert (await story.told())[before:] == [(ANA, told), (MARIA, told)]
    assert (row.state, str(row.failure)) == (
        State.ENDING,
        "It could not be removed from grp-billing-db-write in 7 attempts, so it counts as live.",
    )
    assert ticket is not None
    assert ticket.closed_at is None


async def test_access_that_lingered_is_told_to_be_gone_when_it_is(story: Story) -> None:
    request = await story.brought_to(State.ENDING)
    await story.lingers(request)
    before = len(await story.told())

    await story.revokes(request)

    row = await story.row(request)
    told = "REQ-1001 (Write access to billing-db) is over at last: the access is gone, as a check of grp-billing-db-write has shown."
    assert (row.state, row.failure) == (State.ENDED, None)
    assert (await story.told())[before:] == [(ANA, told), (MARIA, told)]


@pytest.mark.parametrize("state", [state for state in State if state is not State.ENDING])
async def test_nothing_but_access_that_is_to_end_lingers(story: Story, state: State) -> None:
    request = await story.brought_to(state)
    before = (await story.row(request)).model_dump()

    await story.lingers(request)

    assert (await story.row(request)).model_dump() == before


async def test_a_connector_that_knows_of_no_grant_cannot_say_that_access_stays(story: Story, system: Unreliable) -> None:
    request = await story.brought_to(State.ENDING)

    async def says_it_stays(call: object) -> bool:
        call.close()  # type: ignore[attr-defined]
        return True

    system.faults["revert"] = [says_it_stays]
    with pytest.raises(ConnectorError):
        await story.revokes(request)

    assert (await story.row(request)).state is State.ENDING


async def test_without_its_connector_access_is_not_said_to_be_gone(story: Story) -> None:
    request = await story.brought_to(State.ENDING)
    story.desk = replace(story.desk, connectors={})

    with pytest.raises(ConnectorError) as raised:
        await story.revokes(request)

    assert str(raised.value) == f"no connector named local is set up; {ANA} still has grp-billing-db-write"


@pytest.mark.parametrize("state", [state for state in State if state not in (State.ENDING, State.FAILED)])
async def test_nothing_else_is_taken_away(story: Story, state: State, system: Unreliable) -> None:
    request = await story.brought_to(state)
    system.calls.clear()
    proofs = len(await story.evidence())

    await story.revokes(request)

    assert system.calls == []
    assert len(await story.evidence()) == proofs


@pytest.mark.parametrize("before", [True, False])
async def test_do_and_undo_leave_the_directory_as_it_was(story: Story, before: bool) -> None:
    request = await story.brought_to(State.APPROVED)
    await story.is_given("grp-vpn-operations", TOM)
    if before:
        await story.is_given(BILLING_GROUP, ANA)
    directory = await story.members()

    await story.executes(request)
    await story.ends(request)
    await story.revokes(request)

    assert await story.members() == directory


# What time does by itself.


async def test_nothing_is_due_before_its_time_and_everything_at_it(story: Story) -> None:
    granted = await story.brought_to(State.GRANTED)
    waiting = await story.asked(a_proposal(requester=TOM, beneficiary=TOM))
    # Its approvers are looked at and reminded; those are other stories (test_healing.py, test_reminding.py).
    await story.is_changed(waiting, health_at=None, remind_at=None, escalate_at=None)
    reminded = timedelta(hours=3, minutes=20)
    moments = [("a moment before the reminder", reminded - timedelta(microseconds=1)), ("at it", timedelta(microseconds=1))]
    moments += [("a moment before the end", 4 * HOUR - reminded - timedelta(microseconds=1)), ("at it", timedelta(microseconds=1))]
    moments += [("a moment before the lapse", 20 * HOUR - timedelta(microseconds=1)), ("at it", timedelta(microseconds=1))]

    swept = []
    for _, passes in moments:
        story.clock.advance(passes)
        due = await story.desk.store.read(lambda tx: is_anything_due(tx, now=story.clock()))
        swept.append((due, await story.sweeps()))

    assert swept == [(False, 0), (True, 1)] * 3
    assert [(await story.row(one)).state for one in (granted, waiting)] == [State.ENDING, State.LAPSED]


async def test_a_lapse_is_no_denial_and_the_requester_reads_so(story: Story) -> None:
    request = await story.asked()
    story.clock.advance(timedelta(days=1))

    await story.sweeps()

    row, ticket = await story.row(request), await story.ticket(request)
    assert (row.state, row.version, row.decided_by) == (State.LAPSED, 2, None)
    assert ticket is not None
    assert ticket.closed_at == NOON + timedelta(days=1)
    told = "Nobody decided on REQ-1001 (Write access to billing-db) in time, so it has lapsed. That is no denial: you can ask again."
    assert await story.told() == [(ANA, told)]


async def test_a_sweep_moves_at_most_a_hundred_and_again_until_nothing_is_left(story: Story) -> None:
    asking = [one.id for one in PEOPLE if one.enabled and one.id not in (MARIA, JONAS)]
    for entitlement in ("billing-db-write", "billing-db-read", "vpn-operations"):
        for somebody in asking[:45]:
            await story.submits(a_proposal(requester=somebody, beneficiary=somebody, entitlement=entitlement))
    requests = len(await story.evidence(kind="request:submit"))
    story.clock.advance(timedelta(days=8))

    swept = [await story.sweeps() for _ in range(3)]

    assert swept == [100, requests - 100, 0]
    assert len(await story.evidence(kind="request:lapse")) == requests


async def test_a_sweep_that_is_undone_is_repeated_whole(story: Story) -> None:
    request = await story.asked()
    story.clock.advance(timedelta(days=1))

    def sweep_and_fail(tx: object) -> None:
        sweep(tx, desk=story.desk)  # type: ignore[arg-type]
        raise ValueError("a mistake")

    with pytest.raises(ValueError, match="a mistake"):
        await story.desk.store.write(sweep_and_fail)

    assert (await story.row(request)).state is State.WAITING
    assert await story.sweeps() == 1


async def test_an_activity_acts_once_and_is_forgotten_after_a_week(story: Story) -> None:
    async def arrives(activity: str) -> bool:
        return await story.desk.store.write(lambda tx: is_first_time(tx, a_trigger(activity), now=story.clock()))

    fresh = [await arrives("one"), await arrives("one"), await arrives("two")]
    story.clock.advance(timedelta(days=7))
    await story.forgets()
    remembered = await arrives("one")
    story.clock.advance(timedelta(microseconds=1))
    await story.forgets()

    assert (fresh, remembered, await arrives("one")) == ([True, False, True], False, True)
