"""`make check`: every gate, all of them even when one fails, a line each; what a failed gate printed follows it.

The exit code is 0 when every gate passed, else 1. No gate needs the network.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

BIN = Path(sys.executable).parent
PYTHON_MODULE = (sys.executable, "-m")


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What it makes sure of, and the command that exits with 0 when that is so."""

    name: str
    command: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How one gate went."""

    gate: Gate
    passed: bool
    output: str
    took_s: float


GATES = (
    # The slow ones first: they run side by side with the rest.
    Gate(name="types: mypy", command=(*PYTHON_MODULE, "mypy")),
    Gate(name="every branch of the rules, by their own tests", command=(*PYTHON_MODULE, "infra.tools.check_rules")),
    Gate(name="lint: ruff check", command=(*PYTHON_MODULE, "ruff", "check", "--quiet", "--output-format", "concise", ".")),
    Gate(name="layout: ruff format", command=(*PYTHON_MODULE, "ruff", "format", "--check", ".")),
    Gate(name="import contracts: import-linter", command=(str(BIN / "lint-imports"), "--no-cache")),
    Gate(name="card templates against their schema", command=(*PYTHON_MODULE, "infra.tools.check_cards")),
    Gate(name="sentences marked, and in the catalogs' templates", command=(*PYTHON_MODULE, "infra.tools.catalogs")),
    Gate(name="Teams app manifest against its schema", command=(*PYTHON_MODULE, "manifest", "check")),
    Gate(name="README against --help and the Makefile", command=(*PYTHON_MODULE, "infra.tools.check_readme")),
    Gate(name="locks in step with what they lock", command=(*PYTHON_MODULE, "infra.tools.check_locks")),
    Gate(name="tree: no machine's paths, no registry's host, no junk drawers", command=(*PYTHON_MODULE, "infra.tools.check_tree")),
)


def judge(gate: Gate, *, root: Path) -> Verdict:
    """Run one gate in ``root``. A gate that cannot be started has not passed."""
    started = time.monotonic()
    try:
        done = subprocess.run(
            gate.command,
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            errors="replace",
            check=False,
        )
        passed, output = done.returncode == 0, done.stdout
    except OSError as error:
        passed, output = False, f"cannot run {gate.command[0]}: {error.strerror}; run `make setup`"
    return Verdict(gate=gate, passed=passed, output=output.rstrip(), took_s=time.monotonic() - started)


def report(verdict: Verdict) -> str:
    """The lines to print for one gate: one when it passed, and what it printed when it did not."""
    line = f"{'ok  ' if verdict.passed else 'FAIL'}  {verdict.gate.name} ({verdict.took_s:.1f} s)"
    if verdict.passed:
        return line
    said = "\n".join(f"      {row}".rstrip() for row in verdict.output.splitlines() or ["(it printed nothing)"])
    return f"{line}\n{said}"


def check(gates: Sequence[Gate], *, root: Path) -> int:
    """Run ``gates`` side by side, print them in their order, and answer how many failed."""
    failed = 0
    with ThreadPoolExecutor(max_workers=os.cpu_count() or 1) as pool:
        for verdict in pool.map(lambda gate: judge(gate, root=root), gates):
            print(report(verdict), flush=True)
            failed += not verdict.passed
    return failed


def main() -> int:
    """Run every gate of the project."""
    failed = check(GATES, root=Path(__file__).resolve().parents[2])
    print(f"{len(GATES) - failed} of {len(GATES)} gates passed")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
