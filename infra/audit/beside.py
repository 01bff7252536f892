"""Looking at a long log in several processes at once: each takes a part of it, and what they show is put together in order."""

import os
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import TYPE_CHECKING

from approvals.evidence.stretch import LONGEST, Stretch, look
from approvals.store.bare import snapshot

if TYPE_CHECKING:
    # Not for the processes that are started here: they need no tables, and importing those takes longer than their part of the work.
    from approvals.evidence.verifying import Looks

_WORTH_IT = 50_000
"""Entries from which on it takes longer to look at them than to start a process."""
_PART = 24 * LONGEST
"""Entries that a process takes at a time: so few that none waits long for the last."""


@contextmanager
def beside(database: Path, *, entries: int) -> Iterator["Looks | None"]:
    """What looks at the log in other processes; None where there are few entries.

    Each part is read in a snapshot of its own. That is as good as one for all: what is recorded is never changed, and what is erased goes
    in one transaction, with the evidence of it.
    """
    if entries < _WORTH_IT:
        yield None
        return
    # Spawned, not forked: this process has threads.
    with ProcessPoolExecutor(os.cpu_count() or 1, mp_context=get_context("spawn")) as pool:

        def looks(after: int, last: int, sizes: Sequence[int]) -> Iterable[Stretch]:
            begins = range(after // _PART * _PART, last, _PART)
            parts = [(max(begin, after), min(begin + _PART, last)) for begin in begins]
            done = [pool.submit(_look, database, begin, end, [size for size in sizes if begin < size <= end]) for begin, end in parts]
            return (stretch for part in done for stretch in part.result())

        yield looks


def _look(database: Path, after: int, last: int, sizes: Sequence[int]) -> list[Stretch]:
    with snapshot(database) as cursor:
        return list(look(cursor, after=after, last=last, sizes=sizes))
