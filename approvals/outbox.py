"""What people are to be shown or told: written with the transition that it speaks of, delivered afterwards, and kept until it has been.

A *copy* is a living card: each copy of a request's card converges on the present version. A *message* is sent once. Both are rows here and
work for the job engine; the edge does the sending and reports back.
"""

from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import bindparam, delete, insert, update
from sqlalchemy.dialects.sqlite import insert as upsert
from sqlmodel import select

from approvals.change import PersonId, RequestId
from approvals.evidence import Trigger
from approvals.jobs.embedded import Kind, ask_for
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import ChatRow, CopyRow, MessageRow
from approvals.words import Sentence

_MESSAGE = MessageRow.__table__  # type: ignore[attr-defined]
_CHAT = ChatRow.__table__  # type: ignore[attr-defined]
_COPY = CopyRow.__table__  # type: ignore[attr-defined]
_POSTED = upsert(_COPY)
_SHOW = Statement(insert(_COPY))
_ADOPT = Statement(
    _POSTED.on_conflict_do_update(
        index_elements=["conversation", "activity"],
        set_={"request": _POSTED.excluded.request, "person": _POSTED.excluded.person, "shown": 0},
        where=_COPY.c.request != _POSTED.excluded.request,
    )
)
_SEND = Statement(upsert(_MESSAGE).on_conflict_do_nothing(index_elements=["key"]).returning(_MESSAGE.c.id))
_AT = select(_COPY.c.id).where(_COPY.c.conversation == bindparam("conversation"), _COPY.c.activity == bindparam("activity"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Chat:
    """Where a person is reached: their 1:1 chat with the bot, and how Teams names them."""

    person: PersonId
    teams_id: str
    conversation: str
    service_url: str


def knows_chat(tx: Tx, chat: Chat) -> bool:
    """Whether exactly this is remembered already."""
    return chat_of(tx, chat.person) == chat


def chat_of(tx: Tx, person: PersonId) -> Chat | None:
    """Where this person is reached, if they have been met."""
    row = tx.get(ChatRow, person)
    return Chat(person=person, teams_id=row.teams_id, conversation=row.conversation, service_url=row.service_url) if row else None


def remember_chat(tx: Tx, chat: Chat, *, now: datetime) -> bool:
    """Keep where this person can be reached; answer whether they had not been met before."""
    is_new = tx.get(ChatRow, chat.person) is None
    row = {**asdict(chat), "at": now}
    tx.execute(upsert(_CHAT).on_conflict_do_update(index_elements=["person"], set_=row), row)
    return is_new


def show(tx: Tx, request: RequestId, *people: PersonId) -> None:
    """Give each person a copy of the request's card, to be posted in their own chat with the bot."""
    for person in people:
        _SHOW.run(tx, {"request": request, "person": person, "shown": 0})


def show_anew(tx: Tx, request: RequestId, *people: PersonId) -> None:
    """Give a copy to those among ``people`` who have none yet: the others' follows by itself."""
    have = frozenset(tx.exec(select(CopyRow.person).where(CopyRow.request == request)))
    show(tx, request, *(person for person in people if person not in have))


def is_shown_any(tx: Tx, person: PersonId) -> bool:
    """Whether a card is in this person's chat, or on its way there. One that could not be brought to them does not count."""
    theirs = select(CopyRow.id).where(CopyRow.person == person, CopyRow.problem.is_(None))  # type: ignore[union-attr]
    return tx.exec(theirs.limit(1)).first() is not None


def is_copy(tx: Tx, trigger: Trigger) -> bool:
    """Whether the card that this came from is kept up to date, as that of any request."""
    return tx.run(_AT, {"conversation": trigger.conversation, "activity": trigger.card}).first() is not None


def adopt(tx: Tx, request: RequestId, *, person: PersonId, trigger: Trigger) -> None:
    """Make the card that was pressed a copy that is kept up to date: a preview, or one whose posting was never confirmed.

    The card of an older request, on which it was asked for again, becomes the card of the new one.
    """
    if not trigger.card:
        return
    place = {"service_url": trigger.service_url, "conversation": trigger.conversation, "activity": trigger.card}
    _ADOPT.run(tx, {"request": request, "person": person, "shown": 0, **place})


def tell(tx: Tx, people: tuple[PersonId, ...], sentence: Sentence, *, request: RequestId | None, about: str, now: datetime) -> None:
    """Tell each person once, in their own chat. ``about`` names the occasion: the same occasion is never told twice."""
    for person in dict.fromkeys(people):
        _send(tx, {"key": f"{request}/{about}/{person}", "person": person, "request": request, "sentence": sentence, "at": now}, now=now)


def reply(tx: Tx, person: PersonId, activity: str, *, trigger: Trigger, is_private: bool, now: datetime) -> None:
    """Answer an activity, once, with ``activity`` (JSON): where it was written, or with ``is_private`` in the person's own chat."""
    key = f"reply/{trigger.conversation}/{trigger.activity}/{'private' if is_private else 'here'}"
    place = {} if is_private else {"service_url": trigger.service_url, "conversation": trigger.conversation}
    _send(tx, {"key": key, "person": person, "activity": activity, "at": now, **place}, now=now)


def _send(tx: Tx, row: dict[str, object], *, now: datetime) -> None:
    message = _SEND.first(tx, row)
    if message is not None:
        ask_for(tx, (Kind.SEND, message.id), now=now)


def copies_behind(tx: Tx, request: RequestId, *, version: int) -> tuple[CopyRow, ...]:
    """Copies that show less than ``version``, those of people not reached yet first."""
    behind = select(CopyRow).where(CopyRow.request == request, CopyRow.shown < version)
    return tuple(tx.exec(behind.order_by(CopyRow.activity.is_not(None), CopyRow.id)))  # type: ignore[union-attr,arg-type]


def copy_is_shown(
    tx: Tx, copy: int, *, version: int, service_url: str | None, conversation: str | None, activity: str | None, problem: str | None = None
) -> None:
    """Report where a copy is now and what it shows; with ``problem``, why it will never be shown."""
    place = {"service_url": service_url, "conversation": conversation, "activity": activity}
    # Somebody may have looked at the card, or pressed it, before this report came: then it was adopted, and is this very copy.
    # One that was never posted is nowhere: it has nothing to do with others of which that is true.
    if activity is not None:
        tx.run(delete(_COPY).where(_COPY.c.conversation == conversation, _COPY.c.activity == activity, _COPY.c.id != copy))
    tx.execute(update(CopyRow).where(CopyRow.id == copy).values(shown=version, problem=problem, **place))  # type: ignore[arg-type]


def message_is_sent(tx: Tx, message: int, *, at: datetime, problem: str | None = None) -> None:
    """Report that a message has arrived, or with ``problem`` that it never will."""
    tx.execute(update(MessageRow).where(MessageRow.id == message).values(sent_at=at, problem=problem))  # type: ignore[arg-type]
