"""The simulated time of day: the real one plus an offset that people push forward from the page.

Tokens keep real time, as both sides check them against their own clocks; what moves is the time that requests, grants and messages live in.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class SimulatedClock:
    """Answers what time it is in the simulated world."""

    def __init__(self) -> None:
        self._offset = timedelta(0)

    @property
    def offset(self) -> timedelta:
        """How far the simulated time is ahead of the real one."""
        return self._offset

    def now(self) -> datetime:
        """The simulated time, aware, in UTC."""
        return datetime.now(UTC) + self._offset

    def advance(self, step: timedelta) -> None:
        """Move time forward by ``step``. ValueError when it is negative: a bot's timers are not built for time that runs back."""
        if step < timedelta(0):
            raise ValueError(f"time moves forward only: {step} was asked for")
        self._offset += step


def iso(moment: datetime) -> str:
    """``moment`` as Teams writes it: UTC, milliseconds, a Z at the end."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
