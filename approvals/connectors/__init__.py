"""Connectors: each makes and undoes one kind of change in one system, idempotent under a key."""

from dataclasses import dataclass
from typing import Protocol

from approvals.change import PersonId


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """Membership of ``person`` in ``target``, and the key under which it is made once, however often it is asked for."""

    key: str
    connector: str
    target: str
    person: PersonId


class Connector(Protocol):
    """What the mediation layer asks of a system. Every method may be called again with the same key."""

    async def apply(self, change: Change) -> bool:
        """Make the change; answer whether the person had it before, which is what ``revert`` would restore.

        Raises:
            ConnectorError: the system refused or did not answer; OutcomeUnknownError where it may have been done.
        """

    async def revert(self, change: Change) -> bool:
        """Undo what ``apply`` did under this key, if it did anything; answer whether the person had it before, and so keeps it.

        Raises as ``apply`` does.
        """

    async def read_back(self, change: Change) -> bool:
        """Whether the person has it now, asked of the system itself. Raises ConnectorError."""
