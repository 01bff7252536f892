"""However often somebody is refused, the log grows at a bounded rate, and says how often it was."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from approvals.change import Denied, PersonId
from approvals.evidence import Trace
from approvals.operations.desk import by_time
from approvals.operations.due import is_anything_due, sweep
from approvals.operations.forged import refuse_forged
from approvals.operations.refusals import MOST, WINDOW
from approvals.operations.sign_in import SignInNeeded
from approvals.operations.transition import refuse
from approvals.store.sqlite import Store, Tx
from approvals.words import say
from tests.approvals.northwind import ANA, MARIA, STRANGER, TOM
from tests.approvals.story import Proof, Story, a_trigger

MANY = 10_000
SECOND = timedelta(seconds=1)
NO = Denied(10, say("Only {names} can decide on this request.", names=("Maria Lindqvist",)))


async def refused(story: Story, times: int, *, by: PersonId = TOM, why: Denied = NO, apart: timedelta = timedelta(0)) -> None:
    """So many presses, each a refusal, by somebody who has a token of the channel; in transactions of a hundred."""

    def press(tx: Tx, count: int) -> None:
        for _ in range(count):
            said = refuse(tx, why, act=story.act(by), row=None, desk=story.desk, facts=None, doing="approve")
            assert said.reason == why.reason
            story.clock.advance(apart)

    for done in range(0, times, 100):
        await story.desk.store.write(lambda tx, count=min(100, times - done): press(tx, count))  # type: ignore[misc]


async def sums(story: Story) -> list[Proof]:
    """What was summed up, once every hour that is over was."""
    while await story.desk.store.write(lambda tx: sweep(tx, desk=story.desk)):
        pass
    return [one for one in await story.evidence() if one.kind == Trace.REFUSED_MORE]


def told(one: Proof) -> Mapping[str, Any]:
    return {name: one.result[name] for name in ("kind", "check", "recorded", "more", "by")}


async def test_ten_thousand_refusals_are_sixty_entries_and_one_that_counts_the_rest(story: Story) -> None:
    began = story.clock.at
    await refused(story, MANY)
    single = [one for one in await story.evidence() if one.kind == Trace.REFUSED]
    early = await sums(story)
    story.clock.advance(WINDOW)

    (summed,) = await sums(story)

    assert (len(single), early) == (MOST, [])
    assert (summed.actor, summed.request) == (TOM, None)
    assert told(summed) == {"kind": "act:refused", "check": 10, "recorded": MOST, "more": MANY - MOST, "by": {TOM: MANY - MOST}}
    assert summed.says == (
        f"Refused 60 times within an hour, each on record, and then {MANY - MOST} more times in the same way, "
        f"between {began:%Y-%m-%d %H:%M} UTC and {began:%Y-%m-%d %H:%M} UTC: these were counted only."
    )
    assert len(await story.evidence()) == MOST + 1


async def test_the_count_goes_on_after_a_restart(story: Story, path: Path) -> None:
    await refused(story, 100)
    await story.desk.store.close()
    again = Store(path)
    story.desk = replace(story.desk, store=again)

    await refused(story, 100)
    story.clock.advance(WINDOW)
    (summed,) = await sums(story)
    await again.close()

    assert told(summed)["more"] == 200 - MOST


async def test_every_hour_has_its_own_entries_and_its_own_sum(story: Story) -> None:
    # One in ten seconds: 360 an hour, over two hours and a half.
    await refused(story, 900, apart=10 * SECOND)
    story.clock.advance(WINDOW)

    found = await sums(story)

    assert [told(one)["more"] for one in found] == [360 - MOST, 360 - MOST, 180 - MOST]
    assert len([one for one in await story.evidence() if one.kind == Trace.REFUSED]) == 3 * MOST


async def test_who_presses_again_after_the_hour_is_recorded_again_before_anybody_swept(story: Story) -> None:
    await refused(story, MOST + 5)
    story.clock.advance(WINDOW)

    await refused(story, 1)

    assert [one.kind for one in await story.evidence()] == [*["act:refused"] * MOST, "acts:refused", "act:refused"]


@pytest.mark.parametrize("times", [1, MOST])
async def test_within_bounds_nothing_is_summed_up(story: Story, times: int) -> None:
    await refused(story, times)
    story.clock.advance(WINDOW)

    assert await sums(story) == []
    assert not await story.desk.store.read(lambda tx: is_anything_due(tx, now=story.clock.at))


async def test_people_and_reasons_are_counted_apart(story: Story) -> None:
    for by, why in ((TOM, NO), (ANA, NO), (TOM, Denied(9, say("No.")))):
        await refused(story, MOST + 2, by=by, why=why)
    story.clock.advance(WINDOW)

    found = await sums(story)

    assert {(one.actor, one.result["check"], one.result["more"]) for one in found} == {(TOM, 10, 2), (ANA, 10, 2), (TOM, 9, 2)}


async def test_people_whom_the_directory_does_not_know_share_one_budget_and_are_named_in_the_sum(story: Story) -> None:
    strangers = [PersonId(f"stranger-{place}") for place in range(120)]
    for stranger in strangers:
        await refused(story, 2, by=stranger)
    story.clock.advance(WINDOW)

    (summed,) = await sums(story)

    by = summed.result["by"]
    assert (summed.actor, summed.result["more"]) == (None, 240 - MOST)
    assert (sum(by.values()), len(by), by["stranger-40"]) == (240 - MOST, 90, 2)


async def test_names_without_end_are_not_kept_each(story: Story) -> None:
    for place in range(MOST + 150):
        await refused(story, 1, by=PersonId(f"stranger-{place}"))
    story.clock.advance(WINDOW)

    (summed,) = await sums(story)

    by = summed.result["by"]
    assert (summed.result["more"], len(by), by["others"]) == (150, 101, 50)


async def test_forged_presses_share_one_budget_whoever_they_say_they_are(story: Story) -> None:
    for by in (ANA, MARIA, TOM, STRANGER):
        act = story.act(by, a_trigger("press"))
        for _ in range(MOST):
            await story.desk.store.write(
                lambda tx, act=act: refuse_forged(tx, verb="approve", claimed=None, act=act, desk=story.desk)  # type: ignore[misc]
            )
    story.clock.advance(WINDOW)

    (summed,) = await sums(story)

    assert told(summed) == {
        "kind": "act:refused",
        "check": -1,
        "recorded": MOST,
        "more": 3 * MOST,
        "by": {MARIA: MOST, TOM: MOST, STRANGER: MOST},
    }


async def test_asking_to_sign_in_is_bounded_as_refusals_are_and_stays_asked(story: Story) -> None:
    request = await story.asked()
    for _ in range(MOST + 7):
        assert isinstance(await story.presses_approve(request), SignInNeeded)
    story.clock.advance(WINDOW)

    (summed,) = await sums(story)

    assert (told(summed)["kind"], told(summed)["more"], summed.actor) == ("sign_in:asked", 7, MARIA)
    assert summed.says.startswith("Asked to sign in 60 times within an hour, each on record, and then 7 more times,")
    assert (await story.row(request)).state.value == "waiting"


async def test_what_time_does_is_always_recorded(story: Story) -> None:
    def fail(tx: Tx) -> None:
        for _ in range(MOST + 3):
            refuse(tx, NO, act=by_time(story.clock.at), row=None, desk=story.desk, facts=None, doing="revoke")

    await story.desk.store.write(fail)

    assert len([one for one in await story.evidence() if one.kind == Trace.REFUSED]) == MOST + 3
