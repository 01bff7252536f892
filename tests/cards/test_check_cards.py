"""The gate for cards: each rule finds the card that breaks it."""

from typing import Any

import pytest
from jsonschema import Draft6Validator

from approvals.words import say
from cards.language import Language
from cards.render import message_card
from infra.tools.card_samples import CANARY, FLAVOURS, samples
from infra.tools.check_cards import corrected_schema, fallback_faults, faults, parser_faults, schema_faults, size_faults, words_faults

LISBON = Language("en-GB", "Europe/Lisbon")


@pytest.fixture
def card() -> Any:
    return message_card(say("Hello."), language=LISBON)


def test_a_good_card_has_no_faults(card: Any) -> None:
    assert list(faults({"good": card})) == []


def test_a_card_of_more_than_28_kb_is_told() -> None:
    (fault,) = size_faults({"text": "x" * 28 * 1024})

    assert fault == "is 28684 bytes of JSON, 12 more than Teams takes; shorten what people wrote (cards/text.py)"


def test_what_the_schema_does_not_know_is_told(card: Any) -> None:
    card["body"][0]["items"][0]["inlines"][0]["colour"] = "red"

    (fault,) = schema_faults(card, schema=Draft6Validator(corrected_schema()), seen=set())

    assert "colour" in fault


def test_what_the_parser_refuses_is_told(card: Any) -> None:
    card["body"][0]["style"] = "loud"

    assert parser_faults([("card", card)]) == ['card: parser: Invalid value "loud" for property "style".']


@pytest.mark.parametrize("holder", ["TextBlock", "FactSet", None])
def test_somebodys_words_where_markdown_is_read_are_told(card: Any, holder: str | None) -> None:
    card["body"].append({"type": holder, "text": f"[{CANARY}](https://evil.example)"})

    assert len(list(words_faults(card))) == 1


def test_a_button_without_a_way_out_is_told(card: Any) -> None:
    data = {"id": 1}
    fallback = {"type": "Action.Submit", "data": {"id": 2, "verb": "approve"}}
    card["actions"] = [{"type": "Action.Execute", "title": "Approve", "verb": "approve", "data": data, "fallback": fallback}]

    assert list(fallback_faults(card)) == ["the button 'Approve' has no Action.Submit fallback with its data and verb"]


@pytest.mark.parametrize("flavour", FLAVOURS)
def test_no_sample_is_too_large_or_lets_words_out_of_their_place(flavour: str) -> None:
    found = [
        (name, fault)
        for name, card in samples(FLAVOURS[flavour], language=LISBON)
        for fault in (*size_faults(card), *words_faults(card), *fallback_faults(card))
    ]

    assert found == []


def test_hostile_words_do_reach_the_cards() -> None:
    shown = [name for name, card in samples(FLAVOURS["hostile"], language=LISBON) if CANARY not in str(card)]

    assert shown == ["access-none", "requests-none"]
