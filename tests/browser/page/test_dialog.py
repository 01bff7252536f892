"""Dialogs: task/fetch opens one, task/submit answers it."""

from typing import Any

import pytest_asyncio
from aiohttp import web
from playwright.async_api import Locator, Page, expect

from tests.browser.page.bot import TinyBot, a_card, words
from tests.browser.people import OnPage

FORM = a_card(
    words("Fill in the form."),
    {"type": "Input.Text", "id": "reason", "label": "Why?", "isRequired": True, "errorMessage": "Say why."},
    actions=({"type": "Action.Submit", "title": "Continue", "data": {"step": 1}},),
)


def continued(card: dict[str, Any]) -> dict[str, Any]:
    attachment = {"contentType": "application/vnd.microsoft.card.adaptive", "content": card}
    return {"task": {"type": "continue", "value": {"title": "Request access", "card": attachment}}}


@pytest_asyncio.fixture(loop_scope="session")
async def opener(ana: OnPage, bot: TinyBot) -> Locator:
    """The button that opens the dialog."""
    bot.replies["task/fetch"] = lambda _value: continued(FORM)
    bot.replies["task/submit"] = lambda _value: {"task": {"type": "message", "value": "It is on its way."}}
    data = {"msteams": {"type": "task/fetch"}, "open": "form"}
    await bot.shows("ana", card=a_card(words("Hello"), actions=({"type": "Action.Submit", "title": "Open the form", "data": data},)))
    return ana.button("Open the form")


async def test_dialog_takes_the_focus_and_escape_gives_it_back(opener: Locator, page: Page) -> None:
    await opener.press("Enter")
    dialog = page.get_by_role("dialog", name="Request access")
    await expect(dialog.get_by_label("Why?")).to_be_focused()
    await page.keyboard.press("Escape")

    await expect(dialog).to_have_count(0)
    await expect(opener).to_be_focused()


async def test_focus_goes_to_the_card_when_the_button_is_gone_meanwhile(opener: Locator, ana: OnPage, bot: TinyBot, page: Page) -> None:
    await opener.press("Enter")
    await expect(page.get_by_role("dialog").get_by_label("Why?")).to_be_focused()
    message = await ana.column.locator(".message.theirs").last.get_attribute("data-id")
    await bot.replaces("ana", str(message), card=a_card(words("Changed.")))
    await expect(ana.column.get_by_text("Changed.")).to_be_attached()
    await page.keyboard.press("Escape")

    await expect(ana.card).to_be_focused()


async def test_tab_never_leaves_the_dialog(opener: Locator, page: Page) -> None:
    await opener.press("Enter")
    await expect(page.get_by_role("dialog").get_by_label("Why?")).to_be_focused()
    outside = "!document.activeElement.closest('dialog') && document.activeElement !== document.body"
    escaped = []
    for _ in range(6):
        await page.keyboard.press("Tab")
        escaped.append(await page.evaluate(outside))

    assert escaped == [False] * 6


async def test_what_was_filled_in_is_submitted_and_the_answer_is_a_toast(opener: Locator, ana: OnPage, bot: TinyBot, page: Page) -> None:
    await opener.click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Why?").fill("to fix it")
    await dialog.get_by_role("button", name="Continue").click()

    await expect(dialog).to_have_count(0)
    await expect(ana.column.get_by_text("It is on its way.")).to_be_visible()
    assert [value["data"] for value in bot.values("task/submit")] == [{"step": 1, "reason": "to fix it"}]


async def test_missing_field_keeps_the_dialog_open(opener: Locator, bot: TinyBot, page: Page) -> None:
    await opener.click()
    dialog = page.get_by_role("dialog", name="Request access")
    await dialog.get_by_role("button", name="Continue").click()

    await expect(dialog.get_by_text("Say why.")).to_be_visible()
    assert bot.values("task/submit") == []


async def test_dialog_that_cannot_be_opened_says_so(opener: Locator, bot: TinyBot, page: Page) -> None:
    bot.replies["task/fetch"] = lambda _value: web.Response(status=500)
    await opener.click()

    await expect(page.get_by_role("dialog").get_by_role("alert")).to_contain_text("500")
