"""A file that is only ever added to: one checkpoint after another, oldest first."""

import asyncio
import errno
import os
from pathlib import Path

from approvals.errors import PublishError
from approvals.evidence.checkpoints import Checkpoint


class CheckpointFile:
    """The file at ``path``; made where there is none."""

    def __init__(self, path: Path) -> None:
        self.name = str(path)
        self._path = path

    async def take(self, checkpoint: Checkpoint) -> None:
        """Add the checkpoint, and wait until it lies on the disk."""
        try:
            await asyncio.to_thread(_add, self._path, str(checkpoint.note))
        except OSError as error:
            raise PublishError(f"{self._path}: the checkpoint cannot be added ({error.strerror})") from error


def _add(path: Path, note: str) -> None:
    descriptor = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        text = (_separator(descriptor) + note).encode()
        if os.write(descriptor, text) != len(text):
            raise OSError(errno.EIO, "only a part of it was written")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _separator(descriptor: int) -> str:
    """An empty line between two checkpoints, so that one that was torn by a power cut spoils no other."""
    size = os.fstat(descriptor).st_size
    if not size:
        return ""
    return "\n" if os.pread(descriptor, 1, size - 1) == b"\n" else "\n\n"
