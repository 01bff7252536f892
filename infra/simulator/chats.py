"""What a person sees in Teams: chats, the messages in them, and what is shown when something did not work."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from infra.simulator.clock import iso
from infra.simulator.organisation import Employee
from infra.simulator.shape import JsonObject, text_at

ADAPTIVE_CARD = "application/vnd.microsoft.card.adaptive"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """What Teams shows a person when something did not work."""

    title: str
    detail: str

    def as_json(self) -> JsonObject:
        """The failure as the page shows it."""
        return {"title": self.title, "detail": self.detail}


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One message of a chat as it stands now. ``version`` is 1 and grows with every update."""

    id: str
    chat: str
    sender_id: str
    """29:… of a person, or 28:… of the bot."""
    sender_name: str
    is_bot: bool
    text: str
    text_format: str
    attachments: tuple[JsonObject, ...]
    timestamp: datetime
    version: int = 1
    deleted: bool = False
    thread: str | None = None
    """In a channel, the id of the first message of its thread."""
    error: Failure | None = None
    activity: JsonObject = field(default_factory=dict)
    """The activity that made it, as it was received."""

    @property
    def card(self) -> JsonObject | None:
        """The first Adaptive Card in it."""
        for attachment in self.attachments:
            if attachment.get("contentType") == ADAPTIVE_CARD and isinstance(content := attachment.get("content"), dict):
                return content
        return None

    def as_json(self) -> JsonObject:
        """The message as the page shows it."""
        return {
            "id": self.id,
            "from": {"id": self.sender_id, "name": self.sender_name, "isBot": self.is_bot},
            "text": self.text,
            "summary": text_at(self.activity, "summary"),
            "textFormat": self.text_format,
            "attachments": [{"contentType": part.get("contentType"), "content": part.get("content")} for part in self.attachments],
            "timestamp": iso(self.timestamp),
            "edited": self.version > 1,
            "version": self.version,
            "deleted": self.deleted,
            "thread": self.thread,
            "error": self.error.as_json() if self.error else None,
        }


@dataclass(slots=True, kw_only=True, eq=False)
class Chat:
    """A conversation with the bot in it. The only thing here that changes in place."""

    id: str
    kind: Literal["personal", "group", "channel"]
    title: str
    members: tuple[Employee, ...]
    team_id: str = ""
    team_name: str = ""
    opened: bool = False
    """Personal chats: the person has opened it, so the bot was told of the installation."""
    messages: dict[str, Message] = field(default_factory=dict)

    def as_json(self, *, newest: int = 200) -> JsonObject:
        """The chat as the page shows it, with its newest messages in order."""
        return {
            "id": self.id,
            "kind": self.kind,
            "title": self.title,
            "members": [member.id for member in self.members],
            "messages": [message.as_json() for message in list(self.messages.values())[-newest:]],
        }
