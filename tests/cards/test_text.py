"""What people wrote, made safe to look at."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cards.text import LINE, PASSAGE, Passage, line, passage, visible


@pytest.mark.parametrize(
    ("written", "shown"),
    [
        ("Ana Ferreira", "Ana Ferreira"),
        ("Łukasz Żółć 山田 😀", "Łukasz Żółć 山田 😀"),
        ("gpj.\u202eexe", "gpj.[U+202E]exe"),
        ("a\u2066b\u2069", "a[U+2066]b[U+2069]"),
        ("nul\x00 esc\x1b", "nul[U+0000] esc[U+001B]"),
        ("ma\u200bria\u00ad\ufeff\U000e0041", "maria"),
        ("half \ud83d", "half \ufffd"),
        ("one\r\ntwo\u2028three\tfour", "one\ntwo\nthree four"),
        ("{{DATE(2020-01-01T00:00:00Z)}}", "{\u200a{DATE(2020-01-01T00:00:00Z)}}"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
    ],
)
def test_nothing_hidden_is_left(written: str, shown: str) -> None:
    assert visible(written) == shown


def test_family_emoji_keep_their_joiners() -> None:
    family = "👩\u200d👧"

    assert visible(family) == family


def test_a_line_has_no_line_breaks() -> None:
    assert line("  one \n\n two\r\nthree ") == "one two three"


def test_a_long_line_ends_in_an_ellipsis() -> None:
    shown = line("W" * 100_000)

    assert shown == "W" * (LINE - 1) + "…"


def test_a_passage_keeps_its_line_breaks() -> None:
    assert passage("one\n\ntwo") == Passage("one\n\ntwo", is_clipped=False)


def test_a_passage_of_exactly_the_limit_is_whole() -> None:
    assert passage("я" * PASSAGE) == Passage("я" * PASSAGE, is_clipped=False)


def test_a_longer_passage_is_clipped_and_says_so() -> None:
    assert passage("w" * (PASSAGE + 1)) == Passage("w" * (PASSAGE - 1) + "…", is_clipped=True)


def test_empty_lines_do_not_push_the_buttons_out_of_sight() -> None:
    assert passage("one" + "\n" * 900 + "two").text == "one\n\ntwo"
    assert passage("x\n" * 400) == Passage("x\n" * 29 + "x…", is_clipped=True)


@given(st.text(max_size=3000))
def test_no_text_takes_more_room_than_it_was_given(text: str) -> None:
    sizes = len(json.dumps(line(text))) - 2, len(json.dumps(passage(text).text)) - 2

    assert sizes[0] <= 4 * LINE
    assert sizes[1] <= 6 * PASSAGE


@given(st.text(max_size=300))
def test_what_was_made_visible_stays_as_it_is(text: str) -> None:
    assert visible(visible(text)) == visible(text)
