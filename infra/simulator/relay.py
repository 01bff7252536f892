"""The signing relay: lets other clients on this machine, which send unsigned activities, talk to the bot.

It signs what it is given as the local authority, for the service URL that the activity names, and passes the bot's answer back. Loopback
only, caller and service URL both: whoever can reach it can be anybody towards the bot.
"""

from __future__ import annotations

import json
from ipaddress import ip_address
from urllib.parse import urlsplit

import aiohttp
from aiohttp import web

from infra.simulator.authority import Authority
from infra.simulator.deliver import MESSAGE_WITHIN_S, Courier
from infra.simulator.shape import Json, text_at


class Relay:
    """Answers POST /relay/api/messages."""

    def __init__(self, *, authority: Authority, courier: Courier) -> None:
        self._authority = authority
        self._courier = courier

    def add_routes(self, app: web.Application) -> None:
        """Serve the relay."""
        app.router.add_post("/relay/api/messages", self._relay)

    async def _relay(self, request: web.Request) -> web.StreamResponse:
        if not is_loopback(request.remote or ""):
            raise web.HTTPForbidden(text=f"the relay serves this machine only, not {request.remote}")
        raw = await request.read()
        try:
            activity: Json = json.loads(raw)
        except ValueError as error:
            raise web.HTTPBadRequest(text=f"the activity is not JSON: {error}") from error
        service_url = text_at(activity, "serviceUrl")
        if not is_loopback(_host(service_url)):
            raise web.HTTPBadRequest(text=f"serviceUrl must be on this machine, such as http://127.0.0.1:PORT/, not {service_url!r}")
        token = self._authority.inbound_token(service_url=service_url)
        try:
            status, answer = await self._courier.forward(raw, token=token, within_s=MESSAGE_WITHIN_S)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise web.HTTPBadGateway(text=f"no app answers at {self._courier.bot_url}: {error or type(error).__name__}") from error
        return web.Response(status=status, body=answer, content_type="application/json") if answer else web.Response(status=status)


def is_loopback(host: str) -> bool:
    """Whether ``host`` is plainly this machine: localhost, 127.0.0.0/8 or ::1."""
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _host(url: str) -> str:
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return (parts.hostname or "") if parts.scheme in ("http", "https") else ""
