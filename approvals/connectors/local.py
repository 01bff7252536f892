"""The embedded directory: people and groups in this product's own database, for those who start without a directory of their own.

It behaves as a system elsewhere does: each call is a transaction of its own, made durable before it answers.
"""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import delete, insert
from sqlmodel import select

from approvals.connectors import Change
from approvals.store.sqlite import Store, Tx
from approvals.store.tables import DirectoryChangeRow, MembershipRow


class LocalDirectory:
    """Membership in the embedded directory's groups."""

    def __init__(self, store: Store, *, now: Callable[[], datetime]) -> None:
        self._store = store
        self._now = now

    async def apply(self, change: Change) -> bool:
        """Add the person to the group, once per key; answer whether they were in it before."""
        return await self._store.write(lambda tx: self._apply(tx, change))

    async def revert(self, change: Change) -> bool:
        """Put the membership back to what it was before ``apply`` under this key; answer whether it stays."""
        return await self._store.write(lambda tx: self._revert(tx, change))

    async def read_back(self, change: Change) -> bool:
        """Whether the person is in the group now."""
        return await self._store.read(lambda tx: is_member(tx, change))

    def _apply(self, tx: Tx, change: Change) -> bool:
        known = tx.get(DirectoryChangeRow, change.key)
        if known is not None:
            return known.was_member
        was_member = is_member(tx, change)
        now = self._now()
        if not was_member:
            tx.execute(insert(MembershipRow), [{"target": change.target, "person": change.person, "since": now}])
        row = {"key": change.key, "target": change.target, "person": change.person, "was_member": was_member, "is_member": True, "at": now}
        tx.execute(insert(DirectoryChangeRow), [row])
        return was_member

    def _revert(self, tx: Tx, change: Change) -> bool:
        known = tx.get(DirectoryChangeRow, change.key)
        if known is None:
            return is_member(tx, change)
        if known.is_member and not known.was_member:
            here = (MembershipRow.target == change.target, MembershipRow.person == change.person)
            tx.execute(delete(MembershipRow).where(*here))  # type: ignore[arg-type]
        known.is_member = False
        tx.add(known)
        return known.was_member


def is_member(tx: Tx, change: Change) -> bool:
    """Whether the directory shows the person in the group."""
    here = select(MembershipRow.person).where(MembershipRow.target == change.target, MembershipRow.person == change.person)
    return tx.exec(here).first() is not None
