"""Nobody is kept out: axe-core finds nothing on the page or on the helpdesk's pages, in light and in dark."""

import pytest
from playwright.async_api import Page, expect

from infra.serving import Local
from tests.browser.axe import violations
from tests.browser.past import sent, whole_loop
from tests.browser.people import side_by_side

THEMES = ("light", "dark")


@pytest.mark.parametrize("theme", THEMES)
async def test_board_with_its_cards_has_no_violations(theme: str, local: Local, page: Page) -> None:
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await sent(local.simulator)
    ana, maria, _priya = await side_by_side(page, local.simulator, "Ana Ferreira", "Maria Lindqvist", "Priya Nair")
    await expect(page.locator("html")).to_have_attribute("data-theme", theme)
    await maria.presses("Deny")
    await ana.says("request access")
    await expect(ana.card).to_contain_text("You see everything once more before it is sent.")
    await ana.presses("Preview")
    await page.get_by_role("button", name="Network faults").click()

    assert await violations(page) == []


@pytest.mark.parametrize("theme", THEMES)
async def test_helpdesk_pages_have_no_violations(theme: str, local: Local, page: Page) -> None:
    await page.emulate_media(color_scheme="dark" if theme == "dark" else "light")
    await whole_loop(local.simulator)
    await sent(local.simulator, "mei.tanaka")
    await page.goto(f"{local.house.url}/desk")
    found = [await violations(page)]
    await page.get_by_role("button", name="Priya Nair").click()
    await expect(page.get_by_role("heading", name="Tickets")).to_be_visible()
    found.append(await violations(page))
    await page.get_by_role("link", name="TCK-1001").click()
    await expect(page.get_by_role("heading", name="Timeline")).to_be_visible()
    found.append(await violations(page))

    assert found == [[], [], []]
