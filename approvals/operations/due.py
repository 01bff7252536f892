"""What time does by itself: questions lapse, approvers who left are replaced and others reminded, access ends and is spoken of before,
checkpoints are published, and what was only counted is summed up.

Timers are columns, so there is nothing that could be forgotten.
"""

from datetime import datetime, timedelta

from sqlalchemy import delete, tuple_
from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from approvals import outbox
from approvals.change import PersonId, RequestId, State
from approvals.evidence import publication
from approvals.lifecycle import Event
from approvals.operations.desk import Desk, by_time
from approvals.operations.end import end
from approvals.operations.extend import warn
from approvals.operations.facts import for_request
from approvals.operations.healing import is_any_to_look_at, look_at_approvers
from approvals.operations.refusals import is_any_over, sum_up
from approvals.operations.reminding import is_anybody_to_be_reminded, see_to_what_waits
from approvals.operations.sign_in import forget_sign_ins
from approvals.operations.transition import move, named
from approvals.store.requests import id_of
from approvals.store.sqlite import Tx
from approvals.store.tables import InboxRow, RequestRow
from approvals.words import say

_STEP, _LOT = 100, 1_000
_MARK = (InboxRow.__table__.c.conversation, InboxRow.__table__.c.activity)  # type: ignore[attr-defined]
_REMEMBERED = timedelta(days=7)
"""How long a delivered activity is recognised: far longer than any client retries."""


def is_anything_due(tx: Tx, *, now: datetime) -> bool:
    """Whether a sweep would find anything: a reader can ask this without troubling the writer."""
    ends = select(RequestRow.id).where(RequestRow.state == State.GRANTED, RequestRow.ends_at <= now)  # type: ignore[operator]
    lapses = select(RequestRow.id).where(RequestRow.state == State.WAITING, RequestRow.lapses_at <= now)
    if any(tx.exec(each.limit(1)).first() is not None for each in (ends, lapses, _warned(now))):
        return True
    if is_any_to_look_at(tx, now=now) or is_anybody_to_be_reminded(tx, now=now):
        return True
    return bool(publication.behind(tx, now=now)) or is_any_over(tx, now=now)


def sweep(tx: Tx, *, desk: Desk) -> int:
    """Move whatever has come due, at most a hundred of each kind, sum up, and have checkpoints published that are not yet.

    Answers how many: call again at once while it answers any.
    """
    now = desk.now()
    ends = select(RequestRow.id).where(RequestRow.state == State.GRANTED, RequestRow.ends_at <= now)  # type: ignore[operator]
    ended = tx.exec(ends.order_by(RequestRow.ends_at).limit(_STEP)).all()  # type: ignore[arg-type]
    for request in ended:
        end(tx, RequestId(request or 0), act=by_time(now), desk=desk)
    lapses = select(RequestRow).where(RequestRow.state == State.WAITING, RequestRow.lapses_at <= now)
    lapsed = tx.exec(lapses.order_by(RequestRow.lapses_at).limit(_STEP)).all()  # type: ignore[arg-type]
    for row in lapsed:
        _lapse(tx, row, desk=desk, now=now)
    warned = tx.exec(_warned(now).limit(_STEP)).all()
    for row in warned:
        warn(tx, row, desk=desk, now=now)
    looked_at = look_at_approvers(tx, desk=desk, now=now, most=_STEP)
    seen_to = see_to_what_waits(tx, desk=desk, now=now, most=_STEP)
    untold = publication.behind(tx, now=now)
    publication.tell(tx, untold, now=now)
    moved = len(ended) + len(lapsed) + len(warned) + looked_at + seen_to
    return moved + len(untold) + sum_up(tx, now=now, most=_STEP)


def _warned(now: datetime) -> SelectOfScalar[RequestRow]:
    """What ends soon, and nobody has been reminded of."""
    return select(RequestRow).where(RequestRow.state == State.GRANTED, RequestRow.warn_at <= now).order_by(RequestRow.warn_at)  # type: ignore[operator,arg-type]


def forget(tx: Tx, *, desk: Desk) -> int:
    """Drop marks of activities so old that nobody delivers them again, a thousand at most, and sign-ins that nobody used.

    Answers how many marks. Call while it answers any.
    """
    forget_sign_ins(tx, now=desk.now())
    old = select(*_MARK).where(InboxRow.at < desk.now() - _REMEMBERED).limit(_LOT)
    return tx.run(delete(InboxRow).where(tuple_(*_MARK).in_(old))).rowcount


def _lapse(tx: Tx, row: RequestRow, *, desk: Desk, now: datetime) -> None:
    sentence = say("Lapsed: nobody decided in time. That is no denial.")
    facts = for_request(tx, row, actor=None, desk=desk, now=now)
    move(tx, row, Event.LAPSE, desk=desk, act=by_time(now), facts=facts, sentence=sentence, changes={})
    told = say("Nobody decided on {what} in time, so it has lapsed. That is no denial: you can ask again.", what=named(row, desk))
    outbox.tell(tx, (PersonId(row.requester),), told, request=id_of(row), about="lapsed", now=now)
