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
from approvals.words import Sentence, Value, say

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


def gaps(tx: Tx) -> Iterator[Sentence]:
    """One sentence for whatever the evidence does not account for: a state without its transition, a ticket out of step, a lost version."""
    moves = _moves(tx)
    for request, version, state, ticket, closed_at in stream(tx, _REQUESTS):
        yield from _gaps_of(request, version, State(state), moves.get(request, []))
        if ticket is None:
            yield say("{request}: has no ticket", request=number(request))
        elif (closed_at is not None) is not State(state).is_final:
            told = {"request": number(request), "state": state}
            yield say("{request}: is {state}, but its ticket is closed", **told) if closed_at else _still_open(**told)


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


def _gaps_of(request: RequestId, version: int, stands: State, moves: list[tuple[int, str, int | None]]) -> Iterator[Sentence]:
    name, versions = number(request), [moved for _, _, moved in moves]
    if versions != list(range(1, version + 1)):
        told: dict[str, Value] = {"request": name, "version": version, "versions": str(versions)}
        yield say("{request}: is at version {version}, but its transitions are recorded for versions {versions}", **told)
    state: State | None = None
    for entry, kind, _ in moves:
        try:
            state = after(state, Event(kind))
        except IllegalTransitionError as error:
            yield say("{request}: evidence {entry} tells of a move that cannot be: {why}", request=name, entry=entry, why=str(error))
    if state is not stands:
        if state is None:
            yield say("{request}: is {state}, but its evidence leads to nothing", request=name, state=stands.value)
            return
        yield say("{request}: is {state}, but its evidence leads to {other}", request=name, state=stands.value, other=state.value)


def _still_open(**told: str) -> Sentence:
    return say("{request}: is {state}, but its ticket is open", **told)
