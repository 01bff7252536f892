"""What the bot answered, read as the Teams client reads it.

    adaptiveCard/action   card (this viewer sees it from now on) | toast | a sign-in button under the card | error under the card
    application/search    results
    task/fetch, submit    dialog | toast (type message) | nothing (an empty answer closes the dialog)

Anything else, a status other than 200, and silence for 10 s are errors, with Teams' words.
Source: https://learn.microsoft.com/microsoftteams/platform/task-modules-and-cards/cards/universal-actions-for-adaptive-cards/overview
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from typing import Literal

from approvals.words import say
from infra.simulator.chats import ADAPTIVE_CARD, Failure
from infra.simulator.shape import Json, JsonObject, list_at, object_at, objects_at, text_at, value_at

TOAST = "application/vnd.microsoft.activity.message"
ERROR = "application/vnd.microsoft.error"
LOGIN = "application/vnd.microsoft.activity.loginRequest"
UNREACHABLE = say("Unable to reach app. Please try again.").msgid
WRONG = say("Something went wrong. Please try again.").msgid
InvokeName = Literal["adaptiveCard/action", "application/search", "task/fetch", "task/submit"]
INVOKES: tuple[InvokeName, ...] = ("adaptiveCard/action", "application/search", "task/fetch", "task/submit")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """One result of a typeahead search."""

    title: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Dialog:
    """A dialog that the bot opened."""

    title: str
    card: JsonObject
    height: Json = None
    width: Json = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInButton:
    """A sign-in that the bot asks for before it does what was pressed: the words beside the button, its title, and what it opens."""

    text: str
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back for one activity, and what the client shows of it. At most one of those below ``elapsed`` is set."""

    status: int
    """HTTP status of the bot's answer; 0 when there was none."""
    body: Json
    elapsed: timedelta
    card: JsonObject | None = None
    toast: str | None = None
    error: Failure | None = None
    results: tuple[Choice, ...] | None = None
    dialog: Dialog | None = None
    sign_in: SignInButton | None = None

    def shown(self) -> JsonObject:
        """What the client shows, as the page reads it."""
        if self.error:
            return {"kind": "error", **self.error.as_json()}
        if self.card is not None:
            return {"kind": "card", "card": self.card}
        if self.toast is not None:
            return {"kind": "toast", "text": self.toast}
        if self.results is not None:
            return {"kind": "results", "results": [{"title": choice.title, "value": choice.value} for choice in self.results]}
        if self.dialog:
            dialog = self.dialog
            return {"kind": "dialog", "title": dialog.title, "card": dialog.card, "height": dialog.height, "width": dialog.width}
        if self.sign_in:
            return {"kind": "signIn", "text": self.sign_in.text, "title": self.sign_in.title, "url": self.sign_in.url}
        return {"kind": "nothing"}


def silence(*, elapsed: timedelta, detail: str) -> Answer:
    """The answer that never came."""
    return Answer(status=0, body=None, elapsed=elapsed, error=Failure(title=UNREACHABLE, detail=detail))


def read_answer(name: str, *, status: int, body: Json, elapsed: timedelta) -> Answer:
    """Read what the bot answered to the invoke ``name``, or to a message when ``name`` is empty."""
    if name == "":
        failed = Failure(title=say("The app did not take this message.").msgid, detail=f"It answered {status}.") if status >= 300 else None
        return Answer(status=status, body=body, elapsed=elapsed, error=failed)
    if status != 200:
        unreachable = Failure(title=UNREACHABLE, detail=f"The app answered {status}, not 200.")
        return Answer(status=status, body=body, elapsed=elapsed, error=unreachable)
    if name == "adaptiveCard/action":
        return _read_action(body, elapsed=elapsed)
    if name == "application/search":
        return _read_search(body, elapsed=elapsed)
    return _read_task(body, elapsed=elapsed)


def _unreadable(body: Json, *, elapsed: timedelta, why: str) -> Answer:
    return Answer(status=200, body=body, elapsed=elapsed, error=Failure(title=WRONG, detail=why))


