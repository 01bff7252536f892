"""``make bench``: every figure, measured in one run, beside what it is to be compared with.

    python -m infra.bench               all of it
    python -m infra.bench evidence      one part: front, approvals, lags, policy or evidence

Ratios can be compared between machines; absolute numbers only within one run. Ends with 1 if a goal was missed.
"""

import asyncio
import sys
from collections.abc import Callable, Coroutine, Mapping, Sequence

from infra.bench import approvals, evidence, front, policy
from infra.bench.lines import Line

_PARTS: Mapping[str, Callable[[], Coroutine[None, None, list[Line]]]] = {
    "front": front.turns,
    "approvals": approvals.measure,
    "lags": front.lags,
    "policy": policy.measure,
    "evidence": evidence.measure,
}


async def _measure(names: Sequence[str]) -> list[Line]:
    return [line for name in names for line in await _told(_PARTS[name]())]


async def _told(measuring: Coroutine[None, None, list[Line]]) -> list[Line]:
    lines = await measuring
    for line in lines:
        print(line, flush=True)
    return lines


if __name__ == "__main__":
    sys.exit(0 if all(line.is_met for line in asyncio.run(_measure(sys.argv[1:] or [*_PARTS]))) else 1)
