"""The last step of every batch: its evidence becomes leaves of the tree, and one signed checkpoint commits with it.

Work that left no evidence makes no checkpoint. Everything is read from the database, so any number of processes may take turns.
"""

from sqlalchemy import Connection

from approvals.errors import AuditUnavailableError
from approvals.evidence import leaves, tree
from approvals.evidence.checkpoints import checkpoint
from approvals.evidence.notes import Signer
from approvals.evidence.tree import CompactRange
from approvals.words import say

_LAST = "SELECT size, peaks FROM checkpoint ORDER BY size DESC LIMIT 1"
_FRESH = f"SELECT {leaves.COLUMNS} FROM evidence WHERE id > ? ORDER BY id"  # noqa: S608  (a constant of ours)
_KEEP_NODES = "INSERT INTO tree_node (level, position, hash) VALUES (?, ?, ?)"
_KEEP_CHECKPOINT = "INSERT INTO checkpoint (size, note, peaks) VALUES (?, ?, ?)"
_AT_ONCE = 1_000


class Sealer:
    """Seals what a batch recorded; given to :meth:`approvals.store.sqlite.Store.before_commit`. ``signer`` bears the log's name."""

    def __init__(self, signer: Signer) -> None:
        self._signer = signer

    def __call__(self, connection: Connection) -> None:
        """Append the batch's evidence to the tree and sign it.

        Raises:
            AuditUnavailableError: the evidence has a hole or cannot be told apart; nothing may be added to it until that is looked into.
        """
        log = _sealed(connection)
        before, nodes = log.size, list[tuple[int, int, bytes]]()
        for row in connection.exec_driver_sql(_FRESH, (before,)):
            nodes += log.append(tree.leaf_hash(_leaf(row, after=log.size)))
            if len(nodes) >= _AT_ONCE:
                connection.exec_driver_sql(_KEEP_NODES, nodes)
                nodes.clear()
        if nodes:
            connection.exec_driver_sql(_KEEP_NODES, nodes)
        if log.size > before:
            signed = checkpoint(log.size, log.root(), signer=self._signer)
            connection.exec_driver_sql(_KEEP_CHECKPOINT, (log.size, str(signed.note), b"".join(log.peaks)))


def _sealed(connection: Connection) -> CompactRange:
    """The tree as the last checkpoint left it."""
    last = connection.exec_driver_sql(_LAST).first()
    if last is None:
        return CompactRange()
    peaks = [last.peaks[at : at + tree.HASH_SIZE] for at in range(0, len(last.peaks), tree.HASH_SIZE)]
    return CompactRange(last.size, peaks)


def _leaf(row: leaves.Row, *, after: int) -> bytes:
    if row[0] != after + 1:
        raise AuditUnavailableError(
            say("the evidence has a hole: entry {row} follows entry {after}; run: countersign audit verify", row=row[0], after=after)
        )
    made = leaves.leaf(row)
    if not leaves.is_whole(made):
        raise AuditUnavailableError(say("entry {row} holds a line break where none can be; nothing of it is kept", row=row[0]))
    return made
