"""A whole Countersign whose disk can be made to fail, and a directory that is watched meanwhile."""

import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy import text

from approvals.connectors import Change, Connector
from approvals.connectors.local import LocalDirectory
from approvals.store.sqlite import BEGIN_WITHIN, Store, Tx
from infra.house import Parts, open_house
from infra.serving import Local, free_port, local_settings
from infra.simulator import Simulator

T = TypeVar("T")
_WELL = ["query_only = OFF", "max_page_count = 4294967294"]


class Troubled(Store):
    """A store that fails by SQLite's own doing: ``trouble`` is a pragma, set before each work whose name ``hurts`` picks."""

    trouble = ""

    def __init__(self, path: Path) -> None:
        super().__init__(path, begin_within=BEGIN_WITHIN)

    @staticmethod
    def hurts(_name: str) -> bool:
        return True

    async def write(self, work: Callable[[Tx], T]) -> T:
        settings = [self.trouble] if self.trouble and self.hurts(work.__qualname__) else _WELL

        def set_up(tx: Tx) -> T:
            for setting in settings:
                tx.run(text(f"PRAGMA {setting}"))
            return work(tx)

        return await super().write(set_up)


@dataclass
class Watched:
    """The directory: what was asked of it, and whether the records held the intent when it was. ``after`` is done after each change."""

    inner: Connector
    database: Path
    calls: list[tuple[str, int]] = field(default_factory=list)
    after: Callable[[], None] = lambda: None

    async def apply(self, change: Change) -> bool:
        self.calls.append((f"apply {change.key}", self._intents("grant:intended")))
        had_before = await self.inner.apply(change)
        self.after()
        return had_before

    async def revert(self, change: Change) -> bool:
        self.calls.append((f"revert {change.key}", self._intents("revoke:intended")))
        keeps = await self.inner.revert(change)
        self.after()
        return keeps

    async def read_back(self, change: Change) -> bool:
        return await self.inner.read_back(change)

    def _intents(self, kind: str) -> int:
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as records:
            return int(records.execute("SELECT count(*) FROM evidence WHERE kind = ?", (kind,)).fetchone()[0])


@dataclass(frozen=True, kw_only=True)
class Scene:
    """The bot with its simulator, and the parts of it that can be hurt and watched."""

    local: Local
    store: Troubled
    directory: Watched

    def records(self) -> str:
        """Everything that is recorded, as text."""
        with closing(sqlite3.connect(f"file:{self.local.settings.database}?mode=ro", uri=True)) as records:
            return "\n".join(records.iterdump())


@asynccontextmanager
async def troubled(folder: Path, *, store: Callable[[Path], Troubled] = Troubled) -> AsyncIterator[Scene]:
    """Such a bot, well at first."""
    watched: list[Watched] = []

    def directory(records: Store, now: Callable[..., object]) -> Connector:
        watched.append(Watched(inner=LocalDirectory(records, now=now), database=folder / "countersign.db"))  # type: ignore[arg-type]
        return watched[0]

    port = free_port()
    async with Simulator(folder=folder) as simulator:
        settings = local_settings(folder, simulator, port=port)
        async with open_house(settings, parts=Parts(store=store, directory=directory)) as house:
            simulator.bot_url = f"{house.url}/api/messages"
            local = Local(house=house, simulator=simulator, settings=settings)
            assert isinstance(house.desk.store, Troubled)
            yield Scene(local=local, store=house.desk.store, directory=watched[0])


_HOLD = """
import sqlite3, sys
other = sqlite3.connect(sys.argv[1], isolation_level=None)
other.execute("BEGIN IMMEDIATE")
print("held", flush=True)
sys.stdin.read()
"""


@contextmanager
def held_by_a_process_that_was_stopped(database: Path) -> Iterator[None]:
    """Another process has taken the write lock, and then stands still."""
    with subprocess.Popen([sys.executable, "-c", _HOLD, database], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as other:
        assert other.stdout is not None
        assert other.stdout.readline() == b"held\n"
        os.kill(other.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            other.kill()
