"""Where checkpoints are published, how far each place has come, and what witnesses have said.

A place that is behind is work that is due, found by the sweep as any timer is; a decision never waits for it.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from enum import IntEnum

from sqlalchemy import delete, exists, func, select, update
from sqlalchemy.dialects.sqlite import insert

from approvals.evidence.notes import VerifierKey
from approvals.jobs.embedded import Kind, ask_for
from approvals.store.sqlite import Tx
from approvals.store.tables import CheckpointRow, CosignatureRow, JobRow, PublicationRow

_PLACE, _SEEN = PublicationRow.__table__, CosignatureRow.__table__  # type: ignore[attr-defined]
_CHECKPOINT, _JOB = CheckpointRow.__table__, JobRow.__table__  # type: ignore[attr-defined]
_FRESH = insert(_PLACE)
_BEGIN = _FRESH.on_conflict_do_update(
    index_elements=["place"], set_={"target": _FRESH.excluded.target, "size": 0}, where=_PLACE.c.target != _FRESH.excluded.target
)
_PACE = timedelta(seconds=1)
"""A place is told at most so often, however much is recorded: it needs only the newest checkpoint."""


class Place(IntEnum):
    """Where a checkpoint can go; also the subject of the job that brings it there."""

    FILE = 1
    WEBHOOK = 2
    WITNESS = 3


def publish_to(tx: Tx, targets: Mapping[Place, str], *, now: datetime) -> None:
    """Keep these places up to date from now on, and no others. ``targets`` says who is there: somebody else begins from nothing."""
    wanted = [int(place) for place in targets]
    tx.run(delete(_PLACE).where(_PLACE.c.place.not_in(wanted)))
    tx.run(delete(_JOB).where(_JOB.c.kind == Kind.PUBLISH.value, _JOB.c.subject.not_in(wanted)))
    for place, target in targets.items():
        tx.run(_BEGIN, {"place": int(place), "target": target, "size": 0, "due_at": now})


def behind(tx: Tx, *, now: datetime) -> tuple[Place, ...]:
    """The places that are to be told of a newer checkpoint, and are not being told already."""
    newest = select(func.max(_CHECKPOINT.c.size)).scalar_subquery()
    told_already = exists().where(_JOB.c.kind == Kind.PUBLISH.value, _JOB.c.subject == _PLACE.c.place)
    wanted = select(_PLACE.c.place).where(_PLACE.c.due_at <= now, _PLACE.c.size < newest, ~told_already)
    return tuple(Place(place) for place in tx.run(wanted.order_by(_PLACE.c.place)).scalars())


def tell(tx: Tx, places: Iterable[Place], *, now: datetime) -> None:
    """Make sure that each place is told."""
    for place in places:
        tx.run(update(_PLACE).where(_PLACE.c.place == int(place)).values(due_at=now + _PACE))
        ask_for(tx, (Kind.PUBLISH, int(place)), now=now)


def is_told(tx: Tx, place: Place, *, size: int) -> None:
    """Report that the place has the checkpoint of ``size`` entries."""
    tx.run(update(_PLACE).where(_PLACE.c.place == int(place)).values(size=size))


def keep_cosignature(tx: Tx, line: str, *, size: int, witness: VerifierKey, at: datetime) -> None:
    """Keep what a witness has said of a checkpoint, and when. Said again, the newer word counts."""
    said = {"line": line, "at": at}
    row = {"size": size, "witness": str(witness), **said}
    tx.run(insert(_SEEN).on_conflict_do_update(index_elements=["size", "witness"], set_=said), row)


def seen_by(tx: Tx, witness: VerifierKey) -> int:
    """How many entries this witness has cosigned, as far as is known here."""
    return int(tx.run(select(func.max(_SEEN.c.size)).where(_SEEN.c.witness == str(witness))).scalar() or 0)
