"""A card as one person has it on screen: its words, its buttons, and what filling in its fields would send.

Pressing follows the renderer: an action inside a ShowCard takes the inputs of that card and of those around it, inputs win over ``data``,
a required field that is empty keeps the press back, and a choice must be one that is offered (unless the list is searched on the server).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from infra.simulator.chats import Message
from infra.simulator.errors import NotOnScreen
from infra.simulator.shape import Json, JsonObject, list_at, object_at, objects_at, text_at, value_at

_WORDS = ("text", "title", "value", "label", "placeholder", "altText", "errorMessage")
_NOT_SHOWN = ("data", "fallback", "refresh", "authentication", "choices.data")


@dataclass(frozen=True, slots=True, kw_only=True)
class Button:
    """An action on a card, and the cards (outermost first) whose inputs it takes along."""

    action: JsonObject
    scope: tuple[JsonObject, ...]

    @property
    def kind(self) -> str:
        """Its type, such as Action.Execute."""
        return text_at(self.action, "type")

    @property
    def title(self) -> str:
        """The word on it."""
        return text_at(self.action, "title")

    @property
    def opens_dialog(self) -> bool:
        """Whether pressing it fetches a dialog instead of sending its data."""
        return text_at(self.action, "data", "msteams", "type") == "task/fetch"

    def send(self, inputs: Mapping[str, Json]) -> JsonObject:
        """Answer the data that pressing sends when the fields hold ``inputs``, and otherwise what they hold already.

        Raises:
            NotOnScreen: a field does not exist, or the client would keep the press back.
        """
        data = object_at(self.action, "data")
        if self.action.get("associatedInputs") == "none":
            return dict(data)
        fields = {text_at(field, "id"): field for card in self.scope for field in _fields(card)}
        if strangers := [name for name in inputs if name not in fields]:
            raise NotOnScreen(f"there is no field {strangers[0]!r} beside {self.title!r}; there are {', '.join(fields) or 'none'}")
        filled = {name: _fill(field, inputs.get(name)) for name, field in fields.items()}
        return {**data, **{name: value for name, value in filled.items() if value is not None}}


class Card(dict[str, Json]):
    """An Adaptive Card on somebody's screen: the JSON itself, plus the message it belongs to."""

    def __init__(self, content: JsonObject, *, message: Message | None) -> None:
        super().__init__(content)
        self.message = message

    @property
    def words(self) -> tuple[str, ...]:
        """Every piece of text on it, from top to bottom, fields and buttons included."""
        return tuple(_words(dict(self)))

    @property
    def buttons(self) -> tuple[Button, ...]:
        """Every action on it, inside ShowCards too."""
        return tuple(_buttons(dict(self), (dict(self),)))

    @property
    def titles(self) -> tuple[str, ...]:
        """The words on its buttons."""
        return tuple(button.title for button in self.buttons)

    def shows(self, text: str) -> bool:
        """Whether ``text`` stands anywhere on it, in one piece."""
        return any(text in words for words in self.words)

    def button(self, title: str) -> Button:
        """Answer the button that sends something and bears exactly this title. Raises NotOnScreen."""
        named = [button for button in self.buttons if button.title == title]
        sending = [button for button in named if button.kind in ("Action.Execute", "Action.Submit")]
        if not sending:
            why = f"{title!r} only opens or shows something" if named else f"there is no button {title!r}"
            raise NotOnScreen(f"{why}; there are {', '.join(map(repr, self.titles)) or 'no buttons'}")
        return sending[0]

    def searches(self, dataset: str) -> bool:
        """Whether a field on it looks its choices up in ``dataset``."""
        fields = [*_fields(dict(self)), *(field for button in self.buttons for card in button.scope for field in _fields(card))]
        return any(text_at(field, "choices.data", "dataset") == dataset for field in fields)


def _words(node: Json) -> Iterator[str]:
    if isinstance(node, list):
        for entry in node:
            yield from [entry] if isinstance(entry, str) else _words(entry)
    if not isinstance(node, dict):
        return
    # What a choice or a toggle sends is not a word that anybody reads; what stands in a text field or a fact is.
    unread = {"value"} if text_at(node, "type") in ("Input.ChoiceSet", "Input.Toggle") else set()
    for name, value in node.items():
        if name == "choices":
            yield from (text_at(choice, "title") for choice in objects_at(node, name))
        elif isinstance(value, str):
            yield from [value] if name in _WORDS and name not in unread else []
        elif name not in _NOT_SHOWN:
            yield from _words(value)


def _buttons(node: Json, scope: tuple[JsonObject, ...]) -> Iterator[Button]:
    if isinstance(node, list):
        for entry in node:
            yield from _buttons(entry, scope)
    if not isinstance(node, dict):
        return
    if text_at(node, "type").startswith("Action."):
        yield Button(action=node, scope=scope)
        card = object_at(node, "card")
        yield from _buttons(card, (*scope, card))
        return
    for name, value in node.items():
        if name not in _NOT_SHOWN:
            yield from _buttons(value, scope)


def _fields(node: Json) -> Iterator[JsonObject]:
    if isinstance(node, list):
        for entry in node:
            yield from _fields(entry)
    if not isinstance(node, dict) or text_at(node, "type").startswith("Action."):
        return
    if text_at(node, "type").startswith("Input."):
        yield node
        return
    for name, value in node.items():
        if name not in _NOT_SHOWN:
            yield from _fields(value)


def _fill(field: JsonObject, given: Json) -> Json:
    kind, name = text_at(field, "type"), text_at(field, "id")
    unset: Json = text_at(field, "valueOff") or "false" if kind == "Input.Toggle" else None
    value = given if given is not None else field.get("value", unset)
    if value in (None, ""):
        if field.get("isRequired") is True:
            raise NotOnScreen(f"the field {name!r} is required: {text_at(field, 'errorMessage') or 'no error message is written for it'}")
        return "" if kind == "Input.Text" else None
    limit = value_at(field, "maxLength")
    if isinstance(limit, int) and isinstance(value, str) and len(value) > limit:
        raise NotOnScreen(f"the field {name!r} takes {limit} characters, not {len(value)}")
    offered = [text_at(choice, "value") for choice in objects_at(field, "choices")]
    if kind == "Input.ChoiceSet" and given is not None and "choices.data" not in field and list_at(field, "choices"):
        chosen = str(value).split(",") if field.get("isMultiSelect") is True else [str(value)]
        if strangers := [choice for choice in chosen if choice not in offered]:
            raise NotOnScreen(f"the field {name!r} does not offer {strangers[0]!r}; it offers {', '.join(offered)}")
    return value
