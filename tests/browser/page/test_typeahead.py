"""A field that searches the catalog while one types, by keyboard alone."""

import asyncio
from typing import Any

import pytest_asyncio
from aiohttp import web
from playwright.async_api import Locator, Page, expect

from tests.browser.page.bot import TinyBot, a_card, card_answer, execute, search_answer, words
from tests.browser.people import OnPage

FIELD = {
    "type": "Input.ChoiceSet",
    "id": "entitlement",
    "label": "What do you need?",
    "isRequired": True,
    "errorMessage": "Choose from the list.",
    "style": "filtered",
    "choices": [],
    "choices.data": {"type": "Data.Query", "dataset": "entitlements"},
}
TWO = search_answer(read="Read access", write="Write access")


@pytest_asyncio.fixture(loop_scope="session")
async def field(ana: OnPage, bot: TinyBot) -> Locator:
    """The field on a card of Ana's, empty."""
    bot.replies["application/search"] = lambda _value: TWO
    bot.replies["preview"] = lambda _value: card_answer(a_card(words("Preview")))
    await bot.shows("ana", card=a_card(FIELD, actions=(execute("Preview", "preview"),)))
    return ana.card.get_by_role("combobox", name="What do you need?")


async def test_arrows_and_enter_choose_the_value_that_is_sent(field: Locator, ana: OnPage, bot: TinyBot) -> None:
    await field.press_sequentially("acc")
    await expect(ana.card.get_by_role("option")).to_have_count(2)
    await field.press("ArrowDown")
    await field.press("Enter")
    await expect(field).to_have_value("Write access")
    await ana.button("Preview").press("Enter")
    await expect(ana.card).to_contain_text("Preview")

    assert [action["data"] for action in bot.pressed("preview")] == [{"entitlement": "write"}]


async def test_what_is_typed_is_asked_of_the_bot_once_the_keys_rest(field: Locator, ana: OnPage, bot: TinyBot) -> None:
    await field.press_sequentially("write")
    await expect(ana.card.get_by_role("option")).to_have_count(2)

    asked = bot.values("application/search")[-1]
    assert (asked["dataset"], asked["queryText"]) == ("entitlements", "write")


async def test_active_option_is_named_to_screen_readers(field: Locator, ana: OnPage) -> None:
    await field.press("ArrowDown")
    await expect(field).to_have_attribute("aria-expanded", "true")
    await field.press("ArrowDown")

    active = ana.card.get_by_role("option", selected=True)
    await expect(active).to_have_text("Write access")
    assert await field.get_attribute("aria-activedescendant") == await active.get_attribute("id")


async def test_escape_closes_the_list_then_empties_the_field_and_keeps_the_focus(field: Locator) -> None:
    await field.press_sequentially("acc")
    await expect(field).to_have_attribute("aria-expanded", "true")
    await field.press("Escape")
    await expect(field).to_have_attribute("aria-expanded", "false")
    await expect(field).to_have_value("acc")
    await field.press("Escape")

    await expect(field).to_have_value("")
    await expect(field).to_be_focused()


async def test_nothing_found_is_said(field: Locator, ana: OnPage, bot: TinyBot) -> None:
    bot.replies["application/search"] = lambda _value: search_answer()
    await field.press_sequentially("zzz")

    await expect(ana.card.get_by_text("No matches")).to_be_visible()


async def test_enter_before_the_answer_chooses_what_was_found_for_the_present_words(field: Locator, ana: OnPage, bot: TinyBot) -> None:
    answered = asyncio.Event()

    async def late(_value: dict[str, Any]) -> dict[str, Any]:
        await answered.wait()
        return search_answer(write="Write access")

    await field.press("ArrowDown")
    await expect(ana.card.get_by_role("option", selected=True)).to_have_text("Read access")
    bot.replies["application/search"] = late
    await field.press_sequentially("write")
    await field.press("Enter")
    await expect(field).to_have_value("write")
    answered.set()

    await expect(field).to_have_value("Write access")


async def test_failed_search_is_said_and_the_next_key_tries_again(field: Locator, ana: OnPage, bot: TinyBot) -> None:
    bot.replies["application/search"] = lambda _value: web.Response(status=500)
    await field.press_sequentially("a")
    await expect(ana.card.locator("[data-tone=error]")).to_be_visible()
    bot.replies["application/search"] = lambda _value: TWO
    await field.press_sequentially("c")

    await expect(ana.card.get_by_role("option")).to_have_count(2)


async def test_words_that_were_never_chosen_are_no_value_even_where_none_is_needed(ana: OnPage, bot: TinyBot) -> None:
    bot.replies["application/search"] = lambda _value: TWO
    await bot.shows("ana", card=a_card({**FIELD, "isRequired": False}, actions=(execute("Preview", "preview"),)))
    field = ana.card.get_by_role("combobox", name="What do you need?")
    await field.press_sequentially("only typed")
    await ana.button("Preview").click()

    await expect(ana.card.get_by_text("Choose from the list.")).to_be_visible()
    assert bot.pressed("preview") == []


async def test_required_field_keeps_the_press_back_until_something_is_chosen(field: Locator, ana: OnPage, bot: TinyBot, page: Page) -> None:
    await field.press_sequentially("only typed")
    await page.keyboard.press("Escape")
    await ana.button("Preview").click()

    await expect(ana.card.get_by_text("Choose from the list.")).to_be_visible()
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("aria-invalid", "true")
    assert bot.pressed("preview") == []
