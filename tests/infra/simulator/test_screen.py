"""What a card on screen says, offers, and sends when a person fills it in and presses."""

from __future__ import annotations

from typing import Any

import pytest

from infra.simulator import Card, NotOnScreen
from tests.infra.simulator.conftest import a_card, execute


def on_screen(*actions: dict[str, Any], body: list[Any] | None = None) -> Card:
    return Card(a_card(*actions, body=body), message=None)


REASON = {"type": "Input.Text", "id": "reason", "isRequired": True, "errorMessage": "Say why.", "maxLength": 10}
CHOICES = [{"title": "four", "value": "4"}, {"title": "eight", "value": "8"}]
HOURS = {"type": "Input.ChoiceSet", "id": "hours", "value": "4", "choices": CHOICES}
DENY = {"type": "Action.ShowCard", "title": "Deny", "card": a_card(execute("Deny", "deny"), body=[REASON])}


def test_words_are_all_that_a_person_can_read() -> None:
    facts = {"type": "FactSet", "facts": [{"title": "Risk", "value": "High"}]}
    rich = {"type": "RichTextBlock", "inlines": ["plain", {"type": "TextRun", "text": "run"}]}
    card = on_screen(execute("Approve", "approve", {"text": "hidden"}), body=[facts, rich, HOURS])

    assert card.words == ("Risk", "High", "plain", "run", "four", "eight", "Approve")


def test_a_button_takes_the_inputs_around_it_and_inputs_win_over_data() -> None:
    button = on_screen(execute("Approve", "approve", {"id": 7, "hours": "9"}), DENY, body=[HOURS]).button("Approve")

    assert button.send({}) == {"id": 7, "hours": "4"}
    assert button.send({"hours": "8"}) == {"id": 7, "hours": "8"}


def test_a_button_inside_a_show_card_takes_both_cards_inputs() -> None:
    assert on_screen(DENY, body=[HOURS]).button("Deny").send({"reason": "too long"}) == {"hours": "4", "reason": "too long"}


def test_a_button_that_takes_no_inputs_sends_only_its_data() -> None:
    button = on_screen(execute("Discard", "discard", {"id": 7}, associatedInputs="none"), body=[REASON]).button("Discard")

    assert button.send({}) == {"id": 7}


def test_a_toggle_and_a_text_field_send_what_they_hold_untouched() -> None:
    toggle = {"type": "Input.Toggle", "id": "sure", "title": "Sure?"}
    body = [toggle, {"type": "Input.Text", "id": "note"}, {"type": "Input.Date", "id": "day"}]

    assert on_screen(execute("Save", "save"), body=body).button("Save").send({}) == {"sure": "false", "note": ""}


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        ({}, "the field 'reason' is required: Say why."),
        ({"reason": "far too long for it"}, "the field 'reason' takes 10 characters, not 19"),
        ({"reason": "no", "hours": "99"}, "the field 'hours' does not offer '99'; it offers 4, 8"),
        ({"resaon": "no"}, "there is no field 'resaon' beside 'Deny'; there are hours, reason"),
    ],
)
def test_the_client_keeps_a_wrong_press_back(inputs: dict[str, Any], message: str) -> None:
    with pytest.raises(NotOnScreen) as caught:
        on_screen(DENY, body=[HOURS]).button("Deny").send(inputs)
    assert str(caught.value) == message


@pytest.mark.parametrize(
    ("title", "message"),
    [
        ("Aprove", "there is no button 'Aprove'; there are 'Approve', 'Open'"),
        ("Open", "'Open' only opens or shows something; there are 'Approve', 'Open'"),
    ],
)
def test_a_button_that_is_not_there_is_told_with_those_that_are(title: str, message: str) -> None:
    card = on_screen(execute("Approve", "approve"), {"type": "Action.OpenUrl", "title": "Open", "url": "https://x.example"})

    with pytest.raises(NotOnScreen) as caught:
        card.button(title)
    assert str(caught.value) == message
