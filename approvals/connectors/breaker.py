"""A breaker for each connector: a system that fails again and again is left alone, and asked now and then whether it is back.

    closed     calls go through; ``OPENS_AFTER`` failures in a row open it
    open       no call goes through until ``PROBE_EVERY`` has passed
    half-open  one call goes through: if it is answered the breaker closes, if not it stays open as long again

Giving and taking away have a breaker each: however often grants fail, removals are tried by their own count. What counts is that the system
does not answer, or refuses; where it answers and shows something else than was done, it is there. The count is a row, not memory: a worker
that starts again, and every other worker, finds the breaker as it was, and nobody begins with a storm of calls (control 40).
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, and_, delete, select, update
from sqlalchemy.dialects.sqlite import insert

from approvals.store.sqlite import Tx
from approvals.store.tables import BreakerRow

OPENS_AFTER = 5
PROBE_EVERY = timedelta(seconds=30)
_ROWS = BreakerRow.__table__  # type: ignore[attr-defined]


class Way(StrEnum):
    """Which calls a breaker is for."""

    GIVE = "give"
    TAKE = "take"


class Standing(StrEnum):
    """What a breaker lets through now."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half-open"


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldBack:
    """A call that was not made: the system has failed ``failures`` times in a row, and is left alone ``until`` then."""

    failures: int
    until: datetime


def admit(tx: Tx, connector: str, way: Way, *, now: datetime) -> HeldBack | None:
    """Whether a call may be made: None where it may. Of an open breaker whose time has come, the first that asks is the probe."""
    row = tx.run(select(_ROWS).where(_mine(connector, way))).first()
    if row is None or row.failures < OPENS_AFTER:
        return None
    if now < row.next_at:
        return HeldBack(failures=row.failures, until=row.next_at)
    tx.run(update(_ROWS).where(_mine(connector, way)).values(next_at=now + PROBE_EVERY))
    return None


def note_failure(tx: Tx, connector: str, way: Way, *, now: datetime) -> None:
    """A call was refused, or not answered."""
    first = insert(_ROWS).values(connector=connector, way=way.value, failures=1, next_at=now + PROBE_EVERY)
    again = {"failures": _ROWS.c.failures + 1, "next_at": now + PROBE_EVERY}
    tx.run(first.on_conflict_do_update(index_elements=["connector", "way"], set_=again))


def note_answer(tx: Tx, connector: str, way: Way) -> None:
    """A call was answered: whatever was counted is over."""
    tx.run(delete(_ROWS).where(_mine(connector, way)))


def standing(tx: Tx, connector: str, way: Way, *, now: datetime) -> Standing:
    """What the breaker would let through now."""
    row = tx.run(select(_ROWS).where(_mine(connector, way))).first()
    if row is None or row.failures < OPENS_AFTER:
        return Standing.CLOSED
    return Standing.OPEN if now < row.next_at else Standing.HALF_OPEN


def _mine(connector: str, way: Way) -> ColumnElement[bool]:
    return and_(_ROWS.c.connector == connector, _ROWS.c.way == way.value)
