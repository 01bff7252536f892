"""What happened, in order: a numbered list that the page streams (with resume) and tests wait on."""

from __future__ import annotations

import asyncio
import secrets
from collections import deque
from collections.abc import AsyncIterator
from dataclasses import dataclass

from infra.simulator.shape import Json, JsonObject

KEPT = 5_000
"""Events that a reader who was away can still catch up on; whoever was away longer starts again from the whole state."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """One thing that happened. ``number`` counts from 1 in this run."""

    number: int
    body: JsonObject


class Events:
    """The list of what happened in this run."""

    def __init__(self) -> None:
        self._run = secrets.token_hex(4)
        self._kept: deque[Event] = deque(maxlen=KEPT)
        self._last = 0
        self._changed = asyncio.Event()
        self._closed = False

    @property
    def cursor(self) -> str:
        """Where a reader stands who has read everything so far."""
        return self.id_of(self._last)

    def id_of(self, number: int) -> str:
        """The id of event ``number``: it names the run, since numbers begin again with each."""
        return f"{self._run}-{number}"

    def emit(self, kind: str, **values: Json) -> None:
        """Add one event and wake every reader."""
        self._last += 1
        self._kept.append(Event(number=self._last, body={"type": kind, **values}))
        self.touch()

    def touch(self) -> None:
        """Wake whoever waits for a change, without an event of its own."""
        changed, self._changed = self._changed, asyncio.Event()
        changed.set()

    async def changed(self) -> None:
        """Return at the next change."""
        await self._changed.wait()

    def close(self) -> None:
        """End every stream."""
        self._closed = True
        self.touch()

    async def follow(self, after: str | None, *, idle_s: float = 15) -> AsyncIterator[Event | None]:
        """Yield events behind the id ``after`` as they come, and None after each ``idle_s`` seconds of silence.

        Without ``after`` it begins now. An id of another run, or one too old, gives one ``reset`` event first: read the state again.
        """
        position = self._last if after is None else self._position(after)
        if position is None:
            position = self._last
            yield Event(number=position, body={"type": "reset"})
        while not self._closed:
            waiting = self._changed
            news = [event for event in self._kept if event.number > position]
            for event in news:
                position = event.number
                yield event
            if news:
                continue
            try:
                await asyncio.wait_for(waiting.wait(), idle_s)
            except TimeoutError:
                yield None

    def _position(self, after: str) -> int | None:
        run, _, number = after.rpartition("-")
        if run != self._run or not number.isdecimal():
            return None
        oldest = self._kept[0].number if self._kept else self._last + 1
        position = int(number)
        return position if oldest - 1 <= position <= self._last else None
