"""A button opens for the reader it was drawn for, exactly as it was drawn, and in no other way."""

from dataclasses import fields, replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from approvals.change import PersonId
from approvals.words import say
from cards.actions import SUBJECTS, Button, Verb, digest, menu, mint, open_button
from tests.builders import ANA, HOUR, MARIA, TOM, a_request_view

KEY = b"k" * 32
APPROVE = Button(Verb.APPROVE, "request", 1042, 3, "0f" * 16)
MINTED = mint(APPROVE, viewer=MARIA.id, key=KEY)


def opened(verb: str = "approve", data: object = MINTED, viewer: PersonId = MARIA.id, key: bytes = KEY) -> Button | None:
    return open_button(verb, data, viewer=viewer, key=key)


def test_a_button_opens_as_it_was_drawn() -> None:
    assert opened() == APPROVE


@given(
    verb=st.sampled_from(list(Verb)),
    subject=st.sampled_from(SUBJECTS),
    number=st.integers(0, 2**53 - 1),
    seen=st.integers(0, 2**53 - 1),
    shown=st.text("0123456789abcdef", max_size=32),
    viewer=st.text(),
)
def test_every_button_opens_for_its_reader(verb: Verb, subject: Any, number: int, seen: int, shown: str, viewer: str) -> None:
    button = Button(verb, subject, number, seen, shown)
    data = mint(button, viewer=PersonId(viewer), key=KEY)

    assert open_button(verb, data, viewer=PersonId(viewer), key=KEY) == button


def test_inputs_that_a_client_merges_in_do_not_matter() -> None:
    assert opened(data={**MINTED, "duration": "PT2H", "reason": "x", "verb": "deny"}) == APPROVE


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb is not Verb.APPROVE])
def test_no_other_verb_opens_it(verb: Verb) -> None:
    assert opened(verb=verb) is None


@pytest.mark.parametrize("verb", ["", "Approve", "approve ", "approve\x00", "nothing"])
def test_no_unknown_verb_opens_it(verb: str) -> None:
    assert opened(verb=verb) is None


@pytest.mark.parametrize("viewer", [ANA.id, TOM.id, PersonId(""), PersonId(MARIA.id.upper())])
def test_nobody_else_opens_it(viewer: PersonId) -> None:
    assert opened(viewer=viewer) is None


def test_no_other_key_opens_it() -> None:
    assert opened(key=b"K" * 32) is None


FIELDS = list(MINTED)
JUNK: list[object] = [
    None,
    "",
    " ",
    "0",
    0,
    1,
    -1,
    2,
    1042.0,
    3.0,
    True,
    False,
    2**53,
    2**70,
    float("nan"),
    [],
    {},
    ["request"],
    "draft",
    "menu",
    "é",
    "\ud800",
    "x" * 64,
]


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("junk", JUNK, ids=repr)
def test_a_changed_field_does_not_open(name: str, junk: object) -> None:
    assert opened(data={**MINTED, name: junk}) is None


@pytest.mark.parametrize("name", FIELDS)
def test_a_missing_field_does_not_open(name: str) -> None:
    assert opened(data={key: value for key, value in MINTED.items() if key != name}) is None


def _changed_bytes() -> list[tuple[str, object]]:
    changed: list[tuple[str, object]] = []
    for name, value in MINTED.items():
        text = str(value)
        for place, letter in enumerate(text):
            for bit in range(7):
                other = text[:place] + chr(ord(letter) ^ (1 << bit)) + text[place + 1 :]
                changed.append((name, other if isinstance(value, str) else int(other) if other.isdigit() else other))
    return changed


def test_no_single_changed_bit_opens() -> None:
    opening = [(name, value) for name, value in _changed_bytes() if opened(data={**MINTED, name: value}) is not None]

    assert opening == []


@pytest.mark.parametrize("data", [None, "", [], 7, "mac", [MINTED], {"data": MINTED}, {}], ids=repr)
def test_what_is_no_data_does_not_open(data: object) -> None:
    assert opened(data=data) is None


def test_fields_cannot_be_moved_into_one_another() -> None:
    shifted = {**MINTED, "id": 104, "seen": 23}

    assert opened(data=shifted) is None


def test_a_button_of_the_menu_names_no_request() -> None:
    assert menu(Verb.FORM) == Button(Verb.FORM, "menu", 0, 0, "")


def test_a_digest_is_thirty_two_hexadecimal_digits_and_stays_the_same() -> None:
    assert digest(a_request_view()) == digest(a_request_view())
    assert len(bytes.fromhex(digest(a_request_view()))) == 16


@pytest.mark.parametrize("name", [each.name for each in fields(a_request_view())])
def test_every_field_of_a_view_is_in_its_digest(name: str) -> None:
    view = a_request_view()
    other: dict[str, object] = {
        "entitlement": replace(view.entitlement, opens="something else"),
        "requester": TOM,
        "beneficiary": replace(ANA, title="Somebody else"),
        "asked_duration": 5 * HOUR,
        "duration": HOUR,
        "waiting_for": (MARIA, TOM),
        "failure": say("It failed."),
    }

    assert digest(replace(view, **{name: other.get(name, "changed")})) != digest(view)


def test_half_a_surrogate_pair_has_a_digest_too() -> None:
    assert digest(a_request_view(reason="\ud800")) != digest(a_request_view(reason="\ud801"))


def test_what_has_no_canonical_form_is_refused() -> None:
    with pytest.raises(TypeError, match="a view holds set"):
        digest(a_request_view(reason={"a"}))
