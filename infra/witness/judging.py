"""Whether a witness cosigns a checkpoint. Pure; the checks are those of c2sp.org/tlog-witness, ``add-checkpoint``, in its order.

(1) The body is a submission.                                                 400
(2) The log is one that the witness knows, by its origin.                     404
(3) One of the log's keys signed the checkpoint.                              403
(4) The old size is at most that of the checkpoint.                           400
(5) The old size is that of the last checkpoint it cosigned.                  409, with that size
(6) The old and the new tree are one where their sizes are equal.             409, with that size
(7) The proof leads from the old tree to the new one.                         422
"""

from collections.abc import Mapping
from dataclasses import dataclass

from approvals.errors import NoteError
from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.notes import VerifierKey
from approvals.evidence.submission import Submission
from approvals.evidence.tree import EMPTY, is_consistent


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """The newest tree of a log that was cosigned."""

    size: int = 0
    root: bytes = EMPTY


@dataclass(frozen=True, slots=True, kw_only=True)
class Cosign:
    """The checkpoint is to be cosigned, and remembered before anybody is told."""

    checkpoint: Checkpoint


@dataclass(frozen=True, slots=True, kw_only=True)
class Refuse:
    """It is not. ``known`` is the size of what was seen, where that helps the log to try again."""

    status: int
    why: str
    known: int | None = None


def judge(text: str, *, logs: Mapping[str, VerifierKey], seen: Mapping[str, Seen]) -> Cosign | Refuse:
    """What a witness that trusts ``logs`` (keys by origin) and has seen ``seen`` answers to a submission."""
    # (1) Form.
    try:
        given = Submission.parse(text)
    except NoteError as error:
        return Refuse(status=400, why=str(error))
    new = given.checkpoint
    # (2) Origin.
    key = logs.get(new.origin)
    if key is None:
        return Refuse(status=404, why="this witness does not know the log")
    # (3) Signature.
    if not new.note.is_signed_by(key):
        return Refuse(status=403, why="the checkpoint is not signed with the log's key")
    # (4) Order.
    if given.old > new.size:
        return Refuse(status=400, why="the old size is larger than the checkpoint's")
    # (5) Continuity.
    last = seen.get(new.origin, Seen())
    if given.old != last.size:
        return Refuse(status=409, why="this is not what was seen last", known=last.size)
    # (6) Identity.
    if new.size == last.size and new.root != last.root:
        return Refuse(status=409, why="the same size has another root: the log was forked", known=last.size)
    # (7) Consistency.
    if not is_consistent(last.size, last.root, new=new.size, new_root=new.root, proof=given.proof):
        return Refuse(status=422, why="the proof does not lead from what was seen to this: the log was forked, or rewritten")
    return Cosign(checkpoint=new)
