"""Everything that is particular to SQLite: how it is opened, and one writer thread that commits many callers' work at once.

One writer is all that SQLite has, so callers queue instead of fighting for the lock; while one commit waits for the disk the next batch
gathers, which is where the speed comes from (about ten times the commits per second of one by one). Work is acknowledged after its commit,
never before: WAL with synchronous=FULL, so a power cut loses nothing that was acknowledged.
"""

import asyncio
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from functools import cached_property
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any, TypeVar

import orjson
from sqlalchemy import Connection, CursorResult, Engine, Executable, create_engine, event, text
from sqlalchemy.engine.interfaces import DBAPICursor
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlmodel import Session

from approvals.errors import AuditUnavailableError, UnsettledError
from approvals.store.bare import damaged, is_damaged, unreadable
from approvals.words import say

T = TypeVar("T")
Values = Mapping[str, Any] | Sequence[Mapping[str, Any]]
_BATCH = 128
_READERS = 2
_OPENED_AT_ONCE = 200
"""How often a new file is tried that others are opening at the same time: ten seconds."""
BEGIN_WITHIN = timedelta(seconds=3)
"""How long work waits for its turn where people wait for it: less than the front gives to a press, so that its refusal is still heard."""
_UNDONE = frozenset({"SQLITE_FULL", "SQLITE_IOERR_WRITE"})
"""What a commit can fail with before its last page is written: it has not happened then. After a failed fsync nobody can tell."""
_TOUCH = text("PRAGMA user_version = 1")
"""Writes a page and changes nothing: nobody reads this number."""


class Tx(Session):
    """One transaction. Operations take it as their first argument and never commit it."""

    @cached_property
    def here(self) -> Connection:
        """The connection, asked for once: a session finds it anew, and slowly, each time."""
        return self.connection()

    @cached_property
    def cursor(self) -> DBAPICursor:
        """The driver's own cursor in this transaction, for statements that are compiled already (statements.py)."""
        return self.here.connection.cursor()

    def run(self, statement: Executable, values: Values | None = None) -> CursorResult[Any]:
        """Run a statement on the connection itself: for statements on tables, which need nothing of what a session does for objects."""
        return self.here.execute(statement, values)

    def close(self) -> None:
        """End it, and let go of the driver's cursor: a statement that failed on it would hold the lock until somebody collected it."""
        cursor = vars(self).pop("cursor", None)
        if cursor is not None:
            cursor.close()
        super().close()

    def forget(self) -> None:
        """Write what was changed, and keep nothing of what was read: whoever uses this transaction next reads for themselves."""
        self.flush()
        self.expunge_all()
        self.info.clear()


@dataclass(frozen=True, slots=True)
class _Work:
    run: Callable[[Tx], Any]
    answer: "asyncio.Future[Any]"
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def claim(self) -> bool:
        """True once: for the writer, and then it is done; or for its caller, who waits no longer, and then it never begins."""
        return self._turn.acquire(blocking=False)


_Done = tuple[_Work, Any, BaseException | None]


