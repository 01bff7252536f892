"""Lengths of time in inputs."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.durations import iso, read_iso, shorter_than


@given(st.integers(min_value=1, max_value=366 * 1440))
def test_a_length_comes_back_as_it_was_written(minutes: int) -> None:
    length = timedelta(minutes=minutes)

    assert read_iso(iso(length)) == length


@pytest.mark.parametrize("text", ["", "PT", "PT0H", "P1D", "PT4", "4H", "PT-4H", "PT4H ", "PT٤H", "PT99999H", "PT1e3H", None, 4, ["PT4H"]])
def test_anything_else_is_no_length(text: object) -> None:
    assert read_iso(text) is None


def test_an_approver_is_offered_what_is_shorter_longest_first() -> None:
    assert [iso(length) for length in shorter_than(timedelta(hours=4))] == ["PT2H", "PT1H", "PT30M", "PT15M"]


def test_nothing_is_shorter_than_the_shortest() -> None:
    assert shorter_than(timedelta(minutes=15)) == ()
