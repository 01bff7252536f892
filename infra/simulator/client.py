"""The Teams client: what a person can do with the bot. The page and the Python driver do it through this and nothing else."""

from __future__ import annotations

from infra.simulator.activities import ActivityWriter
from infra.simulator.answers import Answer, InvokeName
from infra.simulator.chats import Chat, Message
from infra.simulator.deliver import Courier
from infra.simulator.errors import Refused
from infra.simulator.organisation import Employee
from infra.simulator.shape import Json
from infra.simulator.world import World


class TeamsClient:
    """Turns what people do into activities, and shows them what came of it."""

    def __init__(self, world: World, *, courier: Courier, writer: ActivityWriter) -> None:
        self._world = world
        self._courier = courier
        self._writer = writer

    async def open_chat(self, person: Employee) -> Chat:
        """Open the person's 1:1 chat with the bot; the first time, the bot hears of the installation and of the conversation."""
        chat = self._world.personal_chat(person)
        if not chat.opened:
            chat.opened = True
            await self._courier.deliver(self._writer.installed(person, chat=chat))
            await self._courier.deliver(self._writer.joined(person, chat=chat))
        return chat

    async def say(
        self, person: Employee, text: str, *, chat: Chat, mention: bool = False, thread: str | None = None
    ) -> tuple[Message, Answer | None]:
        """Write ``text`` into ``chat``. In a group or a channel the bot hears it only with ``mention``; without, the answer is None."""
        self._must_be_in(chat, person)
        if thread is not None and thread not in chat.messages:
            raise Refused(404, "ConversationNotFound", f"No message {thread!r} begins a thread here.")
        heard = chat.kind == "personal" or mention
        shown = f"<at>{self._world.bot_name}</at> {text}" if heard and chat.kind != "personal" else text
        message = self._world.post(chat, {"type": "message", "text": shown, "textFormat": "plain"}, sender=person, thread=thread)
        if not heard:
            return message, None
        answer = await self._courier.deliver(self._writer.message(person, message, chat=chat, words=text))
        if answer.error:
            message = self._world.mark_failed(message, answer.error)
        return message, answer

    async def submit(self, person: Employee, data: Json, *, chat: Chat, message_id: str) -> Answer:
        """Press an Action.Submit on the message: its data travels as a message."""
        message = self._message(chat, message_id, person)
        return await self._courier.deliver(self._writer.submit(person, message, chat=chat, data=data))

    async def invoke(self, person: Employee, value: Json, *, name: InvokeName, chat: Chat, message_id: str | None) -> Answer:
        """Ask the bot for something that the client waits on; ``message_id`` is the message with the card, None in a dialog without one."""
        message = self._message(chat, message_id, person) if message_id is not None else None
        self._must_be_in(chat, person)
        return await self._courier.deliver(self._writer.invoke(person, message, chat=chat, name=name, value=value))

    def _message(self, chat: Chat, message_id: str, person: Employee) -> Message:
        self._must_be_in(chat, person)
        message = chat.messages.get(message_id)
        if message is None or message.deleted:
            raise Refused(404, "NotFound", f"There is no message {message_id!r} in this chat.")
        return message

    def _must_be_in(self, chat: Chat, person: Employee) -> None:
        if person not in chat.members:
            raise Refused(403, "Forbidden", f"{person.name} is not in the chat {chat.title!r}.")