class Store:
    """The database. ``write`` runs work in a transaction and answers once it is durable; ``read`` runs it on a snapshot.

    Work is a plain function of a :class:`Tx`, and may be run a second time when something else in its batch fails: it touches nothing but
    the transaction. What it raises undoes only its own part. With ``begin_within``, work that does not come to its turn by then is refused.
    """

    def __init__(self, path: Path, *, begin_within: timedelta | None = None) -> None:
        self._begin_within = begin_within
        self._engine = open_engine(path)
        self._queue: SimpleQueue[_Work | None] = SimpleQueue()
        self._readers = ThreadPoolExecutor(_READERS, thread_name_prefix="store-read")
        self._writer = threading.Thread(target=self._write_for_ever, name="store-write", daemon=True)
        self._loop = asyncio.get_running_loop()
        self._listeners: list[Callable[[], None]] = []
        self._last_steps: list[Callable[[Connection], None]] = []
        self._is_open = True
        self._connection: Connection | None = None
        self._writer.start()

    def when_committed(self, listener: Callable[[], None]) -> None:
        """Call ``listener`` on the event loop after each commit: the worker wakes by it."""
        self._listeners.append(listener)

    def before_commit(self, step: Callable[[Connection], None]) -> None:
        """Take ``step`` at the end of every batch, in its transaction, when all its work is done: what it writes commits with the work.

        It runs on the writer's thread. If it raises an AuditUnavailableError or the database does, nothing of the batch happens.
        """
        self._last_steps.append(step)

    async def write(self, work: Callable[[Tx], T]) -> T:
        """What ``work`` answers, after its commit.

        Raises:
            AuditUnavailableError: it could not be made durable (disk full, read-only, closed), or did not come to its turn in time;
                nothing of it happened, and nothing will.
            UnsettledError: the disk failed in the middle of the commit; it may have happened.
        """
        self._refuse_if_closed()
        answer: asyncio.Future[T] = self._loop.create_future()
        queued = _Work(work, answer)
        self._queue.put(queued)
        patience = self._patience(queued)
        try:
            return await answer
        finally:
            if patience is not None:
                patience.cancel()
            # Whoever stops waiting says that it was not done, so it must not be done later: what has not begun never will.
            queued.claim()

    def _patience(self, queued: _Work) -> asyncio.TimerHandle | None:
        within_s = self._begin_within.total_seconds() if self._begin_within else None
        return None if within_s is None else self._loop.call_later(within_s, _refuse_to_wait, queued, within_s)

    async def touch(self) -> None:
        """Write a page and wait until it lies on the disk, as any record would: whether something could be recorded now.

        Raises as :meth:`write` does.
        """
        await self.write(lambda tx: tx.run(_TOUCH))

    async def read(self, work: Callable[[Tx], T]) -> T:
        """What ``work`` answers on a consistent snapshot that holds everything acknowledged before the call.

        Raises:
            AuditUnavailableError: the database cannot be read, or is closed.
        """
        self._refuse_if_closed()

        def run() -> T:
            try:
                with Tx(self._engine, autoflush=False) as tx:
                    return work(tx)
            except (DBAPIError, sqlite3.Error) as error:
                if not _is_of_the_file(error):
                    raise
                raise unreadable(_cause(error)) from error

        return await self._loop.run_in_executor(self._readers, run)

    async def close(self) -> None:
        """Finish the work that is queued, then close."""
        if not self._is_open:
            return
        self._is_open = False
        self._queue.put(None)
        await asyncio.to_thread(self._writer.join)
        self._readers.shutdown()
        self._engine.dispose()

    def commit(self, connection: Connection) -> None:
        """Make a batch durable. A method of its own so that a crash test can die on either side of it."""
        connection.commit()

    def _refuse_if_closed(self) -> None:
        if not self._is_open:
            raise AuditUnavailableError(say("the store is closed; start the program again"))

    def _write_for_ever(self) -> None:
        while (first := self._queue.get()) is not None:
            batch = [first, *self._waiting()]
            self._commit_batch([work for work in batch if work is not None])
            if None in batch:
                break
        self._disconnect()

    def _waiting(self) -> list[_Work | None]:
        more: list[_Work | None] = []
        try:
            while len(more) < _BATCH:
                more.append(self._queue.get_nowait())
        except Empty:
            pass
        return more

    def _commit_batch(self, batch: list[_Work]) -> None:
        done: list[_Done] = []
        is_committing = False
        try:
            # One connection for good: its page cache stays warm. It is opened here, so that a file that cannot be opened is an answer too.
            connection = self._connection = self._connection or connect_to_write(self._engine)
            # Begun here, so that each work is a savepoint in it: a session on a connection without a transaction would commit by itself.
            connection.begin()
            # Only now, when nobody else holds the lock: it may have taken long, and some may have gone.
            batch = [work for work in batch if work.claim()]
            if not batch:
                connection.rollback()
                return
            done = self._run_together(connection, batch) or self._run_apart(connection, batch)
            for step in self._last_steps:
                step(connection)
            is_committing = True
            self.commit(connection)
        except (SQLAlchemyError, sqlite3.Error, AuditUnavailableError) as error:
            if self._connection is not None:
                # Not back into the pool: what is wrong may be its file, opened long ago.
                self._connection.invalidate()
            self._disconnect()
            cause = _cause(error)
            kind = UnsettledError if is_committing and getattr(cause, "sqlite_errorname", "") not in _UNDONE else AuditUnavailableError
            lost = kind(damaged(cause) if is_damaged(cause) else say("the database could not make it durable: {why}", why=str(cause)))
            done = [(work, None, lost) for work in batch]
        self._loop.call_soon_threadsafe(self._tell, done)

    def _disconnect(self) -> None:
        """Roll back whatever is open, and let the next batch begin on a fresh connection."""
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _run_together(self, connection: Connection, batch: list[_Work]) -> list[_Done] | None:
        """Run the batch as one piece, which is the cheap way; None where one of it failed, and then nothing of it has happened."""
        done: list[_Done] = []
        with Tx(connection, autoflush=False, expire_on_commit=False, join_transaction_mode="rollback_only") as tx:
            for work in batch:
                try:
                    done.append((work, work.run(tx), None))
                    tx.forget()
                except Exception as error:
                    if _is_of_the_file(error):
                        raise
                    # Not swallowed: all of it runs again, apart, and then it is raised to its caller.
                    connection.rollback()
                    return None
        return done

    def _run_apart(self, connection: Connection, batch: list[_Work]) -> list[_Done]:
        """Run each work of the batch in a savepoint of its own: what one raises undoes only its own part."""
        connection.begin()
        return [self._run(connection, work) for work in batch]

    @staticmethod
    def _run(connection: Connection, work: _Work) -> _Done:
        tx = Tx(connection, autoflush=False, expire_on_commit=False, join_transaction_mode="create_savepoint")
        try:
            answer = work.run(tx)
            tx.commit()
        except Exception as error:
            if _is_of_the_file(error):
                raise
            # Not swallowed: it is raised to the caller whose work this was.
            tx.rollback()
            return work, None, error
        finally:
            tx.close()
        return work, answer, None

    def _tell(self, done: list[_Done]) -> None:
        for work, answer, error in done:
            if work.answer.done():
                continue
            if error is None:
                work.answer.set_result(answer)
            else:
                work.answer.set_exception(error)
        if any(error is None for _, _, error in done):
            for listener in self._listeners:
                listener()


