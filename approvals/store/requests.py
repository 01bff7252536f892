"""A request's rows, as vocabulary."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from approvals.change import (
    Decision,
    Entitlement,
    EntitlementId,
    Person,
    PersonId,
    Proposal,
    RequestId,
    Stage,
    State,
    StepUp,
    Verdict,
    number,
)
from approvals.errors import UnknownRequestError
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import DecisionRow, RequestRow
from approvals.words import say

_DECISION = DecisionRow.__table__  # type: ignore[attr-defined]
_DECISIONS = Statement(select(_DECISION).where(_DECISION.c.request == bindparam("request")))
_FIND = Statement(select(RequestRow.__table__).where(RequestRow.__table__.c.id == bindparam("id")))  # type: ignore[attr-defined]
_LARGEST = 2**63 - 1
"""The largest id that a database can hold; people can type, and forge, larger ones."""


def find(tx: Tx, request: RequestId) -> RequestRow:
    """The request's row as it is now.

    Raises:
        UnknownRequestError: there is none with that number.
    """
    # Read once in a transaction; ``move`` keeps it in step with what it writes.
    read: dict[RequestId, RequestRow] = tx.info.setdefault("requests", {})
    if request not in read:
        found = _FIND.objects(tx, {"id": request}, of=RequestRow) if 0 < request <= _LARGEST else []
        if not found:
            raise UnknownRequestError(
                say("there is no request {request}; “my requests” lists those that you can see", request=number(request))
            )
        (read[request],) = found
    return read[request]


def id_of(row: RequestRow) -> RequestId:
    """The id of a row that has been stored."""
    if row.id is None:
        raise UnknownRequestError(say("the request has not been stored yet"))
    return RequestId(row.id)


def proposal_of(row: RequestRow) -> Proposal:
    """What was asked, as it was frozen at submit."""
    return Proposal(
        requester=PersonId(row.requester),
        beneficiary=PersonId(row.beneficiary),
        entitlement=EntitlementId(row.entitlement),
        duration=row.asked_duration,
        reason=row.reason,
        reference=row.reference,
    )


def waits_for_a_word(row: RequestRow) -> bool:
    """Whether somebody is asked about it now: about the request, or about more time for what it became."""
    return row.state is State.WAITING or (row.state is State.GRANTED and row.more is not None)


def whole_of(row: RequestRow) -> timedelta:
    """How long it is to last in all: what was approved, and what more is asked for."""
    return row.duration + (row.more or timedelta())


def for_the_whole(row: RequestRow) -> Proposal:
    """The same proposal for the whole time, with what more is asked for: it is judged as if all of it were asked for at once."""
    return replace(proposal_of(row), duration=whole_of(row))


def who_gives_more(row: RequestRow, *, offer: Entitlement | None, known: Mapping[str, Person]) -> Person | None:
    """Who is asked for more time, of those ``known``: whoever decided before, else the owner, else the deputy; None where none can."""
    in_line = (row.decided_by, *((offer.owner, offer.deputy) if offer else ()))
    able = (known[one] for one in in_line if one in known and one not in (row.requester, row.beneficiary))
    return next((one for one in able if one.enabled), None)


def stages_of(row: RequestRow) -> tuple[Stage, ...]:
    """Who has to agree, as it was settled at submit."""
    return tuple(
        Stage(name=stage["name"], approvers=tuple(PersonId(one) for one in stage["approvers"]), quorum=stage["quorum"])
        for stage in row.stages
    )


def step_up_of(stored: Mapping[str, Any] | None) -> StepUp | None:
    """The sign-in that a decision was taken with, as it is stored with it."""
    if stored is None:
        return None
    return StepUp(
        issuer=stored["issuer"],
        person=PersonId(stored["person"]),
        auth_time=datetime.fromisoformat(stored["auth_time"]),
        age=timedelta(seconds=stored["age_s"]),
        contexts=tuple(stored["contexts"]),
        token=stored["token"],
        token_id=stored["token_id"],
    )


def stored_step_up(step_up: StepUp | None) -> dict[str, Any] | None:
    """The inverse of :func:`step_up_of`: plain JSON values."""
    if step_up is None:
        return None
    return {
        "issuer": step_up.issuer,
        "person": step_up.person,
        "auth_time": step_up.auth_time.isoformat(),
        "age_s": int(step_up.age.total_seconds()),
        "contexts": list(step_up.contexts),
        "token": step_up.token,
        "token_id": step_up.token_id,
    }


def decisions_of(tx: Tx, row: RequestRow) -> tuple[Decision, ...]:
    """What has been decided so far, oldest first."""
    rows = _DECISIONS.rows(tx, {"request": row.id})
    return tuple(
        Decision(
            approver=PersonId(one.approver),
            verdict=one.verdict,
            at=one.at,
            stage=one.stage,
            duration=one.duration,
            reason=one.reason,
            step_up=step_up_of(one.step_up),
        )
        for one in sorted(rows, key=lambda one: (one.at, one.approver))
    )


def was_refused_more(tx: Tx, row: RequestRow) -> bool:
    """Whether somebody has said no to more time: words about that stand behind those of the request's own stages."""
    return any(one.stage >= len(row.stages) and one.verdict is Verdict.DENY for one in decisions_of(tx, row))
