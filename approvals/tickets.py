"""The built-in desk: every request has a ticket, opened with it and closed with it. Its timeline is the request's evidence."""

from datetime import datetime

from sqlalchemy import bindparam, insert, update

from approvals.change import RequestId
from approvals.store.sqlite import Tx
from approvals.store.tables import TicketRow

_TICKET = TicketRow.__table__  # type: ignore[attr-defined]
_INSERT = insert(_TICKET)
_TOUCH = update(_TICKET).where(_TICKET.c.request == bindparam("of")).values(updated_at=bindparam("now"))
_CLOSE = _TOUCH.values(closed_at=bindparam("now"))


def open_ticket(tx: Tx, request: RequestId, *, now: datetime) -> None:
    """Open the ticket of ``request``. In the transaction of the submit, so that it exists before anybody is asked."""
    tx.run(_INSERT, {"request": request, "opened_at": now, "updated_at": now, "closed_at": None})


def touch_ticket(tx: Tx, request: RequestId, *, now: datetime, is_final: bool) -> None:
    """Note on the ticket that something happened; close it with the last thing that can."""
    tx.run(_CLOSE if is_final else _TOUCH, {"of": request, "now": now})
