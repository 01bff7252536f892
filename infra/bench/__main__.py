"""``make bench``: every figure, measured in one run, beside what it is to be compared with.

    python -m infra.bench

Ratios can be compared between machines; absolute numbers only within one run. Ends with 1 if a goal was missed.
"""

import asyncio
import sys
from collections.abc import Coroutine

from infra.bench import approvals, evidence, front, policy
from infra.bench.lines import Line


async def _measure() -> list[Line]:
    lines = await _told(front.turns())
    lines += await _told(approvals.measure())
    lines += await _told(front.lags())
    lines += await _told(policy.measure())
    lines += await _told(evidence.measure())
    return lines


async def _told(measuring: Coroutine[None, None, list[Line]]) -> list[Line]:
    lines = await measuring
    for line in lines:
        print(line, flush=True)
    return lines


if __name__ == "__main__":
    sys.exit(0 if all(line.is_met for line in asyncio.run(_measure())) else 1)
