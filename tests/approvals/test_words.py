"""Sentences: translatable for ever, and readable without any translation."""

import ast
from pathlib import Path

import pytest

import approvals
from approvals.words import Sentence, fill, say


def test_a_sentence_is_its_pattern_and_its_values_in_order_of_name() -> None:
    assert say("{who} denied {what}.", who="Maria", what="REQ-7") == Sentence("{who} denied {what}.", (("what", "REQ-7"), ("who", "Maria")))


def test_a_sentence_reads_as_english_and_as_any_other_language() -> None:
    denied = say("{who} denied {what}.", who="Maria", what="REQ-7")

    assert str(denied) == "Maria denied REQ-7."
    assert denied.into({"{who} denied {what}.": "{what} wurde von {who} abgelehnt."}.__getitem__) == "REQ-7 wurde von Maria abgelehnt."


def test_a_name_that_a_translator_got_wrong_stays_visible() -> None:
    assert fill("{woh} denied it.", {"who": "Maria"}) == "{woh} denied it."


def test_a_value_is_never_read_as_a_pattern() -> None:
    assert str(say("{reason} said {who}", reason="{who}", who="Maria")) == "{who} said Maria"


def test_every_sentence_in_the_code_is_a_literal_that_gettext_can_extract() -> None:
    hidden = [
        f"{path.name}:{call.lineno}"
        for path in sorted(Path(approvals.__file__).parent.rglob("*.py"))
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id == "say"
        if not isinstance(call.args[0], ast.Constant)
    ]

    assert hidden == []


@pytest.mark.parametrize("value", [0, -1, 1_000])
def test_a_number_is_a_value_too(value: int) -> None:
    assert str(say("{count} left", count=value)) == f"{value} left"


def test_several_names_are_read_one_after_the_other() -> None:
    assert str(say("Only {names} can decide.", names=("Maria", "Jonas"))) == "Only Maria, Jonas can decide."
