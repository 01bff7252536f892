"""Faults to order: the next N calls of a route fail in a chosen way.

What each kind does:

    429 412 500 502 503 504   answered with that status, and nothing is done (429 with Retry-After)
    timeout                   never answered, and nothing is done
    202_empty                 done, and answered 202 without a body (Teams does this; it is a delivered message)
    drop_reply                done, and the connection is closed instead of an answer
    duplicate                 deliver only: the same activity reaches the bot twice at once
    reorder                   deliver only: the activity reaches the bot after the next one
"""

from __future__ import annotations

import asyncio
import itertools
from dataclasses import dataclass, replace

from infra.simulator.events import Events
from infra.simulator.shape import JsonObject

STATUSES = ("429", "412", "500", "502", "503", "504")
_CALL = (*STATUSES, "timeout", "202_empty", "drop_reply")
_READ = (*STATUSES, "timeout", "drop_reply")
KINDS_BY_ROUTE = {
    "post": _CALL,
    "reply": _CALL,
    "update": _CALL,
    "delete": _CALL,
    "create": _CALL,
    "members": _READ,
    "token": _READ,
    "metadata": _READ,
    "deliver": (*STATUSES, "timeout", "duplicate", "reorder", "drop_reply"),
}
TITLES = {
    429: ("Throttled", "Too many requests."),
    412: ("PreconditionFailed", "Precondition failed, please try again."),
    500: ("ServiceError", "The service failed to complete the operation."),
    502: ("ServiceError", "Service dependency issue."),
    503: ("ServiceError", "The service is unavailable."),
    504: ("GatewayTimeout", "Gateway timeout."),
}
"""The code and message that Teams sends with each status (its table of status codes of bot conversations)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fault:
    """One ordered fault: the next ``times`` calls of ``route`` fail as ``kind``."""

    id: int
    route: str
    kind: str
    times: int
    retry_after_s: float | None = None

    @property
    def status(self) -> int | None:
        """The HTTP status that is answered instead of doing anything; None for the other kinds."""
        return int(self.kind) if self.kind in STATUSES else None

    @property
    def headers(self) -> dict[str, str]:
        """Retry-After, in seconds, where the fault carries it; 429 always does."""
        if self.retry_after_s is None and self.kind != "429":
            return {}
        return {"Retry-After": f"{1 if self.retry_after_s is None else self.retry_after_s:g}"}

    def as_json(self) -> JsonObject:
        """The fault as the page shows it."""
        return {"id": self.id, "route": self.route, "kind": self.kind, "times": self.times, "retry_after_s": self.retry_after_s}


class Faults:
    """The faults that are ordered and not yet used up."""

    def __init__(self, events: Events) -> None:
        self._events = events
        self._waiting: list[Fault] = []
        self._ids = itertools.count(1)
        self._released = asyncio.Event()

    @property
    def active(self) -> tuple[Fault, ...]:
        """The faults not yet used up, oldest first."""
        return tuple(self._waiting)

    def add(self, route: str, kind: str, *, times: int = 1, retry_after_s: float | None = None) -> Fault:
        """Order a fault. ValueError when the route does not exist, does not have that kind, or ``times`` is not 1 to 10,000."""
        if route not in KINDS_BY_ROUTE:
            raise ValueError(f"no route {route!r}; there are {', '.join(KINDS_BY_ROUTE)}")
        if kind not in KINDS_BY_ROUTE[route]:
            raise ValueError(f"route {route} has no fault {kind!r}; it has {', '.join(KINDS_BY_ROUTE[route])}")
        if not 1 <= times <= 10_000:
            raise ValueError(f"times must be 1 to 10000, not {times}")
        if retry_after_s is not None and not 0 <= retry_after_s <= 3_600:
            raise ValueError(f"retry_after_s must be 0 to 3600, not {retry_after_s}")
        fault = Fault(id=next(self._ids), route=route, kind=kind, times=times, retry_after_s=retry_after_s)
        self._waiting.append(fault)
        self._announce()
        return fault

    def take(self, route: str) -> Fault | None:
        """Answer the fault that this call of ``route`` must suffer, and count it; None when there is none."""
        for place, fault in enumerate(self._waiting):
            if fault.route != route:
                continue
            if fault.times == 1:
                del self._waiting[place]
            else:
                self._waiting[place] = replace(fault, times=fault.times - 1)
            self._announce()
            return fault
        return None

    def clear(self) -> None:
        """Forget every fault and let go of the calls that a ``timeout`` holds."""
        self._waiting.clear()
        released, self._released = self._released, asyncio.Event()
        released.set()
        self._announce()

    async def hold(self, seconds: float = 120) -> None:
        """Keep a call waiting, until ``clear`` or for longer than any caller waits."""
        try:
            await asyncio.wait_for(self._released.wait(), seconds)
        except TimeoutError:
            return

    def as_json(self) -> JsonObject:
        """The ordered faults and what can be ordered, as the page shows them."""
        return {
            "faults": [fault.as_json() for fault in self._waiting],
            "routes": [{"route": route, "kinds": list(kinds)} for route, kinds in KINDS_BY_ROUTE.items()],
        }

    def _announce(self) -> None:
        self._events.emit("faults", faults=[fault.as_json() for fault in self._waiting])
