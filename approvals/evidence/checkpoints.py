"""Checkpoints: the size and the root of the log at one moment, signed (https://c2sp.org/tlog-checkpoint).

Whoever keeps a checkpoint can tell ever after whether the log still begins as it did then.
"""

import base64
import re
from dataclasses import dataclass

from approvals.errors import NoteError
from approvals.evidence.notes import Note, Signer
from approvals.evidence.tree import HASH_SIZE
from approvals.words import say

_NOTES = re.compile(r"(?:(?!— ).+\n)+\n(?:— .+\n)+")
_SIZE = re.compile(r"0|[1-9][0-9]{0,15}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """A tree by name: ``origin`` is the log, ``size`` its entries, ``root`` their hash. ``note`` is the text that was signed."""

    origin: str
    size: int
    root: bytes
    note: Note

    @classmethod
    def parse(cls, text: str) -> "Checkpoint":
        """The checkpoint that ``text`` spells; whoever signed it.

        Raises:
            NoteError: it is none.
        """
        note = Note.parse(text)
        lines = note.text.splitlines()
        try:
            origin, size, encoded = lines[:3]
            root = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise NoteError(say("this is no checkpoint: the name of a log, its size and its root in base64 are expected")) from error
        if not origin or not all(lines) or not _SIZE.fullmatch(size) or len(root) != HASH_SIZE:
            raise NoteError(say("this is no checkpoint: its size is no plain number, its root is not 32 bytes long, or a line is empty"))
        return cls(origin=origin, size=int(size), root=root, note=note)


def checkpoint(size: int, root: bytes, *, signer: Signer) -> Checkpoint:
    """The signed checkpoint of a tree. The log's name is its key's."""
    text = f"{signer.name}\n{size}\n{base64.b64encode(root).decode()}\n"
    return Checkpoint(origin=signer.name, size=size, root=root, note=Note(text=text, lines=(signer.sign(text),)))


def checkpoints_in(text: str) -> tuple[Checkpoint, ...]:
    """The checkpoints in a file that was only ever added to, oldest first; what came after the last whole one is left out.

    Raises:
        NoteError: something in it is no checkpoint.
    """
    return tuple(Checkpoint.parse(note) for note in _NOTES.findall(text))
