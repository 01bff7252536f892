"""Where the numbers are read: ``/metrics``, on a port of its own, or on the bot's own port where the bot is for this machine only.

On a port of its own nothing else answers, so that a firewall can tell who may read. On the bot's port the peer has to be this machine
and, since the bot never ends TLS itself, its public address as well: behind a proxy on the same machine everybody's peer is loopback.
"""

from collections.abc import AsyncIterator
from ipaddress import ip_address

from aiohttp import web
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from bot.front.authority import is_loopback
from bot.front.metrics import Metrics
from bot.settings import Settings


def routes_for(metrics: Metrics, settings: Settings) -> list[web.RouteDef]:
    """The routes of the bot's own port: none where the numbers have a port of their own, or where a proxy brings strangers here."""
    if settings.metrics_port is not None or not is_loopback(settings.public_url):
        return []

    async def local(request: web.Request) -> web.Response:
        if not _is_this_machine(request.remote):
            raise web.HTTPNotFound
        return _written(metrics)

    return [web.get("/metrics", local)]


async def open_port(metrics: Metrics, *, host: str, port: int) -> AsyncIterator[None]:
    """Serve the numbers, and nothing else, at ``host`` and ``port`` until the application ends.

    Raises:
        OSError: the address is taken, or none of this machine's.
    """

    async def anybody(_request: web.Request) -> web.Response:
        return _written(metrics)

    app = web.Application()
    app.add_routes([web.get("/metrics", anybody)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        yield
    finally:
        await runner.cleanup()


def _written(metrics: Metrics) -> web.Response:
    return web.Response(body=generate_latest(metrics.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


def _is_this_machine(peer: str | None) -> bool:
    try:
        return ip_address(peer or "").is_loopback
    except ValueError:
        # Whoever has no address (a socket in the file system) is not known to be anybody.
        return False
