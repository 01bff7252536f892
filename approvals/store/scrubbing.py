"""Writing the database file anew, so that nothing of what was deleted lies about in it."""

import sqlite3
from pathlib import Path

from approvals.errors import AuditUnavailableError
from approvals.store.sqlite import open_engine
from approvals.words import say


def scrub(path: Path) -> bool:
    """Write the file at ``path`` anew, without what was deleted from it; False where a reader still keeps old pages beside it.

    Waits for writers up to half a minute, and they for it. What older releases deleted without overwriting it is gone afterwards too.

    Raises:
        AuditUnavailableError: there is no room, or the file is in use for too long.
    """
    engine = open_engine(path)
    try:
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            driver = connection.connection.cursor()
            driver.execute("VACUUM")
            (is_busy, *_) = driver.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    except sqlite3.Error as error:
        raise AuditUnavailableError(
            say("the database could not be written anew: {why}; run it again when little happens", why=str(error))
        ) from error
    finally:
        engine.dispose()
    return not is_busy
