"""Looking at the private values in other processes, while this one computes the tree: half of the work of a long log, and apart from it."""

import os
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path

from approvals.evidence.findings import Finding
from approvals.evidence.withheld import private_findings
from approvals.store.sqlite import Tx, open_engine

_WORTH_IT = 50_000
"""Entries from which on it takes longer to read them than to start a process."""


@contextmanager
def beside(database: Path, *, after: int, size: int) -> Iterator[Callable[[], list[Finding]] | None]:
    """What answers, in the end, what is wrong with the private values of the entries after ``after``; None where there are few.

    The other processes read a snapshot of their own. What is recorded is never changed, and what is erased is erased in one piece, so that
    it is as good as the first.
    """
    if size - after < _WORTH_IT:
        yield None
        return
    # One core is kept for the tree. Spawned, not forked: this process has threads.
    others = max(1, (os.cpu_count() or 1) - 1)
    begins = [after + (size - after) * part // others for part in range(others)]
    with ProcessPoolExecutor(others, mp_context=get_context("spawn")) as pool:
        parts = [pool.submit(_look, database, begin, end) for begin, end in zip(begins, [*begins[1:], None], strict=True)]
        yield lambda: [finding for part in parts for finding in part.result()]


def _look(database: Path, after: int, until: int | None) -> list[Finding]:
    engine = open_engine(database)
    try:
        with Tx(engine, autoflush=False) as tx:
            return list(private_findings(tx, after=after, until=until))
    finally:
        engine.dispose()
