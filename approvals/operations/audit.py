"""What an auditor asks of the records: the whole path of one request, and whether anything is missing from any.

Reads only. Tamper evidence (a signed Merkle log) comes with the mediation issue; this finds what was never written.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select

from approvals.change import RequestId, State, number
from approvals.errors import IllegalTransitionError
from approvals.lifecycle import Event, after
from approvals.store.people import people
from approvals.store.requests import find, id_of
from approvals.store.sqlite import Tx
from approvals.store.tables import EvidenceRow, RequestRow, TicketRow
from approvals.words import Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One piece of evidence as an auditor reads it. ``body`` holds the trigger, the facts that were read, the policy and the result."""

    id: int
    at: datetime
    kind: str
    actor: str | None
    name: str
    sentence: Sentence
    version: int | None
    body: Mapping[str, Any]


def trail(tx: Tx, request: RequestId) -> tuple[Entry, ...]:
    """Everything recorded of a request, oldest first.

    Raises:
        UnknownRequestError: there is no such request.
    """
    find(tx, request)
    rows = tx.exec(select(EvidenceRow).where(EvidenceRow.request == request).order_by(EvidenceRow.id)).all()  # type: ignore[arg-type]
    known = people(tx, *(row.actor for row in rows))
    return tuple(
        Entry(
            id=row.id or 0,
            at=row.at,
            kind=row.kind,
            actor=row.actor,
            name=known[row.actor].name if row.actor in known else row.actor or "Countersign",
            sentence=row.sentence,
            version=row.version,
            body=json.loads(row.body),
        )
        for row in rows
    )


def gaps(tx: Tx) -> Iterator[str]:
    """One line for whatever the evidence does not account for: a state without its transition, a ticket out of step, a lost version."""
    for row in tx.exec(select(RequestRow).order_by(RequestRow.id)).yield_per(200):  # type: ignore[arg-type]
        yield from _gaps_of(tx, row)


def count(tx: Tx) -> int:
    """How many requests there are."""
    return len(tx.exec(select(RequestRow.id)).all())


def _gaps_of(tx: Tx, row: RequestRow) -> Iterator[str]:
    name = number(id_of(row))
    moves = [entry for entry in trail(tx, id_of(row)) if entry.kind in tuple(Event)]
    if [entry.version for entry in moves] != list(range(1, row.version + 1)):
        yield f"{name}: is at version {row.version}, but its transitions are recorded for versions {[entry.version for entry in moves]}"
    state: State | None = None
    for entry in moves:
        try:
            state = after(state, Event(entry.kind))
        except IllegalTransitionError as error:
            yield f"{name}: evidence {entry.id} tells of a move that cannot be: {error}"
    if state is not row.state:
        yield f"{name}: is {row.state.value}, but its evidence leads to {state.value if state else 'nothing'}"
    ticket = tx.exec(select(TicketRow).where(TicketRow.request == row.id)).first()
    if ticket is None:
        yield f"{name}: has no ticket"
    elif (ticket.closed_at is not None) is not row.state.is_final:
        yield f"{name}: is {row.state.value}, but its ticket is {'closed' if ticket.closed_at else 'open'}"
