"""The gate for the lock files: made from what stands beside them, and naming no host, so that they work with any registry. No network."""

from __future__ import annotations

import json
import re
import sys
from pathlib import Path

from infra.tools import node
from infra.tools.environment import LOCK
from infra.tools.lock import dependencies_mark, recorded_mark

# An address, or an option that names an index.
HOST = re.compile(r"[a-z+]+://\S+|^\s*(?:-i|-f|--(?:extra-)?index-url|--find-links|--trusted-host)\b.*", re.MULTILINE)
NPM_PARTS = ("dependencies", "devDependencies", "optionalDependencies", "peerDependencies")


def python_faults(pyproject: str, lock: str) -> list[str]:
    """What is wrong with the Python lock, a line each."""
    faults = [f"{LOCK}:{_line(lock, found.start())}: names a host: {found[0].strip()}: run `make lock`" for found in HOST.finditer(lock)]
    if recorded_mark(lock) != dependencies_mark(pyproject):
        faults.append(f"{LOCK}: was not made from these dependencies of pyproject.toml: run `make lock`")
    return faults


def node_faults(name: str, package: str, lock: str) -> list[str]:
    """What is wrong with the package-lock.json of the folder ``name``, a line each."""
    faults = [
        f"{name}/package-lock.json:{_line(lock, found.start())}: names a host: {found[0]}"
        for found in re.finditer(r'"resolved": "[^"]*"', lock)
    ]
    packages = json.loads(lock)["packages"]
    asked, answered = json.loads(package), packages[""]
    if any(asked.get(part) != answered.get(part) for part in NPM_PARTS):
        faults.append(f"{name}/package-lock.json: was not made from this package.json: run `npm install --package-lock-only` in {name}")
    faults += [
        f"{name}/package-lock.json: {key} has no integrity hash" for key, entry in packages.items() if key and "integrity" not in entry
    ]
    return faults


def _line(text: str, position: int) -> int:
    return text.count("\n", 0, position) + 1


def main() -> int:
    """Print the faults of every lock file; the exit code is 1 when there is one."""
    root = Path(__file__).resolve().parents[2]

    def read(name: str) -> str:
        return (root / name).read_text(encoding="utf-8")

    faults = python_faults(read("pyproject.toml"), read(LOCK))
    for folder in node.FOLDERS:
        faults += node_faults(folder, read(f"{folder}/package.json"), read(f"{folder}/package-lock.json"))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
