"""What can be wrong with the log."""

from dataclasses import dataclass
from enum import StrEnum

from approvals.words import Sentence


class Bent(StrEnum):
    """What was done to the log."""

    EDITED = "edited"
    DELETED = "deleted"
    INSERTED = "inserted"
    REORDERED = "reordered"
    TRUNCATED = "truncated"
    REWRITTEN = "rewritten"
    FORKED = "forked"
    FOREIGN = "signed by another key"


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that is wrong: what was done, from which entry on (they count from 1), and the same in words."""

    how: Bent
    entry: int
    says: Sentence
