"""What the Merkle log costs: appends beside bare SQLite ones in the same run, a million entries verified, and the last ten thousand.

    python -m infra.bench evidence

An append is one piece of evidence as the product records it, acknowledged after its commit, 16 callers at a time; a bare one is a row of
the same size in a table of its own, under the same durability and the same group commit, without leaf, node, checkpoint or private value.
"""

import asyncio
import resource
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import insert

from approvals import evidence
from approvals.change import Person, PersonId, RequestId
from approvals.evidence import Trigger
from approvals.evidence.notes import Signer
from approvals.evidence.sealing import Sealer
from approvals.evidence.stored import checkpoint_at
from approvals.evidence.verifying import Verdict, verify
from approvals.lifecycle import Event
from approvals.store.sqlite import Store, Tx
from approvals.store.tables import EvidenceRow, PrivateRow
from approvals.words import say
from infra.audit.beside import beside
from infra.bench.lines import Line
from infra.migrations.upgrade import upgrade

ENTRIES, LAST = 1_000_000, 10_000
_APPENDS, _CALLERS, _STEP = 8_000, 16, 10_000
_NOON = datetime(2025, 11, 22, 12, tzinfo=UTC)
_SIGNER = Signer.of("bench.example/evidence", b"b" * 32)
_PEOPLE = tuple(
    Person(id=PersonId(f"00000000-0000-4000-8000-{place:012}"), name=f"Person {place}", email=f"p{place}@bench.example", title="Engineer")
    for place in range(3)
)
_BARE = "CREATE TABLE bare (id INTEGER PRIMARY KEY AUTOINCREMENT, body TEXT NOT NULL)"


async def measure(entries: int = ENTRIES) -> list[Line]:
    """Appends a second and how long they take, and how fast the log is read. About two minutes for a million entries."""
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        lines = await _appends(Path(folder))
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        return lines + await _verified(Path(folder), entries)


async def _appends(folder: Path) -> list[Line]:
    store = _open(folder)
    await store.write(_append)
    (size,) = await store.read(lambda tx: tx.connection().exec_driver_sql("SELECT length(body) FROM evidence").one())
    row = "x" * int(size)
    await store.write(lambda tx: tx.connection().exec_driver_sql(_BARE))
    await _rate(store, lambda tx: _bare(tx, row), _CALLERS * 20)
    bare, bare_p99 = await _rate(store, lambda tx: _bare(tx, row), _APPENDS)
    rate, p99 = await _rate(store, _append, _APPENDS)
    await store.close()
    return [
        Line(what=f"bare SQLite appends/s, {_CALLERS} callers", value=bare, unit="/s"),
        Line(what="bare SQLite append, p99", value=bare_p99, unit="ms"),
        Line(what=f"evidence appends/s, {_CALLERS} callers", value=rate, unit="/s", at_least=1_000),
        Line(what="evidence append, p99", value=p99, unit="ms"),
        Line(what="evidence appends/s beside bare ones", value=rate / bare, unit="×"),
    ]


async def _rate(store: Store, work: Callable[[Tx], None], appends: int) -> tuple[float, float]:
    """How many a second, and the 99th percentile of how long one caller waits, in milliseconds."""
    took: list[float] = []

    async def caller() -> None:
        for _ in range(appends // _CALLERS):
            began = time.perf_counter()
            await store.write(work)
            took.append((time.perf_counter() - began) * 1000)

    started = time.perf_counter()
    await asyncio.gather(*(caller() for _ in range(_CALLERS)))
    spent = time.perf_counter() - started
    return len(took) / spent, sorted(took)[int(len(took) * 0.99)]


def _bare(tx: Tx, row: str) -> None:
    tx.connection().exec_driver_sql("INSERT INTO bare (body) VALUES (?)", (row,))


def _append(tx: Tx) -> None:
    evidence.record(
        tx,
        Event.APPROVE,
        at=_NOON,
        request=RequestId(1001),
        actor=_PEOPLE[0].id,
        trigger=Trigger(source="teams", service_url="https://smba.trafficmanager.net/teams/", conversation="a:1", activity="f:1"),
        sentence=say("Approved for {duration} by {name}.", duration="4 h", name=_PEOPLE[0].name),
        policy=None,
        version=2,
        # As much as an approval holds: the people concerned, each with what is private of them, and some two kilobytes in all.
        result={"people": _PEOPLE * 3, "terms": ["a term of the request"] * 20},
    )


async def _verified(folder: Path, entries: int) -> list[Line]:
    store = _open(folder)
    await _fill(store, entries)
    whole_s, whole_cpu_s = await _timed(store, lambda tx: _whole(tx, folder / "countersign.db", entries), entries)
    since = entries - LAST
    recent_s, recent_cpu_s = await _timed(store, lambda tx: verify(tx, key=_SIGNER.verifier, since=checkpoint_at(tx, since)), LAST)
    await store.close()
    goal = 10 * entries / ENTRIES
    return [
        Line(what=f"{entries:,} entries verified", value=whole_s, unit="s", at_most=goal),
        Line(what="the same, processor time of all processes", value=whole_cpu_s, unit="s"),
        Line(what=f"the last {LAST:,} entries verified", value=recent_s * 1000, unit="ms", at_most=100),
        Line(what="the same, processor time", value=recent_cpu_s * 1000, unit="ms"),
    ]


def _whole(tx: Tx, database: Path, entries: int) -> Verdict:
    """As ``countersign audit verify`` does it."""
    with beside(database, entries=entries) as looks:
        return verify(tx, key=_SIGNER.verifier, looks=looks)


async def _timed(store: Store, question: Callable[[Tx], Verdict], entries: int) -> tuple[float, float]:
    """Seconds until the answer, and of the processors' time: where the machine has other work to do, only the latter can be compared."""
    started, worked = time.perf_counter(), _processor_s()
    verdict = await store.read(question)
    spent = time.perf_counter() - started, _processor_s() - worked
    if verdict.findings or verdict.entries != entries:
        raise RuntimeError(f"{verdict.entries} entries were read and {len(verdict.findings)} things found; the benchmark counts whole logs")
    return spent


def _processor_s() -> float:
    return sum(sum(resource.getrusage(whose)[:2]) for whose in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))


async def _fill(store: Store, entries: int) -> None:
    """A log of copies of one real entry, each with private values of its own, sealed in steps."""
    await store.write(_append)
    row = await store.read(lambda tx: dict(tx.run(EvidenceRow.__table__.select()).mappings().one()))  # type: ignore[attr-defined]
    held = await store.read(lambda tx: [dict(one) for one in tx.run(PrivateRow.__table__.select()).mappings()])  # type: ignore[attr-defined]
    for last in range(_STEP, entries + 1, _STEP):
        numbers = range(max(last - _STEP, 1) + 1, last + 1)
        rows = [{**row, "id": number} for number in numbers]
        groups = [{**group, "entry": number} for number in numbers for group in held]
        await store.write(lambda tx, rows=rows, groups=groups: _insert(tx, rows, groups))  # type: ignore[misc]


def _insert(tx: Tx, rows: list[dict[str, object]], groups: list[dict[str, object]]) -> None:
    tx.run(insert(EvidenceRow.__table__), rows)  # type: ignore[attr-defined]
    tx.run(insert(PrivateRow.__table__), groups)  # type: ignore[attr-defined]


def _open(folder: Path) -> Store:
    upgrade(folder / "countersign.db")
    store = Store(folder / "countersign.db")
    store.before_commit(Sealer(_SIGNER))
    return store
