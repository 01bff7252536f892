"""A store that is held up: what its caller does not wait for never happens, and what nobody can tell is not told."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text
from sqlalchemy.exc import OperationalError

from approvals.errors import AuditUnavailableError, UnsettledError
from approvals.store.sqlite import Store
from tests.approvals.test_store import Held, a_full_disk, mark, marks, outcome

SOON = timedelta(milliseconds=200)


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Somebody else writes to the file, and does not come to an end."""
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.execute("ROLLBACK")


@asynccontextmanager
async def opened(store: Store) -> AsyncIterator[Store]:
    try:
        yield store
    finally:
        await store.close()


async def test_work_whose_caller_has_gone_before_its_turn_never_happens(path: Path) -> None:
    async with opened(Held(path)) as held:
        first = asyncio.create_task(held.write(mark("one")))
        await held.begun.wait()
        second, third = (asyncio.create_task(held.write(mark(name))) for name in ("two", "three"))
        await asyncio.sleep(0)
        second.cancel()
        await asyncio.gather(second, return_exceptions=True)
        held.let_go.set()
        await asyncio.gather(first, third)

        assert await marks(held) == ["one", "three"]


async def test_a_batch_that_everybody_has_left_makes_no_commit(path: Path) -> None:
    async with opened(Held(path)) as held:
        held.let_go.set()
        with locked(path):
            work = asyncio.create_task(held.write(mark("one")))
            await asyncio.sleep(0.05)
            work.cancel()
            await asyncio.gather(work, return_exceptions=True)
        await held.write(mark("two"))

        assert (await marks(held), held.commits) == (["two"], 1)


async def test_work_that_does_not_come_to_its_turn_is_refused_and_never_happens(path: Path) -> None:
    async with opened(Store(path, begin_within=SOON)) as store:
        with locked(path):
            refused = await asyncio.gather(*(outcome(store.write(mark(name))) for name in ("one", "two")))
        await store.write(mark("three"))

        assert [str(one) for one in refused] == ["the database did not come to it within 0.2 s: it is held up"] * 2
        assert [type(one) for one in refused] == [AuditUnavailableError] * 2
        assert await marks(store) == ["three"]


async def test_work_that_has_begun_is_waited_for_and_never_called_undone(path: Path) -> None:
    async with opened(Held(path)) as held:
        writing = asyncio.create_task(held.write(mark("one")))
        await held.begun.wait()
        held._begin_within = SOON
        late = await outcome(held.write(mark("two")))
        held.let_go.set()

        assert (await writing, type(late), await marks(held)) == ("one", AuditUnavailableError, ["one"])


async def test_whether_something_can_be_recorded_is_found_out_by_writing(store: Store) -> None:
    await store.touch()
    with a_full_disk():
        refused = await outcome(store.touch())
    await store.touch()

    assert str(refused) == "the database could not make it durable: disk I/O error"


async def test_no_room_in_the_database_refuses_and_it_recovers_by_itself(store: Store) -> None:
    with pragma(store, "max_page_count = 1"):
        refused = await outcome(store.write(mark("x" * 100_000)))
    await store.write(mark("after"))

    assert (type(refused), str(refused)) == (
        AuditUnavailableError,
        "the database could not make it durable: database or disk is full",
    )
    assert await marks(store) == ["after"]


async def test_a_disk_that_became_read_only_refuses_and_it_recovers_by_itself(store: Store) -> None:
    with pragma(store, "query_only = ON"):
        refused = await outcome(store.write(mark("during")))
    await store.write(mark("after"))

    assert (type(refused), str(refused)) == (
        AuditUnavailableError,
        "the database could not make it durable: attempt to write a readonly database",
    )
    assert await marks(store) == ["after"]


@pytest.mark.parametrize(
    ("name", "kind"),
    [("SQLITE_FULL", AuditUnavailableError), ("SQLITE_IOERR_WRITE", AuditUnavailableError), ("SQLITE_IOERR_FSYNC", UnsettledError)],
)
async def test_of_a_commit_that_broke_off_only_what_is_known_is_said(path: Path, name: str, kind: type[Exception]) -> None:
    class Breaking(Store):
        def commit(self, connection: Connection) -> None:
            broken = sqlite3.OperationalError("disk I/O error")
            broken.sqlite_errorname = name
            raise OperationalError("COMMIT", {}, broken)

    async with opened(Breaking(path)) as store:
        lost = await outcome(store.write(mark("one")))

        assert (type(lost), str(lost)) == (kind, "the database could not make it durable: disk I/O error")


@contextmanager
def pragma(store: Store, setting: str) -> Iterator[None]:
    """SQLite itself behaves so in every transaction of the writer meanwhile."""

    def begin(connection: Connection) -> None:
        if connection.get_execution_options().get("is_writer"):
            connection.execute(text(f"PRAGMA {setting}"))

    event.listen(store._engine, "begin", begin)
    try:
        yield
    finally:
        event.remove(store._engine, "begin", begin)
