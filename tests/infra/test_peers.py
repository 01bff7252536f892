"""What users of comparable products complain of loudest, and that it does not happen here. Each test names the complaint."""

import asyncio
from datetime import timedelta

from infra.serving import Local
from tests.infra.scenes import (
    ANA,
    HOUR,
    LOOP,
    MARIA,
    asked,
    ended,
    granted,
    heard,
    ledger,
    members,
    passes,
    quiet,
    request_row,
    screen,
    seen,
    told,
)
from tests.infra.test_ending import ticket_page


async def test_the_clock_starts_when_the_access_works_and_not_when_it_was_asked_for(local: Local) -> None:
    """Teleport #50011: the clock starts at the request, not at the grant."""
    card = await asked(local)
    await passes(local, 3 * HOUR)

    await local.simulator.person(MARIA).presses("Approve", on=card)
    await quiet(local)

    row = await request_row(local)
    assert row.granted_at is not None
    assert row.granted_at - row.asked_at >= 3 * HOUR
    assert row.ends_at == row.granted_at + 4 * HOUR


async def test_only_those_concerned_are_written_to_from_beginning_to_end(local: Local) -> None:
    """TEAM #191, #86: everybody is messaged."""
    await granted(local)
    await ended(local)

    sim = local.simulator
    reached = {chat.title for chat in sim.world.chats if any(message.is_bot for message in chat.messages.values())}
    assert reached == {"Ana Ferreira", "Maria Lindqvist"}
    assert {person for call in sim.sent for person in (sim.person(ANA).id, sim.person(MARIA).id) if person in str(call.body)} == {
        sim.person(MARIA).id
    }


async def test_the_requester_is_told_of_every_outcome_in_a_message_of_its_own(local: Local) -> None:
    """Teleport #42419: the requester is never told."""
    sim = local.simulator
    ana, maria = sim.person(ANA), sim.person(MARIA)

    await maria.presses("Deny with this reason", inputs={"reason": "Which invoices?"}, on=await asked(local))
    await quiet(local)
    await granted(local)
    await ended(local)

    assert [text.split(": “")[0].split(".")[0] for text in told(ana)] == [
        "Maria Lindqvist denied REQ-1001 (Write access to billing-db)",
        "REQ-1002 (Write access to billing-db) is live: you have it for 4 hours",
        "REQ-1002 (Write access to billing-db) has ended as planned; the access is gone",
    ]


async def test_a_stale_approve_does_not_run_again_when_its_access_has_ended(local: Local) -> None:
    """sso-elevator's Teams branch: a stale Approve runs again."""
    card = await asked(local)
    maria = local.simulator.person(MARIA)
    await maria.presses("Approve", on=card)
    await quiet(local)
    await ended(local)

    answer = screen(await maria.presses("Approve", on=card))
    await quiet(local)

    assert "This press changed nothing more." in " ".join(answer.words)
    assert await members(local) == []
    assert await ledger(local) == [*LOOP, ("act:refused", "Maria Lindqvist")]


async def test_a_press_without_a_verb_is_no_decision(local: Local) -> None:
    """sso-elevator: a missing action means "discard"; teams.ts #368: Execute without verb is not routed."""
    card = await asked(local)
    data = card.button("Approve").send({})

    answers = [
        await local.simulator.person(MARIA).invokes(value, on=card)
        for value in (
            {"action": {"type": "Action.Execute", "data": data}, "trigger": "manual"},
            {"action": {"type": "Action.Execute", "verb": None, "data": data}},
            {"action": "approve"},
            {},
        )
    ]

    assert all(answer.status == 200 and answer.error is None and screen(answer).words for answer in answers)
    assert (await request_row(local)).state.value == "waiting"


async def test_revoked_is_said_only_after_the_directory_no_longer_shows_it(local: Local) -> None:
    """TEAM #398: "revoked" but still there."""
    card = await granted(local)
    directory, ana = local.house.desk.connectors["local"], local.simulator.person(ANA)
    revert, is_kept = directory.revert, asyncio.Event()

    async def keep(_change: object) -> bool:
        is_kept.set()
        return False

    directory.revert = keep  # type: ignore[method-assign]
    await ana.presses("I'm done", on=card)
    await asyncio.wait_for(is_kept.wait(), 5)
    claimed_too_early = [text for text in told(ana) if "the access is gone" in text]
    removing = await seen(local, ANA, "Access is being removed")
    directory.revert = revert  # type: ignore[method-assign]

    assert await heard(local, ANA, "handed back early; the access is gone.")
    assert claimed_too_early == []
    assert removing.shows("Not confirmed yet: it counts as ended once a check of the system no longer finds it.")
    assert await members(local) == []


async def test_the_history_is_there_long_after_the_end(local: Local) -> None:
    """Teleport #68308: history vanishes on expiry."""
    await granted(local)
    await ended(local, after=timedelta(days=400))

    await local.simulator.person(ANA).says("my requests")

    assert (await seen(local, ANA, "Your requests")).shows("Ended")
    assert await ledger(local) == LOOP
    assert "Asked for Write access to billing-db." in await ticket_page(local, "TCK-1001")
