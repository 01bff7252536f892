"""Hands activities to the bot: signed, over HTTP, one try, with Teams' patience of 10 s for an invoke."""

from __future__ import annotations

import asyncio
import json
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import aiohttp

from infra.simulator.answers import Answer, read_answer, silence
from infra.simulator.authority import Authority
from infra.simulator.clock import SimulatedClock, iso
from infra.simulator.events import Events
from infra.simulator.faults import Fault, Faults
from infra.simulator.shape import Json, JsonObject, text_at

INVOKE_WITHIN_S = 10.0
MESSAGE_WITHIN_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One activity that was handed to the bot, and what came back."""

    activity: JsonObject
    answer: Answer


class Courier:
    """Delivers to ``bot_url``, which may be set when the bot has a port; None means that there is no bot yet."""

    def __init__(self, *, authority: Authority, clock: SimulatedClock, events: Events, faults: Faults, bot_url: str | None) -> None:
        self.bot_url = bot_url
        self.online = False
        self._authority = authority
        self._clock = clock
        self._events = events
        self._faults = faults
        self._session: aiohttp.ClientSession | None = None
        self._log: list[Delivery] = []
        self._turn = asyncio.Event()

    @property
    def delivered(self) -> tuple[Delivery, ...]:
        """Everything that was handed over so far, in the order of the answers."""
        return tuple(self._log)

    def open(self) -> None:
        """Make the HTTP client; needs a running loop."""
        self._session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), connector=aiohttp.TCPConnector(limit=0))

    async def close(self) -> None:
        """Drop every connection to the bot."""
        if self._session is not None:
            await self._session.close()

    async def deliver(self, activity: JsonObject) -> Answer:
        """Hand ``activity`` to the bot and answer what the client shows of what comes back. Never raises for what the bot does."""
        fault = self._faults.take("deliver")
        if fault is None:
            answer = await self._post(activity)
            self._next_turn()
            return answer
        return await self._deliver_badly(activity, fault)

    async def _deliver_badly(self, activity: JsonObject, fault: Fault) -> Answer:
        if fault.status is not None:
            return silence(elapsed=timedelta(0), detail=f"The service answered {fault.status} and delivered nothing.")
        if fault.kind == "timeout":
            await self._faults.hold(INVOKE_WITHIN_S)
            return silence(elapsed=timedelta(seconds=INVOKE_WITHIN_S), detail="The app did not answer within 10 s.")
        if fault.kind == "reorder":
            # When nothing comes after it, late is all that is left of "later than the next".
            with suppress(TimeoutError):
                await asyncio.wait_for(self._turn.wait(), INVOKE_WITHIN_S)
            return await self._post(activity)
        if fault.kind == "duplicate":
            first, _second = await asyncio.gather(self._post(activity), self._post(activity))
            self._next_turn()
            return first
        answer = await self._post(activity)
        self._next_turn()
        return silence(elapsed=answer.elapsed, detail="The app's answer was lost on the way.")

    def _next_turn(self) -> None:
        turn, self._turn = self._turn, asyncio.Event()
        turn.set()

    async def _post(self, activity: JsonObject) -> Answer:
        started = time.monotonic()
        is_invoke = activity.get("type") == "invoke"
        patience = INVOKE_WITHIN_S if is_invoke else MESSAGE_WITHIN_S
        try:
            status, raw = await self.forward(
                json.dumps(activity, ensure_ascii=False).encode(), token=self._authority.inbound_token(), within_s=patience
            )
        except TimeoutError:
            answer = silence(elapsed=_since(started), detail=f"The app did not answer within {patience:g} s.")
        except (aiohttp.ClientError, OSError) as error:
            self._seen(online=False)
            answer = silence(elapsed=_since(started), detail=f"No app answers at {self.bot_url}: {error or type(error).__name__}.")
        else:
            self._seen(online=True)
            name = text_at(activity, "name") if is_invoke else ""
            answer = read_answer(name, status=status, body=_parse(raw), elapsed=_since(started))
        self._record(activity, answer)
        return answer

    async def forward(self, raw: bytes, *, token: str, within_s: float) -> tuple[int, bytes]:
        """Post ``raw`` to the bot under ``token`` and answer status and body as they came.

        Raises:
            aiohttp.ClientError, OSError, TimeoutError: the bot is not there, or silent for ``within_s`` seconds.
        """
        if self._session is None or self.bot_url is None:
            raise aiohttp.ClientConnectionError("no bot has been started")
        async with self._session.post(
            self.bot_url,
            data=raw,
            headers={"Authorization": f"Bearer {token}", "Content-Type": "application/json; charset=utf-8"},
            timeout=aiohttp.ClientTimeout(total=within_s),
            allow_redirects=False,
        ) as response:
            return response.status, await response.read()

    async def is_listening(self) -> bool:
        """Whether anybody listens where the bot should be. Tells the page too."""
        if self.bot_url is None:
            return False
        parts = urlsplit(self.bot_url)
        try:
            _, writer = await asyncio.wait_for(asyncio.open_connection(parts.hostname, parts.port or 80), 0.5)
        except (OSError, TimeoutError):
            self._seen(online=False)
            return False
        writer.close()
        self._seen(online=True)
        return True

    def _seen(self, *, online: bool) -> None:
        if online != self.online:
            self.online = online
            self._events.emit("bot", online=online)

    def _record(self, activity: JsonObject, answer: Answer) -> None:
        self._log.append(Delivery(activity=activity, answer=answer))
        self._events.emit(
            "wire",
            direction="to_bot",
            method="POST",
            path="/api/messages",
            status=answer.status,
            summary=" ".join(filter(None, (text_at(activity, "type"), text_at(activity, "name"), text_at(activity, "from", "name")))),
            elapsed_ms=round(answer.elapsed.total_seconds() * 1000),
            at=iso(self._clock.now()),
        )


def _since(started: float) -> timedelta:
    return timedelta(seconds=time.monotonic() - started)


def _parse(raw: bytes) -> Json:
    if not raw:
        return None
    try:
        parsed: Json = json.loads(raw)
    except ValueError:
        return raw.decode(errors="replace")
    return parsed
