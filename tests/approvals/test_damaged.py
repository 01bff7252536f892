"""A file that is damaged, or is none: whoever reads or writes is told in words, and what to do; nobody is told that anything was done."""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from pathlib import Path

import pytest

from approvals.errors import AuditUnavailableError
from approvals.evidence.sealing import Sealer
from approvals.evidence.verifying import verify
from approvals.operations.audit import gaps
from approvals.operations.directory import load
from approvals.store.bare import snapshot
from approvals.store.people import people
from approvals.store.sqlite import Store, Tx
from approvals.store.tables import InboxRow
from tests.approvals.evidence.keys import LOG
from tests.approvals.northwind import ANA, PEOPLE
from tests.builders import NOON

ADVICE = "If it is the bot's: stop the bot, keep the file as it is, put a backup in its place, and run: countersign audit verify"
MALFORMED = f"the database is damaged, or is none (database disk image is malformed). {ADVICE}"
NONE = f"the database is damaged, or is none (file is not a database). {ADVICE}"
_PAGE = 4096


def spoil(path: Path, *tables: str) -> None:
    """Overwrite the first page of each table, as a failing disk does; without any, the beginning of the file."""
    with closing(sqlite3.connect(path)) as records:
        records.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        roots = dict(records.execute("SELECT name, rootpage FROM sqlite_master"))
    with path.open("r+b") as file:
        for page in [roots[table] for table in tables] or [1]:
            file.seek((page - 1) * _PAGE)
            file.write(b"\xa5" * _PAGE)


@pytest.fixture
async def spoilt(path: Path) -> AsyncIterator[Callable[..., Store]]:
    """Opens the records after they were damaged."""
    opened: list[Store] = []

    def open_(*tables: str) -> Store:
        spoil(path, *tables)
        opened.append(Store(path))
        opened[-1].before_commit(Sealer(LOG))
        return opened[-1]

    yield open_
    for store in opened:
        await store.close()


def mark(name: str) -> Callable[[Tx], None]:
    return lambda tx: tx.add(InboxRow(conversation="a:ana", activity=name, at=NOON))


async def says(asking: "asyncio.Future[object]") -> str:
    with pytest.raises(AuditUnavailableError) as raised:
        await asking
    return str(raised.value)


@pytest.mark.parametrize(("tables", "told"), [(("person",), MALFORMED), ((), NONE)])
async def test_what_is_read_of_a_damaged_file_is_answered_in_words(
    spoilt: Callable[..., Store], tables: tuple[str, ...], told: str
) -> None:
    store = spoilt(*tables)

    assert await says(asyncio.ensure_future(store.read(lambda tx: people(tx, ANA)))) == told


@pytest.mark.parametrize(("tables", "told"), [(("person", "inbox"), MALFORMED), ((), NONE)])
async def test_what_is_written_to_a_damaged_file_is_answered_in_words_and_nothing_beside_it_is_done(
    spoilt: Callable[..., Store], path: Path, tables: tuple[str, ...], told: str
) -> None:
    store = spoilt(*tables)
    work = [lambda tx: load(tx, PEOPLE), mark("one"), mark("two"), lambda tx: load(tx, PEOPLE)]

    answers = await asyncio.gather(*(store.write(one) for one in work), return_exceptions=True)

    assert [(type(answer), str(answer)) for answer in answers] == [(AuditUnavailableError, told)] * len(work)


async def test_a_work_whose_table_is_whole_is_done_once_the_damage_is_not_in_its_way(spoilt: Callable[..., Store]) -> None:
    store = spoilt("ticket")

    await store.write(mark("one"))

    assert await store.read(lambda tx: tx.get(InboxRow, ("a:ana", "one")) is not None)


@pytest.mark.parametrize("table", ["evidence", "tree_node", "checkpoint"])
async def test_a_log_that_is_damaged_is_not_verified_but_said_to_be_damaged(spoilt: Callable[..., Store], table: str) -> None:
    store = spoilt(table)

    told = await says(asyncio.ensure_future(store.read(lambda tx: verify(tx, key=LOG.verifier))))

    assert told == MALFORMED


async def test_asking_for_gaps_in_a_damaged_file_is_answered_in_words(spoilt: Callable[..., Store]) -> None:
    store = spoilt("request")

    assert await says(asyncio.ensure_future(store.read(lambda tx: list(gaps(tx))))) == MALFORMED


def test_a_bare_reader_is_answered_in_words(path: Path) -> None:
    spoil(path, "evidence")

    with pytest.raises(AuditUnavailableError) as raised, snapshot(path) as cursor:
        list(cursor.execute("SELECT * FROM evidence", ()))

    assert str(raised.value) == MALFORMED
