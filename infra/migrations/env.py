"""Alembic's entry: runs on the connection that upgrade.py hands over, in one transaction."""

from typing import Literal

from alembic import context
from sqlalchemy.types import TypeDecorator
from sqlmodel import SQLModel
from sqlmodel.sql.sqltypes import AutoString

from approvals.store import tables  # noqa: F401 — declares the tables


def _plain(kind: str, item: object, _context: object) -> str | Literal[False]:
    """A column's type in a migration is what the database sees: a migration must run for ever, whatever becomes of our own types."""
    if kind != "type" or not isinstance(item, TypeDecorator):
        return False
    if isinstance(item, AutoString):
        return "sa.String()"
    plain = repr(item.impl_instance)
    return f"sa.{plain}"


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=SQLModel.metadata,
    render_as_batch=True,
    render_item=_plain,
)
with context.begin_transaction():
    context.run_migrations()
