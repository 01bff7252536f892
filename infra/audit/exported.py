"""One entry with what a reader of another system needs to know beside it."""

from collections.abc import Mapping
from dataclasses import dataclass

from approvals.evidence import Trace
from approvals.evidence.pieces import Piece
from approvals.lifecycle import Event

_FAILED = (Trace.REFUSED, Trace.REFUSED_MORE, Trace.CALL_FAILED, Trace.UNREACHED, Event.REFUSE, Event.FAIL)


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What the entry's request is about."""

    beneficiary: str
    entitlement: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Exported:
    """An entry to be written; ``names`` are people's names by object id, as the directory has them now; ``release`` is this product's."""

    piece: Piece
    about: About | None
    names: Mapping[str, str]
    release: str

    @property
    def is_failure(self) -> bool:
        """Whether somebody was refused or something did not work."""
        return self.piece.kind in _FAILED
