"""What the outbox holds, brought to Teams: cards that converge on the present version, and messages that are sent once.

One attempt for each call; the worker is the only retry loop. A copy that Teams will not update any more is posted afresh and the old one
retired; somebody who cannot be reached at all is written into the request's evidence, where the helpdesk sees it. A send whose outcome is
unknown (killed between sending and noting it, or no answer came) is sent again: a card twice is harmless, since its buttons work once,
and none is worse. Three times: the job counts its attempts before they are made, so restarts do not make them more. Then it is given up.

What Teams has taken and the records could not note (a full disk, say) is remembered here until they can: as long as the process lives it is
not sent again, however often its job is.
"""

import asyncio
import json
from dataclasses import dataclass, field, replace

from approvals import evidence, outbox, reading
from approvals.change import PersonId, RequestId
from approvals.evidence import Trace
from approvals.operations.desk import by_time
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.store.tables import CopyRow, MessageRow
from approvals.words import Personal, say
from bot.counter import Counter, reader
from bot.presses import request_now
from bot.replies import card_activity, text_activity
from bot.teams.errors import Gone, NotPermitted, Refused, Unavailable, may_be_there
from bot.teams.sender import Activity, Place, Sender
from cards.render import summary

_NOT_KNOWN = "it was sent again and again, and whether it arrived was never known"
_NEVER = (Gone, Refused, NotPermitted)
"""What the same send will meet again, however often it is tried."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draw:
    """One copy to be brought up to date: where it is, what it shall show."""

    copy: int
    person: PersonId
    place: Place | None
    activity: str | None
    version: int
    content: Activity


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shown:
    """Where a copy stands, and which version it shows."""

    place: Place
    activity: str | None
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sent:
    """A message that has left, or with ``problem`` never will."""

    problem: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """The way to people. ``service_url`` is where somebody is reached whom the bot has never met."""

    counter: Counter
    sender: Sender
    tenant: str
    service_url: str
    _unnoted_copies: dict[int, _Shown] = field(default_factory=dict)
    _unnoted_messages: dict[int, _Sent] = field(default_factory=dict)

    async def redraw(self, request: RequestId, *, may_post: bool = True) -> None:
        """Bring every copy of the request's card up to its present version; without ``may_post`` those only that are there already.

        Raises:
            SendError: at least one copy has to be tried again; those that worked are noted and not repeated. Where several failed, one
                that may be there all the same.
        """
        store = self.counter.desk.store
        behind = await store.read(lambda tx: self._behind(tx, request))
        outcomes = await asyncio.gather(*(self._draw(request, draw, may_post=may_post) for draw in behind), return_exceptions=True)
        failed = [outcome for outcome in outcomes if isinstance(outcome, BaseException)]
        if failed:
            raise max(failed, key=may_be_there)

    async def send(self, message: int, *, may_post: bool = True) -> None:
        """Send a message that has not been sent; without ``may_post``, give it up, unless it is known to have arrived.

        Raises:
            SendError: it has to be tried again.
        """
        store = self.counter.desk.store
        row, content, place = await store.read(lambda tx: self._unsent(tx, message))
        if row is None:
            return
        person, request = PersonId(row.person), RequestId(row.request) if row.request else None
        if message not in self._unnoted_messages:
            if not may_post:
                await self.give_up_sending(message, why=_NOT_KNOWN)
                return
            self._unnoted_messages[message] = await self._post(person, place, content)
        problem = self._unnoted_messages[message].problem
        await store.write(lambda tx: self._sent(tx, message, person, request, problem=problem))
        del self._unnoted_messages[message]

    async def give_up_redrawing(self, request: RequestId, *, why: str) -> None:
        """It was tried for too long: evidence says whose card is not up to date. The next transition tries again."""
        await self.counter.desk.store.write(lambda tx: self._leave_behind(tx, request, why=why))

    async def give_up_sending(self, message: int, *, why: str) -> None:
        """It was tried for too long, or too often: the message may stay unread, and evidence says whose."""
        await self.counter.desk.store.write(lambda tx: self._lose(tx, message, why=why))

    def _leave_behind(self, tx: Tx, request: RequestId, *, why: str) -> None:
        for draw in self._behind(tx, request):
            self._cannot_show(tx, request, draw, problem=why)

    def _lose(self, tx: Tx, message: int, *, why: str) -> None:
        row = tx.get(MessageRow, message)
        if row is not None and row.sent_at is None:
            outbox.message_is_sent(tx, message, at=self.counter.desk.now(), problem=why)
            self._note_unreached(tx, RequestId(row.request) if row.request else None, PersonId(row.person), problem=why)

    def _behind(self, tx: Tx, request: RequestId) -> list[_Draw]:
        row = find(tx, request)
        return [self._drawn(tx, copy, request, row.version) for copy in outbox.copies_behind(tx, request, version=row.version)]

    def _drawn(self, tx: Tx, copy: CopyRow, request: RequestId, version: int) -> _Draw:
        who = reader(tx, PersonId(copy.person))
        card = request_now(tx, request, reader=who, counter=self.counter)
        view = reading.request_view(tx, find(tx, request), reader=who.id, shelf=self.counter.desk.shelf)
        return _Draw(
            copy=copy.id or 0,
            person=who.id,
            place=_place(copy.service_url, copy.conversation) or _chat_place(tx, who.id),
            activity=copy.activity,
            version=version,
            content=card_activity(card, summary(view), language=who.language),
        )

    async def _post(self, person: PersonId, place: Place | None, content: Activity) -> _Sent:
        try:
            await self.sender.post(place or await self._chat(person), content)
        except _NEVER as error:
            return _Sent(problem=str(error))
        return _Sent(problem=None)

    async def _draw(self, request: RequestId, draw: _Draw, *, may_post: bool) -> None:
        store, unnoted = self.counter.desk.store, self._unnoted_copies.get(draw.copy)
        if unnoted is not None:
            draw = replace(draw, place=unnoted.place, activity=unnoted.activity)
        if unnoted is None or unnoted.version < draw.version:
            try:
                place, activity = await self._show(draw, may_post=may_post)
            except _NEVER as error:
                problem = str(error)
                await store.write(lambda tx: self._cannot_show(tx, request, draw, problem=problem))
                return
            unnoted = self._unnoted_copies[draw.copy] = _Shown(place=place, activity=activity, version=draw.version)
        shown = {"service_url": unnoted.place.service_url, "conversation": unnoted.place.conversation, "activity": unnoted.activity}
        await store.write(lambda tx: outbox.copy_is_shown(tx, draw.copy, version=draw.version, **shown))
        del self._unnoted_copies[draw.copy]

    async def _show(self, draw: _Draw, *, may_post: bool) -> tuple[Place, str | None]:
        place = draw.place or await self._chat(draw.person)
        if draw.activity is not None:
            try:
                await self.sender.update(place, draw.activity, draw.content)
            except Gone:
                # Teams may refuse to update a card for ever (ActivityNotFoundInConversation): the old one is left, a fresh one posted.
                return place, await self._post_afresh(place, draw, may_post=may_post)
            except Unavailable as error:
                # However often a card is redrawn, it is there once.
                raise Unavailable(str(error), may_have_arrived=False) from error
            return place, draw.activity
        return place, await self._post_afresh(place, draw, may_post=may_post)

    async def _post_afresh(self, place: Place, draw: _Draw, *, may_post: bool) -> str | None:
        if not may_post:
            raise Refused(_NOT_KNOWN, status=0, code="")
        return await self.sender.post(place, draw.content)

    async def _chat(self, person: PersonId) -> Place:
        return await self.sender.open_chat(self.service_url, person, tenant=self.tenant)

    def _cannot_show(self, tx: Tx, request: RequestId, draw: _Draw, *, problem: str) -> None:
        place = draw.place or Place(service_url=self.service_url, conversation="")
        outbox.copy_is_shown(
            tx,
            draw.copy,
            version=draw.version,
            service_url=place.service_url,
            conversation=place.conversation or None,
            activity=draw.activity,
            problem=problem,
        )
        self._note_unreached(tx, request, draw.person, problem=problem)

    def _unsent(self, tx: Tx, message: int) -> tuple[MessageRow | None, Activity, Place | None]:
        row = tx.get(MessageRow, message)
        if row is None or row.sent_at is not None:
            return None, {}, None
        who = reader(tx, PersonId(row.person))
        said = (row.sentence,) if row.sentence else ()
        content: Activity = json.loads(row.activity) if row.activity else text_activity(*said, language=who.language)
        return row, content, _place(row.service_url, row.conversation) or _chat_place(tx, who.id)

    def _sent(self, tx: Tx, message: int, person: PersonId, request: RequestId | None, *, problem: str | None) -> None:
        outbox.message_is_sent(tx, message, at=self.counter.desk.now(), problem=problem)
        if problem is not None and request is not None:
            self._note_unreached(tx, request, person, problem=problem)

    def _note_unreached(self, tx: Tx, request: RequestId | None, person: PersonId, *, problem: str) -> None:
        desk, who = self.counter.desk, reader(tx, person)
        # Another system's words may name the person.
        now, problem = desk.now(), Personal(problem, of=person)
        evidence.record(
            tx,
            Trace.UNREACHED,
            at=now,
            request=request,
            actor=None,
            trigger=by_time(now).trigger,
            sentence=say(
                "{name} could not be reached in Teams: {problem}.", name=who.person.name if who.person else person, problem=problem
            ),
            policy=desk.policy,
            result={"person": person, "problem": problem},
        )


def _place(service_url: str | None, conversation: str | None) -> Place | None:
    return Place(service_url=service_url, conversation=conversation) if service_url and conversation else None


def _chat_place(tx: Tx, person: PersonId) -> Place | None:
    chat = outbox.chat_of(tx, person)
    return Place(service_url=chat.service_url, conversation=chat.conversation) if chat else None
