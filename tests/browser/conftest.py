"""A real browser for the tests of the page: one for all of them, with a fresh profile for each.

Which browser: infra/tools/browser.py. Where there is none, infra/tools/not_run.py names the tests that did not run, and fails on CI.
"""

import os
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

from infra.serving import Local, beside_simulator
from infra.tools.browser import find_browser
from tests.browser.people import OnPage, side_by_side

HERE = Path(__file__).parent
QUIET = (
    "--no-sandbox",  # containers run as root
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
PATIENCE_MS = 10_000
"""How long the page may take for anything a test waits for. Reached only when a test fails."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever opens a page, and let it share one loop with the one browser."""
    for item in items:
        if HERE in item.path.parents and "page" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    """The one browser, started by the first test that needs it."""
    path = find_browser(os.environ)
    if path is None:
        pytest.skip("not run: no browser")  # infra.tools.not_run has listed it by name
    expect.set_options(timeout=PATIENCE_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(path), args=list(QUIET))
        yield browser
        await browser.close()


@pytest_asyncio.fixture(loop_scope="session")
async def page(browser: Browser) -> AsyncIterator[Page]:
    """An empty tab of a browser that nobody has used. An error that a script raises there fails the test."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900}, reduced_motion="reduce")
    context.set_default_timeout(PATIENCE_MS)
    page = await context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    yield page
    await context.close()

    assert errors == []


@pytest_asyncio.fixture(loop_scope="session")
async def local(tmp_path: Path) -> AsyncIterator[Local]:
    """The bot and the simulator as `make run` starts them, with empty records and empty chats."""
    async with beside_simulator(tmp_path) as local:
        yield local


@pytest_asyncio.fixture(loop_scope="session")
async def ana(local: Local, page: Page) -> OnPage:
    """Ana Ferreira, who asks; Maria Lindqvist's column stands beside hers."""
    return (await side_by_side(page, local.simulator, "Ana Ferreira", "Maria Lindqvist"))[0]


@pytest_asyncio.fixture(loop_scope="session")
async def maria(ana: OnPage, page: Page) -> OnPage:
    """Maria Lindqvist, who owns billing-db, beside Ana."""
    return OnPage(page, "Maria Lindqvist")
