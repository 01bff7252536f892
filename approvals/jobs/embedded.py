"""The embedded job engine: rows claimed under a lease, retried with backoff and jitter, deleted when done.

A worker that dies leaves its lease to run out; a repeat is therefore normal. Asking for a job that is there already makes it run once more
after it has finished, so work that arrives while a job runs is never lost.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import Select, bindparam, delete, func, or_, select, update
from sqlalchemy.dialects.sqlite import insert

from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import JobRow

LEASE = timedelta(seconds=30)
"""How long a claim holds without a word from its worker: well below the minute by which access may outlive its end, since the removal that
a dead worker had begun waits for this. A worker that is still at a job says so with :func:`keep`, long before."""
_FIRST_DELAY = timedelta(seconds=1)
_LONGEST_DELAY = timedelta(minutes=10)
_TABLE = JobRow.__table__  # type: ignore[attr-defined]
_INSERT = insert(_TABLE)
_ASK = Statement(
    _INSERT.on_conflict_do_update(
        index_elements=["kind", "subject"], set_={"wanted": _TABLE.c.wanted + 1, "due_at": _INSERT.excluded.due_at, "attempts": 0}
    )
)
_KEEP = Statement(update(_TABLE).where(_TABLE.c.id == bindparam("job"), _TABLE.c.lease == bindparam("held")))


class Kind(StrEnum):
    """What is to be done, and what ``subject`` is: a request; for ``message:send`` a message, for ``evidence:publish`` a place."""

    GRANT = "grant:execute"
    REVOKE = "grant:revoke"
    REDRAW = "request:redraw"
    SEND = "message:send"
    PUBLISH = "evidence:publish"


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """A claimed job. ``attempts`` counts this one; ``wanted`` tells whether it was asked for again meanwhile.

    ``unsure`` are the attempts, with this one, of which nobody knows whether they did anything: it broke off, or no answer came.
    """

    id: int
    kind: Kind
    subject: int
    attempts: int
    wanted: int
    lease: str
    unsure: int = 1


def ask_for(tx: Tx, *jobs: tuple[Kind, int], now: datetime) -> None:
    """Make sure that each job runs, at once, after this transaction commits. One that waits for a retry is tried at once."""
    for kind, subject in jobs:
        _ASK.run(tx, {"kind": kind.value, "subject": subject, "wanted": 1, "attempts": 0, "due_at": now})


def is_any_due(tx: Tx, *, now: datetime, running: tuple[int, ...] = ()) -> bool:
    """Whether a claim would find anything: a reader can ask this without troubling the writer."""
    return tx.run(_due(now, running).limit(1)).first() is not None


def claim(tx: Tx, *, lease: str, now: datetime, most: int, running: tuple[int, ...] = ()) -> tuple[Job, ...]:
    """Up to ``most`` jobs that are due, oldest first, claimed for the holder of ``lease``.

    ``running`` are jobs that the caller itself is still at: a clock that jumps ahead must not make it start them twice.
    """
    ids = list(tx.run(_due(now, running).order_by(_TABLE.c.due_at, _TABLE.c.id).limit(most)).scalars())
    if not ids:
        return ()
    taken = {"leased_until": now + LEASE, "lease": lease, "attempts": _TABLE.c.attempts + 1, "unsure": _TABLE.c.unsure + 1}
    tx.run(update(_TABLE).where(_TABLE.c.id.in_(ids)).values(taken))
    rows = tx.run(select(_TABLE).where(_TABLE.c.id.in_(ids)).order_by(_TABLE.c.due_at, _TABLE.c.id))
    return tuple(
        Job(id=row.id, kind=Kind(row.kind), subject=row.subject, attempts=row.attempts, wanted=row.wanted, lease=lease, unsure=row.unsure)
        for row in rows
    )


def _due(now: datetime, running: tuple[int, ...]) -> Select[tuple[int]]:
    free = or_(_TABLE.c.leased_until.is_(None), _TABLE.c.leased_until < now)
    return select(_TABLE.c.id).where(_TABLE.c.due_at <= now, free, _TABLE.c.id.not_in(running))


def keep(tx: Tx, *jobs: Job, now: datetime) -> None:
    """Their worker is still at these jobs: their leases begin anew. One that somebody else has taken meanwhile stays theirs."""
    _KEEP.run(tx, *({"job": job.id, "held": job.lease, "leased_until": now + LEASE} for job in jobs))


def finish(tx: Tx, job: Job) -> None:
    """The job is done: delete it, unless it was asked for again while it ran; then it is due at once."""
    mine = (_TABLE.c.id == job.id, _TABLE.c.lease == job.lease)
    gone = tx.run(delete(_TABLE).where(*mine, _TABLE.c.wanted == job.wanted))
    if not gone.rowcount:
        tx.run(update(_TABLE).where(*mine).values(leased_until=None, lease=None, attempts=0, unsure=0))


def postpone(tx: Tx, job: Job, *, until: datetime, error: str, is_unsure: bool = True) -> None:
    """The job could not be done yet: keep it, with what was wrong, and let it be claimed again at ``until``.

    ``is_unsure`` is False where this attempt certainly did nothing.
    """
    mine = (_TABLE.c.id == job.id, _TABLE.c.lease == job.lease)
    unsure = job.unsure if is_unsure else job.unsure - 1
    tx.run(update(_TABLE).where(*mine).values(leased_until=None, lease=None, due_at=until, error=error[:500], unsure=unsure))


def backoff(attempts: int, *, jitter: float) -> timedelta:
    """How long to wait after the ``attempts``-th failure: doubling from one second to ten minutes, times ``jitter`` (0.5 to 1)."""
    doubled = _FIRST_DELAY * float(2 ** min(attempts - 1, 20))
    return min(doubled, _LONGEST_DELAY) * jitter


def waiting(tx: Tx) -> int:
    """How many jobs are not done yet."""
    return int(tx.run(select(func.count()).select_from(_TABLE)).scalar_one())
