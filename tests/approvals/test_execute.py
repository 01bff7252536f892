"""An approved request becomes access: authorized a third time, intended first, read back, and never without an end."""

from dataclasses import replace
from datetime import timedelta

import pytest

from approvals.change import PersonId, RequestId, State
from approvals.errors import AuditUnavailableError, ConnectorError, OutcomeUnknownError
from approvals.operations.execute import execute, give_up
from approvals.words import say
from tests.approvals.northwind import ANA, BILLING_GROUP, JONAS, MARIA
from tests.approvals.story import Story
from tests.approvals.test_store import a_full_disk
from tests.approvals.unreliable import Unreliable, forgets, loses_the_reply, refuses, shows_nothing
from tests.builders import HOUR, NOON


@pytest.fixture
def system(story: Story) -> Unreliable:
    """The system behind the connector, which works until a test says otherwise."""
    unreliable = Unreliable(story.desk.connectors["local"])
    story.desk = replace(story.desk, connectors={"local": unreliable})
    return unreliable


async def test_time_starts_when_the_access_works(story: Story, system: Unreliable) -> None:
    request = await story.asked()
    await story.approves(request, duration=2 * HOUR)
    await story.jobs_done()
    story.clock.advance(HOUR)

    await story.executes(request)

    row = await story.row(request)
    assert (row.state, row.version, row.granted_at, row.ends_at, row.had_before) == (State.GRANTED, 3, NOON + HOUR, NOON + 3 * HOUR, False)
    assert await story.members() == [(BILLING_GROUP, ANA)]
    assert await story.told() == [
        (ANA, "REQ-1001 (Write access to billing-db) is live: you have it for 2 h. Say “I'm done” to hand it back early."),
    ]
    assert await story.jobs() == [("request:redraw", request), ("message:send", 1)]
    assert system.calls == [("apply", "grant/1001"), ("read_back", "grant/1001")]


async def test_the_intention_is_evidence_before_the_change(story: Story, system: Unreliable) -> None:
    request = await story.brought_to(State.APPROVED)
    system.faults["apply"] = [refuses]

    with pytest.raises(ConnectorError):
        await story.executes(request)

    intended, failed = (await story.evidence(request))[-2:]
    assert (intended.kind, intended.version, intended.says) == ("grant:intended", 2, "Adding to grp-billing-db-write.")
    assert intended.result == {"key": "grant/1001", "connector": "local", "target": BILLING_GROUP, "person": ANA}
    assert intended.body["facts"]["read_at"] == "2025-11-22T12:00:00.000000+00:00"
    assert (failed.kind, failed.says, failed.result) == ("connector:failed", "local: the directory is read-only today.", intended.result)


async def test_where_no_evidence_can_be_kept_no_change_is_made(story: Story, system: Unreliable) -> None:
    request = await story.brought_to(State.APPROVED)

    with a_full_disk(), pytest.raises(AuditUnavailableError):
        await story.executes(request)

    assert system.calls == []
    assert (await story.row(request)).state is State.APPROVED


async def test_once_more_is_once(story: Story, system: Unreliable) -> None:
    request = await story.brought_to(State.GRANTED)
    before = await story.row(request)
    proofs = len(await story.evidence(request))

    await story.executes(request)

    assert (await story.row(request)).model_dump() == before.model_dump()
    assert len(await story.evidence(request)) == proofs
    assert len(system.calls) == 2


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
async def test_nothing_but_an_approved_request_is_executed(story: Story, state: State, system: Unreliable) -> None:
    request = await story.brought_to(state)
    system.calls.clear()

    await story.executes(request)

    assert system.calls == []
    assert (await story.row(request)).state is state


# The third authorization.


@pytest.mark.parametrize(
    ("leaver", "check", "why"),
    [
        (ANA, 1, "Ana Ferreira is not an active member of the organisation any more."),
        (MARIA, 15, "Stage “owner” needs 1 approval(s) from people who may still give them, and has 0."),
    ],
)
async def test_somebody_who_left_after_the_approval_stops_it(
    story: Story, system: Unreliable, leaver: PersonId, check: int, why: str
) -> None:
    request = await story.brought_to(State.APPROVED)
    await story.leaves(leaver)

    await story.executes(request)

    row = await story.row(request)
    proof = (await story.evidence(request))[-1]
    assert (row.state, str(row.failure), row.ends_at) == (State.FAILED, why, None)
    assert (proof.kind, proof.check, proof.says, proof.version) == ("grant:fail", check, why, 3)
    assert proof.result == {"from": "approved", "to": "failed"}
    assert {one["id"]: one["enabled"] for one in (proof.body["facts"]["requester"], *proof.body["facts"]["approvers"])} == {
        ANA: leaver != ANA,
        MARIA: leaver != MARIA,
    }
    assert system.calls == []
    assert (await story.told())[-1] == (
        ANA,
        f"REQ-1001 (Write access to billing-db) was approved, but nothing was changed. {why} The helpdesk sees it in your ticket.",
    )


