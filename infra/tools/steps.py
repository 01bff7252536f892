"""What `make setup` does on a machine that has git, make and Python 3.11 or newer, and perhaps nothing else.

Run by the system's Python, so this module and what it imports use the standard library only. The steps, in order:

1. a virtual environment in .venv (environment.py);
2. the packages of infra/requirements.lock, each checked against its hash, by uv or else by pip;
3. the project itself, editable, with the build tools that step 2 installed;
4. the npm packages of each folder that has a package-lock.json, by the system's npm or the one that comes as a Python wheel (node.py);
5. a browser: one that is installed, else Debian's when root, else Playwright's (browser.py); where none can be had, the browser tests
   are *not run*.

No step names a package registry: each uses what the machine's pip, uv, npm and apt are set to.
"""

from __future__ import annotations

import fcntl
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from infra.tools.browser import provide_browser
from infra.tools.commands import SetupError, say
from infra.tools.environment import provide_environment, provide_packages, provide_project
from infra.tools.node import provide_node_packages
from infra.tools.stamps import Stamps

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = (provide_environment, provide_packages, provide_project, provide_node_packages, provide_browser)


def set_up(root: Path) -> None:
    """Do every step under ``root`` that is not done yet.

    Raises:
        SetupError: a step failed; the message is the one line to show.
    """
    stamps = Stamps(root / ".venv" / "stamps")
    with _alone(root):
        for step in STEPS:
            step(root, stamps)


@contextmanager
def _alone(root: Path) -> Iterator[None]:
    """One set-up at a time: `make run` and `make test` may be started together on the first day."""
    folder = root / ".cache"
    folder.mkdir(exist_ok=True)
    with (folder / "setup.lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say("waiting for another `make setup` to finish")
            fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def main() -> int:
    """The exit code: 0 when everything is there, 1 with one line on stderr when a step failed."""
    started = time.monotonic()
    try:
        set_up(Path(__file__).resolve().parents[2])
    except SetupError as error:
        print(f"setup: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        print("setup: interrupted; the next `make setup` goes on from here", file=sys.stderr)
        return 1
    say(f"ready ({time.monotonic() - started:.1f} s)")
    return 0
