"""Somebody else's server, which hears what it is sent and answers as it is told."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

Answers = Callable[[web.Request], Awaitable[web.StreamResponse]]


@asynccontextmanager
async def a_server(*answers: web.Response) -> AsyncIterator[tuple[str, list[str]]]:
    """A server that gives these answers, one after another, the last for ever; and what it was sent."""
    heard: list[str] = []

    async def answer(request: web.Request) -> web.Response:
        heard.append(await request.text())
        given = answers[min(len(heard), len(answers)) - 1]
        return web.Response(status=given.status, text=given.text)

    async with served(answer) as url:
        yield url, heard


@asynccontextmanager
async def served(answer: Answers) -> AsyncIterator[str]:
    """A server that answers whatever is posted to it with ``answer``; its address."""
    app = web.Application()
    app.router.add_post("/{path:.*}", answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        yield f"http://127.0.0.1:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
