"""Faults of this package. What a person did wrong is no fault: it is a ``Denied`` or a ``Refused`` (change.py).

CountersignError
├── CatalogError             a catalog or people file says something that cannot be used
├── PolicyError              a policy file says something that cannot be used
├── UnknownRequestError      no request has that number
├── IllegalTransitionError   the state machine has no such edge: a bug, never a person's mistake
├── AuditUnavailableError    evidence could not be written: nothing may happen
│   └── UnsettledError       it may or may not have been written: look before anything else
├── NoteError                a key, a checkpoint or a proof cannot be read
├── ErasureError             somebody cannot be forgotten, or not yet
├── ReplayError              a recorded decision cannot be asked for again
├── PublishError             a checkpoint did not arrive where it is to be kept, or was refused there
└── ConnectorError           the system behind a connector refused or did not answer
    ├── OutcomeUnknownError  it may or may not have been done: read back before anything else
    ├── NotShownError        it answered, and does not show what was done
    └── HeldBackError        it has failed too often in a row to be asked now
"""

from collections.abc import Callable
from datetime import datetime

from approvals.words import Sentence


class CountersignError(Exception):
    """Anything that this product raises on purpose. What it says is its arguments, one after the other: sentences, and text between."""

    def __str__(self) -> str:
        return self.into(str)

    def into(self, words: Callable[[Sentence], str]) -> str:
        """What it says, each sentence as ``words`` has it. Faults that are nobody's to mend have text alone."""
        return "".join(words(part) if isinstance(part, Sentence) else str(part) for part in self.args)


class CatalogError(CountersignError):
    """A file that a person edits cannot be used; the message says the file, the entry, the value and what is allowed."""


class PolicyError(CountersignError):
    """A policy, the schema or the table of limits cannot be used; the message says where, the value and what is allowed."""


class UnknownRequestError(CountersignError):
    """No request has that number."""


class IllegalTransitionError(CountersignError):
    """The lifecycle has no edge for this event in this state."""


class AuditUnavailableError(CountersignError):
    """Evidence could not be made durable, so the act that it would prove is refused."""


class UnsettledError(AuditUnavailableError):
    """The disk failed in the middle of a commit: whether it happened shows when the records are read again, and not before."""


class NoteError(CountersignError):
    """What somebody gave as a verifier key, a checkpoint or a proof is none, or is damaged."""


class ErasureError(CountersignError):
    """What identifies somebody cannot be erased, or not yet; nothing of it was."""


class ReplayError(CountersignError):
    """What was recorded of a decision is not enough, or not in a form, to ask for it again; the message says what."""


class PublishError(CountersignError):
    """A checkpoint could not be published. The job that tried is tried again; nothing else waits for it."""


class ConnectorError(CountersignError):
    """The system behind a connector refused the change or did not answer. The job that asked is tried again."""


class OutcomeUnknownError(ConnectorError):
    """The call may have been carried out: its result is found by reading back, never guessed."""


class NotShownError(ConnectorError):
    """The system answered, and reading it back does not show the change that was made. It is there, and counts as answering."""


class HeldBackError(ConnectorError):
    """The call was not made, since the system has failed too often in a row. It is tried again ``until`` then, and not before."""

    def __init__(self, message: str, *, until: datetime) -> None:
        super().__init__(message)
        self.until = until
