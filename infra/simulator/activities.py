"""The activities that Teams sends to a bot, built to the letter: who, where, when, and the parts that only Teams adds.

Source: https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/conversation-messages
"""

from __future__ import annotations

import html
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from infra.simulator.authority import Authority
from infra.simulator.chats import Chat, Message
from infra.simulator.clock import iso
from infra.simulator.organisation import Employee
from infra.simulator.shape import Json, JsonObject
from infra.simulator.world import World


@dataclass(frozen=True, slots=True, kw_only=True)
class ActivityWriter:
    """Writes activities about one world."""

    world: World
    authority: Authority

    def message(self, person: Employee, message: Message, *, chat: Chat, words: str) -> JsonObject:
        """The ``words`` that ``person`` typed. In a 1:1 chat plain text; elsewhere Teams adds the mention of the bot and an HTML copy."""
        activity = self._frame("message", person, chat=chat, thread=message.thread)
        activity |= {"id": message.id, "text": words, "textFormat": "plain"}
        if chat.kind == "personal":
            return activity
        name = self.world.bot_name
        tag = f"<at>{html.escape(name)}</at>"
        mention: JsonObject = {"type": "mention", "mentioned": {"id": self.world.bot_id, "name": name}, "text": tag}
        activity["text"] = f"{tag} {words}"
        span = f'<span itemscope itemtype="http://schema.skype.com/Mention" itemid="0">{html.escape(name)}</span>'
        activity["entities"] = [self._client_info(person), mention]
        activity["attachments"] = [{"contentType": "text/html", "content": f"<p>{span}&nbsp;{html.escape(words)}</p>"}]
        return activity

    def submit(self, person: Employee, message: Message, *, chat: Chat, data: Json) -> JsonObject:
        """A press on Action.Submit: a message without text that carries the card's data."""
        activity = self._frame("message", person, chat=chat, thread=message.thread)
        activity |= {"id": f"f:{uuid.uuid4()}", "value": data, "replyToId": message.id}
        activity["channelData"] = self._from_card(message, chat=chat)
        return activity

    def invoke(self, person: Employee, message: Message | None, *, chat: Chat, name: str, value: Json) -> JsonObject:
        """A question that the client waits on: a card's action, a search, a dialog."""
        activity = self._frame("invoke", person, chat=chat, thread=message.thread if message else None)
        activity |= {"id": f"f:{uuid.uuid4()}", "name": name, "value": value}
        if message is not None:
            activity["replyToId"] = message.id
            activity["channelData"] = self._from_card(message, chat=chat)
        return activity

    def installed(self, person: Employee, *, chat: Chat) -> JsonObject:
        """The app was added for ``person``."""
        return self._frame("installationUpdate", person, chat=chat, thread=None) | {"id": f"f:{uuid.uuid4()}", "action": "add"}

    def joined(self, person: Employee, *, chat: Chat) -> JsonObject:
        """The conversation of ``person`` and the bot began."""
        members: list[Json] = [{"id": self.world.bot_id}]
        return self._frame("conversationUpdate", person, chat=chat, thread=None) | {"id": f"f:{uuid.uuid4()}", "membersAdded": members}

    def _frame(self, kind: str, person: Employee, *, chat: Chat, thread: str | None) -> JsonObject:
        now, zone = self.world.clock.now(), ZoneInfo(person.time_zone)
        return {
            "type": kind,
            "timestamp": iso(now),
            "localTimestamp": now.astimezone(zone).isoformat(timespec="milliseconds"),
            "localTimezone": person.time_zone,
            "channelId": "msteams",
            # The same text as the serviceurl claim of the token that goes with it.
            "serviceUrl": f"{self.authority.url}/",
            "from": {"id": self.world.teams_id(person), "name": person.name, "aadObjectId": person.id},
            "conversation": self._conversation(chat, thread=thread),
            "recipient": {"id": self.world.bot_id, "name": self.world.bot_name},
            "entities": [self._client_info(person)],
            "channelData": self._channel_data(chat),
            "locale": person.locale,
        }

    def _conversation(self, chat: Chat, *, thread: str | None) -> JsonObject:
        conversation: JsonObject = {"tenantId": self.world.tenant_id}
        if chat.kind == "personal":
            return conversation | {"conversationType": "personal", "id": chat.id}
        if chat.kind == "group":
            return conversation | {"conversationType": "groupChat", "isGroup": True, "name": chat.title, "id": chat.id}
        return conversation | {"conversationType": "channel", "isGroup": True, "id": f"{chat.id};messageid={thread}" if thread else chat.id}

    def _channel_data(self, chat: Chat) -> JsonObject:
        data: JsonObject = {"tenant": {"id": self.world.tenant_id}}
        if chat.kind == "channel":
            data |= {"teamsChannelId": chat.id, "teamsTeamId": chat.team_id, "channel": {"id": chat.id}, "team": {"id": chat.team_id}}
        return data

    def _from_card(self, message: Message, *, chat: Chat) -> JsonObject:
        return {**self._channel_data(chat), "source": {"name": "message"}, "legacy": {"replyToId": f"1:{message.id}"}}

    def _client_info(self, person: Employee) -> JsonObject:
        country = person.locale.partition("-")[2]
        return {"type": "clientInfo", "locale": person.locale, "country": country, "platform": "Web", "timezone": person.time_zone}
