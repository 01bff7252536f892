"""A connector that fails as systems do, around the real embedded directory; and notes what it was asked."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from approvals.connectors import Change, Connector
from approvals.errors import ConnectorError, OutcomeUnknownError

Fault = Callable[[Awaitable[bool]], Awaitable[bool]]


async def refuses(_call: Awaitable[bool]) -> bool:
    """The system refuses; nothing was done."""
    _call.close()  # type: ignore[attr-defined]
    raise ConnectorError("the directory is read-only today")


async def loses_the_reply(call: Awaitable[bool]) -> bool:
    """The system does it, and its answer is lost."""
    await call
    raise OutcomeUnknownError("no answer within 5 s")


async def forgets(_call: Awaitable[bool]) -> bool:
    """The system says that it did it, and did not."""
    _call.close()  # type: ignore[attr-defined]
    return False


async def shows_nothing(call: Awaitable[bool]) -> bool:
    """A reading that is behind: nobody is there yet."""
    await call
    return False


async def shows_the_old(call: Awaitable[bool]) -> bool:
    """A reading that is behind: everybody is there still."""
    await call
    return True


@dataclass
class Unreliable:
    """``behind`` does the work. ``faults`` are taken in turn, by method; a method without any works."""

    behind: Connector
    faults: dict[str, list[Fault]] = field(default_factory=dict)
    calls: list[tuple[str, str]] = field(default_factory=list)

    async def apply(self, change: Change) -> bool:
        return await self._through("apply", change, self.behind.apply(change))

    async def revert(self, change: Change) -> bool:
        return await self._through("revert", change, self.behind.revert(change))

    async def read_back(self, change: Change) -> bool:
        return await self._through("read_back", change, self.behind.read_back(change))

    async def _through(self, method: str, change: Change, call: Awaitable[bool]) -> bool:
        self.calls.append((method, change.key))
        waiting = self.faults.get(method, [])
        return await (waiting.pop(0)(call) if waiting else call)
