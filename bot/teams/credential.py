"""The bot's own token, fetched ahead of need by one thread and handed out without a call (D1).

A turn never waits for Entra: the token is read at start-up, read again well before it expires, and whoever comes while there is none
waits for the one fetch under way. msal and azure-identity block, so they live in a thread of their own and nowhere else.
"""

import asyncio
import logging
import random
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

log = logging.getLogger("bot.teams")

SCOPE = "https://api.botframework.com/.default"
_SPARE = timedelta(seconds=30)
"""A token with less life than this is not handed out."""
_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 60.0
_ASK_AGAIN_AFTER = timedelta(seconds=60)


class CredentialError(Exception):
    """No token could be had. The message says whose fault and what to look at; it never holds the secret."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    """A token and the moment it expires, in seconds since the epoch."""

    token: str
    expires_at: float


Issuer = Callable[[], Issued]
"""Asks the authority for a fresh token. Blocks; raises CredentialError."""


class Credential:
    """One token for everybody. ``open`` in a running loop; ``close`` at the end."""

    def __init__(self, issuer: Issuer, *, epoch: Callable[[], float] = time.time) -> None:
        self._issuer = issuer
        self._epoch = epoch
        self._issued: Issued | None = None
        self._asked_at = 0.0
        self._flight: asyncio.Task[Issued] | None = None
        self._renewer: asyncio.Task[None] | None = None
        self._thread: ThreadPoolExecutor | None = None
        self._due = asyncio.Event()

    @property
    def ready(self) -> bool:
        """Whether a token is at hand now."""
        return self._usable(self._issued)

    async def open(self) -> None:
        """Start fetching in the background; returns at once."""
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="credential")
        self._renewer = asyncio.create_task(self._keep_fresh(), name="credential")

    async def close(self) -> None:
        """Stop renewing. A fetch that is under way in the thread is not waited for."""
        for task in (self._renewer, self._flight):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError, CredentialError):
                    await task
        if self._thread is not None:
            self._thread.shutdown(wait=False, cancel_futures=True)

    async def token(self) -> str:
        """A token with at least 30 s to live; costs no call while there is one.

        Raises:
            CredentialError: the authority refused, or did not answer.
        """
        issued = self._issued
        if issued is None or not self._usable(issued):
            issued = await self._fetch()
        return issued.token

    def at_hand(self) -> str:
        """The token that is there now, for code that cannot wait. Raises CredentialError when there is none."""
        if self._issued is None or not self._usable(self._issued):
            raise CredentialError("no token is at hand yet; it is fetched at start-up and renewed ahead of time")
        return self._issued.token

    def refused(self) -> None:
        """The service would not take the token: fetch another, at most once a minute."""
        if self._epoch() - self._asked_at >= _ASK_AGAIN_AFTER.total_seconds():
            self._issued = None
            self._due.set()

    def _usable(self, issued: Issued | None) -> bool:
        return issued is not None and issued.expires_at - self._epoch() > _SPARE.total_seconds()

    async def _fetch(self) -> Issued:
        if self._flight is None:
            self._asked_at = self._epoch()
            self._flight = asyncio.create_task(self._ask(), name="credential: fetch")
            self._flight.add_done_callback(self._landed)
        # Shielded: one send that times out must not take the token away from the others.
        return await asyncio.shield(self._flight)

    async def _ask(self) -> Issued:
        if self._thread is None:
            raise CredentialError("the credential was asked for a token before open()")
        self._issued = await asyncio.get_running_loop().run_in_executor(self._thread, self._issuer)
        return self._issued

    def _landed(self, flight: asyncio.Task[Issued]) -> None:
        self._flight = None
        if not flight.cancelled() and flight.exception() is not None:
            log.warning("the bot's token was not renewed: %s", flight.exception())

    async def _keep_fresh(self) -> None:
        pause = _FIRST_RETRY_S
        while True:
            self._due.clear()
            try:
                issued = await self._fetch()
            except CredentialError:
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  (spreads retries; no secret)
                pause = min(pause * 2, _LONGEST_RETRY_S)
                continue
            pause = _FIRST_RETRY_S
            life = issued.expires_at - self._epoch()
            with suppress(TimeoutError):
                # At two thirds of its life: an outage of the authority of a third of that goes unnoticed.
                await asyncio.wait_for(self._due.wait(), timeout=max(life * 2 / 3, 1.0))
