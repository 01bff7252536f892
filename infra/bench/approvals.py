"""Complete approvals: a click, verified, decided, durable, answered with the new card; with an empty database, and with a full one.

    python -m infra.bench.approvals

The server runs the whole product but its worker, as a web process does; what follows from a decision is measured apart, as loops a second.
Every click is for a request of its own, with a button minted beforehand, and every answer is checked to be an approval.
"""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.bench.clicks import Ledger, fill
from infra.bench.front import APP_ID, TENANT, Side, load, probe, program, rate, ready, stock, teams
from infra.bench.lines import Line
from infra.bench.load import post

CLICKS, ROUNDS = 3_300, 6
"""The first round warms up and is not counted."""
STORED, PENDING = 100_000, 10_000
_EMPTY, _FULL = "empty database", f"{STORED:,} requests, {PENDING:,} pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One round of clicks. Times of an answer are in milliseconds."""

    rate: float
    cpu_ms: float
    p50: float
    p95: float
    p99: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Round:
    """What was measured within the same few seconds. ``stock`` is the stock adapter's empty turns a second."""

    stock: float
    empty: Measured
    full: Measured


async def measure() -> list[Line]:
    """Approvals a second with an empty and a full database, beside the stock adapter's empty turn. About two minutes.

    The three take turns, so that all meet the same disturbances; what is told of each comparison is the round in the middle.
    """
    rounds = await _rounds()
    usual = _middle(rounds, lambda one: one.empty.rate / one.stock)
    busy = _middle(rounds, lambda one: one.full.cpu_ms / one.empty.cpu_ms)
    slow = _middle(rounds, lambda one: one.full.p50 / one.empty.p50)
    return [
        Line(what="turns/s, stock CloudAdapter, between approvals", value=usual.stock, unit="turns/s"),
        *_lines(_EMPTY, usual.empty),
        Line(what="ratio of approvals/s to the stock adapter's empty turns/s", value=usual.empty.rate / usual.stock, unit="×", at_least=6),
        *_lines(_FULL, usual.full),
        Line(what="CPU per approval, full beside empty", value=busy.full.cpu_ms / busy.empty.cpu_ms, unit="×", at_most=1.2),
        Line(what="p50 of an approval, full beside empty", value=slow.full.p50 / slow.empty.p50, unit="×", at_most=1.2),
    ]


def _middle(rounds: Sequence[Round], by: Callable[[Round], float]) -> Round:
    return sorted(rounds, key=by)[len(rounds) // 2]


def _lines(where: str, measured: Measured) -> list[Line]:
    return [
        Line(what=f"approvals/s, {where}", value=measured.rate, unit="/s"),
        Line(what=f"answer p50, {where}", value=measured.p50, unit="ms"),
        Line(what=f"answer p95, {where}", value=measured.p95, unit="ms"),
        Line(what=f"answer p99, {where}", value=measured.p99, unit="ms"),
        Line(what=f"CPU per approval, {where}", value=measured.cpu_ms, unit="ms"),
    ]


async def _rounds() -> list[Round]:
    rounds = []
    async with teams() as side, stock(side, app_id="") as theirs, _desk(side) as empty, _desk(side, stored=STORED, pending=PENDING) as full:
        for number in range(ROUNDS):
            stock_rate, _ = await rate(theirs, side, 1.0, tokens=(None,))
            rounds.append(Round(stock=stock_rate, empty=await _clicks(*empty, side, number), full=await _clicks(*full, side, number)))
        for _, ledger in (empty, full):
            decided = await asyncio.to_thread(ledger.decided)
            if decided != len(ledger.clicks):
                raise RuntimeError(
                    f"{len(ledger.clicks)} clicks made {decided} decisions; the benchmark counts nothing that did not happen"
                )
    return rounds[1:]


async def _clicks(port: int, ledger: Ledger, side: Side, number: int) -> Measured:
    each = len(ledger.clicks) // ROUNDS
    clicks = ledger.clicks[number * each : (number + 1) * each]
    before = (await probe(port))["cpu_s"]
    result = await _press(port, side, clicks)
    spent = (await probe(port))["cpu_s"] - before
    return Measured(rate=len(clicks) / float(str(result["seconds"])), cpu_ms=spent / len(clicks) * 1000, **_quantiles(result))


async def _press(port: int, side: Side, clicks: Sequence[bytes]) -> dict[str, object]:
    requests = [post("/api/messages", click, token=side.tokens[place % len(side.tokens)]) for place, click in enumerate(clicks)]
    return await load(port, None, requests)


def _quantiles(result: dict[str, object]) -> dict[str, float]:
    times = result["ms"]
    if not isinstance(times, dict):
        raise TypeError("the load printed no times")
    return {name: float(times[name]) for name in ("p50", "p95", "p99")}


@asynccontextmanager
async def _desk(side: Side, *, stored: int = 0, pending: int = 0) -> AsyncIterator[tuple[int, Ledger]]:
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as name:
        folder = Path(name)
        secret = folder / "client-secret"
        secret.write_text("bench")
        ledger = await fill(folder, side.url, clicks=CLICKS, stored=stored, pending=pending)
        async with program("whole", APP_ID, TENANT, side.url, str(secret), str(folder)) as port:
            await ready(port)
            yield port, ledger


if __name__ == "__main__":
    for _line in asyncio.run(measure()):
        print(_line)
