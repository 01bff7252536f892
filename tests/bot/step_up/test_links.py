"""The address of a sign-in: read back as it was written, by us alone, for ten minutes."""

from datetime import timedelta

import pytest

from approvals.change import PersonId, RequestId, Verdict
from approvals.step_up import Sought
from bot.step_up.links import Links
from tests.approvals.story import Clock

SOUGHT = Sought(
    request=RequestId(1001), version=3, shown="0f" * 16, verdict=Verdict.APPROVE, duration=timedelta(hours=4), person=PersonId("maria")
)
KEY = b"k" * 32


def links(clock: Clock, *, key: bytes = KEY) -> Links:
    return Links(key, public_url="https://bot.example", clock=clock)


def test_an_address_is_read_back_as_it_was_written() -> None:
    clock = Clock()

    assert links(clock).read(links(clock).written(SOUGHT)) == SOUGHT
    assert links(clock).address(SOUGHT) == f"https://bot.example/step-up?for={links(clock).written(SOUGHT)}"


@pytest.mark.parametrize(("passes", "counts"), [(0, True), (600, True), (601, False), (-1, False)])
def test_an_address_counts_for_ten_minutes(passes: int, counts: bool) -> None:
    clock = Clock()
    written = links(clock).written(SOUGHT)

    clock.advance(timedelta(seconds=passes))

    assert (links(clock).read(written) is not None) is counts


def test_another_key_wrote_nothing_of_ours() -> None:
    clock = Clock()

    assert links(clock).read(links(clock, key=b"K" * 32).written(SOUGHT)) is None
