"""The simulated Teams itself: who has the app, which chats exist, and what stands in them. In memory, no network.

Everything that changes here becomes an event. Rules it keeps, as Teams does:

1. A 1:1 chat exists only between the bot and a person for whom the app is installed.
2. A message's id is new, and greater than every earlier one (Teams uses milliseconds since 1970).
3. The bot changes and deletes only what it posted; a deleted message is not found again.
"""

from __future__ import annotations

import time
from collections.abc import Iterable
from dataclasses import replace

from infra.simulator.chats import Chat, Failure, Message
from infra.simulator.clock import SimulatedClock
from infra.simulator.errors import Refused
from infra.simulator.events import Events
from infra.simulator.organisation import Employee, Organisation, SharedChat, personal_chat_id, shared_chat_id, teams_id
from infra.simulator.shape import Json, JsonObject, objects_at, text_at, value_at


class World:
    """The state of the simulated Teams."""

    def __init__(
        self, organisation: Organisation, *, app_id: str, tenant_id: str, bot_name: str, clock: SimulatedClock, events: Events
    ) -> None:
        self.organisation = organisation
        self.app_id = app_id
        self.tenant_id = tenant_id
        self.bot_id = f"28:{app_id}"
        self.bot_name = bot_name
        self.clock = clock
        self.events = events
        self._by_id: dict[str, Employee] = {}
        for person in organisation.people:
            self._by_id[person.id] = self._by_id[self.teams_id(person)] = person
        self._personal = {personal_chat_id(person.id, app_id=app_id): person for person in organisation.people}
        self._installed = {person.id for person in organisation.people if person.enabled}
        self._chats: dict[str, Chat] = {}
        self._last_message = 0
        for shared in organisation.shared_chats:
            self._open_shared(shared)

    @property
    def chats(self) -> tuple[Chat, ...]:
        """Every chat that exists, oldest first."""
        return tuple(self._chats.values())

    def teams_id(self, person: Employee) -> str:
        """The person's 29:… id."""
        return teams_id(person.id, tenant_id=self.tenant_id)

    def person(self, any_id: str) -> Employee | None:
        """Answer who has this Entra object id or 29:… id."""
        return self._by_id.get(any_id) or self._by_id.get(any_id.lower())

    def install(self, person: Employee) -> None:
        """Install the app for ``person``: the bot may then write to them."""
        self._installed.add(person.id)

    def uninstall(self, person: Employee) -> None:
        """Take the app away from ``person``: every call about their chat is then refused with 403."""
        self._installed.discard(person.id)

    def has_app(self, person: Employee) -> bool:
        """Whether the app is installed for ``person``."""
        return person.id in self._installed

    def personal_chat(self, person: Employee) -> Chat:
        """Answer the person's 1:1 chat with the bot, made on first use. (1)

        Raises:
            Refused: 403, the app is not installed for them.
        """
        if not self.has_app(person):
            raise Refused(403, "ForbiddenOperationException", "Bot isn't installed in user's personal scope.")
        chat_id = personal_chat_id(person.id, app_id=self.app_id)
        if chat_id not in self._chats:
            chat = self._chats[chat_id] = Chat(id=chat_id, kind="personal", title=person.name, members=(person,))
            self.events.emit("chat", chat=chat_id, value=chat.as_json())
        return self._chats[chat_id]

    def chat(self, conversation_id: str) -> Chat:
        """Answer the chat with this id; the ``;messageid=`` of a channel's thread is looked past.

        Raises:
            Refused: 404, there is none; 403, it is the 1:1 chat of a person without the app.
        """
        chat_id = conversation_id.split(";messageid=")[0]
        if person := self._personal.get(chat_id):
            if not self.has_app(person):
                raise Refused(403, "BotNotInConversationRoster", "The bot is not part of the conversation roster.")
            return self.personal_chat(person)
        if chat_id not in self._chats:
            raise Refused(404, "ConversationNotFound", "Conversation not found.")
        return self._chats[chat_id]

    def thread_of(self, conversation_id: str) -> str | None:
        """Answer which thread a channel conversation id means; 404 when its first message does not exist."""
        base, marker, thread = conversation_id.partition(";messageid=")
        if not marker:
            return None
        if thread not in self.chat(base).messages:
            raise Refused(404, "ConversationNotFound", "Conversation not found.")
        return thread

    def post(self, chat: Chat, activity: JsonObject, *, sender: Employee | None, thread: str | None = None) -> Message:
        """Put a message into ``chat``; without ``sender`` it is the bot's. (2)"""
        self._last_message = max(self._last_message + 1, time.time_ns() // 1_000_000)
        message_id = str(self._last_message)
        message = Message(
            id=message_id,
            chat=chat.id,
            sender_id=self.teams_id(sender) if sender else self.bot_id,
            sender_name=sender.name if sender else self.bot_name,
            is_bot=sender is None,
            text=text_at(activity, "text"),
            text_format=text_at(activity, "textFormat") or "markdown",
            attachments=tuple(objects_at(activity, "attachments")),
            timestamp=self.clock.now(),
            thread=(thread or message_id) if chat.kind == "channel" else None,
            activity=activity,
        )
        chat.messages[message.id] = message
        self.events.emit("message", chat=chat.id, message=message.as_json())
        if sender is None and value_at(activity, "channelData", "notification", "alert") is True:
            self._alert(chat, text_at(activity, "summary") or message.text)
        return message

    def update(self, chat: Chat, message_id: str, activity: JsonObject) -> Message:
        """Replace what stands in one of the bot's messages. (3) Raises Refused 404."""
        old = self._own_message(chat, message_id)
        message = replace(
            old,
            version=old.version + 1,
            text=text_at(activity, "text"),
            text_format=text_at(activity, "textFormat") or "markdown",
            attachments=tuple(objects_at(activity, "attachments")),
            activity=activity,
        )
        chat.messages[message_id] = message
        self.events.emit("updated", chat=chat.id, message=message.as_json())
        return message

    def delete(self, chat: Chat, message_id: str) -> None:
        """Take back one of the bot's messages. (3) Raises Refused 404."""
        message = replace(self._own_message(chat, message_id), text="", attachments=(), deleted=True)
        chat.messages[message_id] = message
        self.events.emit("deleted", chat=chat.id, message=message.as_json())

    def mark_failed(self, message: Message, failure: Failure) -> Message:
        """Show under a person's own message that it did not reach the bot."""
        chat = self._chats[message.chat]
        marked = replace(message, error=failure)
        chat.messages[message.id] = marked
        self.events.emit("updated", chat=chat.id, message=marked.as_json())
        return marked

    def _open_shared(self, shared: SharedChat) -> None:
        here = [person for person in self.organisation.people if person.enabled]
        self._chats[shared_chat_id(shared)] = Chat(
            id=shared_chat_id(shared),
            kind=shared.kind,
            title=shared.title,
            members=tuple(person for person in here if not shared.members or person.email in shared.members),
            team_id=shared_chat_id(replace(shared, title="General")) if shared.kind == "channel" else "",
            team_name=shared.team,
        )

    def _own_message(self, chat: Chat, message_id: str) -> Message:
        message = chat.messages.get(message_id)
        if message is None or message.deleted or not message.is_bot:
            raise Refused(404, "ActivityNotFoundInConversation", "The activity was not found in the conversation.")
        return message

    def _alert(self, chat: Chat, text: str) -> None:
        everyone: list[Json] = [member.id for member in chat.members]
        self.events.emit("toast", chat=chat.id, to=everyone, text=text)


def teams_of(chats: Iterable[Chat]) -> dict[str, list[Chat]]:
    """Answer the teams that have channels among ``chats``: team id to its channels."""
    teams: dict[str, list[Chat]] = {}
    for chat in chats:
        if chat.kind == "channel":
            teams.setdefault(chat.team_id, []).append(chat)
    return teams