def _read_action(body: Json, *, elapsed: timedelta) -> Answer:
    code, kind, value = value_at(body, "statusCode"), text_at(body, "type"), value_at(body, "value")
    if not isinstance(code, int):
        return _unreadable(body, elapsed=elapsed, why=f"statusCode must be a number, not {code!r}.")
    if code == 401 and kind == LOGIN:
        return _read_login(body, elapsed=elapsed)
    if kind == ERROR or code >= 300:
        title = text_at(value, "message") or WRONG
        return Answer(status=200, body=body, elapsed=elapsed, error=Failure(title=title, detail=text_at(value, "code") or str(code)))
    if kind == TOAST and isinstance(value, str):
        return Answer(status=200, body=body, elapsed=elapsed, toast=value)
    if kind != ADAPTIVE_CARD or not isinstance(value, dict):
        return _unreadable(body, elapsed=elapsed, why=f"type {kind!r} with a {type(value).__name__} is nothing that Teams shows.")
    if flaw := card_flaw(value):
        return _unreadable(body, elapsed=elapsed, why=flaw)
    return Answer(status=200, body=body, elapsed=elapsed, card=value)


def _read_login(body: Json, *, elapsed: timedelta) -> Answer:
    button = next(iter(objects_at(body, "value", "buttons")), {})
    url = text_at(button, "value")
    if not text_at(body, "value", "connectionName") or text_at(button, "type") != "signin" or not url.startswith(("https://", "http://")):
        return _unreadable(body, elapsed=elapsed, why="A loginRequest needs a connectionName and a button of type signin with an address.")
    asked = SignInButton(text=text_at(body, "value", "text"), title=text_at(button, "title") or "Sign In", url=url)
    return Answer(status=200, body=body, elapsed=elapsed, sign_in=asked)


def _read_search(body: Json, *, elapsed: timedelta) -> Answer:
    results = value_at(body, "value", "results")
    if value_at(body, "statusCode") != 200 or text_at(body, "type") != "application/vnd.microsoft.search.searchResponse" or results is None:
        return _unreadable(body, elapsed=elapsed, why="The answer is not a searchResponse with statusCode 200 and value.results.")
    entries = list_at(body, "value", "results")
    choices = tuple(Choice(title=text_at(entry, "title"), value=text_at(entry, "value")) for entry in entries)
    if not all(choice.title for choice in choices):
        return _unreadable(body, elapsed=elapsed, why="Every result needs a title and a value.")
    return Answer(status=200, body=body, elapsed=elapsed, results=choices)


def _read_task(body: Json, *, elapsed: timedelta) -> Answer:
    if not object_at(body, "task"):
        if body is None or body == {}:
            return Answer(status=200, body=body, elapsed=elapsed)
        return _unreadable(body, elapsed=elapsed, why="The answer has no task.")
    kind, value = text_at(body, "task", "type"), value_at(body, "task", "value")
    if kind == "message" and isinstance(value, str):
        return Answer(status=200, body=body, elapsed=elapsed, toast=value)
    if kind != "continue":
        return _unreadable(body, elapsed=elapsed, why=f"The task's type must be message or continue, not {kind!r}.")
    card = object_at(value, "card", "content")
    if flaw := card_flaw(card):
        return _unreadable(body, elapsed=elapsed, why=flaw)
    dialog = Dialog(title=text_at(value, "title"), card=card, height=value_at(value, "height"), width=value_at(value, "width"))
    return Answer(status=200, body=body, elapsed=elapsed, dialog=dialog)


def card_flaw(card: Json) -> str | None:
    """Answer why Teams would not show ``card``, or None when it would. Only what Teams looks at; the schema is checked elsewhere."""
    if not isinstance(card, dict):
        return f"An Adaptive Card is an object, not {type(card).__name__}."
    if card.get("type") != "AdaptiveCard":
        return f"type must be AdaptiveCard, not {card.get('type')!r}."
    if not isinstance(card.get("version"), str):
        return "version is missing."
    for part in ("body", "actions"):
        if not isinstance(card.get(part, []), list):
            return f"{part} must be a list."
    return None
