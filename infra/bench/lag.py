"""How late an event loop runs what is due: the time that everybody else waits while one request is being worked on."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

_EVERY_S = 0.005


def with_probe(app: web.Application) -> web.Application:
    """Add ``GET /lag`` to ``app``: the worst lag in milliseconds since it was last asked, and the CPU seconds of the process so far."""
    worst = [0.0]

    async def probe() -> None:
        while True:
            due = time.perf_counter() + _EVERY_S
            await asyncio.sleep(_EVERY_S)
            worst[0] = max(worst[0], time.perf_counter() - due)

    async def lag(_request: web.Request) -> web.Response:
        answer = web.json_response({"worst_ms": worst[0] * 1000, "cpu_s": time.process_time()})
        worst[0] = 0.0
        return answer

    async def probing(_app: web.Application) -> AsyncIterator[None]:
        task = asyncio.create_task(probe())
        yield
        task.cancel()
        with suppress(asyncio.CancelledError):
            await task

    app.cleanup_ctx.append(probing)
    app.router.add_get("/lag", lag)
    return app
