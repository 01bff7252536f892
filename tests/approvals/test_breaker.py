"""A system that fails again and again is left alone; it is asked now and then; and removals do not wait for grants."""

from dataclasses import replace
from datetime import timedelta

import pytest

from approvals.change import EntitlementId, PersonId, RequestId, State
from approvals.connectors.breaker import OPENS_AFTER, PROBE_EVERY, HeldBack, Standing, Way, admit, note_answer, note_failure, standing
from approvals.errors import ConnectorError, HeldBackError, NotShownError
from approvals.store.sqlite import Tx
from tests.approvals.northwind import ANA, TOM
from tests.approvals.story import Story, a_proposal
from tests.approvals.unreliable import Unreliable, refuses, shows_nothing
from tests.builders import HOUR, NOON

SECOND = timedelta(seconds=1)
READ = EntitlementId("billing-db-read")


@pytest.fixture
def system(story: Story) -> Unreliable:
    """The embedded directory, to be made to fail."""
    unreliable = Unreliable(story.desk.connectors["local"])
    story.desk = replace(story.desk, connectors={"local": unreliable})
    return unreliable


async def stands(story: Story, way: Way = Way.GIVE) -> Standing:
    return await story.desk.store.read(lambda tx: standing(tx, "local", way, now=story.clock()))


async def approved(story: Story, who: PersonId = ANA) -> RequestId:
    return await story.brought_to(State.APPROVED, a_proposal(requester=who, beneficiary=who, entitlement=READ, duration=HOUR))


async def fails(story: Story, system: Unreliable, request: RequestId, *, times: int = OPENS_AFTER) -> None:
    """The system refuses the grant of ``request``, so many times in a row."""
    system.faults["apply"] = [refuses] * times
    for _ in range(times):
        with pytest.raises(ConnectorError):
            await story.executes(request)


async def test_after_five_failures_in_a_row_no_call_is_made_and_the_ticket_says_so_once(story: Story, system: Unreliable) -> None:
    request = await approved(story)
    await fails(story, system, request)
    system.calls.clear()

    for _ in range(3):
        with pytest.raises(HeldBackError) as held:
            await story.executes(request)

    (told,) = await story.evidence(request, kind="connector:held_back")
    assert (system.calls, held.value.until, await stands(story)) == ([], NOON + PROBE_EVERY, Standing.OPEN)
    assert told.says == "local has failed 5 times in a row, so it is asked only now and then until it answers. Nothing is lost."
    assert (await story.row(request)).state is State.APPROVED


async def test_four_failures_and_an_answer_begin_the_count_anew(story: Story, system: Unreliable) -> None:
    first, second = await approved(story), await approved(story, TOM)
    await fails(story, system, first, times=OPENS_AFTER - 1)
    await story.executes(first)
    await fails(story, system, second, times=OPENS_AFTER - 1)

    assert await stands(story) is Standing.CLOSED
    await story.executes(second)
    assert (await story.row(second)).state is State.GRANTED


async def test_once_its_time_has_come_one_call_goes_through_and_no_other(story: Story, system: Unreliable) -> None:
    first, second = await approved(story), await approved(story, TOM)
    await fails(story, system, first)
    story.clock.advance(PROBE_EVERY)
    assert await stands(story) is Standing.HALF_OPEN
    system.calls.clear()
    system.faults["apply"] = [refuses]

    with pytest.raises(ConnectorError):
        await story.executes(first)
    with pytest.raises(HeldBackError) as held:
        await story.executes(second)

    assert (len(system.calls), held.value.until) == (1, NOON + 2 * PROBE_EVERY)


async def test_a_probe_that_is_answered_lets_everybody_through(story: Story, system: Unreliable) -> None:
    first, second = await approved(story), await approved(story, TOM)
    await fails(story, system, first)
    story.clock.advance(PROBE_EVERY)

    await story.executes(first)
    await story.executes(second)

    assert [(await story.row(each)).state for each in (first, second)] == [State.GRANTED] * 2
    assert await stands(story) is Standing.CLOSED


async def test_however_often_grants_fail_a_removal_is_made(story: Story, system: Unreliable) -> None:
    ending = await story.brought_to(State.ENDING)
    await fails(story, system, await approved(story, TOM))

    await story.revokes(ending)

    assert (await story.row(ending)).state is State.ENDED
    assert (await stands(story), await stands(story, Way.TAKE)) == (Standing.OPEN, Standing.CLOSED)


async def test_removals_have_a_breaker_too(story: Story, system: Unreliable) -> None:
    ending = await story.brought_to(State.ENDING)
    system.faults["revert"] = [refuses] * OPENS_AFTER
    for _ in range(OPENS_AFTER):
        with pytest.raises(ConnectorError):
            await story.revokes(ending)
    system.calls.clear()

    with pytest.raises(HeldBackError):
        await story.revokes(ending)

    assert (system.calls, (await story.row(ending)).state) == ([], State.ENDING)


async def test_a_removal_that_is_answered_begins_the_count_anew(story: Story, system: Unreliable) -> None:
    ending = await story.brought_to(State.ENDING)
    system.faults["revert"] = [refuses] * (OPENS_AFTER - 1)
    for _ in range(OPENS_AFTER - 1):
        with pytest.raises(ConnectorError):
            await story.revokes(ending)

    await story.revokes(ending)
    await story.desk.store.write(lambda tx: note_failure(tx, "local", Way.TAKE, now=NOON))

    assert ((await story.row(ending)).state, await stands(story, Way.TAKE)) == (State.ENDED, Standing.CLOSED)


async def test_a_system_that_answers_and_shows_something_else_is_there(story: Story, system: Unreliable) -> None:
    request = await approved(story)
    system.faults["read_back"] = [shows_nothing] * (OPENS_AFTER + 1)

    for _ in range(OPENS_AFTER + 1):
        with pytest.raises(NotShownError):
            await story.executes(request)

    assert await stands(story) is Standing.CLOSED


async def test_a_worker_that_starts_again_finds_it_as_it_was(story: Story, system: Unreliable) -> None:
    request = await approved(story)
    await fails(story, system, request)
    again = Story(replace(story.desk), story.clock)

    with pytest.raises(HeldBackError):
        await again.executes(request)


async def test_ten_minutes_of_failure_are_two_calls_a_minute(story: Story) -> None:
    """Whoever asks, and however often: ten requests wait, and each asks every second."""

    def everybody(tx: Tx) -> int:
        calls = 0
        for second in range(600):
            now = NOON + second * SECOND
            through = [admit(tx, "local", Way.GIVE, now=now) for _ in range(10)].count(None)
            for _ in range(through):
                note_failure(tx, "local", Way.GIVE, now=now)
            calls += through
        return calls

    # Those that were under way together when it began to fail, and then a probe each half minute.
    assert await story.desk.store.write(everybody) == 10 + 600 // 30 - 1


async def test_what_is_not_counted_is_let_through(story: Story) -> None:
    def other(tx: Tx) -> tuple[HeldBack | None, HeldBack | None]:
        for _ in range(OPENS_AFTER):
            note_failure(tx, "local", Way.GIVE, now=NOON)
        elsewhere = admit(tx, "graph", Way.GIVE, now=NOON)
        note_answer(tx, "local", Way.GIVE)
        return elsewhere, admit(tx, "local", Way.GIVE, now=NOON)

    assert await story.desk.store.write(other) == (None, None)
