"""The database: acknowledged means durable, one mistake undoes one piece of work, and no room means no act."""

import asyncio
import resource
import signal
import subprocess
import sys
import threading
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from approvals.errors import AuditUnavailableError
from approvals.store.people import people
from approvals.store.sqlite import Store, Tx
from approvals.store.tables import InboxRow
from tests.approvals.northwind import ANA
from tests.builders import NOON

_ROOT = Path(__file__).parents[2]


def mark(name: str) -> Callable[[Tx], str]:
    """Work that leaves one row behind."""

    def work(tx: Tx) -> str:
        tx.add(InboxRow(conversation="a:ana", activity=name, at=NOON))
        return name

    return work


async def marks(store: Store) -> list[str]:
    return await store.read(lambda tx: sorted(tx.exec(select(InboxRow.activity))))


class Held(Store):
    """A store whose commits wait until they are let go, and are counted."""

    def __init__(self, path: Path) -> None:
        self.let_go = threading.Event()
        self.begun = asyncio.Event()
        self.commits = 0
        super().__init__(path)

    def commit(self, connection: Connection) -> None:
        self._loop.call_soon_threadsafe(self.begun.set)
        self.let_go.wait(timeout=30)
        self.commits += 1
        super().commit(connection)


@pytest.fixture
async def held(path: Path) -> Held:
    return Held(path)


@contextmanager
def a_full_disk() -> Iterator[None]:
    """No file of this process can grow beyond a kilobyte: writing answers as a full disk does."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1024, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


async def outcome(work: Awaitable[object]) -> object:
    """What came of it: the answer, or the error."""
    return (await asyncio.gather(work, return_exceptions=True))[0]


async def test_nobody_is_told_done_before_the_commit(held: Held) -> None:
    writing = asyncio.create_task(held.write(mark("one")))
    await held.begun.wait()
    early = await marks(held)

    assert (writing.done(), early) == (False, [])

    held.let_go.set()

    assert (await writing, await marks(held)) == ("one", ["one"])
    await held.close()


async def test_a_hundred_callers_at_once_share_a_few_commits(held: Held) -> None:
    writing = [asyncio.create_task(held.write(mark(f"{count:03}"))) for count in range(100)]
    await held.begun.wait()
    held.let_go.set()
    done = await asyncio.gather(*writing)

    assert done == [f"{count:03}" for count in range(100)]
    assert await marks(held) == done
    assert held.commits <= 2
    await held.close()


async def test_what_one_caller_gets_wrong_undoes_nothing_of_the_others(held: Held) -> None:
    def wrong(tx: Tx) -> None:
        tx.execute(text("INSERT INTO inbox VALUES ('a:ana', 'lost', '2025-11-22')"))
        raise ValueError("a mistake")

    def twice(tx: Tx) -> None:
        tx.execute(text("INSERT INTO inbox VALUES ('a:ana', 'one', '2025-11-22')"))

    writing = [asyncio.create_task(outcome(held.write(work))) for work in (mark("one"), wrong, twice, mark("two"))]
    await held.begun.wait()
    held.let_go.set()
    one, mistake, conflict, two = await asyncio.gather(*writing)

    assert (one, repr(mistake), type(conflict), two) == ("one", "ValueError('a mistake')", IntegrityError, "two")
    assert await marks(held) == ["one", "two"]
    await held.close()


async def test_nobody_in_a_batch_sees_what_somebody_before_them_had_read(held: Held) -> None:
    def rename(tx: Tx) -> str:
        before = people(tx, ANA)[ANA].name
        tx.execute(text("UPDATE person SET name = 'Ana Sousa' WHERE id = :ana"), {"ana": ANA})
        return before

    first = asyncio.create_task(held.write(mark("one")))
    await held.begun.wait()
    batch = [asyncio.create_task(held.write(work)) for work in (rename, lambda tx: people(tx, ANA)[ANA].name)]
    await asyncio.sleep(0)
    held.let_go.set()

    assert (await first, await asyncio.gather(*batch), held.commits) == ("one", ["Ana Ferreira", "Ana Sousa"], 2)
    await held.close()


async def test_a_caller_who_stopped_waiting_leaves_the_others_their_answers(held: Held) -> None:
    first, second = (asyncio.create_task(held.write(mark(name))) for name in ("one", "two"))
    await held.begun.wait()
    first.cancel()
    held.let_go.set()

    assert await second == "two"
    assert await marks(held) == ["one", "two"]
    await held.close()


async def test_closing_finishes_what_is_queued_and_refuses_what_comes_later(held: Held) -> None:
    writing = [asyncio.create_task(held.write(mark(name))) for name in ("one", "two")]
    await held.begun.wait()
    held.let_go.set()
    await held.close()
    await held.close()

    assert await asyncio.gather(*writing) == ["one", "two"]
    for late in (held.write(mark("late")), held.read(lambda tx: None)):
        assert str(await outcome(late)) == "the store is closed; start the program again"


async def test_listeners_hear_of_commits_and_of_nothing_else(store: Store) -> None:
    heard: list[str] = []
    store.when_committed(lambda: heard.append("committed"))

    def wrong(tx: Tx) -> None:
        raise ValueError("a mistake")

    await store.write(mark("one"))
    await outcome(store.write(wrong))
    with a_full_disk():
        await outcome(store.write(mark("two")))

    assert heard == ["committed"]


async def test_a_reader_sees_one_moment_while_others_write(store: Store) -> None:
    await store.write(mark("one"))
    loop = asyncio.get_running_loop()

    def look_twice(tx: Tx) -> list[list[str]]:
        before = sorted(tx.exec(select(InboxRow.activity)))
        asyncio.run_coroutine_threadsafe(store.write(mark("two")), loop).result(timeout=30)
        return [before, sorted(tx.exec(select(InboxRow.activity)))]

    assert await store.read(look_twice) == [["one"], ["one"]]
    assert await marks(store) == ["one", "two"]


async def test_what_a_reader_writes_is_not_kept(store: Store) -> None:
    def write(tx: Tx) -> None:
        mark("one")(tx)
        tx.flush()

    await store.read(write)

    assert await marks(store) == []


async def test_the_file_is_opened_for_durability_and_with_foreign_keys(store: Store) -> None:
    pragmas = ("journal_mode", "synchronous", "foreign_keys", "busy_timeout")

    def settings(tx: Tx) -> list[object]:
        return [tx.execute(text(f"PRAGMA {name}")).scalar_one() for name in pragmas]

    assert await store.write(settings) == ["wal", 2, 1, 30_000]


async def test_a_full_disk_refuses_and_nothing_has_happened(store: Store) -> None:
    await store.write(mark("before"))
    with a_full_disk():
        refused = await outcome(store.write(mark("during")))
        again = await outcome(store.write(mark("during, too")))
    await store.write(mark("after"))

    assert [type(one) for one in (refused, again)] == [AuditUnavailableError, AuditUnavailableError]
    assert str(refused).startswith("the database could not make it durable: ")
    assert "\n" not in str(refused)
    assert await marks(store) == ["after", "before"]


async def test_a_full_disk_refuses_everybody_in_the_batch(held: Held) -> None:
    writing = [asyncio.create_task(outcome(held.write(mark(name)))) for name in ("one", "two", "three")]
    await held.begun.wait()
    with a_full_disk():
        held.let_go.set()
        refused = await asyncio.gather(*writing)

    assert [type(one) for one in refused] == [AuditUnavailableError] * 3
    assert await marks(held) == []
    await held.close()


async def test_a_file_that_cannot_be_opened_is_an_answer_and_no_silence(tmp_path: Path) -> None:
    store = Store(tmp_path / "missing" / "countersign.db")

    refused = [await outcome(store.write(mark("one"))), await outcome(store.read(lambda tx: tx.exec(select(InboxRow.activity)).all()))]

    assert [str(one) for one in refused] == [
        "the database could not make it durable: unable to open database file",
        "the database cannot be read: unable to open database file",
    ]
    await store.close()


_READ_ONLY = """
import asyncio, os, sys
from pathlib import Path
from approvals.errors import AuditUnavailableError
from tests.approvals.test_store import Store, mark, marks, outcome

