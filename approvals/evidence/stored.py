"""What is stored of the log beside the entries themselves: nodes of the tree, and checkpoints."""

from approvals.errors import NoteError
from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.tree import Nodes
from approvals.store.sqlite import Tx

_NODE = "SELECT hash FROM tree_node WHERE level = ? AND position = ?"
_LAST = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1"
_AT = "SELECT note FROM checkpoint WHERE size <= ? ORDER BY size DESC LIMIT 1"


def stored_nodes(tx: Tx) -> Nodes:
    """The tree's complete subtrees, as the sealer left them."""
    connection = tx.connection()

    def node(level: int, position: int) -> bytes:
        found = connection.exec_driver_sql(_NODE, (level, position)).scalar()
        if not isinstance(found, bytes):
            raise NoteError(f"the stored tree has no node {position} at level {level}: the log is shorter than that, or damaged")
        return found

    return node


def last_checkpoint(tx: Tx) -> Checkpoint | None:
    """The newest checkpoint; None where nothing has been sealed yet.

    Raises:
        NoteError: what is stored is no checkpoint.
    """
    note = tx.connection().exec_driver_sql(_LAST).scalar()
    return None if note is None else Checkpoint.parse(str(note))


def checkpoint_at(tx: Tx, size: int) -> Checkpoint | None:
    """The newest checkpoint of at most ``size`` entries, if there is one. Raises as :func:`last_checkpoint` does."""
    note = tx.connection().exec_driver_sql(_AT, (size,)).scalar()
    return None if note is None else Checkpoint.parse(str(note))


def checkpoint_over(tx: Tx, entry: int) -> Checkpoint | None:
    """The newest checkpoint that covers ``entry``, if there is one. Raises as :func:`last_checkpoint` does."""
    last = last_checkpoint(tx)
    return last if last is not None and last.size >= entry else None
