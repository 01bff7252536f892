"""Conversations about a request that is not submitted yet: one for each person, replaced by compare-and-set.

What is written in them is evidence too, under the draft: the request that comes of it names its draft.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, insert, update
from sqlmodel import select

from approvals import evidence
from approvals.change import PersonId
from approvals.evidence import Trace
from approvals.operations.desk import Act, Desk
from approvals.store.sqlite import Tx
from approvals.store.tables import DraftRow
from approvals.words import Personal, say

_DRAFT = DraftRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Stored:
    """A stored draft. ``body`` is the edge's own text; ``version`` grows with every change."""

    id: int
    version: int
    body: str


def draft_of(tx: Tx, person: PersonId) -> Stored | None:
    """What this person is in the middle of asking for, if anything."""
    row = tx.exec(select(DraftRow).where(DraftRow.person == person)).first()
    return Stored(id=row.id or 0, version=row.version, body=row.body) if row else None


def keep(tx: Tx, person: PersonId, body: str, *, now: datetime) -> Stored:
    """Store ``body`` as the person's draft, over the one that is there."""
    known = draft_of(tx, person)
    if known is None:
        row = {"person": person, "version": 1, "body": body, "at": now}
        return Stored(id=tx.execute(insert(_DRAFT).returning(_DRAFT.c.id), row).scalar_one(), version=1, body=body)
    if known.body == body:
        # A form that the client sends twice is the same draft: the buttons of the preview that came of it stay good.
        return known
    version = known.version + 1
    tx.execute(update(_DRAFT).where(_DRAFT.c.id == known.id).values(version=version, body=body, at=now))
    return Stored(id=known.id, version=version, body=body)


def drop(tx: Tx, person: PersonId) -> None:
    """Forget what this person was asking for."""
    tx.execute(delete(DraftRow).where(DraftRow.person == person))  # type: ignore[arg-type]


def note_written(tx: Tx, draft: int, text: str, *, understood: Mapping[str, object], act: Act, desk: Desk) -> None:
    """Write down what somebody wrote while they put a request together, and what was understood of it. Nothing rests on it."""
    evidence.record(
        tx,
        Trace.SAID,
        at=act.at,
        request=None,
        draft=draft,
        actor=act.actor,
        trigger=act.trigger,
        sentence=say("Wrote: “{text}”", text=Personal(text, of=act.actor or "")),
        policy=desk.policy,
        result={"understood": understood},
    )
