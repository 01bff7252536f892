"""``POST /api/messages``: the order of the hops. Each can end the request; none runs before the one above it has passed.

(1) Declared form, from headers alone: 415, 413.
(2) Token: 401, always the same (A10); 503 until the authority's keys have been read once.
(3) Room: 429 when too many requests are being worked on already.
(4) Bytes, read only now (B1): 408, 413, 400.
(5) Strict parse, and the fields that bind the activity to token, tenant and person: 400, 403.
(6) The turn: running.py.

Nothing of the caller is logged: a refusal is its code and a reference, which the answer carries too.
"""

import logging
from datetime import timedelta
from secrets import token_hex

from aiohttp import web

from bot.front import answers
from bot.front.authority import Authority
from bot.front.body import READ_WITHIN, authorization, check_declared, read_body
from bot.front.errors import KeysUnavailable, NotAuthenticated, Refused
from bot.front.metrics import Metrics
from bot.front.parse import read_activity
from bot.front.running import TurnRunner
from bot.front.tokens import Caller, TokenVerifier

AT_ONCE = 256
"""Authenticated requests that one process works on at a time."""

log = logging.getLogger("bot.front")


class Endpoint:
    """The aiohttp handler. ``at_once`` and ``read_within`` are its limits."""

    def __init__(
        self,
        *,
        authority: Authority,
        app_id: str,
        tenant_id: str,
        verifier: TokenVerifier,
        runner: TurnRunner,
        metrics: Metrics,
        at_once: int = AT_ONCE,
        read_within: timedelta = READ_WITHIN,
    ) -> None:
        self._authority = authority
        self._app_id = app_id
        self._tenant_id = tenant_id
        self._verifier = verifier
        self._runner = runner
        self._metrics = metrics
        self._at_once = at_once
        self._read_within = read_within
        self._busy = 0

    async def answer(self, request: web.Request) -> web.Response:
        """The answer to one request."""
        reference = token_hex(4)
        try:
            check_declared(request)  # (1)
            caller = await self._verifier.verify(authorization(request))  # (2)
            return await self._admit(request, caller, reference)
        except NotAuthenticated:
            self._turned_away("unauthorized", reference)
            return answers.unauthorized(reference)
        except KeysUnavailable:
            self._turned_away("not_ready", reference)
            return answers.not_now(code="not_ready", message="The bot is starting and cannot verify anybody yet.", reference=reference)
        except Refused as refused:
            self._turned_away(refused.code, reference)
            return answers.refusal(refused.status, code=refused.code, message=refused.message, reference=reference)

    async def _admit(self, request: web.Request, caller: Caller, reference: str) -> web.Response:
        if self._busy >= self._at_once:  # (3)
            raise Refused(429, "busy", f"More than {self._at_once} requests are being worked on; send it again.")
        self._busy += 1
        self._metrics.in_flight.inc()
        try:
            body = await read_body(request, within=self._read_within)  # (4)
            activity = read_activity(  # (5)
                body, caller=caller, authority=self._authority, app_id=self._app_id, tenant_id=self._tenant_id
            )
            return await self._runner.run(activity, reference)  # (6)
        finally:
            self._busy -= 1
            self._metrics.in_flight.dec()

    def _turned_away(self, code: str, reference: str) -> None:
        self._metrics.refused(code)
        log.info("refused code=%s reference=%s", code, reference)
