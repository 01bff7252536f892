"""The pictures of the README, taken of the product as it runs: ``make pictures``.

Writes infra/pictures: loop.png (Ana has asked, Maria is asked), approval.png (her card alone) and ticket.png (what the helpdesk reads when
all is over). Bot and simulator are started for it, on a spring morning of next year, so that the pictures differ from their predecessors
only where the product does. Exit code 2 says that no browser is installed, 1 that a picture could not be taken or is too large.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.async_api import Browser, Error, Locator, Page, async_playwright, expect

from infra.serving import beside_simulator
from infra.simulator import Simulator
from infra.tools.browser import find_browser
from infra.tools.commands import SetupError

PICTURES = Path(__file__).parents[1] / "pictures"
ASK = "I need write access to billing-db for 4 hours to fix INC-4711"
WIDTH_PX = 1440
MOST_BYTES = 300_000
_PATIENCE_MS = 15_000


async def take_pictures() -> list[Path]:
    """Play the loop before a camera and answer the files, in the order in which they were taken.

    Raises:
        SetupError: no browser is installed.
        Error: something that the pictures show did not appear (Playwright says what was waited for).
        AssertionError: as above, from Playwright's ``expect``.
    """
    with tempfile.TemporaryDirectory(prefix="countersign-pictures-") as folder:
        async with beside_simulator(Path(folder)) as local, _browser() as browser:
            local.simulator.advance(_morning(datetime.now(UTC)) - datetime.now(UTC))
            page = await _page(browser, height=965)
            maria = await _ask(page, local.simulator)
            loop = await _take(page, "loop")
            close_up = await _page(browser, height=1200, scale=2)
            await close_up.goto(f"{local.simulator.url}/#maria-lindqvist")
            card = _column(close_up, "Maria Lindqvist").get_by_role("group", name="Card from").last
            await expect(card).to_contain_text("Your decision is needed")
            approval = await _take(card, "approval")
            await _live_and_over(page, maria)
            desk = await _page(browser, height=800)
            await _sign_in(desk, f"{local.house.url}/desk/tickets/TCK-1001")
            return [loop, approval, await _take(desk, "ticket", is_whole=True)]


def _morning(now: datetime) -> datetime:
    """A morning in March: the simulated time moves forward only, hence of the year that is to come."""
    return datetime(now.year + 1, 3, 2, 9, tzinfo=UTC)


@asynccontextmanager
async def _browser() -> AsyncIterator[Browser]:
    installed = find_browser(os.environ)
    if installed is None:
        raise SetupError("no browser is installed; run `make browser`")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=installed, args=["--no-sandbox", "--disable-gpu"])
        try:
            yield browser
        finally:
            await browser.close()


async def _page(browser: Browser, *, height: int, scale: int = 1) -> Page:
    context = await browser.new_context(
        viewport={"width": WIDTH_PX, "height": height},
        device_scale_factor=scale,
        color_scheme="light",
        reduced_motion="reduce",
        locale="en-GB",
        timezone_id="Europe/Lisbon",
    )
    context.set_default_timeout(_PATIENCE_MS)
    expect.set_options(timeout=_PATIENCE_MS)
    return await context.new_page()


async def _ask(page: Page, simulator: Simulator) -> Locator:
    """Ana asks a while after the bot has greeted everybody; both cards are in sight. Answers Maria's column."""
    await page.goto(f"{simulator.url}/#ana-ferreira/maria-lindqvist")
    ana, maria = _column(page, "Ana Ferreira"), _column(page, "Maria Lindqvist")
    for column in (ana, maria):
        await expect(column.get_by_text("Ask for access here")).to_be_visible()
    simulator.advance(timedelta(minutes=12))
    await ana.get_by_role("textbox").fill(ASK)
    await ana.get_by_role("textbox").press("Enter")
    await ana.get_by_role("button", name="Send request").click()
    await expect(ana.get_by_role("button", name="Withdraw")).to_be_visible()
    await expect(maria.get_by_role("button", name="Deny")).to_be_visible()
    # How far time was moved is nobody's business here, nor where the mouse is.
    await page.locator(".clock-ahead").evaluate("node => node.remove()")
    await page.mouse.move(0, 0)
    return maria


async def _live_and_over(page: Page, maria: Locator) -> None:
    await page.get_by_role("button", name="+15 min", exact=True).click()
    await expect(page.get_by_text("It is now 09:27")).to_be_attached()
    await maria.get_by_role("button", name="Approve", exact=True).click()
    async with page.context.expect_page() as opened:
        await maria.get_by_role("button", name="Sign in", exact=True).click()
    window = await opened.value
    await window.get_by_role("link", name="Sign in and approve").click()
    await window.get_by_role("button", name="Maria Lindqvist").first.click()
    await expect(maria.get_by_text("Access is live")).to_be_visible()
    await page.get_by_role("button", name="+4 h", exact=True).click()
    await expect(maria.get_by_text("Access has ended")).to_be_visible()


async def _sign_in(page: Page, address: str) -> None:
    await page.goto(address)
    await page.get_by_role("button", name="Priya Nair").click()
    await expect(page.get_by_role("heading", name="Timeline")).to_be_visible()


def _column(page: Page, name: str) -> Locator:
    return page.get_by_role("region", name=name, exact=True)


async def _take(shown: Page | Locator, name: str, *, is_whole: bool = False) -> Path:
    to = PICTURES / f"{name}.png"
    to.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(shown, Locator):
        await shown.screenshot(path=to, animations="disabled", caret="hide")
    else:
        await shown.screenshot(path=to, animations="disabled", caret="hide", full_page=is_whole)
    return to


def main() -> int:
    """The command line."""
    try:
        made = asyncio.run(take_pictures())
    except SetupError as error:
        print(f"pictures: {error}", file=sys.stderr)
        return 2
    except (Error, AssertionError) as error:
        print(f"pictures: {str(error).splitlines()[0]}", file=sys.stderr)
        return 1
    sizes = {path.name: path.stat().st_size for path in made}
    print("pictures:", ", ".join(f"{name} {size / 1000:.0f} KB" for name, size in sizes.items()))
    large = [name for name, size in sizes.items() if size > MOST_BYTES]
    if large:
        print(f"pictures: {', '.join(large)}: larger than {MOST_BYTES / 1000:.0f} KB; show less in it", file=sys.stderr)
    return 1 if large else 0


if __name__ == "__main__":
    sys.exit(main())
