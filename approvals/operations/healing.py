"""Nobody waits on nobody: who cannot decide any more is replaced while a request waits, and where nobody is left it is refused.

Looked at when the directory is read in, and of each request every hour: ``health_at`` is a column, and a look costs three statements for a
hundred requests, since only those are asked mediation about whose approvers have left or are not named any more.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import update
from sqlmodel import select

from approvals import outbox
from approvals.change import Action, Allowed, Denied, EntitlementId, Person, PersonId, RequestId, State
from approvals.lifecycle import Event
from approvals.mediation import Facts, authorize
from approvals.operations.desk import Act, Desk, by_time
from approvals.operations.facts import for_request
from approvals.operations.transition import move, named
from approvals.operations.waiting import HEALTH_EVERY, timers
from approvals.policy.conditions import Kind
from approvals.store.people import people
from approvals.store.requests import id_of, proposal_of, stages_of
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.words import Sentence, say

_REQUEST = RequestRow.__table__  # type: ignore[attr-defined]
_WAITING = RequestRow.state == State.WAITING


def is_any_to_look_at(tx: Tx, *, now: datetime) -> bool:
    """Whether the approvers of anything are to be looked at now."""
    return tx.exec(select(RequestRow.id).where(_WAITING, RequestRow.health_at <= now).limit(1)).first() is not None  # type: ignore[operator]


def look_at_approvers(tx: Tx, *, desk: Desk, now: datetime, most: int) -> int:
    """See to the approvers of at most ``most`` requests that are due for it; answers of how many."""
    # What lapses now anyway is left to the lapse.
    due = select(RequestRow).where(_WAITING, RequestRow.health_at <= now, RequestRow.lapses_at > now)  # type: ignore[operator]
    rows = tx.exec(due.order_by(RequestRow.health_at).limit(most)).all()  # type: ignore[arg-type]
    if not rows:
        return 0
    asked = {id_of(row): _asked(row) for row in rows}
    known = people(tx, *(one for each in asked.values() for one in each), *(row.beneficiary for row in rows))
    for row in rows:
        if _is_in_doubt(row, asked[id_of(row)], known=known, desk=desk):
            heal(tx, row, act=by_time(now), desk=desk)
    tx.run(update(_REQUEST).where(_REQUEST.c.id.in_(asked)).values(health_at=now + HEALTH_EVERY))
    return len(rows)


def heal(tx: Tx, row: RequestRow, *, act: Act, desk: Desk) -> None:
    """Put others in the place of approvers who cannot decide any more, where there are any; where nobody is left, refuse the request.

    The change is nobody's decision, whoever's act led to it. Of a request whose approvers can all decide nothing is changed.
    """
    by_itself = by_time(act.at)
    facts = for_request(tx, row, actor=None, desk=desk, now=act.at)
    answer = authorize(Action.REROUTE, proposal_of(row), facts=facts, policy=desk.policy, now=act.at)
    if isinstance(answer, Denied):
        _refuse(tx, row, answer, facts=facts, act=by_itself, desk=desk)
    elif answer.stages != facts.stages:
        _reroute(tx, row, answer, facts=facts, act=by_itself, desk=desk)


def is_in_doubt(tx: Tx, row: RequestRow, *, desk: Desk) -> bool:
    """Whether mediation has to be asked about the approvers of one request."""
    asked = _asked(row)
    return _is_in_doubt(row, asked, known=people(tx, *asked, row.beneficiary), desk=desk)


def _asked(row: RequestRow) -> tuple[PersonId, ...]:
    stages = stages_of(row)
    return stages[row.stage].approvers if row.stage < len(stages) else ()


def _is_in_doubt(row: RequestRow, asked: Sequence[PersonId], *, known: Mapping[str, Person], desk: Desk) -> bool:
    """Whether mediation has to be asked about it: somebody has left, or is none of those who may be asked by today's catalog."""
    offer, beneficiary = desk.catalog.find(EntitlementId(row.entitlement)), known.get(row.beneficiary)
    owners, steward = ((offer.owner, offer.deputy), offer.steward) if offer else ((), None)
    # Only whom the stage asks: an owner of yesterday who is the beneficiary's manager as well cannot decide as owner any more.
    is_of_manager = bool(asked) and stages_of(row)[row.stage].name == Kind.MANAGER
    named = (beneficiary.manager if beneficiary else None, steward) if is_of_manager else (*owners, steward)
    return any(one not in named or one not in known or not known[one].enabled for one in asked)


def _reroute(tx: Tx, row: RequestRow, answer: Allowed, *, facts: Facts, act: Act, desk: Desk) -> None:
    before, now = facts.stages[row.stage].approvers, answer.stages[row.stage].approvers
    gone = tuple(one for one in before if one not in now)
    names = {"gone": _names(tx, gone), "names": _names(tx, now)}
    changes = {
        "stages": [asdict(stage) for stage in answer.stages],
        "relieved": list(dict.fromkeys((*row.relieved, *gone))),
        **timers(remind_after=row.remind_after, escalate_after=row.escalate_after, now=act.at),
    }
    sentence = say("{gone} can no longer decide on this. It is asked of {names} now.", **names)
    outbox.show_anew(tx, id_of(row), *now)
    move(tx, row, Event.REROUTE, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes=changes)
    told = say("{gone} can no longer decide on {what}. It is asked of {names} now; you need do nothing.", what=named(row, desk), **names)
    _tell_requester(tx, row, told, about=f"rerouted/{row.version}", now=act.at)


def _refuse(tx: Tx, row: RequestRow, denied: Denied, *, facts: Facts, act: Act, desk: Desk) -> None:
    changes = {"failure": denied.reason}
    move(tx, row, Event.REFUSE, desk=desk, act=act, answer=denied, facts=facts, sentence=denied.reason, changes=changes)
    told = say("{what} was refused, and nothing was changed: {why} Nobody has denied it.", what=named(row, desk), why=str(denied.reason))
    _tell_requester(tx, row, told, about="refused", now=act.at)


def _tell_requester(tx: Tx, row: RequestRow, told: Sentence, *, about: str, now: datetime) -> None:
    outbox.tell(tx, (PersonId(row.requester),), told, request=RequestId(id_of(row)), about=about, now=now)


def _names(tx: Tx, ids: Sequence[PersonId]) -> tuple[str, ...]:
    known = people(tx, *ids)
    return tuple(known[one].name if one in known else str(say("somebody who left")) for one in ids)
