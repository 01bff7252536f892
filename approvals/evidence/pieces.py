"""Evidence as it is read: each piece with the private values put back in, or the day on which they were erased."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Row, and_, bindparam, or_, select

from approvals.change import RequestId
from approvals.evidence.private import Group, committed, whose
from approvals.store.sqlite import Tx
from approvals.store.tables import ErasureRow, EvidenceRow, PrivateRow, RequestRow
from approvals.words import Sentence, Value, say

_ENTRY, _PRIVATE, _ERASURE = EvidenceRow.__table__, PrivateRow.__table__, ErasureRow.__table__  # type: ignore[attr-defined]
_REQUEST = RequestRow.__table__  # type: ignore[attr-defined]
_HELD = select(_PRIVATE).where(_PRIVATE.c.entry.in_(bindparam("entries", expanding=True)))
_DRAFT = select(_REQUEST.c.draft).where(_REQUEST.c.id == bindparam("request")).scalar_subquery()
_OF_REQUEST = (
    select(_ENTRY)
    .where(or_(_ENTRY.c.request == bindparam("request"), and_(_ENTRY.c.draft == _DRAFT, _ENTRY.c.request.is_(None))))
    .order_by(_ENTRY.c.id)
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """One piece of evidence. ``body`` holds the trigger, the facts that were read, the policy, the check and the result."""

    id: int
    at: datetime
    kind: str
    request: int | None
    draft: int | None
    actor: str | None
    version: int | None
    sentence: Sentence
    body: Mapping[str, Any]


def of_request(tx: Tx, request: RequestId) -> tuple[Piece, ...]:
    """Everything recorded of a request, and of the conversation that it came from, oldest first."""
    return _opened(tx, tx.run(_OF_REQUEST, {"request": request}).all())


def pieces(tx: Tx, *conditions: ColumnElement[bool], most: int | None = None) -> tuple[Piece, ...]:
    """The evidence that fits ``conditions`` (on :class:`EvidenceRow`), oldest first, at most ``most``."""
    return _opened(tx, tx.run(select(_ENTRY).where(*conditions).order_by(_ENTRY.c.id).limit(most)).all())


def _opened(tx: Tx, rows: Sequence[Row[Any]]) -> tuple[Piece, ...]:
    held: dict[int, list[Row[Any]]] = {}
    for group in tx.run(_HELD, {"entries": [row.id for row in rows]}):
        held.setdefault(group.entry, []).append(group)
    erased = _Erased(tx)
    return tuple(_piece(row, held.get(row.id, []), erased) for row in rows)


def _piece(row: Row[Any], held: Sequence[Row[Any]], erased: "_Erased") -> Piece:
    promised = committed(row.private)
    groups = [Group(person=one.person, key=one.key, held=one.held, commitment=promised.get(one.person, "")) for one in held]
    values = {reference: text for group in groups if group.fits for reference, text in group.values().items()}

    def open_(text: str) -> str:
        if text in values:
            return values[text]
        person = whose(text, among=promised)
        return text if person is None else erased.words(person)

    return Piece(
        id=row.id,
        at=row.at,
        kind=row.kind,
        request=row.request,
        draft=row.draft,
        actor=row.actor,
        version=row.version,
        sentence=Sentence(row.sentence.msgid, tuple((name, _value(value, open_)) for name, value in row.sentence.values)),
        body=_deep(json.loads(row.body), open_),
    )


class _Erased:
    """What stands where a private value was: the day of its erasure, looked up once for each person."""

    def __init__(self, tx: Tx) -> None:
        self._tx = tx
        self._known: dict[str, str] = {}

    def words(self, person: str) -> str:
        if person not in self._known:
            last = select(_ERASURE.c.at).where(_ERASURE.c.person == person).order_by(_ERASURE.c.entry.desc()).limit(1)
            at = self._tx.run(last).scalar()
            lost = say("(missing, and not by an erasure)")
            self._known[person] = str(say("(erased on {day})", day=f"{at:%Y-%m-%d}") if at else lost)
        return self._known[person]


def _value(value: Value, open_: Callable[[str], str]) -> Value:
    if isinstance(value, tuple):
        return tuple(open_(each) for each in value)
    return open_(value) if isinstance(value, str) else value


def _deep(value: Any, open_: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return open_(value)
    if isinstance(value, list):
        return [_deep(each, open_) for each in value]
    if isinstance(value, dict):
        return {name: _deep(each, open_) for name, each in value.items()}
    return value
