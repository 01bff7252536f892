"""Proofs that one entry is in the log, for somebody who has neither the log nor its key: https://c2sp.org/tlog-proof.

What is proved travels along as the proof's extra data: the leaf, and the private values beside it with their keys, as far as they have not
been erased. Both are checked against the proof, so that nothing in it has to be believed.
"""

import base64
import binascii
import json
import re
from dataclasses import dataclass
from hashlib import sha256

from approvals.errors import NoteError
from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.leaves import COLUMNS, leaf
from approvals.evidence.notes import VerifierKey
from approvals.evidence.private import Group, committed
from approvals.evidence.spelling import canonical
from approvals.evidence.stored import checkpoint_over, stored_nodes
from approvals.evidence.tree import inclusion_proof, is_included, leaf_hash
from approvals.store.sqlite import Tx, stream
from approvals.words import say

FIRST_LINE = "c2sp.org/tlog-proof@v1"
_ROW = f"SELECT {COLUMNS} FROM evidence WHERE id = ?"  # noqa: S608  (a constant of ours)
_HELD = "SELECT person, key, held FROM private WHERE entry = ? ORDER BY person"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,15})", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """One entry, the way from it to a root, and the checkpoint that signs this root."""

    leaf: bytes
    groups: tuple[Group, ...]
    path: tuple[bytes, ...]
    index: int
    checkpoint: Checkpoint

    @property
    def entry(self) -> int:
        """The number of the entry; they count from 1."""
        return self.index + 1

    def holds(self, key: VerifierKey) -> bool:
        """Whether the entry was in the log, as it stands here, when the holder of ``key`` signed the checkpoint."""
        lines = self.leaf.decode().split("\n")
        promised = committed(lines[-1])
        return (
            self.checkpoint.note.is_signed_by(key)
            and lines[0] == str(self.index)
            and all(group.fits and promised.get(group.person) == group.commitment for group in self.groups)
            and is_included(leaf_hash(self.leaf), index=self.index, size=self.checkpoint.size, proof=self.path, root=self.checkpoint.root)
        )

    def __str__(self) -> str:
        held = {group.person: {"key": group.key.hex(), "held": group.held} for group in self.groups}
        extra = _base64(canonical({"leaf": self.leaf.decode(), "private": held}).encode())
        path = "".join(f"{_base64(step)}\n" for step in self.path)
        return f"{FIRST_LINE}\nextra {extra}\nindex {self.index}\n{path}\n{self.checkpoint.note}"

    @classmethod
    def parse(cls, text: str) -> "Proof":
        """The proof that :meth:`__str__` wrote; it has proved nothing yet.

        Raises:
            NoteError: it is none.
        """
        head, _, note = text.partition("\n\n")
        try:
            first, extra, index, *path = head.split("\n")
            told = json.loads(base64.b64decode(extra.removeprefix("extra "), validate=True))
            made, promised = told["leaf"].encode(), committed(told["leaf"].rpartition("\n")[2])
            groups = tuple(
                Group(person=person, key=bytes.fromhex(one["key"]), held=one["held"], commitment=promised.get(person, ""))
                for person, one in told["private"].items()
            )
            found = _INDEX.fullmatch(index)
            steps = tuple(base64.b64decode(step, validate=True) for step in path)
        except (ValueError, KeyError, TypeError, AttributeError, binascii.Error) as error:
            raise NoteError(say("this is no proof as `countersign audit prove` prints it")) from error
        if first != FIRST_LINE or found is None or any(len(step) != sha256().digest_size for step in steps):
            raise NoteError(say("this is no proof as `countersign audit prove` prints it"))
        return cls(leaf=made, groups=groups, path=steps, index=int(found[1]), checkpoint=Checkpoint.parse(note))


def prove(tx: Tx, entry: int) -> Proof:
    """The proof of an entry, under the newest checkpoint that covers it; one that a witness has seen, where there is one.

    Raises:
        NoteError: there is no such entry, or no checkpoint covers it.
    """
    row = next(stream(tx, _ROW, (entry,)), None)
    over = checkpoint_over(tx, entry)
    if row is None or over is None:
        raise NoteError(say("there is no entry {entry} that a checkpoint covers", entry=entry))
    made = leaf(row)
    promised = committed(row[-1])
    groups = tuple(
        Group(person=person, key=key, held=held, commitment=promised.get(person, "")) for person, key, held in stream(tx, _HELD, (entry,))
    )
    path = tuple(inclusion_proof(entry - 1, over.size, nodes=stored_nodes(tx)))
    return Proof(leaf=made, groups=groups, path=path, index=entry - 1, checkpoint=over)


def proofs_in(text: str) -> tuple[Proof, ...]:
    """The proofs in a file, one after another. Raises as :meth:`Proof.parse` does."""
    return tuple(Proof.parse(f"{FIRST_LINE}{part}") for part in text.split(FIRST_LINE)[1:])


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
