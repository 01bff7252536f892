"""Every word of the page itself is in the reader's language: what it shows, what it says to a screen reader, what a tip holds."""

from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from infra.simulator import words
from infra.simulator.simulator import Simulator
from tests import pseudo
from tests.browser.page.bot import TinyBot, a_card, execute
from tests.browser.page.bot import words as in_words
from tests.browser.pictures import keep

TEMPLATE = Path(__file__).parents[3] / "infra/locale/simulator.pot"
# Everything that can be read or is read out, but for what the bot and people wrote.
READ = """() => {
  const own = (node) => !node.closest(".card-body, .words, .chip, .avatar, code, .wire strong");
  const said = ["aria-label", "title", "placeholder", "alt"];
  const read = [document.title];
  for (const node of document.querySelectorAll("body *")) {
    if (!own(node) || node.closest("script, noscript")) continue;
    for (const name of said) if (node.getAttribute(name)) read.push(node.getAttribute(name));
    const parts = [...node.childNodes].filter((part) => part.nodeType === Node.TEXT_NODE || part.tagName === "CODE");
    read.push(parts.map((part) => part.data ?? "").join(" "));
  }
  return read;
}"""


@pytest.mark.parametrize("width", [1440, 390])
async def test_no_word_of_the_page_is_outside_of_gettext(
    browser: Browser, page: Page, simulator: Simulator, bot: TinyBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, width: int
) -> None:
    pseudo.write_catalog(TEMPLATE, tmp_path)
    monkeypatch.setattr(words, "LOCALE", tmp_path)
    bot.replies["fail"] = lambda _value: {"statusCode": 500, "type": "application/vnd.microsoft.error", "value": {"message": ""}}
    await page.set_extra_http_headers({"Accept-Language": pseudo.LANGUAGE})
    await page.set_viewport_size({"width": width, "height": 900})
    await page.goto(f"{simulator.url}/#ana-ferreira:group/priya-nair")
    await expect(page.locator(".composer").first).to_be_visible()
    await bot.shows("ana.ferreira", card=a_card(in_words("A card"), actions=(execute("Fail", "fail"),)))
    read = list(await page.evaluate(READ))
    for tool in await page.locator(".tool").all():
        await tool.click()
        read += await page.evaluate(READ)
        await page.keyboard.press("Escape")
    await page.locator(".adder, .switcher button:last-child").locator("visible=true").first.click()
    await expect(page.locator("dialog")).to_be_visible()
    read += await page.evaluate(READ)
    await keep(page.locator("body"), f"words-{width}")

    data = [
        each
        for person in simulator.organisation.people
        for each in (person.name, person.name.split(" ")[0], person.title, person.department)
    ]
    data += [chat.title for chat in simulator.world.chats] + [simulator.world.bot_name]
    left = {found for text in read for found in pseudo.outside(text, data=data)}
    assert left == set()
