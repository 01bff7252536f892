"""Asking a database that may be in use: a snapshot is read, nothing is written, and what cannot be read is said in one line."""

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from approvals.errors import AuditUnavailableError, CountersignError
from approvals.store.sqlite import Store, Tx
from approvals.words import say

T = TypeVar("T")


class AuditError(CountersignError):
    """The records cannot be read, or do not account for something."""


async def ask(question: Callable[[Tx], T], path: Path) -> T:
    """What the records at ``path`` answer.

    Raises:
        AuditError: there is no database, or it cannot be read.
    """
    await there_is(path)
    store = Store(path)
    try:
        return await store.read(question)
    except AuditUnavailableError as error:
        raise AuditError(f"{path}: ", *error.args) from error
    finally:
        await store.close()


async def there_is(path: Path) -> None:
    """Make sure that there is a file. Raises AuditError."""
    if not await asyncio.to_thread(path.exists):
        raise AuditError(say("{path}: there is no database; give the one that the bot uses with --database", path=str(path)))
