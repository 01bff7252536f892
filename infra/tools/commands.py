"""Other programs, run one at a time: what is being done in one line before, how long it took after, and why it failed in one line."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

# What uv, pip, npm, apt and Playwright print when nothing answers.
UNREACHABLE = re.compile(
    r"name resolution|name or service not known|could not resolve|dns error|ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ETIMEDOUT|"
    r"connection (refused|reset|timed out|error|broken)|network is unreachable|error sending request|failed to establish|"
    r"retries exceeded|newconnectionerror",
    re.IGNORECASE,
)
REASON = re.compile(r"error|fail|could not|unable|do not match|mismatch|denied|no space|no such|^E: ", re.IGNORECASE)
LONGEST_REASON = 300


class SetupError(Exception):
    """A step cannot be finished. The message says what failed, why, and what to do, in one line."""


class NetworkError(SetupError):
    """A step failed because nothing answered; another way over the same network would fail too."""


def say(line: str) -> None:
    """One line of progress, shown at once."""
    print(f"setup: {line}", flush=True)


def run(
    command: Sequence[str | Path], *, doing: str, root: Path, environment: Mapping[str, str] | None = None, folder: Path | None = None
) -> None:
    """Run ``command`` in ``folder`` (``root`` unless given) and tell of it; all of its output goes to .cache/setup.log.

    Raises:
        NetworkError: the program failed and said that nothing answered.
        SetupError: the program failed otherwise, or there is no such program.
    """
    say(f"{doing} …")
    started = time.monotonic()
    try:
        done = subprocess.run(
            command,
            cwd=folder or root,
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            check=False,
        )
    except OSError as error:
        raise SetupError(f"{doing}: cannot run {command[0]}: {error.strerror}") from error
    output = done.stdout + done.stderr
    (root / ".cache").mkdir(exist_ok=True)
    with (root / ".cache" / "setup.log").open("a", encoding="utf-8") as log:
        log.write(f"$ {' '.join(map(str, command))}\n{output}\n")
    if done.returncode == 0:
        say(f"{doing}: done ({time.monotonic() - started:.1f} s)")
        return
    if UNREACHABLE.search(output):
        raise NetworkError(
            f"{doing} failed: the package registry did not answer: check the network, the proxy and the registry that this machine is "
            "set to, then run `make setup` again; the whole output is in .cache/setup.log"
        )
    raise SetupError(f"{doing} failed: {reason(output)}; the whole output is in .cache/setup.log")


def reason(output: str) -> str:
    """The line of ``output`` that most likely says why: the first that speaks of an error, else the last."""
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    found = next((line for line in lines if REASON.search(line)), lines[-1] if lines else "it printed nothing")
    return found[:LONGEST_REASON]


def python_version() -> str:
    """The running Python's version, for messages."""
    return sys.version.split()[0]
