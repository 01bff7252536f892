"""What stands behind the front in these tests: settings for the local Teams, and a turn that writes down what reached it."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import Mock

from aiohttp import StreamReader, web
from aiohttp.base_protocol import BaseProtocol
from aiohttp.http import HttpVersion11, RawRequestMessage
from botbuilder.core import TurnContext
from botbuilder.schema import Activity
from multidict import CIMultiDict, CIMultiDictProxy
from yarl import URL

from bot.app import Front, make_app
from bot.front.endpoint import Endpoint
from bot.front.running import TurnRunner
from bot.settings import Settings
from bot.teams.credential import Issued
from tests.bot.front.local_teams import APP_ID, TENANT, LocalTeams

Answer = dict[str, object] | None

_NO_CONNECTION = Mock(ssl_context=None)


def some_settings(teams: LocalTeams, folder: Path, **changes: object) -> Settings:
    """Settings for the local Teams. It has no https listener: the bot's own token comes from a stand-in (see a_front)."""
    secret = folder / "secret"
    secret.write_text("a client secret")
    values: dict[str, object] = {
        "app_id": APP_ID,
        "tenant_id": TENANT,
        "client_secret_file": secret,
        "simulator_url": teams.url,
        "simulator_https_url": "https://127.0.0.1:1",
        "simulator_ca_file": secret,
    }
    return Settings.model_validate({**values, **changes})


def a_front(settings: Settings) -> Front:
    """The parts of the front, sending with a token that nobody checks."""
    return Front.of(settings, issuer=lambda: Issued(token="the-bots-own", expires_at=time.time() + 3600))


async def silence(_context: TurnContext) -> Answer:
    """A turn that does nothing."""
    return None


@dataclass
class Dialogue:
    """Writes down the activities that reach it, and does what the test says."""

    does: Callable[[TurnContext], Awaitable[Answer]] = silence
    heard: list[Activity] = field(default_factory=list)

    async def turn(self, context: TurnContext) -> Answer:
        """The turn that is plugged into the front."""
        self.heard.append(context.activity)
        return await self.does(context)

    def app(self, settings: Settings, front: Front) -> web.Application:
        """The whole application with this dialogue in it."""
        return make_app(settings, turn=self.turn, front=front)


def an_endpoint(settings: Settings, front: Front, dialogue: Dialogue, **limits: object) -> Endpoint:
    """The handler of ``POST /api/messages`` alone, for requests that never were on a wire."""
    runner = TurnRunner(adapter=front.adapter, sender=front.sender, turn=dialogue.turn, metrics=front.metrics)
    return Endpoint(
        authority=front.authority,
        app_id=settings.app_id,
        tenant_id=settings.tenant_id,
        verifier=front.verifier,
        runner=runner,
        metrics=front.metrics,
        **limits,  # type: ignore[arg-type]
    )


class WatchedBody(StreamReader):
    """A request body that notes when anybody reads of it, by whatever method."""

    READS = frozenset({"read", "readany", "readchunk", "readexactly", "readline", "readuntil", "read_nowait", "iter_any", "iter_chunked"})

    def __init__(self, body: bytes) -> None:
        super().__init__(BaseProtocol(asyncio.get_running_loop()), 2**30, loop=asyncio.get_running_loop())
        self.was_read = False
        self.feed_data(body)
        self.feed_eof()

    def __getattribute__(self, name: str) -> object:
        if name in WatchedBody.READS:
            self.was_read = True
        return super().__getattribute__(name)


def an_unfinished_body(start: bytes) -> StreamReader:
    """A body of which no more than ``start`` ever arrives."""
    loop = asyncio.get_running_loop()
    protocol = BaseProtocol(loop)
    protocol.transport = asyncio.Transport()
    body = StreamReader(protocol, 2**16, loop=loop)
    body.feed_data(start)
    return body


def a_request(headers: Mapping[str, str], body: StreamReader) -> web.Request:
    """A POST to the endpoint whose body is ``body``. It has no connection: mocks stand where aiohttp keeps one."""
    wanted = CIMultiDictProxy(CIMultiDict(headers))
    path = URL("/api/messages")
    message = RawRequestMessage("POST", path.path, HttpVersion11, wanted, (), False, None, False, False, path)
    return web.Request(message, body, _NO_CONNECTION, _NO_CONNECTION, _NO_CONNECTION, asyncio.get_running_loop())
