"""Nobody is forgotten: reminders with growing pauses, and the next in line beside those who do not answer."""

from datetime import datetime, timedelta

import pytest

from approvals.change import EntitlementId, Hours, PersonId, State
from approvals.operations.desk import Done
from approvals.store.requests import stages_of
from tests.approvals.northwind import ANA, BILLING_WRITE, JONAS, MARIA, person
from tests.approvals.story import Story, a_proposal
from tests.builders import HOUR, NOON

HASSAN = person("hassan.al-masri").id
READ = EntitlementId("billing-db-read")
STATUS = "REQ-1001 (Write access to billing-db)"
MOST = timedelta(days=366)


async def passes(story: Story, time: timedelta) -> None:
    story.clock.advance(time)
    await story.sweeps()


async def reminders(story: Story, request: int) -> list[datetime]:
    return [one.at for one in await story.evidence() if one.kind == "approver:reminded" and one.request == request]


async def asked_of(story: Story, request: int) -> list[PersonId]:
    row = await story.row(request)  # type: ignore[arg-type]
    return [*stages_of(row)[row.stage].approvers]


async def test_an_approver_is_reminded_what_waits_since_when(story: Story) -> None:
    request = await story.asked()

    await passes(story, 4 * HOUR)

    (message,) = await story.told()
    since, lapses = "2025-11-22 12:00 UTC", "2025-11-23 12:00 UTC"
    told = f"Ana Ferreira has been waiting since {since} for your decision on {STATUS}. Your card has the buttons. It lapses on {lapses}."
    assert message == (MARIA, told)
    (proof,) = await story.evidence(request, kind="approver:reminded")
    assert (proof.says, proof.version, proof.result) == (
        "Maria Lindqvist was reminded: no decision yet.",
        1,
        {"reminded": [MARIA], "count": 1},
    )
    assert ((await story.row(request)).state, (await story.row(request)).version) == (State.WAITING, 1)


async def test_each_reminder_comes_after_twice_as_long_and_there_are_five(story: Story) -> None:
    request = await story.asked()
    await story.is_changed(request, escalate_at=None, lapses_at=NOON + MOST)

    for _ in range(24 * 10):
        await passes(story, HOUR)

    assert await reminders(story, request) == [NOON + hours * HOUR for hours in (4, 12, 28, 60, 124)]
    assert (await story.row(request)).remind_at is None


async def test_nobody_is_reminded_of_what_they_have_answered_or_what_does_not_wait(story: Story) -> None:
    request, denied = await story.asked(), await story.asked(a_proposal(entitlement=READ))
    await story.needs(request, ("owners", (MARIA, JONAS), 2))
    await story.approves(request, by=MARIA)
    await story.denies(denied)

    await passes(story, 4 * HOUR)

    assert [who for who, text in await story.told() if "has been waiting" in text] == [JONAS]


async def test_the_next_in_line_is_asked_beside_an_approver_who_does_not_answer(story: Story) -> None:
    request = await story.asked()

    await passes(story, 8 * HOUR)
    row = await story.row(request)
    (proof,) = await story.evidence(request, kind="request:escalate")
    outcome = await story.approves(request, by=JONAS)

    assert (await asked_of(story, request), row.version, row.escalated_at) == ([MARIA, JONAS], 2, NOON + 8 * HOUR)
    assert stages_of(row)[0].quorum == 1
    assert (proof.actor, proof.says) == (None, "Nobody has answered, so Jonas Weber is asked as well.")
    assert (ANA, f"Nobody has answered yet on {STATUS}, so Jonas Weber is asked as well. You need do nothing.") in await story.told()
    assert [one.person for one in await story.copies(request)] == [MARIA, ANA, JONAS]
    assert outcome == Done(request)


async def test_the_steward_comes_after_the_deputy_and_after_them_nobody(story: Story) -> None:
    request = await story.asked(a_proposal(entitlement=READ))
    await story.is_changed(request, lapses_at=NOON + MOST)
    seen = []

    for _ in range(4):
        await passes(story, 24 * HOUR)
        seen.append(await asked_of(story, request))

    assert seen == [[MARIA, JONAS], [MARIA, JONAS, HASSAN], [MARIA, JONAS, HASSAN], [MARIA, JONAS, HASSAN]]
    assert (await story.row(request)).escalate_at is None


async def test_it_never_escalates_to_the_requester(story: Story) -> None:
    request = await story.asked(a_proposal(requester=JONAS, beneficiary=JONAS))

    await passes(story, 8 * HOUR)

    assert await asked_of(story, request) == [MARIA]
    assert await story.evidence(request, kind="request:escalate") == []


async def test_a_lapse_stays_a_lapse_however_often_somebody_was_reminded(story: Story) -> None:
    request = await story.asked()

    for _ in range(24):
        await passes(story, HOUR)

    assert (await story.row(request)).state is State.LAPSED


@pytest.mark.parametrize("timer", ["remind_at", "escalate_at"])
async def test_where_working_hours_are_kept_nobody_is_troubled_outside_of_theirs(story: Story, timer: str) -> None:
    story.catalog_changes(BILLING_WRITE, hours=Hours.WORKING)
    story.clock.at = datetime(2025, 11, 20, 16, tzinfo=NOON.tzinfo)  # A Thursday afternoon.
    request = await story.asked()
    (maria,) = [one for one in (person("maria.lindqvist"),) if one.time_zone == "Europe/Stockholm"]

    await passes(story, 8 * HOUR)
    waits_until = getattr(await story.row(request), timer)
    await passes(story, 6 * HOUR)

    assert waits_until == datetime(2025, 11, 21, 6, tzinfo=NOON.tzinfo), maria.time_zone
    assert len(await reminders(story, request)) + len(await story.evidence(request, kind="request:escalate")) > 0


async def test_a_new_approver_is_not_reminded_at_once(story: Story) -> None:
    request = await story.asked()
    await story.leaves(MARIA)

    await passes(story, 4 * HOUR)

    assert (await asked_of(story, request), await reminders(story, request)) == ([JONAS], [])
    assert (await story.row(request)).remind_at == NOON + 8 * HOUR


async def test_a_reminder_looks_first_whether_its_reader_can_still_decide(story: Story) -> None:
    request = await story.asked()
    await story.leaves(MARIA)
    await story.is_changed(request, health_at=None)

    await passes(story, 4 * HOUR)

    assert await asked_of(story, request) == [JONAS]
    assert [who for who, _ in await story.told()] == [ANA]
