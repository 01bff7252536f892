"""Canonical JSON, against an independent RFC 8785."""

from datetime import timedelta

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from approvals.evidence import canonical
from approvals.evidence.spelling import plain
from tests.builders import NOON

_TEXTS = st.text(st.characters(exclude_categories=("Cs",)))
_LEAVES = st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | _TEXTS
_KEYS = st.text(st.characters(max_codepoint=127), max_size=8)
_VALUES = st.recursive(_LEAVES, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_KEYS, inner, max_size=4), max_leaves=12)


@given(_VALUES)
def test_it_is_what_rfc_8785_writes(value: object) -> None:
    assert canonical(value).encode() == rfc8785.dumps(plain(value))  # type: ignore[arg-type]


def test_times_and_durations_have_one_spelling() -> None:
    assert canonical({"at": NOON, "for": timedelta(hours=4)}) == '{"at":"2025-11-22T12:00:00.000000+00:00","for":14400}'


@pytest.mark.parametrize("number", [2**53, -(2**53), 10**30])
def test_a_number_that_not_every_reader_can_hold_is_refused(number: int) -> None:
    with pytest.raises(ValueError, match="too large for canonical JSON"):
        canonical({"number": number})


@pytest.mark.parametrize("value", [{"é": 1}, {1: 2}, {"value": 0.5}, {"value": float("nan")}])
def test_what_writers_differ_on_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical(value)
