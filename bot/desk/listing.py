"""One page of the list, and whether there is anything on either side of it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from approvals import reading
from approvals.reading import Shelf
from approvals.store.sqlite import Tx
from approvals.views import TicketView
from bot.desk.asked import Asked, read_ticket_number

ON_A_PAGE = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Tickets, newest first. ``newer`` and ``older`` are the addresses of the pages beside this one."""

    tickets: tuple[TicketView, ...]
    newer: str | None
    older: str | None


def listing(tx: Tx, asked: Asked, *, shelf: Shelf) -> Listing:
    """The page that is asked for. Pages hang on ticket ids and not on counts, so that a new ticket shifts nothing (keyset paging)."""
    find = partial(reading.tickets, tx, shelf=shelf, is_open=asked.show.is_open, search=asked.search)
    if asked.after is not None:
        found = find(after=asked.after, most=ON_A_PAGE + 1)
        # With fewer than a page above, the newest page is the better answer: it is full.
        if len(found) > ON_A_PAGE:
            shown = found[1:]
            return Listing(tickets=shown, newer=asked.newer_than(_id(shown[0])), older=asked.older_than(_id(shown[-1])))
    found = find(before=asked.before, most=ON_A_PAGE + 1)
    shown = found[:ON_A_PAGE]
    return Listing(
        tickets=shown,
        newer=_newer(asked, find, shown),
        older=asked.older_than(_id(shown[-1])) if len(found) > ON_A_PAGE else None,
    )


def _newer(asked: Asked, find: Callable[..., tuple[TicketView, ...]], shown: tuple[TicketView, ...]) -> str | None:
    if asked.before is None:
        return None
    edge = _id(shown[0]) if shown else asked.before - 1
    return asked.newer_than(edge) if find(after=edge, most=1) else None


def _id(ticket: TicketView) -> int:
    return read_ticket_number(ticket.number) or 0
