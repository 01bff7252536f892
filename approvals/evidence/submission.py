"""What a log sends to a witness: a checkpoint, and the proof that the log still begins as the witness last saw it.

The form is that of https://c2sp.org/tlog-witness, ``add-checkpoint``.
"""

import base64
import re
from dataclasses import dataclass

from approvals.errors import NoteError
from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.stored import stored_nodes
from approvals.evidence.tree import HASH_SIZE, consistency_proof
from approvals.store.sqlite import Tx
from approvals.words import say

_OLD = re.compile(r"old (0|[1-9][0-9]{0,15})", re.ASCII)
_MOST_STEPS = 63


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """``old`` is how many entries the witness has seen; ``proof`` leads from there to ``checkpoint``."""

    old: int
    proof: tuple[bytes, ...]
    checkpoint: Checkpoint

    def __str__(self) -> str:
        steps = "".join(f"{base64.b64encode(step).decode()}\n" for step in self.proof)
        return f"old {self.old}\n{steps}\n{self.checkpoint.note}"

    @classmethod
    def parse(cls, text: str) -> "Submission":
        """The submission that ``text`` spells; it has proved nothing yet.

        Raises:
            NoteError: it is none.
        """
        head, _, note = text.partition("\n\n")
        first, *steps = head.split("\n")
        old = _OLD.fullmatch(first)
        try:
            proof = tuple(base64.b64decode(step, validate=True) for step in steps)
        except ValueError as error:
            raise NoteError(say("a line of the proof is not base64")) from error
        if old is None or len(proof) > _MOST_STEPS or any(len(step) != HASH_SIZE for step in proof):
            raise NoteError(say("the old size, at most 63 lines of proof, an empty line and a checkpoint are expected"))
        return cls(old=int(old[1]), proof=proof, checkpoint=Checkpoint.parse(note))


def submission(tx: Tx, checkpoint: Checkpoint, *, old: int) -> Submission:
    """What shows ``checkpoint`` to a witness that has seen ``old`` entries. Raises ValueError if that is more than there are."""
    proof = tuple(consistency_proof(old, checkpoint.size, nodes=stored_nodes(tx)))
    return Submission(old=old, proof=proof, checkpoint=checkpoint)
