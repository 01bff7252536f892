"""Every kind of answer of a bot, read as the Teams client reads it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from infra.simulator.answers import read_answer
from infra.simulator.deliver import INVOKE_WITHIN_S

CARD = {"type": "AdaptiveCard", "version": "1.5", "body": []}
ACTION = "adaptiveCard/action"
SEARCH = "application/search"
TYPE = "application/vnd.microsoft."


def an_action(kind: str, value: Any, code: Any = 200) -> dict[str, Any]:
    return {"statusCode": code, "type": f"{TYPE}{kind}", "value": value}


def a_search(results: Any, code: int = 200) -> dict[str, Any]:
    return {"statusCode": code, "type": f"{TYPE}search.searchResponse", "value": {"results": results}}


def a_login(value: Any) -> dict[str, Any]:
    return an_action("activity.loginRequest", value, 401)


_LOGIN = {"connectionName": "c", "text": "Sign in.", "buttons": [{"type": "signin", "title": "Go", "value": "https://a.example"}]}
_NO_LOGIN = "A loginRequest needs a connectionName and a button of type signin with an address."


@pytest.mark.parametrize(
    ("name", "status", "body", "shown"),
    [
        (ACTION, 200, an_action("card.adaptive", CARD), {"kind": "card", "card": CARD}),
        (ACTION, 200, an_action("activity.message", "Done"), {"kind": "toast", "text": "Done"}),
        (ACTION, 200, an_action("error", {"code": "C", "message": "No."}, 403), {"kind": "error", "title": "No.", "detail": "C"}),
        (
            ACTION,
            200,
            a_login(
                {"connectionName": "c", "text": "Sign in.", "buttons": [{"type": "signin", "title": "Go", "value": "https://a.example"}]}
            ),
            {"kind": "signIn", "text": "Sign in.", "title": "Go", "url": "https://a.example"},
        ),
        (SEARCH, 200, a_search([{"title": "A", "value": "a"}]), {"kind": "results", "results": [{"title": "A", "value": "a"}]}),
        (SEARCH, 200, a_search([]), {"kind": "results", "results": []}),
        (
            "task/fetch",
            200,
            {"task": {"type": "continue", "value": {"title": "T", "height": 400, "card": {"content": CARD}}}},
            {"kind": "dialog", "title": "T", "card": CARD, "height": 400, "width": None},
        ),
        ("task/submit", 200, {"task": {"type": "message", "value": "Saved"}}, {"kind": "toast", "text": "Saved"}),
        ("task/submit", 200, None, {"kind": "nothing"}),
        ("", 202, None, {"kind": "nothing"}),
    ],
)
def test_a_good_answer_is_shown(name: str, status: int, body: Any, shown: dict[str, Any]) -> None:
    assert read_answer(name, status=status, body=body, elapsed=timedelta(0)).shown() == shown


@pytest.mark.parametrize(
    ("name", "status", "body", "detail"),
    [
        (ACTION, 501, None, "The app answered 501, not 200."),
        (ACTION, 200, None, "statusCode must be a number, not None."),
        (ACTION, 200, an_action("card.adaptive", CARD, "200"), "statusCode must be a number, not '200'."),
        (ACTION, 200, an_action("card.adaptive", {"type": "Card"}), "type must be AdaptiveCard, not 'Card'."),
        (ACTION, 200, an_action("error.incorrectAuthCode", None, 401), "401"),
        *((ACTION, 200, a_login(value), _NO_LOGIN) for value in (None, {}, {"connectionName": "c"}, _LOGIN | {"connectionName": ""})),
        *(
            (ACTION, 200, a_login(_LOGIN | {"buttons": [button]}), _NO_LOGIN)
            for button in ({"type": "openUrl", "value": "https://a.example"}, {"type": "signin", "value": "javascript:alert(1)"})
        ),
        (ACTION, 200, an_action("card.adaptive", "text"), f"type '{TYPE}card.adaptive' with a str is nothing that Teams shows."),
        (SEARCH, 200, a_search([], 500), "The answer is not a searchResponse with statusCode 200 and value.results."),
        (SEARCH, 200, a_search([{"value": "a"}]), "Every result needs a title and a value."),
        ("task/fetch", 200, {"tasks": 1}, "The answer has no task."),
        ("task/fetch", 200, {"task": {"type": "open"}}, "The task's type must be message or continue, not 'open'."),
        ("task/fetch", 200, {"task": {"type": "continue", "value": {}}}, "type must be AdaptiveCard, not None."),
        ("", 401, None, "It answered 401."),
    ],
)
def test_a_bad_answer_is_an_error_that_says_why(name: str, status: int, body: Any, detail: str) -> None:
    answer = read_answer(name, status=status, body=body, elapsed=timedelta(0))

    assert answer.error is not None
    assert answer.error.detail == detail


def test_teams_waits_ten_seconds_for_an_invoke() -> None:
    assert INVOKE_WITHIN_S == 10
