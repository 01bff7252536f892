"""Bring a database to the shape that this release expects, whatever release made it."""

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.util import CommandError
from sqlalchemy.exc import DatabaseError

from approvals.errors import CountersignError
from approvals.store.sqlite import connect_to_write, open_engine
from approvals.words import say

_HERE = Path(__file__).parent


class MigrationError(CountersignError):
    """The database is not one of ours, or comes from a newer release."""


def upgrade(path: Path) -> None:
    """Create or upgrade the database file at ``path``.

    Raises:
        MigrationError: the file is no database, is not writable, or was made by a newer release; the message says which and what to do.
    """
    engine = open_engine(path)
    try:
        # Begun here, or Alembic would commit each step by itself, and let another process in between two of them.
        with connect_to_write(engine) as connection, connection.begin():
            command.upgrade(config(connection), "head")
    except CommandError as error:
        raise MigrationError(
            say(
                "{path}: made by a newer release of Countersign ({why}); start that release, or another database",
                path=str(path),
                why=str(error),
            )
        ) from error
    except DatabaseError as error:
        raise MigrationError(
            say("{path}: cannot be opened as a database ({why}); check the path and its permissions", path=str(path), why=str(error.orig))
        ) from error
    finally:
        engine.dispose()


def config(connection: object) -> Config:
    """Alembic's settings for a connection that is open already."""
    settings = Config()
    settings.set_main_option("script_location", str(_HERE))
    settings.attributes["connection"] = connection
    return settings
