"""Every branch of the rules is taken by a test of theirs: each line, and each way on from it. Nothing is excused.

Only the tests of those rooms run, and only those rooms are watched: a branch that a test of another room happens to pass through is not
thereby shown to be right. Where each file falls short is told by line, or as ``line->line`` for a way on that was not taken.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

ROOMS = ("approvals.change", "approvals.lifecycle", "approvals.mediation", "approvals.policy")
TESTS = (
    "tests/approvals/policy",
    "tests/approvals/test_budgets.py",
    "tests/approvals/test_change.py",
    "tests/approvals/test_lifecycle.py",
    "tests/approvals/test_mediation_asking.py",
    "tests/approvals/test_mediation_deciding.py",
    "tests/approvals/test_mediation_facts.py",
    "tests/approvals/test_policy_is_asked.py",
    "tests/approvals/test_turning.py",
)
_SETTINGS = """
[run]
branch = true
source = {rooms}
data_file = {data}
[report]
# No comment in the code takes a line out of it, or a way on from one.
exclude_lines =
partial_branches =
fail_under = 100
show_missing = true
skip_covered = true
"""


def what_is_missing(root: Path, *, rooms: Sequence[str] = ROOMS, tests: Sequence[str] = TESTS) -> str:
    """What the tests under ``root`` leave out of ``rooms`` (modules and packages), or which of them fail; empty where all is taken."""
    with TemporaryDirectory() as folder:
        settings = Path(folder) / "coverage.ini"
        settings.write_text(_SETTINGS.format(rooms=",".join(rooms), data=Path(folder) / "data"), encoding="utf-8")
        for command in (("run", "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *tests), ("report",)):
            verb, *more = command
            done = subprocess.run(
                [sys.executable, "-m", "coverage", verb, f"--rcfile={settings}", *more],
                cwd=root,
                capture_output=True,
                encoding="utf-8",
                check=False,
            )
            if done.returncode:
                return done.stdout + done.stderr
    return ""


def main() -> int:
    """The exit code: 0 where every branch is taken, else 1, with the places on stdout."""
    missing = what_is_missing(Path(__file__).resolve().parents[2])
    if missing:
        print(missing)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