async def test_a_ticket_of_what_failed_is_closed(story: Story) -> None:
    request = await story.brought_to(State.FAILED)

    ticket = await story.ticket(request)

    assert ticket is not None
    assert ticket.closed_at == NOON


async def test_what_left_the_catalog_after_the_approval_is_not_given(story: Story, system: Unreliable) -> None:
    request = await story.brought_to(State.APPROVED)
    story.desk = replace(story.desk, catalog=replace(story.desk.catalog, entitlements=()))

    await story.executes(request)

    assert (await story.row(request)).failure == say("{entitlement} is not in the catalog any more.", entitlement="billing-db-write")
    assert system.calls == []


async def test_a_connector_that_is_not_set_up_is_a_failure_with_its_name(story: Story) -> None:
    request = await story.brought_to(State.APPROVED)
    story.desk = replace(story.desk, connectors={})

    await story.executes(request)

    row = await story.row(request)
    assert (row.state, row.failure) == (State.FAILED, say("No connector named {name} is set up.", name="local"))


# The system behind the connector.


async def test_a_refusal_is_tried_again_and_then_given(story: Story, system: Unreliable) -> None:
    request = await story.brought_to(State.APPROVED)
    system.faults["apply"] = [refuses, refuses]
    for _ in range(2):
        with pytest.raises(ConnectorError):
            await story.executes(request)
        assert (await story.row(request)).state is State.APPROVED

    await story.executes(request)

    assert (await story.row(request)).state is State.GRANTED


async def test_a_lost_reply_is_found_out_and_not_done_twice(story: Story, system: Unreliable) -> None:
    request = await story.brought_to(State.APPROVED)
    system.faults["apply"] = [loses_the_reply]
    with pytest.raises(OutcomeUnknownError):
        await story.executes(request)

    assert await story.members() == [(BILLING_GROUP, ANA)]

    await story.executes(request)

    row = await story.row(request)
    assert (row.state, row.had_before) == (State.GRANTED, False)


@pytest.mark.parametrize("fault", [forgets, shows_nothing])
async def test_what_cannot_be_read_back_is_not_said_to_be_given(story: Story, system: Unreliable, fault: object) -> None:
    request = await story.brought_to(State.APPROVED)
    system.faults["apply" if fault is forgets else "read_back"] = [fault]  # type: ignore[list-item]

    with pytest.raises(ConnectorError) as raised:
        await story.executes(request)

    assert str(raised.value) == f"grp-billing-db-write does not show {ANA} after the change; reading it again later"
    assert (await story.row(request)).state is State.APPROVED


# A failure leaves nothing behind.


async def test_what_was_given_up_before_it_was_begun_is_over(story: Story) -> None:
    request = await story.brought_to(State.APPROVED)
    await story.jobs_done()

    await story.gives_up(request, why="the directory is away")

    row = await story.row(request)
    assert (row.state, row.failure) == (State.FAILED, say("The change could not be made: {why}.", why="the directory is away"))
    assert await story.jobs() == [("request:redraw", request), ("message:send", 1)]


@pytest.mark.parametrize("state", [state for state in State if state is not State.APPROVED])
async def test_nothing_but_an_approved_request_is_given_up(story: Story, state: State) -> None:
    request = await story.brought_to(state)
    before = await story.row(request)

    await story.gives_up(request, why="too late")

    assert (await story.row(request)).model_dump() == before.model_dump()


async def _an_attempt_breaks_off(story: Story, system: Unreliable) -> RequestId:
    """The directory has been changed, and nobody here knows it."""
    request = await story.brought_to(State.APPROVED)
    system.faults["apply"] = [loses_the_reply]
    with pytest.raises(OutcomeUnknownError):
        await story.executes(request)
    await story.jobs_done()
    return request


