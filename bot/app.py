"""The aiohttp application: the parts of the front put together, and the routes around them.

``Front.of(settings)`` builds the parts and touches no network; ``make_app`` gives them routes; the application's start-up opens them and
its end closes them, in reverse order. Who needs to send without the web (a worker) enters ``front.open()`` itself.
"""

import asyncio
import gc
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from secrets import token_hex
from typing import Self

from aiohttp import web

from approvals.errors import CountersignError
from bot.front import answers
from bot.front.authority import Authority
from bot.front.body import expect_later
from bot.front.endpoint import Endpoint
from bot.front.keys import SigningKeys
from bot.front.metrics import Metrics
from bot.front.running import TurnRunner, Words, english
from bot.front.scrape import Measure, Numbers, open_port, routes_for
from bot.front.strictjson import MAX_BYTES
from bot.front.tokens import TokenVerifier
from bot.settings import Settings
from bot.teams.adapter import TeamsAdapter, Turn
from bot.teams.credential import Credential, Issuer
from bot.teams.issuers import issuer_for
from bot.teams.sender import Sender

log = logging.getLogger("bot.front")

Check = Callable[[], Awaitable[bool]]
"""Whether one thing that this process needs is there. It may raise: that counts as no, and what a CountersignError says is why."""

Background = Callable[[web.Application], AsyncIterator[None]]
"""An aiohttp clean-up context: what runs beside the front, such as the outbox's worker."""

CHECK_WITHIN_S = 2.0

# For whoever runs the application: bodies stay as they came until the caller is known (no decompressing), and a refused caller that
# keeps sending is cut off after a second.
_HANDLER_ARGS = {"auto_decompress": False, "lingering_time": 1.0, "access_log": None, "keepalive_timeout": 75.0}


@dataclass(frozen=True, slots=True, kw_only=True)
class Front:
    """The parts of the way in and the way out, each made once."""

    authority: Authority
    keys: SigningKeys
    verifier: TokenVerifier
    credential: Credential
    sender: Sender
    adapter: TeamsAdapter
    metrics: Metrics

    @classmethod
    def of(cls, settings: Settings, *, issuer: Issuer | None = None, sender: Callable[..., Sender] = Sender) -> Self:
        """The parts that ``settings`` describe. Needs no running loop; nothing is opened.

        ``issuer`` stands in for Entra in tests; ``sender`` makes the sender and takes what :class:`Sender` takes.
        """
        authority, app_id, metrics = settings.authority, settings.app_id, Metrics()
        keys = SigningKeys(authority)
        credential = Credential(issuer or issuer_for(settings))
        way_out = sender(authority=authority, credential=credential, app_id=app_id, observe=metrics.sent)
        return cls(
            authority=authority,
            keys=keys,
            verifier=TokenVerifier(authority=authority, app_id=app_id, keys=keys, seen=metrics.token_seen),
            credential=credential,
            sender=way_out,
            adapter=TeamsAdapter(authority=authority, credential=credential, sender=way_out, app_id=app_id),
            metrics=metrics,
        )

    @asynccontextmanager
    async def open(self) -> AsyncIterator[Self]:
        """Start the keys, the credential and the sender; close them at the end. Waits for no network."""
        opened: list[SigningKeys | Credential | Sender] = []
        try:
            for part in (self.keys, self.credential, self.sender):
                await part.open()
                opened.append(part)
            yield self
        finally:
            for part in reversed(opened):
                await part.close()


def make_app(
    settings: Settings,
    *,
    turn: Turn,
    front: Front | None = None,
    words: Words = english,
    checks: Mapping[str, Check] | None = None,
    routes: Iterable[web.AbstractRouteDef] = (),
    background: Sequence[Background] = (),
    measures: Sequence[Measure] = (),
) -> web.Application:
    """The whole web application.

    ``checks`` are asked by ``/readyz`` by name; ``routes`` are added beside ours; ``background`` starts after the front is open and ends
    before it closes; ``measures`` write down what is counted elsewhere when ``/metrics`` is asked. Give ``front`` to share its sender.
    """
    front = front or Front.of(settings)
    runner = TurnRunner(adapter=front.adapter, sender=front.sender, turn=turn, metrics=front.metrics, words=words)
    endpoint = Endpoint(
        authority=front.authority,
        app_id=settings.app_id,
        tenant_id=settings.tenant_id,
        verifier=front.verifier,
        runner=runner,
        metrics=front.metrics,
    )
    app = web.Application(middlewares=[_uniform], client_max_size=MAX_BYTES, handler_args=_HANDLER_ARGS)
    app.on_response_prepare.append(_unsigned)
    app.cleanup_ctx.append(_opened(front))
    numbers = Numbers(front.metrics, tuple(measures))
    if (port := settings.metrics_port) is not None:
        app.cleanup_ctx.append(lambda _app: open_port(numbers, host=settings.metrics_host, port=port))
    app.cleanup_ctx.extend(background)
    app.router.add_post("/api/messages", endpoint.answer, expect_handler=expect_later)
    app.add_routes([*_health(front, checks or {}), *routes_for(numbers, settings), *routes])
    return app


def settle() -> None:
    """Tell the garbage collector that what start-up has made stays: it is not walked again, and turns are collected in larger lots.

    For the process that serves, once, when everything is imported and made: 8 to 15 % less CPU time per turn, measured.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def _opened(front: Front) -> Background:
    async def opened(_app: web.Application) -> AsyncIterator[None]:
        async with front.open():
            yield

    return opened


def _health(front: Front, checks: Mapping[str, Check]) -> list[web.RouteDef]:
    async def alive(_request: web.Request) -> web.Response:
        return answers.json_answer({"status": "alive"})

    async def ready(_request: web.Request) -> web.Response:
        names = sorted(checks)
        answered = await asyncio.gather(*(_missing(name, checks[name]) for name in names))
        why = {name: reason for name, reason in zip(names, answered, strict=True) if reason is not None}
        state = {"keys": front.keys.ready, "credential": front.credential.ready} | {name: name not in why for name in names}
        if all(state.values()):
            return answers.json_answer({"status": "ready", "checks": state})
        return answers.json_answer({"status": "not ready", "checks": state, "why": why}, status=503)

    return [web.get("/healthz", alive), web.get("/readyz", ready)]


async def _missing(name: str, check: Check) -> str | None:
    """Why a check does not hold; None where it does."""
    try:
        async with asyncio.timeout(CHECK_WITHIN_S):
            return None if await check() else "it is not there"
    except CountersignError as error:
        why = str(error)
    except TimeoutError:
        why = f"no answer within {CHECK_WITHIN_S:g} s"
    except Exception as error:  # noqa: BLE001  (whatever a check raises means "not ready", and readiness must be answered)
        why = type(error).__name__
    log.warning("readiness check %s failed: %s", name, why)
    return why


@web.middleware
async def _uniform(request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]) -> web.StreamResponse:
    """Give aiohttp's own refusals (404, 405, 413 of any route) the one shape, for callers that do not ask for a page."""
    try:
        return await handler(request)
    except web.HTTPClientError as error:
        if error.headers.get("Content-Type", "").startswith("text/html"):
            raise
        answer = answers.refusal(
            error.status, code=error.reason.lower().replace(" ", "_"), message=f"{error.reason}.", reference=token_hex(4)
        )
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
        return answer


async def _unsigned(_request: web.Request, response: web.StreamResponse) -> None:
    """No Server header; and no sniffing of types, on every answer."""
    response.headers.pop("Server", None)
    response.headers.setdefault("X-Content-Type-Options", "nosniff")
