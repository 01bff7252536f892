"""The product's clock when the simulator is its Teams: the machine's clock plus the hours that somebody skipped on the simulator's page."""

import asyncio
import logging
from datetime import datetime, timedelta
from typing import NoReturn

import aiohttp

from bot.clock import system_now

log = logging.getLogger(__name__)

_ASK_EVERY_S = 0.1


class FollowedClock:
    """Answers the simulator's time. Tokens keep to the machine's clock; only the product's own timers follow this one."""

    def __init__(self, simulator_url: str) -> None:
        self._url = f"{simulator_url}/clock"
        self._offset = timedelta()

    def now(self) -> datetime:
        """The present moment over there."""
        return system_now() + self._offset

    async def look(self) -> None:
        """Ask once, so that :meth:`now` is right from the start. Without an answer the machine's clock holds."""
        async with _session() as session:
            await self._ask(session)

    async def follow(self) -> NoReturn:
        """Ask for the offset, ten times a second, until cancelled. While the simulator is away its last word holds."""
        async with _session() as session:
            while True:
                await self._ask(session)
                await asyncio.sleep(_ASK_EVERY_S)

    async def _ask(self, session: aiohttp.ClientSession) -> None:
        try:
            async with session.get(self._url) as answer:
                self._offset = timedelta(seconds=float((await answer.json())["offset_s"]))
        except (aiohttp.ClientError, TimeoutError, KeyError, ValueError) as error:
            log.debug("the simulator's clock does not answer: %s", type(error).__name__)


def _session() -> aiohttp.ClientSession:
    return aiohttp.ClientSession(timeout=aiohttp.ClientTimeout(total=2))
