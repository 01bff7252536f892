"""One reader's words, dates and clock."""

from datetime import UTC, datetime, timedelta

import pytest

from approvals.words import say
from cards.language import Language

MOMENT = datetime(2025, 7, 1, 12, 5, tzinfo=UTC)
LISBON = Language("en-GB", "Europe/Lisbon")


def test_a_moment_is_told_on_the_readers_clock_which_is_named() -> None:
    assert LISBON.moment(MOMENT) == "Tue, 1 Jul 2025, 13:05 (Lisbon time)"


def test_dates_follow_the_readers_locale_where_the_words_cannot_yet() -> None:
    assert Language("de-DE", "Europe/Berlin").moment(MOMENT) == "Di., 1. Juli 2025, 14:05 (Berlin time)"


@pytest.mark.parametrize("locale", ["", "xx-YY", "not a locale", "../../etc", "en-GB-oed"])
def test_an_unknown_locale_reads_as_british_english(locale: str) -> None:
    assert Language(locale, "Europe/Lisbon").moment(MOMENT) == LISBON.moment(MOMENT)


@pytest.mark.parametrize("zone", ["", "Mars/Olympus", "../../etc/passwd", "a\x00b"])
def test_an_unknown_time_zone_reads_as_utc(zone: str) -> None:
    assert Language("en-GB", zone).moment(MOMENT) == "Tue, 1 Jul 2025, 12:05 (UTC time)"


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(hours=4), "4 hours"),
        (timedelta(minutes=90), "1 hour, 30 minutes"),
        (timedelta(days=1, hours=4), "1 day, 4 hours"),
        (timedelta(days=90), "90 days"),
        (timedelta(seconds=20), "0 minutes"),
        (-timedelta(hours=1), "0 minutes"),
    ],
)
def test_a_length_is_told_exactly(length: timedelta, words: str) -> None:
    assert LISBON.duration(length) == words


def test_a_value_in_a_sentence_stays_on_its_line() -> None:
    assert LISBON.words(say("Only {owner} can decide.", owner="Maria\n\nApproved by: Tom\u202e")) == (
        "Only Maria Approved by: Tom[U+202E] can decide."
    )


def test_many_people_are_counted() -> None:
    assert LISBON.any_of(f"P{place}" for place in range(8)) == "P0, P1, P2, P3, P4 or 3 other people"


def test_one_more_person_is_singular() -> None:
    assert LISBON.plural("{count} other person", "{count} other people", 1) == "1 other person"


def test_the_words_are_tagged_with_their_own_language() -> None:
    assert (Language("pt-PT").tag, Language("en-US").tag) == ("en", "en")
