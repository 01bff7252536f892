"""A witness in a process of its own, as somebody else would run it."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from approvals.evidence.notes import VerifierKey

_ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Running:
    """A witness in a process of its own."""

    key: VerifierKey
    url: str


@asynccontextmanager
async def a_witness(folder: Path, *logs: VerifierKey) -> AsyncIterator[Running]:
    files = ("--key-file", folder / "witness.key", "--state", folder / "witness.json")
    keys = [word for log in logs for word in ("--log", str(log))]
    command = [sys.executable, "-m", "infra", "witness", "--name", "witness.example/w1", "--port", "0", *keys, *map(str, files)]
    process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    try:
        key, url = [(await process.stdout.readline()).decode().strip() for _ in range(2)]
        yield Running(key=VerifierKey.parse(key), url=url)
    finally:
        process.terminate()
        await process.wait()
