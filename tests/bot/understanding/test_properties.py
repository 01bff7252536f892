"""What holds for every message, however hostile."""

import re
import unicodedata
from datetime import timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.change import EntitlementId
from bot.understanding.draft import Draft, Field
from bot.understanding.normalise import normalise
from bot.understanding.outcome import Progress
from bot.understanding.read import understand
from tests.bot.understanding.conftest import FRIDAY, LISBON, shipped_catalog

CATALOG = shipped_catalog()
IDS = tuple(entry.id for entry in CATALOG.entitlements)
_PIECES = (
    "I need|write access to|billing-db|db-2h-prod|payroll|for|to fix|INC-4711|REQ-1042|4 hours|2h|half a day|two|weeks|until|"
    "Friday|17:00|because|the 3 hour outage|no,|make it|instead|4|help|cancel|I'm done with|and|or|reason:|.|,|-|?|½|²|\u202e"
    "|\u200b|<at>Countersign</at>|<at>|</at>|&nbsp;|\ue000|\ue002|minus|every|forty-five minutes|1,5 hours|please|yes|the sec"
    "ond one|not|Tom|needs|admin|tomorrow noon|\ud800|é|e\u0301"
)
PIECES = _PIECES.split("|")
MESSAGES = st.one_of(
    st.text(max_size=300),
    st.lists(st.sampled_from(PIECES), max_size=14).map(" ".join),
    st.lists(st.one_of(st.sampled_from(PIECES), st.text(max_size=4)), max_size=14).map("".join),
)
DRAFTS = st.builds(
    Draft,
    entitlement=st.none() | st.sampled_from(IDS) | st.just(EntitlementId("gone")),
    duration=st.none() | st.integers(1, 600_000).map(lambda minutes: timedelta(minutes=minutes)),
    reason=st.sampled_from(("", "to fix INC-4711")) | st.text(max_size=40),
    reference=st.none() | st.just("INC-4711"),
    asked=st.none() | st.sampled_from(Field),
    offered=st.lists(st.sampled_from(IDS), max_size=5, unique=True).map(tuple),
    amount=st.sampled_from(("", "4")),
)
LITERAL = re.compile(
    r"\d\s?-?(?:h|d|m|w)|(?:minute|min|hour|hr|day|week|wk)|(?:until|till|til)\b", re.IGNORECASE
)  # fmt: skip


@given(text=MESSAGES)
def test_normalising_twice_changes_nothing_more(text: str) -> None:
    once = normalise(text)

    assert normalise(once) == once


@given(text=MESSAGES)
def test_normalised_text_has_no_character_that_nobody_can_see(text: str) -> None:
    assert not [character for character in normalise(text) if unicodedata.category(character) in ("Cc", "Cf", "Cs", "Co", "Cn")]


@settings(max_examples=400, deadline=None)
@given(text=MESSAGES, draft=st.none() | DRAFTS)
def test_no_message_raises_and_every_draft_says_what_is_missing(text: str, draft: Draft | None) -> None:
    outcome = understand(text, draft=draft, catalog=CATALOG, now=FRIDAY, time_zone=LISBON)

    if isinstance(outcome, Progress):
        assert outcome.draft.asked is outcome.draft.missing
        assert (outcome.question is None) == (outcome.draft.missing is None)


@settings(max_examples=400, deadline=None)
@given(text=MESSAGES)
def test_reason_is_quoted_from_the_message(text: str) -> None:
    outcome = understand(text, draft=None, catalog=CATALOG, now=FRIDAY, time_zone=LISBON)

    if isinstance(outcome, Progress):
        assert outcome.draft.reason in normalise(text)


@settings(max_examples=400, deadline=None)
@given(text=MESSAGES)
def test_length_of_time_is_never_read_where_none_is_spoken(text: str) -> None:
    outcome = understand(text, draft=None, catalog=CATALOG, now=FRIDAY, time_zone=LISBON)

    if isinstance(outcome, Progress) and outcome.draft.duration is not None:
        assert LITERAL.search(normalise(text))


@settings(max_examples=200, deadline=None)
@given(
    minutes=st.integers(1, 365 * 24 * 60),
    wrap=st.sampled_from(("{}", "for {}", "I need billing-db-write for {}", "billing-db-write, {}, INC-1")),
)
def test_length_of_time_written_in_full_is_read_as_exactly_that(minutes: int, wrap: str) -> None:
    duration = timedelta(minutes=minutes)
    draft = Draft(entitlement=EntitlementId("billing-db-write"), asked=Field.DURATION)

    outcome = understand(wrap.format(spoken(duration)), draft=draft, catalog=CATALOG, now=FRIDAY, time_zone=LISBON)

    assert isinstance(outcome, Progress)
    assert outcome.draft.duration == duration


@settings(max_examples=200, deadline=None)
@given(
    hours=st.integers(1, 99),
    place=st.sampled_from(("db-{}h-prod", "JOB-{} hours", "to fix the {} hour outage", "because it hung for {} hours")),
)
def test_length_of_time_in_a_name_a_ticket_or_a_story_is_never_taken(hours: int, place: str) -> None:
    text = f"I need write access to billing-db {place.format(hours)}"

    outcome = understand(text, draft=None, catalog=CATALOG, now=FRIDAY, time_zone=LISBON)

    assert not isinstance(outcome, Progress) or outcome.draft.duration is None


@given(draft=DRAFTS)
def test_draft_survives_its_json(draft: Draft) -> None:
    assert Draft.from_json(draft.to_json()) == draft


def spoken(duration: timedelta) -> str:
    """``duration`` in English words, the largest whole units first: "1 day 12 hours"."""
    minutes = int(duration.total_seconds()) // 60
    days, minutes = divmod(minutes, 24 * 60)
    hours, minutes = divmod(minutes, 60)
    counted = ((days, "day"), (hours, "hour"), (minutes, "minute"))
    return " ".join(f"{count} {unit if count == 1 else unit + 's'}" for count, unit in counted if count) or "0 minutes"
