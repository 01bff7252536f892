"""What of the budgets of limits.yaml is spent, read from the records: a budget's worth of steps in an index, however much there is."""

from sqlalchemy import BindParameter, Select, bindparam, literal, select

from approvals.change import FINAL, PersonId, Proposal, Verdict
from approvals.mediation.budgets import Budget, Spending
from approvals.operations.desk import Desk
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import DecisionRow, RequestRow

_REQUEST, _DECISION = RequestRow.__table__, DecisionRow.__table__  # type: ignore[attr-defined]


def _newest_first(moments: Select[tuple[object]]) -> Statement:
    """Of these moments the one that as many came after as ``after`` says, where there are so many."""
    return Statement(moments.order_by(moments.selected_columns.since.desc()).limit(1).offset(bindparam("after")))


_WHO: BindParameter[str] = bindparam("who")
_LAST_BY = _newest_first(select(_REQUEST.c.asked_at.label("since")).where(_REQUEST.c.requester == _WHO))
_LAST_OF = _newest_first(select(_REQUEST.c.asked_at.label("since")).where(_REQUEST.c.entitlement == _WHO))
_OPEN_OF = _newest_first(
    select(_REQUEST.c.asked_at.label("since")).where(
        _REQUEST.c.beneficiary == _WHO, _REQUEST.c.state.not_in([literal(one) for one in FINAL])
    )
)
_APPROVED = _newest_first(select(_DECISION.c.at.label("since")).where(_DECISION.c.approver == _WHO, _DECISION.c.verdict == Verdict.APPROVE))


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


def _known(tx: Tx, desk: Desk, *counted: tuple[Budget, Statement, str]) -> tuple[Spending, ...]:
    found = []
    for budget, newest_first, who in counted:
        most = desk.policy.limits.budgets[budget]
        step = newest_first.first(tx, {"who": who, "after": most - 1})
        if step is not None:
            found.append(Spending(budget=budget, most=most, since=step.since))
    return tuple(found)
