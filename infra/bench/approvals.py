"""Complete approvals: a click, verified, decided, durable, answered with the new card; with an empty database, and with a full one.

    python -m infra.bench.approvals

The server runs the whole product but its worker, as a web process does; what follows from a decision is measured apart, as loops a second.
Every click is for a request of its own, with a button minted beforehand, and every answer is checked to be an approval.
"""

import asyncio
import json
import sys
import tempfile
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from infra.bench.clicks import Ledger, fill
from infra.bench.front import APP_ID, TENANT, Side, load, probe, program, ready, teams
from infra.bench.lines import Line
from infra.bench.load import post

CLICKS = 3_000
STORED, PENDING = 100_000, 10_000
_EMPTY, _FULL = "empty database", f"{STORED:,} requests, {PENDING:,} pending"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One run of clicks. Times of an answer are in milliseconds."""

    rate: float
    cpu_ms: float
    p50: float
    p95: float
    p99: float


async def measure(*, stock_rate: float) -> list[Line]:
    """Approvals a second with an empty and a full database, beside the stock adapter's empty turn. About a minute."""
    empty = await _clicks(stored=0, pending=0)
    full = await _clicks(stored=STORED, pending=PENDING)
    return [
        *_lines(_EMPTY, empty),
        Line(what="ratio of approvals/s to the stock adapter's empty turns/s", value=empty.rate / stock_rate, unit="×", at_least=6),
        *_lines(_FULL, full),
        Line(what="CPU per approval, full beside empty", value=full.cpu_ms / empty.cpu_ms, unit="×", at_most=1.2),
        Line(what="p50 of an approval, full beside empty", value=full.p50 / empty.p50, unit="×", at_most=1.2),
    ]


def _lines(where: str, measured: Measured) -> list[Line]:
    return [
        Line(what=f"approvals/s, {where}", value=measured.rate, unit="/s"),
        Line(what=f"answer p50, {where}", value=measured.p50, unit="ms"),
        Line(what=f"answer p95, {where}", value=measured.p95, unit="ms"),
        Line(what=f"answer p99, {where}", value=measured.p99, unit="ms"),
        Line(what=f"CPU per approval, {where}", value=measured.cpu_ms, unit="ms"),
    ]


async def _clicks(*, stored: int, pending: int) -> Measured:
    with tempfile.TemporaryDirectory(prefix="countersign-bench-") as folder:
        async with teams() as side, _desk(Path(folder), side, stored=stored, pending=pending) as (port, ledger):
            warm, measured = ledger.clicks[: CLICKS // 10], ledger.clicks[CLICKS // 10 :]
            await _press(port, side, warm)
            before = (await probe(port))["cpu_s"]
            result = await _press(port, side, measured)
            spent = (await probe(port))["cpu_s"] - before
            decided = await asyncio.to_thread(ledger.decided)
            if decided != len(ledger.clicks):
                raise RuntimeError(
                    f"{len(ledger.clicks)} clicks made {decided} decisions; the benchmark counts nothing that did not happen"
                )
            return Measured(rate=len(measured) / float(str(result["seconds"])), cpu_ms=spent / len(measured) * 1000, **_quantiles(result))


async def _press(port: int, side: Side, clicks: Sequence[bytes]) -> dict[str, object]:
    requests = [post("/api/messages", click, token=side.tokens[place % len(side.tokens)]) for place, click in enumerate(clicks)]
    return await load(port, None, requests)


def _quantiles(result: dict[str, object]) -> dict[str, float]:
    times = result["ms"]
    if not isinstance(times, dict):
        raise TypeError("the load printed no times")
    return {name: float(times[name]) for name in ("p50", "p95", "p99")}


@asynccontextmanager
async def _desk(folder: Path, side: Side, *, stored: int, pending: int) -> AsyncIterator[tuple[int, Ledger]]:
    secret = folder / "client-secret"
    secret.write_text("bench")
    ledger = await fill(folder, side.url, clicks=CLICKS, stored=stored, pending=pending)
    async with program("whole", APP_ID, TENANT, side.url, str(secret), str(folder)) as port:
        await ready(port)
        yield port, ledger


if __name__ == "__main__":
    for _line in asyncio.run(measure(stock_rate=float(json.loads(sys.argv[1]) if len(sys.argv) > 1 else 64))):
        print(_line)
