"""A request's rows, as vocabulary."""

from sqlalchemy import bindparam, select

from approvals.change import Decision, EntitlementId, PersonId, Proposal, RequestId, Stage, number
from approvals.errors import UnknownRequestError
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import DecisionRow, RequestRow

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
            raise UnknownRequestError(f"there is no request {number(request)}; “my requests” lists those that you can see")
        (read[request],) = found
    return read[request]


def id_of(row: RequestRow) -> RequestId:
    """The id of a row that has been stored."""
    if row.id is None:
        raise UnknownRequestError("the request has not been stored yet")
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


def stages_of(row: RequestRow) -> tuple[Stage, ...]:
    """Who has to agree, as it was settled at submit."""
    return tuple(
        Stage(name=stage["name"], approvers=tuple(PersonId(one) for one in stage["approvers"]), quorum=stage["quorum"])
        for stage in row.stages
    )


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
        )
        for one in sorted(rows, key=lambda one: (one.at, one.approver))
    )