async def main(path):
    store = Store(path)
    # The administrator may write to anything, so nobody asks instead.
    if os.getuid() == 0:
        os.setuid(65534)
    error = await outcome(store.write(mark("one")))
    print(type(error).__name__, error)
    await store.close()

asyncio.run(main(Path(sys.argv[1])))
"""


def test_a_read_only_file_refuses(migrated: Path) -> None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "countersign.db")
        path.write_bytes(migrated.read_bytes())
        path.chmod(0o444)
        Path(folder).chmod(0o777)
        told = subprocess.run([sys.executable, "-c", _READ_ONLY, str(path)], cwd=_ROOT, capture_output=True, encoding="utf-8", check=False)

    assert (told.stdout, told.stderr) == (
        "AuditUnavailableError the database could not make it durable: attempt to write a readonly database\n",
        "",
    )


_WRITES_UNTIL_KILLED = """
import asyncio, sys
from pathlib import Path
from tests.approvals.test_store import Store, mark

async def keep_writing(store, lane):
    count = 0
    while True:
        print(await store.write(mark(f"{lane}/{count}")), flush=True)
        count += 1

async def main(path):
    store = Store(path)
    await asyncio.gather(*(keep_writing(store, lane) for lane in range(8)))

asyncio.run(main(Path(sys.argv[1])))
"""


async def test_a_kill_loses_nothing_that_was_acknowledged(path: Path) -> None:
    running = await asyncio.create_subprocess_exec(sys.executable, "-c", _WRITES_UNTIL_KILLED, str(path), cwd=_ROOT, stdout=subprocess.PIPE)
    assert running.stdout is not None
    heard = [await running.stdout.readline() for _ in range(200)]
    running.send_signal(signal.SIGKILL)
    heard += (await running.stdout.read()).splitlines(keepends=True)
    await running.wait()
    acknowledged = [line.decode().strip() for line in heard if line.endswith(b"\n")]

    store = Store(path)
    kept = await marks(store)
    await store.close()

    assert running.returncode == -signal.SIGKILL
    assert len(acknowledged) >= 200
    assert [one for one in acknowledged if one not in kept] == []
