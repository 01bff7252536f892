"""Packages of Debian and its kin, for the few things that no wheel brings."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING

from infra.tools.commands import run

if TYPE_CHECKING:
    from pathlib import Path


def can_apt() -> bool:
    """Whether this machine has apt-get and we may use it."""
    return os.geteuid() == 0 and shutil.which("apt-get") is not None


def apt_install(*packages: str, root: Path) -> None:
    """Install Debian packages. Only root can.

    Raises:
        SetupError: apt-get failed.
    """
    quiet = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    patient = ["apt-get", "-o", "DPkg::Lock::Timeout=300"]
    run([*patient, "update"], doing="the list of system packages", root=root, environment=quiet)
    install = [*patient, "install", "--yes", "--no-install-recommends", *packages]
    run(install, doing=f"system packages {', '.join(packages)}", root=root, environment=quiet)