def _cause(error: BaseException) -> BaseException | None:
    """What the driver said, where it said anything."""
    return error.orig if isinstance(error, DBAPIError) else error


def _is_of_the_file(error: Exception) -> bool:
    """Whether it is no mistake of one work: a full or failing disk, or a damaged file.

    These can end SQLite's whole transaction by themselves, so nobody in the batch may be told "done".
    """
    return isinstance(error, OperationalError | sqlite3.OperationalError) or is_damaged(_cause(error))


def _refuse_to_wait(queued: _Work, within_s: float) -> None:
    if queued.claim() and not queued.answer.done():
        queued.answer.set_exception(
            AuditUnavailableError(say("the database did not come to it within {seconds} s: it is held up", seconds=f"{within_s:g}"))
        )


def open_engine(path: Path) -> Engine:
    """An engine on the file at ``path``, with durability on and the driver's own transaction habits off."""
    driver = {"check_same_thread": False, "timeout": 30}
    engine = create_engine(f"sqlite:///{path}", connect_args=driver, json_deserializer=orjson.loads)
    event.listen(engine, "connect", _set_up)
    event.listen(engine, "begin", _begin)
    return engine


def stream(tx: Tx, statement: str, values: tuple[int | str, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The rows of a query as the driver has them, read as they are needed: for questions about every row there is.

    Raises:
        AuditUnavailableError: the database cannot be read to its end.
    """
    try:
        yield from tx.connection().connection.cursor().execute(statement, values)
    except sqlite3.Error as error:
        raise unreadable(error) from error


def connect_to_write(engine: Engine) -> Connection:
    """A connection that takes the write lock when it begins: what it reads then is what it changes, and a second one waits its turn."""
    return engine.connect().execution_options(is_writer=True)


def _set_up(connection: Any, _record: object) -> None:
    # Without this the driver begins transactions by itself, and savepoints break (SQLAlchemy's pages on the SQLite dialect).
    connection.isolation_level = None
    # secure_delete: what is deleted is overwritten, so that what a person is to be rid of does not lie about in the file.
    for pragma in ("busy_timeout=30000", "synchronous=FULL", "secure_delete=ON", "foreign_keys=ON"):
        connection.execute(f"PRAGMA {pragma}")
    _write_ahead(connection)


def _write_ahead(connection: Any) -> None:
    """Keep a log beside the file. Of two that open a new file at once one is refused, whatever its time-out: it tries again."""
    for tried in range(_OPENED_AT_ONCE):
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or tried == _OPENED_AT_ONCE - 1:
                raise
            time.sleep(0.05)
        else:
            return


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("is_writer") else "BEGIN")
