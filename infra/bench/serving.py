"""Run one aiohttp application in this process on a free port, until it is terminated."""

import asyncio
import signal
from contextlib import AbstractAsyncContextManager

from aiohttp import web


def serve(app: web.Application) -> None:
    """Listen on loopback, print the port, serve until SIGTERM."""
    asyncio.run(_serve(app))


async def serve_within(opening: AbstractAsyncContextManager[web.Application]) -> None:
    """As :func:`serve`, for an application that has to be opened and closed around it."""
    async with opening as app:
        await _serve(app)


async def _serve(app: web.Application) -> None:
    ended = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, ended.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    print(runner.addresses[0][1], flush=True)
    await ended.wait()
    await runner.cleanup()
