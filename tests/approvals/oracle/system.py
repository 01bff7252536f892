"""The system behind a connector, as a connector promises it: a change under a key happens once, and its end puts things back."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from tests.approvals.oracle.world import FAILURES, LEFT_ALONE

Pair = tuple[str, str]


class Fault(StrEnum):
    """What befalls one try."""

    NONE = "all is well"
    REFUSES = "refuses"
    LOSES_THE_REPLY = "does it, and loses the reply"
    FORGETS = "says that it did it, and did not"
    SHOWS_NOBODY = "shows nobody"
    SHOWS_EVERYBODY = "shows everybody"


@dataclass(frozen=True)
class Answer:
    """What came back: whether it answered at all, whether the pair was there before, whether it is shown now."""

    came: bool
    was_there: bool = False
    is_shown: bool = False


@dataclass
class System:
    """Who is in what, and which changes it remembers by their keys: whether the pair was there before, and whether the change stands."""

    members: set[Pair]
    changes: dict[int, list[bool]] = field(default_factory=dict)

    def gives(self, key: int, pair: Pair, fault: Fault) -> Answer:
        was_there = False
        if fault not in (Fault.REFUSES, Fault.FORGETS):
            was_there = self.changes[key][0] if key in self.changes else self._add(key, pair)
        return self._answer(pair, fault, was_there=was_there)

    def takes(self, key: int, pair: Pair, fault: Fault) -> Answer:
        was_there = False
        if fault not in (Fault.REFUSES, Fault.FORGETS):
            was_there = self._remove(key, pair)
        return self._answer(pair, fault, was_there=was_there)

    def _add(self, key: int, pair: Pair) -> bool:
        was_there = pair in self.members
        self.changes[key] = [was_there, True]
        self.members.add(pair)
        return was_there

    def _remove(self, key: int, pair: Pair) -> bool:
        if key not in self.changes:
            return pair in self.members
        was_there, stands = self.changes[key]
        if stands and not was_there:
            self.members.discard(pair)
        self.changes[key][1] = False
        return was_there

    def _answer(self, pair: Pair, fault: Fault, *, was_there: bool) -> Answer:
        if fault in (Fault.REFUSES, Fault.LOSES_THE_REPLY):
            return Answer(came=False)
        seen = {Fault.SHOWS_NOBODY: False, Fault.SHOWS_EVERYBODY: True}.get(fault, pair in self.members)
        return Answer(came=True, was_there=was_there, is_shown=seen)


@dataclass
class Patience:
    """How often the system has failed in a row, one way; it is left alone after too many, and asked now and then."""

    failures: int = 0
    again_at: datetime | None = None

    def is_over(self, now: datetime) -> bool:
        """Whether it is left alone now. Whoever asks when it may be asked again is the one probe for a while."""
        if self.failures < FAILURES or self.again_at is None:
            return False
        if now < self.again_at:
            return True
        self.again_at = now + LEFT_ALONE
        return False

    def notes(self, *, came: bool, now: datetime) -> None:
        self.failures = 0 if came else self.failures + 1
        self.again_at = now + LEFT_ALONE
