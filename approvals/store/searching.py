"""What the helpdesk types to find a ticket, as conditions on it.

A word fits a ticket, whatever its case, when it is one of these:

- its number or its request's (``TCK-1042``, ``REQ-1042``, or the digits alone)
- part of the name or the e-mail address of its requester or beneficiary
- part of the id, name, system or an alias of what was asked for
- the reference that the requester named (``INC-4711``)
"""

import re

from sqlalchemy import ColumnElement, false, func, or_
from sqlmodel import col, select

from approvals.catalog import Catalog
from approvals.store.tables import PersonRow, RequestRow, TicketRow

MOST_WORDS = 8
"""More words are not looked at: each one is a condition of its own."""

_NUMBER = re.compile(r"(?:(tck|req)-)?([0-9]{1,18})", re.ASCII | re.IGNORECASE)


def fits(search: str, *, catalog: Catalog) -> tuple[ColumnElement[bool], ...]:
    """Conditions on a ticket joined with its request, one for each word of ``search``; none for no words."""
    return tuple(
        or_(_has_number(word), _concerns(word), _is_for(word, catalog=catalog), _refers(word)) for word in search.split()[:MOST_WORDS]
    )


def _has_number(word: str) -> ColumnElement[bool]:
    found = _NUMBER.fullmatch(word)
    if found is None:
        return false()
    kind, wanted = (found[1] or "").lower(), int(found[2])
    columns = {"tck": (TicketRow.id,), "req": (RequestRow.id,)}.get(kind, (TicketRow.id, RequestRow.id))
    return or_(*(col(column) == wanted for column in columns))


def _concerns(word: str) -> ColumnElement[bool]:
    # SQLite knows upper and lower case of ASCII only: "åsa" is tried as "Åsa" too.
    spellings = dict.fromkeys((word, word.lower(), word.title()))
    names = (col(PersonRow.name).icontains(each, autoescape=True) for each in spellings)
    meant = select(PersonRow.id).where(or_(*names, col(PersonRow.email).icontains(word, autoescape=True)))
    return or_(col(RequestRow.requester).in_(meant), col(RequestRow.beneficiary).in_(meant))


def _is_for(word: str, *, catalog: Catalog) -> ColumnElement[bool]:
    sought = word.casefold()
    meant = [
        offer.id
        for offer in catalog.entitlements
        if any(sought in text.casefold() for text in (offer.id, offer.name, offer.system, *offer.aliases))
    ]
    # The catalog may have lost an entry since; the request still has its id.
    return or_(col(RequestRow.entitlement).in_(meant), col(RequestRow.entitlement).icontains(word, autoescape=True))


def _refers(word: str) -> ColumnElement[bool]:
    return func.upper(RequestRow.reference) == word.upper()
