"""What a witness has seen, in a file that is replaced as a whole: after a power cut it holds the old word or the new one."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from approvals.errors import CountersignError
from infra.witness.judging import Seen


class WitnessError(CountersignError):
    """What the witness has seen cannot be read or kept; it cosigns nothing until it can."""


@contextmanager
def alone(path: Path) -> Iterator[None]:
    """Keep other witnesses away from the file at ``path`` for the block: each would cosign what the other has seen a fork of.

    Raises:
        WitnessError: one is there already.
    """
    descriptor = os.open(path.with_name(f"{path.name}.lock"), os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    except BlockingIOError as error:
        raise WitnessError(f"{path}: another witness remembers there; stop it, or give each its own --state and --key-file") from error
    finally:
        os.close(descriptor)


class Memory:
    """The file at ``path``; nothing was seen where there is none."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._seen = _read(path)

    @property
    def seen(self) -> Mapping[str, Seen]:
        """The newest cosigned tree of each log, by origin."""
        return self._seen

    def keep(self, origin: str, seen: Seen) -> None:
        """Remember it, on the disk first.

        Raises:
            OSError: it could not be written; then it is not remembered either.
        """
        after = {**self._seen, origin: seen}
        plain = {name: {"size": one.size, "root": one.root.hex()} for name, one in after.items()}
        fresh = self._path.with_name(f"{self._path.name}.new")
        with fresh.open("w", encoding="utf-8") as file:
            json.dump(plain, file, indent=1)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(self._path)
        folder = os.open(self._path.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
        self._seen = after


def _read(path: Path) -> dict[str, Seen]:
    try:
        plain = json.loads(path.read_text(encoding="utf-8"))
        return {name: Seen(size=int(one["size"]), root=bytes.fromhex(one["root"])) for name, one in plain.items()}
    except FileNotFoundError:
        return {}
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        # Begun anew, it would cosign a log that was rewritten meanwhile.
        raise WitnessError(
            f"{path}: is not what a witness has written; restore it, or name a file that does not exist to begin anew"
        ) from error
