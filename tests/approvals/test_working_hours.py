"""Working hours where a person is."""

from datetime import UTC, datetime

import pytest

from approvals.working_hours import is_working, opens

FRIDAY = datetime(2025, 11, 21, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "now", "works", "next_morning"),
    [
        ("UTC", FRIDAY, True, FRIDAY),
        ("UTC", FRIDAY.replace(hour=19), False, datetime(2025, 11, 24, 7, tzinfo=UTC)),
        ("UTC", FRIDAY.replace(hour=6, minute=59), False, FRIDAY.replace(hour=7)),
        ("UTC", FRIDAY.replace(day=22), False, datetime(2025, 11, 24, 7, tzinfo=UTC)),
        ("Asia/Tokyo", FRIDAY, False, datetime(2025, 11, 23, 22, tzinfo=UTC)),
        ("America/Los_Angeles", FRIDAY, False, datetime(2025, 11, 21, 15, tzinfo=UTC)),
    ],
)
def test_working_hours_are_those_of_the_persons_own_clock(zone: str, now: datetime, works: bool, next_morning: datetime) -> None:
    assert (is_working(zone, now=now), opens(zone, now=now)) == (works, next_morning)
