"""What `make setup` has already done, so that a second run has nothing to do.

A stamp is a small file that holds the fingerprint of what a step was done from (a lock file, mostly). The step is done again when
the fingerprint differs. Stamps live inside the virtual environment: whoever removes that starts anew.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path


def fingerprint(paths: Iterable[Path], *texts: str) -> str:
    """One hash over the contents of ``paths`` (a missing file counts as such) and ``texts``, in the order given."""
    whole = hashlib.sha256()
    for path in paths:
        whole.update(hashlib.sha256(path.read_bytes()).digest() if path.is_file() else b"missing")
    for text in texts:
        whole.update(hashlib.sha256(text.encode()).digest())
    return whole.hexdigest()


@dataclass(frozen=True)
class Stamps:
    """The stamps in ``folder``, one file a step."""

    folder: Path

    def is_fresh(self, step: str, mark: str) -> bool:
        """Whether ``step`` was last finished with this ``mark``."""
        return self.read(step) == mark

    def read(self, step: str) -> str | None:
        """The mark that ``step`` was last finished with, or None."""
        path = self.folder / step
        return path.read_text(encoding="utf-8") if path.is_file() else None

    def write(self, step: str, mark: str) -> None:
        """Remember that ``step`` is finished. Written last, so that a step cut short is done again."""
        self.folder.mkdir(parents=True, exist_ok=True)
        (self.folder / step).write_text(mark, encoding="utf-8")
