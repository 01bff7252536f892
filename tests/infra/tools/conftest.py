"""A tree to set up, and programs that write down how they were called: they are the whole PATH, so the machine's own are out of sight."""

from dataclasses import dataclass
from pathlib import Path

import pytest

from infra.tools import browser

LOCK = """\
attrs==25.1.0 \\
    --hash=sha256:aaaa
uv==0.13.9 ; python_full_version >= '3.11' \\
    --hash=sha256:bbbb \\
    --hash=sha256:cccc
"""
PYPROJECT = """\
[build-system]
requires = ["hatchling"]
[project]
name = "countersign"
requires-python = ">=3.11"
dependencies = ["attrs>=25"]
[tool.ruff]
line-length = 140
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Programs:
    """Programs in ``folder``; each call adds a line to ``log``."""

    folder: Path
    log: Path

    def add(self, name: str, *, prints: str = "", exits: int = 0, at: Path | None = None) -> Path:
        """A program that prints ``prints`` and ends with ``exits``, in ``folder`` unless ``at`` says where."""
        path = at or self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"#!/bin/sh\necho \"{name} $*\" >> '{self.log}'\nprintf '%s\\n' '{prints}'\nexit {exits}\n", encoding="utf-8")
        path.chmod(0o755)
        return path

    @property
    def calls(self) -> list[str]:
        """Every call so far: the program's name and its arguments."""
        return self.log.read_text(encoding="utf-8").splitlines() if self.log.exists() else []


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Programs:
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder))
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    monkeypatch.delenv(browser.VARIABLE, raising=False)
    monkeypatch.delenv("PLAYWRIGHT_BROWSERS_PATH", raising=False)
    monkeypatch.setattr(browser, "APPLICATIONS", ())
    return Programs(folder=folder, log=tmp_path / "calls")


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    root = tmp_path / "tree"
    for name in (".cache", "infra/simulator", "manifest", ".venv/bin"):
        (root / name).mkdir(parents=True)
    (root / "infra/requirements.lock").write_text(LOCK, encoding="utf-8")
    (root / "pyproject.toml").write_text(PYPROJECT, encoding="utf-8")
    return root
