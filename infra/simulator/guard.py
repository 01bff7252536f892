"""Who may talk to the simulator: this machine, and no web page but its own.

1. Host must name this listener: a name that an attacker's DNS points at 127.0.0.1 is refused (DNS rebinding).
2. A browser's Origin, where it is sent, must be this listener: other web pages cannot press buttons here.
3. What changes something must be sent as JSON, or as a form on the sign-in page: so no other page can send it without asking first.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler, Middleware

LOOPBACK = ("127.0.0.1", "localhost", "[::1]")
_CHANGES = ("POST", "PUT")


def own_host_only() -> Middleware:
    """Refuse requests for another host (421), from another page (403) or of another content type (415)."""

    @web.middleware
    async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
        name, _, port = request.host.rpartition(":")
        own_port = request.transport.get_extra_info("sockname")[1] if request.transport else None
        # (1) Host.
        if name not in LOOPBACK or port != str(own_port):
            raise web.HTTPMisdirectedRequest(text=f"this is the simulator on 127.0.0.1:{own_port}, not {request.host}")
        # (2) Origin.
        origin = request.headers.get("Origin")
        if origin is not None and origin != f"{request.scheme}://{request.host}":
            raise web.HTTPForbidden(text=f"requests of the page {origin} are not taken")
        # (3) Content type.
        if request.method in _CHANGES and request.path.startswith(("/sim/", "/relay/")) and request.content_type != "application/json":
            raise web.HTTPUnsupportedMediaType(text=f"send application/json, not {request.content_type}")
        return await handler(request)

    return guard
