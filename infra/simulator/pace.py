"""How many sends Teams takes per bot and conversation: 7 a second, 8 in two, 60 in thirty (Microsoft: rate limiting for bots)."""

from __future__ import annotations

import math
import time
from collections import defaultdict, deque
from collections.abc import Callable

WINDOWS = ((7, 1.0), (8, 2.0), (60, 30.0))
"""Sends allowed, within so many seconds."""


class Pace:
    """Counts sends per conversation in sliding windows."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._sent: dict[str, deque[float]] = defaultdict(deque)

    def wait_s(self, conversation: str) -> int:
        """Answer 0 and count this send, or the whole seconds to wait when a window is full (the send is then not counted)."""
        now = self._monotonic()
        sent = self._sent[conversation]
        while sent and now - sent[0] >= WINDOWS[-1][1]:
            sent.popleft()
        for allowed, window in WINDOWS:
            within = [moment for moment in sent if now - moment < window]
            if len(within) >= allowed:
                return max(1, math.ceil(within[0] + window - now))
        sent.append(now)
        return 0
