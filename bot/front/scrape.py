"""Where the numbers are read: ``/metrics``, on a port of its own, or on the bot's own port where the bot is for this machine only.

On a port of its own nothing else answers, so that a firewall can tell who may read. On the bot's port the peer has to be this machine
and, since the bot never ends TLS itself, its public address as well: behind a proxy on the same machine everybody's peer is loopback.
"""

import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from approvals.errors import CountersignError
from bot.front.authority import is_loopback
from bot.front.metrics import Metrics
from bot.settings import Settings

log = logging.getLogger("bot.front.scrape")

Measure = Callable[[Metrics], Awaitable[None]]
"""Writes down a number that is kept elsewhere, in the records."""


@dataclass(frozen=True, slots=True)
class Numbers:
    """What is read here: what the front counts, and what ``measures`` look up when somebody reads."""

    metrics: Metrics
    measures: tuple[Measure, ...] = ()

    async def read(self) -> web.Response:
        """All of them, in the text format of Prometheus."""
        for measure in self.measures:
            try:
                await measure(self.metrics)
            except CountersignError as error:
                # The rest is worth reading most of all while something is away.
                log.warning("a number could not be read: %s", error)
        return web.Response(body=generate_latest(self.metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def routes_for(numbers: Numbers, settings: Settings) -> list[web.RouteDef]:
    """The routes of the bot's own port: none where the numbers have a port of their own, or where a proxy brings strangers here."""
    if settings.metrics_port is not None or not is_loopback(settings.public_url):
        return []

    async def local(request: web.Request) -> web.Response:
        if not _is_this_machine(request.remote):
            raise web.HTTPNotFound
        return await numbers.read()

    return [web.get("/metrics", local)]


async def open_port(numbers: Numbers, *, host: str, port: int) -> AsyncIterator[None]:
    """Serve the numbers, and nothing else, at ``host`` and ``port`` until the application ends.

    Raises:
        OSError: the address is taken, or none of this machine's.
    """

    async def anybody(_request: web.Request) -> web.Response:
        return await numbers.read()

    app = web.Application()
    app.add_routes([web.get("/metrics", anybody)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


def _is_this_machine(peer: str | None) -> bool:
    try:
        return ip_address(peer or "").is_loopback
    except ValueError:
        # Whoever has no address (a socket in the file system) is not known to be anybody.
        return False
