"""Nobody is forgotten: approvers who have not answered are reminded, and the next in line is asked beside them.

After how long, the policy says (@remind_after, @escalate_after). Neither is a decision, and neither keeps a question open: it lapses when
it would. Where the entitlement is kept to working hours, nobody is troubled outside of their own.
"""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import Column, update
from sqlmodel import select
from sqlmodel.sql.expression import SelectOfScalar

from approvals import evidence, outbox, tickets
from approvals.change import Action, Denied, EntitlementId, Hours, Person, PersonId, State
from approvals.evidence import Trace
from approvals.lifecycle import Event
from approvals.mediation import authorize
from approvals.operations.desk import Desk, by_time
from approvals.operations.facts import for_request
from approvals.operations.healing import heal, is_in_doubt
from approvals.operations.transition import move, named
from approvals.store.people import people
from approvals.store.requests import decisions_of, id_of, proposal_of, stages_of
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.words import say
from approvals.working_hours import is_working, opens

MOST_REMINDERS = 5
_REQUEST = RequestRow.__table__  # type: ignore[attr-defined]


def is_anybody_to_be_reminded(tx: Tx, *, now: datetime) -> bool:
    """Whether a reminder is due, or the next in line to be asked."""
    return any(tx.exec(_due(timer, now=now).limit(1)).first() is not None for timer in (_REQUEST.c.remind_at, _REQUEST.c.escalate_at))


def see_to_what_waits(tx: Tx, *, desk: Desk, now: datetime, most: int) -> int:
    """Ask the next in line and remind, of at most ``most`` requests each; answers how many were due."""
    escalated = tx.exec(_due(_REQUEST.c.escalate_at, now=now).limit(most)).all()
    for row in escalated:
        _escalate(tx, row, desk=desk, now=now)
    reminded = tx.exec(_due(_REQUEST.c.remind_at, now=now).limit(most)).all()
    for row in reminded:
        _remind(tx, row, desk=desk, now=now)
    return len(escalated) + len(reminded)


def _due(timer: Column[datetime], *, now: datetime) -> SelectOfScalar[RequestRow]:
    """What waits and is due by this timer, the longest first. What lapses now anyway is left to the lapse."""
    return select(RequestRow).where(RequestRow.state == State.WAITING, timer <= now, RequestRow.lapses_at > now).order_by(timer)


def _remind(tx: Tx, row: RequestRow, *, desk: Desk, now: datetime) -> None:
    if is_in_doubt(tx, row, desk=desk):
        before = row.version
        heal(tx, row, act=by_time(now), desk=desk)
        if row.version != before:
            # Others are asked now, or nobody: their cards have just come.
            return
    silent = _silent(tx, row)
    troubled = [person for person in silent if not _is_kept_to_hours(row, desk) or is_working(person.time_zone, now=now)]
    if not troubled:
        morning = min((opens(person.time_zone, now=now) for person in silent), default=None)
        _set(tx, row, remind_at=morning)
        return
    count = row.reminded + 1
    told = say(
        "{requester} has been waiting since {asked} for your decision on {what}. Your card has the buttons. It lapses on {lapses}.",
        requester=_name(tx, row.requester),
        asked=row.asked_at,
        what=named(row, desk),
        lapses=row.lapses_at,
    )
    outbox.tell(
        tx, tuple(each.id for each in troubled), told, request=id_of(row), about=f"reminded/{row.stage}/{row.version}/{count}", now=now
    )
    _note(tx, row, troubled, count=count, desk=desk, now=now)
    wait = row.remind_after * 2**count if row.remind_after and count < MOST_REMINDERS else None
    _set(tx, row, reminded=count, remind_at=now + wait if wait else None)


def _note(tx: Tx, row: RequestRow, reminded: Sequence[Person], *, count: int, desk: Desk, now: datetime) -> None:
    evidence.record(
        tx,
        Trace.REMINDED,
        at=now,
        request=id_of(row),
        actor=None,
        trigger=by_time(now).trigger,
        sentence=say("{names} was reminded: no decision yet.", names=tuple(person.name for person in reminded)),
        policy=desk.policy,
        version=row.version,
        result={"reminded": [person.id for person in reminded], "count": count},
    )
    tickets.touch_ticket(tx, id_of(row), now=now, is_final=False)


def _escalate(tx: Tx, row: RequestRow, *, desk: Desk, now: datetime) -> None:
    silent = _silent(tx, row)
    if _is_kept_to_hours(row, desk) and silent and not any(is_working(each.time_zone, now=now) for each in silent):
        _set(tx, row, escalate_at=min(opens(person.time_zone, now=now) for person in silent))
        return
    facts = for_request(tx, row, actor=None, desk=desk, now=now)
    answer = authorize(Action.ESCALATE, proposal_of(row), facts=facts, policy=desk.policy, now=now)
    if isinstance(answer, Denied):
        # Nobody can decide at all: that is for the same look that is taken every hour.
        heal(tx, row, act=by_time(now), desk=desk)
        return
    before, after = facts.stages[row.stage].approvers, answer.stages[row.stage].approvers
    more = tuple(one for one in after if one not in before)
    if not more:
        _set(tx, row, escalate_at=None)
        return
    gone = [one for one in before if one not in after]
    changes = {
        "stages": [asdict(stage) for stage in answer.stages],
        "relieved": list(dict.fromkeys((*row.relieved, *gone))),
        "escalated_at": now,
        "escalate_at": now + row.escalate_after if row.escalate_after else None,
        "remind_at": now + row.remind_after if row.remind_after else None,
    }
    names = tuple(_name(tx, one) for one in more)
    outbox.show_anew(tx, id_of(row), *more)
    sentence = say("Nobody has answered, so {names} is asked as well.", names=names)
    move(tx, row, Event.ESCALATE, desk=desk, act=by_time(now), answer=answer, facts=facts, sentence=sentence, changes=changes)
    told = say("Nobody has answered yet on {what}, so {names} is asked as well. You need do nothing.", what=named(row, desk), names=names)
    outbox.tell(tx, (PersonId(row.requester),), told, request=id_of(row), about=f"escalated/{row.version}", now=now)


def _silent(tx: Tx, row: RequestRow) -> tuple[Person, ...]:
    """Who is asked now and has not answered."""
    asked = stages_of(row)[row.stage].approvers
    spoken = [word.approver for word in decisions_of(tx, row) if word.stage == row.stage]
    known = people(tx, *asked)
    return tuple(known[one] for one in asked if one in known and one not in spoken)


def _is_kept_to_hours(row: RequestRow, desk: Desk) -> bool:
    offer = desk.catalog.find(EntitlementId(row.entitlement))
    return offer is not None and offer.hours is Hours.WORKING


def _set(tx: Tx, row: RequestRow, **columns: object) -> None:
    """Timers move by themselves: no transition, and no press becomes stale."""
    tx.run(update(_REQUEST).where(_REQUEST.c.id == row.id).values(**columns))


def _name(tx: Tx, person: str) -> str:
    known = people(tx, person)
    return known[person].name if person in known else str(say("somebody who left"))
