"""Sentences that people write, and what is made of each."""

from pathlib import Path

import pytest
import yaml

from approvals.catalog import Catalog
from bot.understanding.outcome import Progress
from bot.understanding.read import understand
from tests.bot.understanding.conftest import FRIDAY, LISBON
from tests.bot.understanding.spoken import length, line

CORPUS = Path(__file__).parent / "corpus"


def _sentences(name: str) -> list[tuple[str, str]]:
    return list(yaml.safe_load((CORPUS / f"{name}.yaml").read_text(encoding="utf-8")).items())


def _conversations() -> list[list[tuple[str, str]]]:
    stored = yaml.safe_load((CORPUS / "conversations.yaml").read_text(encoding="utf-8"))
    return [[pair for message in messages for pair in message.items()] for messages in stored]


@pytest.mark.parametrize(("text", "expected"), [*_sentences("requests"), *_sentences("commands")])
def test_sentence_without_a_draft_is_understood_as_written_in_the_corpus(text: str, expected: str, catalog: Catalog) -> None:
    outcome = understand(text, draft=None, catalog=catalog, now=FRIDAY, time_zone=LISBON)

    assert line(outcome) == expected


@pytest.mark.parametrize(("said", "expected"), _sentences("lengths"))
def test_length_of_time_is_read_or_asked_as_written_in_the_corpus(said: str, expected: str, catalog: Catalog) -> None:
    joint = "" if said.startswith(("until", "till")) else "for "
    text = f"I need write access to billing-db {joint}{said} to fix INC-4711"

    outcome = understand(text, draft=None, catalog=catalog, now=FRIDAY, time_zone=LISBON)

    assert isinstance(outcome, Progress)
    assert (length(outcome.draft.duration), outcome.draft.entitlement, outcome.draft.reference) == (
        expected,
        "billing-db-write",
        "INC-4711",
    )


@pytest.mark.parametrize("messages", _conversations(), ids=lambda messages: messages[0][0])
def test_conversation_goes_as_written_in_the_corpus(messages: list[tuple[str, str]], catalog: Catalog) -> None:
    draft = None
    went = []
    for text, _ in messages:
        outcome = understand(text, draft=draft, catalog=catalog, now=FRIDAY, time_zone=LISBON)
        draft = outcome.draft if isinstance(outcome, Progress) else draft
        went.append((text, line(outcome)))

    assert went == messages


def test_corpus_holds_more_than_a_hundred_and_fifty_messages() -> None:
    messages = [pair for name in ("requests", "commands", "lengths") for pair in _sentences(name)]
    messages += [pair for messages_of_one in _conversations() for pair in messages_of_one]

    assert len(messages) >= 150
