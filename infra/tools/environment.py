"""Steps 1 to 3 of `make setup`: the virtual environment, the locked packages, the project."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import sys
import tomllib
from typing import TYPE_CHECKING

from infra.tools.commands import NetworkError, SetupError, python_version, run, say
from infra.tools.debian import apt_install, can_apt
from infra.tools.stamps import Stamps, fingerprint

if TYPE_CHECKING:
    from pathlib import Path

LOCK = "infra/requirements.lock"


def provide_environment(root: Path, stamps: Stamps) -> None:
    """A virtual environment in .venv, made anew when the folder was moved or its Python has gone."""
    python = root / ".venv" / "bin" / "python"
    # Scripts in a virtual environment hold its absolute path, so a moved one is of no use. One without a stamp was cut short.
    if python.exists() and stamps.is_fresh("environment", str(root)):
        return
    has_pip = importlib.util.find_spec("ensurepip") is not None
    if not has_pip and not shutil.which("uv"):
        _install_ensurepip(root)
        has_pip = True
    command: list[str | Path] = [sys.executable, "-m", "venv", "--clear", *([] if has_pip else ["--without-pip"]), root / ".venv"]
    run(command, doing=f"a virtual environment in .venv with Python {python_version()}", root=root)
    stamps.write("environment", str(root))


def _install_ensurepip(root: Path) -> None:
    # Debian and Ubuntu ship Python without the part that puts pip into a virtual environment.
    if not can_apt():
        raise SetupError(
            f"Python {python_version()} has no ensurepip: install your system's package for it (Debian and Ubuntu: python3-venv), or uv, "
            "then run `make setup` again"
        )
    apt_install("python3-venv", root=root)


def provide_packages(root: Path, stamps: Stamps) -> None:
    """The packages of the lock, each file checked against its hash."""
    lock = root / LOCK
    mark = fingerprint([lock])
    if stamps.is_fresh("packages", mark):
        return
    count = len(locked(lock.read_text(encoding="utf-8")))
    _install("--require-hashes", "--no-deps", "-r", lock, doing=f"{count} Python packages from {LOCK}", root=root)
    stamps.write("packages", mark)


def provide_project(root: Path, stamps: Stamps) -> None:
    """The project itself, editable: no build isolation and no dependencies, since the lock has both."""
    settings = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    named = {key: settings.get(key) for key in ("build-system", "project")} | {"hatch": settings.get("tool", {}).get("hatch")}
    mark = fingerprint([], json.dumps(named, sort_keys=True))
    if stamps.is_fresh("project", mark):
        return
    _install("--no-build-isolation", "--no-deps", "--editable", root, doing="the project, editable,", root=root)
    stamps.write("project", mark)


def _install(*what: str | Path, doing: str, root: Path) -> None:
    """Install by uv, or by pip where there is no uv or it fails for another reason than the network."""
    uv = _uv(root)
    if uv:
        try:
            run([*uv, *what], doing=f"{doing} by uv", root=root)
        except NetworkError:
            raise
        except SetupError as error:
            # An environment that uv made has no pip.
            if not any(root.glob(".venv/lib/python*/site-packages/pip")):
                raise
            say(f"{error}; trying pip")
        else:
            return
    run([*_pip(root), *what], doing=f"{doing} by pip, which is slower", root=root)


def locked(lock: str) -> dict[str, str]:
    """Each package of a lock file and its block of lines, the hashes included."""
    blocks = re.split(r"^(?=[A-Za-z0-9])", lock, flags=re.MULTILINE)
    return {re.split(r"[=\[ ;]", block, maxsplit=1)[0]: block for block in blocks if not block.startswith("#") and block.strip()}


def _uv(root: Path) -> list[str | Path] | None:
    """uv's pip for .venv, from PATH, else from .venv, else brought into .venv at the version and hash of the lock. None: there is none."""
    python = root / ".venv" / "bin" / "python"
    own = python.with_name("uv")
    found = shutil.which("uv") or (own if own.exists() else None)
    if not found:
        block = locked((root / LOCK).read_text(encoding="utf-8")).get("uv")
        if not block:
            return None
        only = root / ".venv" / "uv.lock.txt"
        only.write_text(block, encoding="utf-8")
        try:
            run([*_pip(root), "--require-hashes", "--no-deps", "-r", only], doing="uv, which installs the rest faster", root=root)
        except NetworkError:
            raise
        except SetupError as error:
            # uv has no wheel for every platform; pip needs none.
            say(f"{error}; going on with pip")
            return None
        found = own
    return [found, "pip", "install", "--python", python]


def _pip(root: Path) -> list[str | Path]:
    return [root / ".venv" / "bin" / "python", "-m", "pip", "install", "--disable-pip-version-check", "--no-input"]
