"""The bot as its operator sees it: a process that is started again whenever it dies, on the same records and the same port."""

import asyncio
import json
import sys
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from bot.settings import Settings
from tests.infra.crash.points import DIE, PASS, READY

_ROOT = Path(__file__).parents[3]
PATIENCE_S = 60.0
"""How long anything may take before it counts as never: generous, since it says nothing about speed."""
_NOTICED_WITHIN_S = 1.0


class BotError(AssertionError):
    """The bot ended by itself, or did not start."""


class Nursery:
    """The process that forks the bots."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        pipe = asyncio.subprocess.PIPE
        command = (sys.executable, "-m", "tests.infra.crash.victim")
        self._process = await asyncio.create_subprocess_exec(*command, cwd=_ROOT, stdin=pipe, stdout=pipe)
        assert self._process.stdout is not None
        if (await self._process.stdout.readline()).decode().strip() != READY:
            raise BotError("the process that forks the bots did not start; its standard error says why")
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.close()
        await self._process.wait()

    async def fork(self, order: dict[str, object]) -> None:
        """Start a bot by this order."""
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(order).encode() + b"\n")
        await self._process.stdin.drain()


class Bot:
    """One bot, from its first start to the end of the block. It dies at ``fatal``, once.

    ``heard`` is called after each word of it, ``died`` at its death before it is started again, ``back`` when it answers again.
    """

    def __init__(
        self,
        nursery: Nursery,
        settings: Settings,
        *,
        fatal: str | None,
        heard: Callable[[], None],
        died: Callable[[], None],
        back: Callable[[], None],
    ) -> None:
        self.passed: list[str] = []
        self.died_at: str | None = None
        self._nursery = nursery
        self._settings = settings
        self._fatal = fatal
        self._on = (heard, died, back)
        self._death = asyncio.Event()
        self._answers = asyncio.Event()
        self._is_closing = False
        self._broken: str | None = None
        self._line: asyncio.StreamWriter | None = None
        self._listener: asyncio.Server | None = None

    @property
    def is_well(self) -> bool:
        """Whether it answers and is not about to die. Raises BotError when it will never answer again."""
        if self._broken:
            raise BotError(self._broken)
        return self._answers.is_set() and (self.died_at is None or self._death.is_set())

    async def __aenter__(self) -> Self:
        self._listener = await asyncio.start_server(self._hear, "127.0.0.1", 0)
        await self._start()
        await self.answers()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._is_closing = True
        assert self._listener is not None
        self._listener.close()
        if self._line is not None:
            self._line.close()
            with suppress(OSError):
                await self._line.wait_closed()

    async def answers(self) -> None:
        """Return as soon as it answers. Raises BotError when it will not."""
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._answers.wait()
        except TimeoutError as error:
            raise BotError(f"the bot did not answer within {PATIENCE_S:g} s") from error
        if self._broken:
            raise BotError(self._broken)

    async def again(self) -> None:
        """Return when it answers again, for somebody who got no answer. A death may not have been noticed yet."""
        with suppress(TimeoutError):
            async with asyncio.timeout(_NOTICED_WITHIN_S):
                await self._death.wait()
        await self.answers()

    async def _start(self) -> None:
        assert self._listener is not None
        port = self._listener.sockets[0].getsockname()[1]
        log = self._settings.database.with_suffix(".log")
        settings = self._settings.model_dump(mode="json")
        await self._nursery.fork({"settings": settings, "listener": port, "fatal": self._fatal, "log": str(log)})

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._line = writer
        with suppress(ConnectionResetError):
            async for line in reader:
                self._take(line.decode().strip())
        writer.close()
        if not self._is_closing:
            await self._bury()

    def _take(self, line: str) -> None:
        heard, _died, back = self._on
        word, _, point = line.partition(" ")
        if word == READY:
            self._answers.set()
            if self._death.is_set():
                back()
        if word in (PASS, DIE):
            self.passed.append(point)
        if word == DIE:
            self.died_at = point
        heard()

    async def _bury(self) -> None:
        heard, died, _back = self._on
        self._answers.clear()
        if self.died_at is None or self._death.is_set():
            log = self._settings.database.with_suffix(".log").read_text(encoding="utf-8").strip().splitlines()
            self._broken = f"the bot ended by itself: {log[-1] if log else 'it said nothing'}"
            self._answers.set()
            heard()
            return
        died()
        self._fatal = None
        self._death.set()
        await self._start()
