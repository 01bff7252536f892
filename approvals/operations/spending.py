"""What of the budgets of limits.yaml is spent, read from the records: a budget's worth of steps in an index, however much there is."""

from sqlalchemy import Select, bindparam, select

from approvals.change import FINAL, PersonId, Proposal, Verdict
from approvals.mediation.budgets import Budget, Spending
from approvals.operations.desk import Desk
from approvals.store.sqlite import Tx
from approvals.store.tables import DecisionRow, RequestRow

_REQUEST, _DECISION = RequestRow.__table__, DecisionRow.__table__  # type: ignore[attr-defined]
_LAST_BY = select(_REQUEST.c.asked_at).where(_REQUEST.c.requester == bindparam("who")).order_by(_REQUEST.c.asked_at.desc())
_LAST_OF = select(_REQUEST.c.asked_at).where(_REQUEST.c.entitlement == bindparam("who")).order_by(_REQUEST.c.asked_at.desc())
_OPEN_OF = (
    select(_REQUEST.c.asked_at)
    .where(_REQUEST.c.beneficiary == bindparam("who"), _REQUEST.c.state.not_in(FINAL))
    .order_by(_REQUEST.c.asked_at.desc())
)
_APPROVED = (
    select(_DECISION.c.at)
    .where(_DECISION.c.approver == bindparam("who"), _DECISION.c.verdict == Verdict.APPROVE)
    .order_by(_DECISION.c.at.desc())
)


def of_asking(tx: Tx, proposal: Proposal, *, desk: Desk) -> tuple[Spending, ...]:
    """The budgets that one more request would draw on, as far as they were ever spent."""
    who, what = proposal.requester, proposal.entitlement
    return _known(
        tx,
        desk,
        (Budget.ASKED_IN_AN_HOUR, _LAST_BY, who),
        (Budget.ASKED_IN_A_DAY, _LAST_BY, who),
        (Budget.ONE_ASKED_FOR_IN_AN_HOUR, _LAST_OF, what),
        (Budget.OPEN, _OPEN_OF, who),
    )


def of_approving(tx: Tx, approver: PersonId, *, desk: Desk) -> tuple[Spending, ...]:
    """The budget that one more approval would draw on, if it was ever spent. To deny draws on none: nobody is kept from saying no."""
    return _known(tx, desk, (Budget.APPROVED_IN_A_MINUTE, _APPROVED, approver))


def _known(tx: Tx, desk: Desk, *counted: tuple[Budget, Select[tuple[object]], str]) -> tuple[Spending, ...]:
    found = []
    for budget, newest_first, who in counted:
        most = desk.policy.limits.budgets[budget]
        since = tx.run(newest_first.limit(1).offset(most - 1), {"who": who}).scalar()
        if since is not None:
            found.append(Spending(budget=budget, most=most, since=since))
    return tuple(found)
