"""What is stored of the log beside the entries themselves: nodes of the tree, and checkpoints."""

from dataclasses import replace

from approvals.errors import NoteError
from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.tree import Nodes
from approvals.store.sqlite import Tx
from approvals.words import say

_NODE = "SELECT hash FROM tree_node WHERE level = ? AND position = ?"
_LAST = "SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1"
_COSIGNED = (
    "SELECT checkpoint.size AS size, checkpoint.note AS note, cosignature.line AS line FROM cosignature "
    "JOIN checkpoint ON checkpoint.size = cosignature.size WHERE checkpoint.size >= ? ORDER BY checkpoint.size DESC LIMIT 16"
)
_AT = "SELECT note FROM checkpoint WHERE size <= ? ORDER BY size DESC LIMIT 1"


def stored_nodes(tx: Tx) -> Nodes:
    """The tree's complete subtrees, as the sealer left them."""
    connection = tx.connection()

    def node(level: int, position: int) -> bytes:
        found = connection.exec_driver_sql(_NODE, (level, position)).scalar()
        if not isinstance(found, bytes):
            raise NoteError(
                say(
                    "the stored tree has no node {position} at level {level}: the log is shorter than that, or damaged",
                    position=position,
                    level=level,
                )
            )
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
    """The newest checkpoint that covers ``entry``: the newest that a witness cosigned, with its word, where one does.

    Raises as :func:`last_checkpoint` does.
    """
    connection = tx.connection()
    seen = connection.exec_driver_sql(_COSIGNED, (entry,)).all()
    if not seen:
        last = last_checkpoint(tx)
        return last if last is not None and last.size >= entry else None
    signed = Checkpoint.parse(seen[0].note)
    lines = (*signed.note.lines, *(one.line for one in seen if one.size == signed.size))
    return replace(signed, note=replace(signed.note, lines=lines))
