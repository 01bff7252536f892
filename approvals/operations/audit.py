"""What an auditor asks of the records: the whole path of one request, and whether anything is missing from any.

Reads only. What was changed after it was written is found by approvals/evidence/verifying.py; this finds what was never written.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from approvals.change import RequestId, State, number
from approvals.errors import IllegalTransitionError
from approvals.evidence.pieces import of_request
from approvals.lifecycle import Event, after
from approvals.store.people import people
from approvals.store.requests import find
from approvals.store.sqlite import Tx, stream
from approvals.store.tables import RequestRow
from approvals.words import Sentence

_REQUESTS = (
    "SELECT request.id, request.version, request.state, ticket.id, ticket.closed_at "
    "FROM request LEFT JOIN ticket ON ticket.request = request.id ORDER BY request.id"
)
_EVIDENCE = "SELECT id, request, kind, version FROM evidence WHERE request IS NOT NULL ORDER BY id"


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
    found = of_request(tx, request)
    known = people(tx, *(piece.actor for piece in found))
    return tuple(
        Entry(
            id=piece.id,
            at=piece.at,
            kind=piece.kind,
            actor=piece.actor,
            name=known[piece.actor].name if piece.actor in known else piece.actor or "Countersign",
            sentence=piece.sentence,
            version=piece.version,
            body=piece.body,
        )
        for piece in found
    )


def gaps(tx: Tx) -> Iterator[str]:
    """One line for whatever the evidence does not account for: a state without its transition, a ticket out of step, a lost version."""
    moves = _moves(tx)
    for request, version, state, ticket, closed_at in stream(tx, _REQUESTS):
        yield from _gaps_of(request, version, State(state), moves.get(request, []))
        if ticket is None:
            yield f"{number(request)}: has no ticket"
        elif (closed_at is not None) is not State(state).is_final:
            yield f"{number(request)}: is {state}, but its ticket is {'closed' if closed_at else 'open'}"


def count(tx: Tx) -> int:
    """How many requests there are."""
    return int(tx.run(select(func.count()).select_from(RequestRow)).scalar_one())


def _moves(tx: Tx) -> dict[RequestId, list[tuple[int, str, int | None]]]:
    """The transitions that are recorded of every request: entry, kind and version, oldest first."""
    moves: dict[RequestId, list[tuple[int, str, int | None]]] = {}
    kinds = {event.value for event in Event}
    for entry, request, kind, version in stream(tx, _EVIDENCE):
        if kind in kinds:
            moves.setdefault(RequestId(request), []).append((entry, kind, version))
    return moves


def _gaps_of(request: RequestId, version: int, stands: State, moves: list[tuple[int, str, int | None]]) -> Iterator[str]:
    name, versions = number(request), [moved for _, _, moved in moves]
    if versions != list(range(1, version + 1)):
        yield f"{name}: is at version {version}, but its transitions are recorded for versions {versions}"
    state: State | None = None
    for entry, kind, _ in moves:
        try:
            state = after(state, Event(kind))
        except IllegalTransitionError as error:
            yield f"{name}: evidence {entry} tells of a move that cannot be: {error}"
    if state is not stands:
        yield f"{name}: is {stands.value}, but its evidence leads to {state.value if state else 'nothing'}"
