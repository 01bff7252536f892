"""What witnesses have said of the log, as far as it is stored here. Only a witness can say it: the log's own key is not enough."""

from dataclasses import dataclass
from datetime import datetime

from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.findings import Bent, Finding
from approvals.evidence.notes import Note, VerifierKey
from approvals.store.sqlite import Tx, stream
from approvals.words import say

_SAID = (
    "SELECT cosignature.size, checkpoint.note, cosignature.line FROM cosignature "
    "LEFT JOIN checkpoint ON checkpoint.size = cosignature.size WHERE cosignature.witness = ? ORDER BY cosignature.size DESC LIMIT 1"
)
_COVER = "SELECT (SELECT max(size) FROM checkpoint), (SELECT max(size) FROM cosignature)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """The last that a witness said: of which checkpoint, and when."""

    checkpoint: Checkpoint
    at: datetime


def last_word(tx: Tx, witness: VerifierKey) -> Word | Finding:
    """What the witness said last, or what is wrong with it."""
    found = next(stream(tx, _SAID, (str(witness),)), None)
    if found is None:
        says = say("the witness {name} has cosigned nothing that is stored here", name=witness.name)
        return Finding(how=Bent.TRUNCATED, entry=1, says=says)
    size, note, line = found
    if note is None:
        says = say("the checkpoint of {size} entries, which the witness {name} cosigned, is gone", size=size, name=witness.name)
        return Finding(how=Bent.TRUNCATED, entry=size, says=says)
    seen = Checkpoint.parse(note)
    at = Note(text=seen.note.text, lines=(line,)).cosigned_at(witness)
    if at is None:
        says = say("the checkpoint of {size} entries is not the one that the witness {name} cosigned", size=size, name=witness.name)
        return Finding(how=Bent.REWRITTEN, entry=size, says=says)
    return Word(checkpoint=seen, at=at)


def cover(tx: Tx) -> tuple[int, int]:
    """How many entries the last checkpoint covers, and how many a witness has seen: what is stored, checked by nobody yet."""
    sealed, witnessed = next(stream(tx, _COVER))
    return int(sealed or 0), int(witnessed or 0)
