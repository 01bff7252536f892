"""Until when, in the reader's own time zone."""

from datetime import UTC, datetime

import pytest

from bot.understanding.moments import Moment, Passed, Vague, next_moment


def test_clock_time_is_read_in_the_zone_of_the_reader() -> None:
    now = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)

    moments = [next_moment("17:00", now=now, time_zone=zone) for zone in ("Europe/Lisbon", "Europe/Berlin", "Asia/Tokyo")]

    assert moments == [Moment(datetime(2026, 11, 20, 17, tzinfo=UTC)), Moment(datetime(2026, 11, 20, 16, tzinfo=UTC)), Passed()]


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        (datetime(2026, 3, 28, 11, tzinfo=UTC), datetime(2026, 3, 29, 10, tzinfo=UTC)),
        (datetime(2026, 10, 24, 10, tzinfo=UTC), datetime(2026, 10, 25, 11, tzinfo=UTC)),
    ],
)
def test_noon_tomorrow_is_noon_though_the_clocks_change_in_between(now: datetime, expected: datetime) -> None:
    assert next_moment("tomorrow noon", now=now, time_zone="Europe/Berlin") == Moment(expected)


@pytest.mark.parametrize(("day", "clock"), [(28, "tomorrow 2:30"), (29, "2:30")])
def test_clock_time_that_never_happens_is_vague(day: int, clock: str) -> None:
    now = datetime(2026, 3, day, 0, 0, tzinfo=UTC)

    assert next_moment(clock, now=now, time_zone="Europe/Berlin") == Vague()


def test_clock_time_that_happens_twice_is_vague() -> None:
    now = datetime(2026, 10, 24, 10, tzinfo=UTC)

    assert next_moment("tomorrow 2:30", now=now, time_zone="Europe/Berlin") == Vague()


@pytest.mark.parametrize(
    "said", ["Friday", "Friday 17:00", "next Monday 9:00", "5", "tomorrow", "tomorrow midnight", "later", "25:00", "1 2 3", ""]
)
def test_words_that_name_no_one_moment_are_vague(said: str) -> None:
    friday = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)

    assert next_moment(said, now=friday, time_zone="Europe/Lisbon") == Vague()


def test_date_of_next_month_across_the_new_year_is_found() -> None:
    now = datetime(2026, 12, 30, 9, tzinfo=UTC)

    assert next_moment("2 January 9:00", now=now, time_zone="UTC") == Moment(datetime(2027, 1, 2, 9, tzinfo=UTC))


def test_weekday_is_the_next_one_of_that_name() -> None:
    friday = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
    days = ("Saturday", "Sunday", "Monday", "Tuesday", "Wednesday", "Thursday")

    moments = [next_moment(f"{day} 9:00", now=friday, time_zone="UTC") for day in days]

    assert moments == [Moment(datetime(2026, 11, date, 9, tzinfo=UTC)) for date in (21, 22, 23, 24, 25, 26)]
