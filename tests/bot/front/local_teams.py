"""A Teams small enough for these tests, in a thread of its own: OpenID metadata, keys and a connector that writes down what it is sent.

It is a thread, because the stock adapter fetches metadata by a blocking call on its event loop (hazard A9): on the same loop it would wait
for itself. The full simulator is used by the tests of the loop; here faults are needed that no Teams has.
"""

import asyncio
import json
import threading
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import jwt
from aiohttp import web
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from jwt.algorithms import RSAAlgorithm

APP_ID = "3f2b8c1e-9d57-4e0a-8f6b-2c1d0e9a7b65"
TENANT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
ANA = "11111111-2222-4333-8444-555555555555"
BOT = f"28:{APP_ID}"


def a_key() -> RSAPrivateKey:
    """A fresh RSA key of the usual size."""
    return generate_private_key(public_exponent=65537, key_size=2048)


def as_jwk(key: RSAPrivateKey, *, kid: str, **changes: object) -> dict[str, object]:
    """The public half as the authority publishes it, endorsed for Teams."""
    return {**RSAAlgorithm.to_jwk(key.public_key(), as_dict=True), "kid": kid, "use": "sig", "endorsements": ["msteams"], **changes}


@dataclass(slots=True)
class Post:
    """One call that reached the connector."""

    method: str
    path: str
    body: object
    authorization: str | None


@dataclass
class LocalTeams:
    """Enter it to start it. ``metadata``, ``jwks`` and ``reply`` can be changed while it runs."""

    key: RSAPrivateKey = field(default_factory=a_key)
    kid: str = "key-1"
    reply: tuple[int, dict[str, str], bytes] = (200, {"Content-Type": "application/json"}, b'{"id":"activity-1"}')
    hold: bool = False
    """Hang: accept calls and never answer them."""
    posts: list[Post] = field(default_factory=list)
    fetches: list[str] = field(default_factory=list)
    url: str = ""
    metadata: dict[str, object] = field(default_factory=dict)
    jwks: dict[str, object] = field(default_factory=dict)
    status: int = 200
    before_document: Callable[[], Awaitable[None]] | None = None
    """Awaited, in this thread, before metadata or keys are answered."""

    def __enter__(self) -> Self:
        started = threading.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._run, args=(started,), name="local teams")
        self._thread.start()
        started.wait()
        self.reset()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()

    def reset(self) -> None:
        """As if just started: one key, no fault, nothing written down."""
        self.metadata = {"issuer": self.url, "jwks_uri": f"{self.url}/v1/.well-known/keys"}
        self.jwks = {"keys": [as_jwk(self.key, kid=self.kid)]}
        self.reply = (200, {"Content-Type": "application/json"}, b'{"id":"activity-1"}')
        self.hold, self.status, self.before_document = False, 200, None
        self.posts.clear()
        self.fetches.clear()

    @property
    def service_url(self) -> str:
        """What activities and tokens name: with a slash at the end, as Teams does."""
        return f"{self.url}/"

    def claims(self, **changes: object) -> dict[str, object]:
        """The claims of a good token, but for ``changes``; a change to ``...`` removes the claim."""
        now = int(time.time())
        good: dict[str, object] = {
            "iss": self.url,
            "aud": APP_ID,
            "serviceurl": self.service_url,
            "nbf": now - 5,
            "exp": now + 3600,
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not ...}

    def token(self, *, key: RSAPrivateKey | None = None, headers: dict[str, object] | None = None, **changes: object) -> str:
        """A token signed as the authority signs, but for what is changed."""
        return jwt.encode(self.claims(**changes), key or self.key, algorithm="RS256", headers={"kid": self.kid, **(headers or {})})

    def bearer(self, **changes: object) -> dict[str, str]:
        """The headers of a good request."""
        return {"Authorization": f"Bearer {self.token(**changes)}", "Content-Type": "application/json"}

    def activity(self, **changes: object) -> dict[str, object]:
        """A message from Ana in her own chat, but for ``changes``; a change to ``...`` removes the field."""
        good: dict[str, object] = {
            "type": "message",
            "id": "1732240000001",
            "timestamp": "2025-11-22T12:00:00.123Z",
            "channelId": "msteams",
            "serviceUrl": self.service_url,
            "from": {"id": "29:ana", "name": "Ana Ferreira", "aadObjectId": ANA},
            "conversation": {"id": "a:ana", "conversationType": "personal", "tenantId": TENANT},
            "recipient": {"id": BOT, "name": "Countersign"},
            "channelData": {"tenant": {"id": TENANT}},
            "entities": [{"type": "clientInfo", "locale": "en-GB", "timezone": "Europe/London"}],
            "locale": "en-GB",
            "text": "hello",
        }
        return {name: value for name, value in {**good, **changes}.items() if value is not ...}

    def _run(self, started: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)
        runner = self._loop.run_until_complete(self._listen())
        started.set()
        self._loop.run_forever()
        self._loop.run_until_complete(_end_what_hangs())
        self._loop.run_until_complete(runner.cleanup())
        self._loop.close()

    async def _listen(self) -> web.AppRunner:
        app = web.Application()
        app.router.add_get("/v1/.well-known/openidconfiguration", self._metadata)
        app.router.add_get("/v1/.well-known/keys", self._keys)
        app.router.add_route("*", "/v3/{path:.*}", self._connector)
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        self.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
        return runner

    async def _metadata(self, request: web.Request) -> web.Response:
        return await self._document(request, self.metadata)

    async def _keys(self, request: web.Request) -> web.Response:
        return await self._document(request, self.jwks)

    async def _document(self, request: web.Request, document: dict[str, object]) -> web.Response:
        self.fetches.append(request.path)
        if self.before_document is not None:
            await self.before_document()
        await self._held()
        return web.json_response(document, status=self.status)

    async def _connector(self, request: web.Request) -> web.Response:
        raw = await request.read()
        self.posts.append(Post(request.method, request.raw_path, json.loads(raw) if raw else None, request.headers.get("Authorization")))
        await self._held()
        status, headers, body = self.reply
        return web.Response(status=status, headers=headers, body=body)

    async def _held(self) -> None:
        if self.hold:
            await asyncio.Event().wait()


async def _end_what_hangs() -> None:
    hanging = asyncio.all_tasks() - {asyncio.current_task()}
    for task in hanging:
        task.cancel()
    await asyncio.gather(*hanging, return_exceptions=True)
