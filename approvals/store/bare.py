"""The records as the driver itself reads them, for whoever looks at every row there is: a process that needs no more is at work at once."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from approvals.errors import AuditUnavailableError
from approvals.words import Sentence, say

_WAIT_S = 30
_PRIMARY = 0xFF
_DAMAGED = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class Cursor(Protocol):
    """The driver's own cursor: it answers one question at a time."""

    def execute(self, statement: str, values: Sequence[int | str] = ..., /) -> Iterator[tuple[Any, ...]]:
        """The rows that answer ``statement``, as the driver has them."""


@contextmanager
def snapshot(path: Path) -> Iterator[Cursor]:
    """A snapshot of the records at ``path``, to be read and not changed.

    Raises:
        AuditUnavailableError: they cannot be read, at first or to their end.
    """
    try:
        with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True, timeout=_WAIT_S, isolation_level=None)) as records:
            records.execute("BEGIN")
            yield records.cursor()
    except sqlite3.Error as error:
        raise unreadable(error) from error


def is_damaged(error: BaseException | None) -> bool:
    """Whether the driver says that the file is not, or no longer, a whole database (https://www.sqlite.org/rescode.html)."""
    return isinstance(error, sqlite3.Error) and getattr(error, "sqlite_errorcode", 0) & _PRIMARY in _DAMAGED


def damaged(error: BaseException | None) -> Sentence:
    """What is said of a damaged file, and what to do."""
    return say(
        "the database is damaged, or is none ({why}). If it is the bot's: stop the bot, keep the file as it is, put a backup in its place, "
        "and run: countersign audit verify",
        why=str(error),
    )


def unreadable(error: BaseException | None) -> AuditUnavailableError:
    """What is said where the driver cannot read."""
    return AuditUnavailableError(damaged(error) if is_damaged(error) else say("the database cannot be read: {why}", why=str(error)))