async def test_access_that_a_broken_attempt_left_behind_is_taken_back_when_it_is_given_up(story: Story, system: Unreliable) -> None:
    request = await _an_attempt_breaks_off(story, system)

    await story.gives_up(request, why="no answer within 5 s")

    assert await story.members() == [(BILLING_GROUP, ANA)]
    assert await story.jobs() == [("grant:revoke", request), ("request:redraw", request), ("message:send", 1)]
    told = (
        "REQ-1001 (Write access to billing-db) was approved, but could not be given. The change could not be made: no answer within 5 s. "
        "What was begun is being undone; the helpdesk sees it in your ticket."
    )
    assert (await story.told())[-1] == (ANA, told)

    await story.revokes(request)

    assert await story.members() == []
    assert [one.kind for one in await story.evidence(request)][-3:] == ["grant:fail", "revoke:intended", "grant:undone"]
    assert (await story.evidence(request))[-1].says == f"What the failed attempt may have added to {BILLING_GROUP} is gone, as read back."
    assert (await story.row(request)).state is State.FAILED


@pytest.mark.parametrize("leaver", [ANA, MARIA])
async def test_access_that_a_broken_attempt_left_behind_is_taken_back_when_it_is_denied_later(
    story: Story, system: Unreliable, leaver: PersonId
) -> None:
    request = await _an_attempt_breaks_off(story, system)
    await story.leaves(leaver)

    await story.executes(request)
    await story.revokes(request)

    assert (await story.row(request)).state is State.FAILED
    assert await story.members() == []


async def test_an_undoing_that_fails_is_tried_again_and_not_said_to_be_done(story: Story, system: Unreliable) -> None:
    request = await _an_attempt_breaks_off(story, system)
    await story.gives_up(request, why="no answer")
    system.faults["revert"] = [forgets]

    with pytest.raises(ConnectorError) as raised:
        await story.revokes(request)

    assert str(raised.value) == f"grp-billing-db-write still shows {ANA} after the removal; trying again"
    assert await story.evidence(request, kind="grant:undone") == []


async def test_an_undoing_leaves_access_from_before_as_it_was(story: Story, system: Unreliable) -> None:
    request = await story.brought_to(State.APPROVED)
    await story.is_given(BILLING_GROUP, ANA)
    system.faults["apply"] = [loses_the_reply]
    with pytest.raises(OutcomeUnknownError):
        await story.executes(request)
    await story.gives_up(request, why="no answer")

    await story.revokes(request)

    assert await story.members() == [(BILLING_GROUP, ANA)]
    assert (await story.evidence(request))[-1].says == "The access from before, which did not come from here, was left as it was."


async def test_a_change_that_arrives_after_it_was_given_up_is_taken_back(story: Story, system: Unreliable) -> None:
    request = await story.brought_to(State.APPROVED)

    async def given_up_meanwhile(call: object) -> bool:
        await story.gives_up(request, why="no answer")
        await story.revokes(request)
        await story.jobs_done()
        return await call  # type: ignore[no-any-return,misc]

    system.faults["apply"] = [given_up_meanwhile]
    await story.executes(request)

    assert await story.jobs() == [("grant:revoke", request)]

    await story.revokes(request)

    assert await story.members() == []


# The before-image.


async def test_access_from_before_is_noted_and_not_made_shorter(story: Story) -> None:
    request = await story.brought_to(State.APPROVED)
    await story.is_given(BILLING_GROUP, ANA)

    await story.executes(request)
    noted = (await story.row(request)).had_before
    await story.ends(request)
    await story.revokes(request)

    assert noted is True
    assert await story.members() == [(BILLING_GROUP, ANA)]
    assert (await story.evidence(request))[-1].says == (
        "The time is over. The access from before, which did not come from here, was left as it was."
    )


async def test_an_approved_request_is_executed_by_two_workers_as_by_one(story: Story, system: Unreliable) -> None:
    request = await story.brought_to(State.APPROVED)

    async def meanwhile(call: object) -> bool:
        await execute(request, desk=story.desk)
        story.clock.advance(timedelta(minutes=1))
        return await call  # type: ignore[no-any-return,misc]

    system.faults["apply"] = [meanwhile]
    await story.executes(request)

    row = await story.row(request)
    assert (row.state, row.version, row.granted_at) == (State.GRANTED, 3, NOON)
    assert [one.kind for one in await story.evidence(request, kind="grant:grant")] == ["grant:grant"]


async def test_giving_up_does_not_ask_whether_it_would_be_allowed(story: Story) -> None:
    request = await story.brought_to(State.APPROVED)
    await story.leaves(JONAS)

    await story.desk.store.write(lambda tx: give_up(tx, request, why="away", desk=story.desk))

    assert (await story.row(request)).state is State.FAILED
