"""The built-in desk: every request has a ticket, opened with it and closed with it. Its timeline is the request's evidence."""

from datetime import datetime

from sqlalchemy import bindparam, insert, update

from approvals.change import RequestId
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import TicketRow

_TICKET = TicketRow.__table__  # type: ignore[attr-defined]
_INSERT = Statement(insert(_TICKET))
_TOUCH = Statement(update(_TICKET).where(_TICKET.c.request == bindparam("of")))


def open_ticket(tx: Tx, request: RequestId, *, now: datetime) -> None:
    """Open the ticket of ``request``. In the transaction of the submit, so that it exists before anybody is asked."""
    _INSERT.run(tx, {"request": request, "opened_at": now, "updated_at": now, "closed_at": None})


def touch_ticket(tx: Tx, request: RequestId, *, now: datetime, is_final: bool) -> None:
    """Note on the ticket that something happened; close it with the last thing that can."""
    closed = {"closed_at": now} if is_final else {}
    _TOUCH.run(tx, {"of": request, "updated_at": now, **closed})
