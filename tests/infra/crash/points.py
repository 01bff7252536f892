"""The points of a process at which it can be killed, by name and occurrence: ``before commit submit #1``, ``after post … #2``."""

import os
import signal
import threading
from collections import Counter
from collections.abc import Callable

PASS, DIE, READY = "pass", "die", "ready"
"""What a victim says, first word of a line: it passed a point, it dies at one, it answers."""


class Points:
    """Counts the points that this process passes and tells each before it goes on; at ``fatal`` the process kills itself."""

    def __init__(self, tell: Callable[[str], None], *, fatal: str | None) -> None:
        self._tell = tell
        self._fatal = fatal
        self._passed: Counter[str] = Counter()
        self._lock = threading.Lock()

    def at(self, name: str) -> None:
        """The process is at ``name``. Called from the loop and from the writer's thread."""
        with self._lock:
            self._passed[name] += 1
            point = f"{name} #{self._passed[name]}"
            if point != self._fatal:
                self._tell(f"{PASS} {point}")
                return
            self._tell(f"{DIE} {point}")
            os.kill(os.getpid(), signal.SIGKILL)


def kind(point: str) -> str:
    """A point without its number."""
    return point.rpartition(" #")[0]
