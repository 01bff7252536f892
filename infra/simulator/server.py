"""The simulator's listeners: plain http and https, on this machine only."""

from __future__ import annotations

import ssl

from aiohttp import web

from approvals.words import say
from infra.simulator.errors import NotLoopback
from infra.simulator.guard import own_host_only
from infra.simulator.relay import is_loopback

LARGEST_REQUEST = 16 * 1024 * 1024
"""Bytes that are read at all. The connector's own limit is far below, and answers as Teams does."""


def new_app() -> web.Application:
    """An application that answers this machine only."""
    return web.Application(middlewares=[own_host_only()], client_max_size=LARGEST_REQUEST)


class Listener:
    """One bound port."""

    def __init__(self, runner: web.AppRunner, *, port: int) -> None:
        self._runner = runner
        self.port = port

    @classmethod
    async def bind(cls, app: web.Application, *, host: str, port: int, ssl_context: ssl.SSLContext | None = None) -> Listener:
        """Listen on ``host``; port 0 takes a free one.

        Raises:
            NotLoopback: ``host`` is not of this machine.
            OSError: the port is taken.
        """
        if not is_loopback(host):
            raise NotLoopback(
                say("the simulator listens on 127.0.0.1 only, not on {host}: whoever reaches it can be anybody", host=repr(host))
            )
        runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        await runner.setup()
        try:
            await web.TCPSite(runner, host, port, ssl_context=ssl_context).start()
        except OSError:
            await runner.cleanup()
            raise
        return cls(runner, port=runner.addresses[0][1])

    async def close(self) -> None:
        """Stop listening and drop what is open."""
        await self._runner.cleanup()
