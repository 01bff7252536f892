"""`make lock`: choose the versions anew and write infra/requirements.lock, with the hash of what it was made from in its first line.

uv resolves for every platform and for Python 3.11 and newer. The lock names no package registry: it works with whatever index a
machine is set to.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tomllib
from pathlib import Path

from infra.tools.environment import LOCK
from infra.tools.stamps import fingerprint

MARK = "# Made by `make lock` from pyproject.toml; sha256 of its dependencies: "
PLATFORMS = ("--universal", "--python-version", "3.11", "--group", "dev")
LAYOUT = ("--generate-hashes", "--no-emit-index-url", "--no-header", "--no-annotate", "--quiet")


def dependencies_mark(pyproject: str) -> str:
    """The hash of the parts of ``pyproject`` that the lock is made from; anything else in the file may change freely."""
    settings = tomllib.loads(pyproject)
    project = settings["project"]
    parts = {
        "build": settings["build-system"]["requires"],
        "python": project["requires-python"],
        "dependencies": project["dependencies"],
        "extras": project.get("optional-dependencies"),
        "groups": settings.get("dependency-groups"),
    }
    return fingerprint([], json.dumps(parts, sort_keys=True))


def recorded_mark(lock: str) -> str | None:
    """The hash in the lock's first line, or None where there is none."""
    first = lock.partition("\n")[0]
    return first.removeprefix(MARK) if first.startswith(MARK) else None


def main() -> int:
    """Write the lock. uv keeps the versions that stand there unless they no longer fit; pass --upgrade to raise them."""
    root = Path(__file__).resolve().parents[2]
    lock = root / LOCK
    uv = Path(sys.executable).with_name("uv")
    command: list[str | Path] = [uv, "pip", "compile", *PLATFORMS, *LAYOUT, *sys.argv[1:], "pyproject.toml", "-o", LOCK]
    if subprocess.run(command, cwd=root, check=False).returncode:
        print("lock: uv could not choose versions; its reason stands above, and the lock is as it was", file=sys.stderr)
        return 1
    body = lock.read_text(encoding="utf-8")
    mark = dependencies_mark((root / "pyproject.toml").read_text(encoding="utf-8"))
    lock.write_text(f"{MARK}{mark}\n{body}", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
