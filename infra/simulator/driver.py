"""People, as tests and the demo drive them: they say, press, look things up and read what is on their screen.

ana = sim.person("ana")
await ana.says("I need write access to billing-db for 4 hours to fix INC-4711")
card = await sim.wait_for(lambda: ana.latest_card(containing="billing-db"), what="the preview")
answer = await ana.presses("Submit", on=card)
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from infra.simulator.answers import Answer, InvokeName
from infra.simulator.chats import Chat, Message
from infra.simulator.client import TeamsClient
from infra.simulator.errors import NotOnScreen, NotSeen
from infra.simulator.organisation import Employee
from infra.simulator.screen import Button, Card
from infra.simulator.shape import Json, JsonObject, list_at, object_at, text_at
from infra.simulator.sign_in import Window, sign_in
from infra.simulator.world import World

MOST_REFRESHED = 60
"""People who get a view of their own by themselves, at most (Teams)."""


class Person:
    """One person at their Teams."""

    def __init__(self, employee: Employee, *, world: World, client: TeamsClient) -> None:
        self.employee = employee
        self._world = world
        self._client = client
        self._views: dict[tuple[str, int], JsonObject] = {}
        self._refreshed: set[tuple[str, int]] = set()
        self._dialog: tuple[Card, Chat, str | None] | None = None
        self._held: _Held | None = None
        self.window: Window | None = None
        """The last window of a sign-in, as it was left."""

    def __repr__(self) -> str:
        return f"<{self.employee.name}>"

    @property
    def id(self) -> str:
        """Entra object id."""
        return self.employee.id

    @property
    def name(self) -> str:
        """Name as Teams shows it."""
        return self.employee.name

    @property
    def email(self) -> str:
        """E-mail address, which is also the sign-in name."""
        return self.employee.email

    @property
    def teams_id(self) -> str:
        """29:… id, as refresh.userIds wants it."""
        return self._world.teams_id(self.employee)

    @property
    def chat(self) -> Chat:
        """The 1:1 chat with the bot."""
        return self._world.personal_chat(self.employee)

    @property
    def messages(self) -> tuple[Message, ...]:
        """What stands in the 1:1 chat, oldest first; deleted messages are gone."""
        return self.messages_in(self.chat)

    @property
    def dialog(self) -> Card:
        """The dialog that is open. Raises NotOnScreen."""
        return self._open_dialog()[0]

    def messages_in(self, chat: Chat) -> tuple[Message, ...]:
        """What stands in ``chat``, oldest first; deleted messages are gone."""
        return tuple(message for message in chat.messages.values() if not message.deleted)

    def cards(self, *, chat: Chat | None = None) -> tuple[Card, ...]:
        """The cards in ``chat`` (else the 1:1 chat) as this person sees them, oldest first."""
        messages = self.messages_in(chat or self.chat)
        return tuple(self._as_seen(message, message.card) for message in messages if message.card is not None)

    def latest_card(self, *, containing: str = "", chat: Chat | None = None) -> Card:
        """The newest card in ``chat`` (else the 1:1 chat) that shows ``containing``. Raises NotOnScreen."""
        for card in reversed(self.cards(chat=chat)):
            if not containing or card.shows(containing):
                return card
        seen = [message.text or "a card" for message in self.messages_in(chat or self.chat)][-5:]
        raise NotOnScreen(f"{self.name} has no card{f' that shows {containing!r}' if containing else ''}; the last messages are {seen}")

    def now(self, card: Card) -> Card:
        """The card of the same message as it is now. Raises NotOnScreen when the message was deleted or has no card any more."""
        message = self._world.chat(_message(card).chat).messages[_message(card).id]
        if message.deleted or message.card is None:
            raise NotOnScreen(f"the message {message.id} holds no card any more")
        return self._as_seen(message, message.card)

    async def open_chat(self) -> Chat:
        """Open the 1:1 chat; the first time, the bot hears of the installation and of the conversation."""
        return await self._client.open_chat(self.employee)

    async def says(self, text: str, *, chat: Chat | None = None, mention: bool = True, thread: str | None = None) -> Answer | None:
        """Write ``text`` into ``chat`` (else the 1:1 chat, opened if need be). None when the bot is not meant to hear it."""
        chat = chat or await self.open_chat()
        _message, answer = await self._client.say(self.employee, text, chat=chat, mention=mention, thread=thread)
        return answer

    async def presses(
        self,
        title: str,
        *,
        inputs: Mapping[str, Json] | None = None,
        on: Card | None = None,
        fallback: bool = False,
        signs_in: bool = True,
    ) -> Answer:
        """Fill in ``inputs`` and press the button ``title`` on the card ``on``, else on the newest card in the 1:1 chat that has it.

        ``fallback`` presses as a client does in which Action.Execute is dead. A card that comes back is this person's view from then on.
        Asked to sign in first, they do, as themselves; with ``signs_in`` false they leave the sign-in button alone.

        Raises:
            NotOnScreen: no such button or field, or the client keeps the press back.
        """
        card = on or self._newest(lambda card: title in card.titles, what=f"a button {title!r}")
        button = card.button(title)
        data = button.send(inputs or {})
        chat, message = self._world.chat(_message(card).chat), _message(card)
        if fallback:
            button = Button(action=object_at(button.action, "fallback"), scope=button.scope)
            data = button.send(inputs or {})
        if button.opens_dialog:
            return await self._ask_task("task/fetch", data, chat=chat, message_id=message.id)
        if button.kind == "Action.Submit":
            return await self._client.submit(self.employee, data, chat=chat, message_id=message.id)
        if button.kind != "Action.Execute":
            raise NotOnScreen(f"{title!r} has no fallback to press" if fallback else f"{title!r} is a {button.kind}")
        answer = await self._execute(button.action, data, trigger="manual", message=message)
        return await self.signs_in() if answer.sign_in is not None and signs_in else answer

    async def signs_in(self, *, who: Person | None = None) -> Answer:
        """Press the sign-in button that stands under a card, sign in in the window that opens, and let the client repeat the press.

        ``who`` signs in, else this person. Where the window hands over no code (refused, or somebody else's account) the answer is what
        stood there before.

        Raises:
            NotOnScreen: there is no sign-in button, or the window shows something else than a sign-in.
        """
        held = self._held
        if held is None or held.answer.sign_in is None:
            raise NotOnScreen(f"{self.name} has no sign-in button under any card")
        self.window = await sign_in(held.answer.sign_in.url, email=(who or self).email)
        if self.window.code is None:
            return held.answer
        return await self._invoke_card({**held.value, "state": self.window.code}, message=held.message)

    async def follows(self, title: str, *, on: Card) -> Window:
        """Press a button that opens a page to sign in on, and sign in there: where no client does it, nothing is handed over.

        Raises:
            NotOnScreen: no such button, or the page shows something else than a sign-in.
        """
        button = next((button for button in on.buttons if button.title == title and button.kind == "Action.OpenUrl"), None)
        if button is None:
            raise NotOnScreen(f"there is no link {title!r}; there are {', '.join(map(repr, on.titles)) or 'no buttons'}")
        return await sign_in(text_at(button.action, "url"), email=self.email)

    async def views(self, card: Card) -> Card:
        """Look at ``card`` as Teams does: where it refreshes for this person, ask for their view, once per version of the message."""
        message, current = _message(card), self.now(card)
        base = object_at(_message(current).card, "refresh")
        meant = [str(user) for user in list_at(base, "userIds")][:MOST_REFRESHED]
        version = (message.id, _message(current).version)
        small_chat = len(self._world.chat(message.chat).members) <= MOST_REFRESHED
        is_meant = self.teams_id in meant if meant else small_chat and bool(base)
        if is_meant and version not in self._refreshed:
            self._refreshed.add(version)
            action = object_at(base, "action")
            await self._execute(action, object_at(action, "data"), trigger="automatic", message=_message(current))
        return self.now(card)

    async def searches(self, dataset: str, text: str, *, on: Card | None = None, top: int = 15) -> Answer:
        """Type ``text`` into a field that looks up ``dataset``: on ``on``, else in the open dialog, else on the newest card with one."""
        value: JsonObject = {"queryText": text, "queryOptions": {"skip": 0, "top": top}, "dataset": dataset}
        if on is None and self._dialog and self._dialog[0].searches(dataset):
            _card, chat, message_id = self._dialog
            return await self._client.invoke(self.employee, value, name="application/search", chat=chat, message_id=message_id)
        card = on or self._newest(lambda card: card.searches(dataset), what=f"a field that searches {dataset!r}")
        return await self.invokes(value, name="application/search", on=card)

    async def opens_dialog(self, title: str, *, inputs: Mapping[str, Json] | None = None, on: Card | None = None) -> Card:
        """Press a button that fetches a dialog, and answer the dialog. Raises NotOnScreen when none opens."""
        answer = await self.presses(title, inputs=inputs, on=on)
        if answer.dialog is None:
            raise NotOnScreen(f"{title!r} opened no dialog but answered {answer.shown()}")
        return self.dialog

    async def submits_dialog(self, title: str, *, inputs: Mapping[str, Json] | None = None) -> Answer:
        """Fill in the open dialog and press ``title``. It closes, unless the answer is another dialog."""
        card, chat, message_id = self._open_dialog()
        return await self._ask_task("task/submit", card.button(title).send(inputs or {}), chat=chat, message_id=message_id)

    async def invokes(self, value: Json, *, on: Card | None, name: InvokeName = "adaptiveCard/action") -> Answer:
        """Send ``value`` as it is, as a client that somebody has tampered with would. ``on`` None: about no card, in the 1:1 chat."""
        if on is None:
            return await self._client.invoke(self.employee, value, name=name, chat=self.chat, message_id=None)
        message = _message(on)
        if name == "adaptiveCard/action" and isinstance(value, dict):
            return await self._invoke_card(value, message=message)
        return await self._client.invoke(self.employee, value, name=name, chat=self._world.chat(message.chat), message_id=message.id)

    async def submits(self, data: Json, *, on: Card) -> Answer:
        """Send ``data`` as an Action.Submit on the card, as it is."""
        message = _message(on)
        return await self._client.submit(self.employee, data, chat=self._world.chat(message.chat), message_id=message.id)

    async def _execute(self, action: JsonObject, data: JsonObject, *, trigger: str, message: Message) -> Answer:
        sent: JsonObject = {"type": "Action.Execute", "verb": text_at(action, "verb"), "data": data}
        if "id" in action:
            sent["id"] = action["id"]
        return await self._invoke_card({"action": sent, "trigger": trigger}, message=message)

    async def _invoke_card(self, value: JsonObject, *, message: Message) -> Answer:
        chat = self._world.chat(message.chat)
        answer = await self._client.invoke(self.employee, value, name="adaptiveCard/action", chat=chat, message_id=message.id)
        if answer.card is not None:
            self._views[message.id, message.version] = answer.card
        if answer.sign_in is not None:
            self._held = _Held(value=value, message=message, answer=answer)
        return answer

    async def _ask_task(self, name: InvokeName, data: JsonObject, *, chat: Chat, message_id: str | None) -> Answer:
        value: JsonObject = {"data": data, "context": {"theme": "default"}}
        answer = await self._client.invoke(self.employee, value, name=name, chat=chat, message_id=message_id)
        if answer.dialog:
            self._dialog = (Card(answer.dialog.card, message=None), chat, message_id)
        elif answer.error is None:
            self._dialog = None
        return answer

    def _as_seen(self, message: Message, base: JsonObject) -> Card:
        return Card(self._views.get((message.id, message.version), base), message=message)

    def _newest(self, fits: Callable[[Card], bool], *, what: str) -> Card:
        found = next((card for card in reversed(self.cards()) if fits(card)), None)
        if found is None:
            titles = sorted({title for card in self.cards() for title in card.titles})
            raise NotOnScreen(f"{self.name} has no card with {what}; the buttons are {', '.join(map(repr, titles)) or 'none'}")
        return found

    def _open_dialog(self) -> tuple[Card, Chat, str | None]:
        if self._dialog is None:
            raise NotOnScreen(f"{self.name} has no dialog open")
        return self._dialog


@dataclass(frozen=True, slots=True, kw_only=True)
class _Held:
    """A press that waits for a sign-in."""

    value: JsonObject
    message: Message
    answer: Answer


def _message(card: Card) -> Message:
    if card.message is None:
        raise NotSeen("this card is a dialog; use submits_dialog")
    return card.message
