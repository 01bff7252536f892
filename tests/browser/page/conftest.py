"""The real simulator with a bot of a few lines behind it, and its page in the browser."""

from collections.abc import AsyncIterator, Awaitable, Callable

import pytest_asyncio
from playwright.async_api import Page

from infra.simulator.simulator import Simulator
from tests.browser.page.bot import TinyBot
from tests.browser.people import OnPage

Opener = Callable[..., Awaitable[OnPage]]


@pytest_asyncio.fixture(loop_scope="session")
async def simulator() -> AsyncIterator[Simulator]:
    """A Teams of its own for each test."""
    async with Simulator() as simulator:
        yield simulator


@pytest_asyncio.fixture(loop_scope="session")
async def bot(simulator: Simulator) -> AsyncIterator[TinyBot]:
    """The bot behind it."""
    async with TinyBot(simulator) as bot:
        yield bot


@pytest_asyncio.fixture(loop_scope="session")
async def ana(simulator: Simulator, bot: TinyBot, page: Page) -> OnPage:
    """Ana Ferreira, alone on the page, her chat with the bot open."""
    await page.goto(f"{simulator.url}/#ana-ferreira")
    ana = OnPage(page, "Ana Ferreira")
    await ana.box.wait_for()
    return ana
