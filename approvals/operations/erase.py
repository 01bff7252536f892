"""Somebody is to be forgotten: what identifies them and what they wrote goes; what they did, under their id, stays and still verifies.

It goes from

- the values that lie beside the evidence (approvals/evidence/private.py),
- requests, decisions, drafts, sign-ins, and the chat in which they were reached,
- messages and cards that were sent: those to them, those about their requests, and any others that name them,
- the directory's record, once they have left; of somebody who is still a member, the organisation's own file is the source.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Text, cast, delete, false, func, or_, select, update

from approvals import evidence
from approvals.change import FINAL, Person, PersonId, RequestId, number
from approvals.errors import ErasureError
from approvals.evidence import Trace, Trigger
from approvals.store.people import people
from approvals.store.sqlite import Tx
from approvals.store.tables import (
    ChatRow,
    CopyRow,
    DecisionRow,
    DraftRow,
    ErasureRow,
    EvidenceRow,
    JobRow,
    MessageRow,
    PersonRow,
    PrivateRow,
    RequestRow,
    SignInRow,
)
from approvals.words import say

_PERSON, _REQUEST, _DECISION = PersonRow.__table__, RequestRow.__table__, DecisionRow.__table__  # type: ignore[attr-defined]
_MESSAGE, _COPY, _JOB = MessageRow.__table__, CopyRow.__table__, JobRow.__table__  # type: ignore[attr-defined]
_ENTRY, _PRIVATE, _ERASURE = EvidenceRow.__table__, PrivateRow.__table__, ErasureRow.__table__  # type: ignore[attr-defined]
_GONE = str(say("(erased)"))
_CLOSED = tuple(state.value for state in FINAL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Erased:
    """What was done: from how many entries of evidence values were erased, and the entry that says so."""

    person: PersonId
    entries: int
    evidence: int
    is_still_a_member: bool


def find_person(tx: Tx, name: str) -> Person:
    """The person with this object id or e-mail address.

    Raises:
        ErasureError: the directory knows nobody by it.
    """
    wanted = or_(_PERSON.c.id == name.lower(), func.lower(_PERSON.c.email) == name.lower())
    found = tx.run(select(_PERSON.c.id).where(wanted)).scalar()
    if found is None:
        raise ErasureError(say("the directory knows nobody with the object id or e-mail address {name}", name=repr(name)))
    return people(tx, found)[found]


def erase(tx: Tx, person: Person, *, why: str, now: datetime) -> Erased:
    """Destroy what identifies ``person``, and record that it was done. Done again, it takes away what has come since.

    Raises:
        ErasureError: requests of theirs are still open, ``why`` names them, or something that was recorded in clear holds their name.
    """
    _refuse_while_open(tx, person)
    names = tuple(str(name) for name in (person.name, person.email) if name and name != _GONE)
    if any(name.casefold() in why.casefold() for name in names):
        raise ErasureError(
            say("the reason names the person whom it is to erase, and would be kept for ever; say it without their name or address")
        )
    entries = tx.run(delete(_PRIVATE).where(_PRIVATE.c.person == person.id)).rowcount
    _erase_records(tx, person.id)
    _erase_messages(tx, person.id, names=names)
    if not person.enabled:
        emptied: dict[str, object] = {"name": _GONE, "email": "", "title": "", "department": "", "manager": None, "roles": []}
        tx.run(update(_PERSON).where(_PERSON.c.id == person.id).values(emptied))
    _refuse_what_is_left(tx, names)
    entry = evidence.record(
        tx,
        Trace.ERASED,
        at=now,
        request=None,
        actor=None,
        trigger=Trigger(source="cli"),
        sentence=say("Erased what identified a person, from {count} entries: {why}", count=entries, why=why),
        # No policy decides this: somebody with access to the machine does.
        policy=None,
        result={"person": person.id, "entries": entries},
    )
    tx.run(_ERASURE.insert(), {"entry": entry, "person": person.id, "at": now})
    return Erased(person=person.id, entries=entries, evidence=entry, is_still_a_member=person.enabled)


def _refuse_while_open(tx: Tx, person: Person) -> None:
    theirs = or_(_REQUEST.c.requester == person.id, _REQUEST.c.beneficiary == person.id)
    still = tx.run(select(_REQUEST.c.id).where(theirs, _REQUEST.c.state.not_in(_CLOSED)).order_by(_REQUEST.c.id)).scalars().all()
    if still:
        named = ", ".join(number(RequestId(request)) for request in still[:5])
        raise ErasureError(
            say("{count} request(s) are still open ({named}): let them end, or end them, and then erase", count=len(still), named=named)
        )


def _erase_records(tx: Tx, person: PersonId) -> None:
    tx.run(update(_REQUEST).where(_REQUEST.c.requester == person).values(reason=_GONE, reference=None))
    tx.run(update(_REQUEST).where(_REQUEST.c.decided_by == person, _REQUEST.c.decision_reason != "").values(decision_reason=_GONE))
    tx.run(update(_REQUEST).where(_REQUEST.c.ended_by == person, _REQUEST.c.end_reason != "").values(end_reason=_GONE))
    tx.run(update(_DECISION).where(_DECISION.c.approver == person, _DECISION.c.reason != "").values(reason=_GONE))
    # Until a change is made its approvals are counted by their sign-ins; then the log has what was proved, and nobody needs the rest.
    over = select(_REQUEST.c.id).where(_REQUEST.c.state.in_(_CLOSED))
    tx.run(update(_DECISION).where(_DECISION.c.approver == person, _DECISION.c.request.in_(over)).values(step_up=None))
    tx.run(delete(SignInRow.__table__).where(SignInRow.__table__.c.person == person))  # type: ignore[attr-defined]
    tx.run(delete(DraftRow.__table__).where(DraftRow.__table__.c.person == person))  # type: ignore[attr-defined]
    tx.run(delete(ChatRow.__table__).where(ChatRow.__table__.c.person == person))  # type: ignore[attr-defined]


def _erase_messages(tx: Tx, person: PersonId, *, names: tuple[str, ...]) -> None:
    """What was sent cannot be called back; here nothing of it is left."""
    theirs = select(_REQUEST.c.id).where(
        or_(_REQUEST.c.requester == person, _REQUEST.c.beneficiary == person, _REQUEST.c.decided_by == person)
    )
    decided = select(_DECISION.c.request).where(_DECISION.c.approver == person)
    concerned = or_(_MESSAGE.c.person == person, _MESSAGE.c.request.in_(theirs), _MESSAGE.c.request.in_(decided))
    # A reply in a chat names no request: what it says is looked at, whoever it was for.
    meant = or_(concerned, _holds(_MESSAGE.c.sentence, names), _holds(_MESSAGE.c.activity, names))
    waiting = tx.run(select(func.count()).select_from(_MESSAGE).where(meant, _MESSAGE.c.sent_at.is_(None))).scalar_one()
    if waiting:
        raise ErasureError(
            say("{waiting} message(s) to them or about them are still on their way; try again when they have been sent", waiting=waiting)
        )
    tx.run(update(_MESSAGE).where(meant).values({"sentence": None, "activity": None, "problem": None}))
    lost = say("What went wrong was erased with the person whom it was about.")
    failed = or_(_REQUEST.c.beneficiary == person, _holds(_REQUEST.c.failure, names))
    tx.run(update(_REQUEST).where(_REQUEST.c.failure.is_not(None), failed).values(failure=lost))
    tx.run(update(_COPY).where(or_(_COPY.c.person == person, _holds(_COPY.c.problem, names))).values(problem=None))
    tx.run(update(_JOB).where(_holds(_JOB.c.error, names)).values(error=None))


def _holds(column: ColumnElement[Any], names: tuple[str, ...]) -> ColumnElement[bool]:
    spelled = sorted(
        {spelling for name in names for spelling in (name, json.dumps(name)[1:-1], json.dumps(name, ensure_ascii=False)[1:-1])}
    )
    return or_(false(), *(func.instr(cast(column, Text), spelling) > 0 for spelling in spelled))


def _refuse_what_is_left(tx: Tx, names: tuple[str, ...]) -> None:
    """Evidence cannot be changed: if a name stands in it in clear, it is not erased, and must not be said to be."""
    values = tuple(json.dumps(name, ensure_ascii=False) for name in names)
    stands = or_(false(), *(func.instr(cast(column, Text), value) > 0 for column in (_ENTRY.c.body, _ENTRY.c.sentence) for value in values))
    clear = tx.run(select(_ENTRY.c.id).where(stands).order_by(_ENTRY.c.id).limit(5)).scalars().all()
    if clear:
        shown = ", ".join(str(entry) for entry in clear)
        raise ErasureError(
            say("entries {shown} hold the name in clear, as releases before this log recorded it; nothing was erased", shown=shown)
        )
