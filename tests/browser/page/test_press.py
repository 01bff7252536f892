"""Pressing a card's button: answers, errors, and one press at a time."""

import asyncio
from typing import Any

from aiohttp import web
from playwright.async_api import Page, expect

from tests.browser.page.bot import TinyBot, a_card, card_answer, execute, words
from tests.browser.people import OnPage

ASK = a_card(words("Approve this?"), actions=(execute("Approve", "approve"),))
DONE = a_card(words("Approved."))


async def test_answer_takes_the_cards_place_and_the_focus_stays_with_it(ana: OnPage, bot: TinyBot) -> None:
    bot.replies["approve"] = lambda _value: card_answer(DONE)
    await bot.shows("ana", card=ASK)
    await ana.button("Approve").focus()
    await ana.button("Approve").press("Enter")

    await expect(ana.card).to_have_text("Approved.")
    await expect(ana.card).to_be_focused()


async def test_answer_that_is_taller_than_the_chat_is_seen_from_its_top(ana: OnPage, bot: TinyBot) -> None:
    bot.replies["approve"] = lambda _value: card_answer(a_card(words("First line."), *[words(f"Line {line}.") for line in range(60)]))
    await bot.shows("ana", card=ASK)
    await ana.button("Approve").click()

    await expect(ana.card).to_contain_text("Line 59.")
    await expect(ana.card.get_by_text("First line.")).to_be_in_viewport()


async def test_answer_is_kept_until_the_message_is_updated(ana: OnPage, bot: TinyBot) -> None:
    bot.replies["approve"] = lambda _value: card_answer(DONE)
    message = await bot.shows("ana", card=ASK)
    await ana.button("Approve").click()
    await expect(ana.card).to_have_text("Approved.")
    await bot.replaces("ana", message, card=a_card(words("Ended.")))

    await expect(ana.card).to_have_text("Ended.")


async def test_message_answer_is_a_toast_and_the_card_stays(ana: OnPage, bot: TinyBot) -> None:
    words_only = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Only Maria can."}
    bot.replies["approve"] = lambda _value: words_only
    await bot.shows("ana", card=ASK)
    await ana.button("Approve").click()

    await expect(ana.column.get_by_text("Only Maria can.")).to_be_visible()
    await expect(ana.card).to_contain_text("Approve this?")


async def test_error_stands_under_the_card_and_the_button_works_again(ana: OnPage, bot: TinyBot) -> None:
    bot.replies["approve"] = lambda _value: web.Response(status=500)
    await bot.shows("ana", card=ASK)
    await ana.button("Approve").click()
    await expect(ana.card.get_by_role("alert")).to_contain_text("500")
    bot.replies["approve"] = lambda _value: card_answer(DONE)
    await ana.button("Approve").click()

    await expect(ana.card).to_have_text("Approved.")


async def test_second_press_while_the_first_is_under_way_is_held_back(ana: OnPage, bot: TinyBot) -> None:
    answered = asyncio.Event()

    async def late(_value: dict[str, Any]) -> dict[str, Any]:
        await answered.wait()
        return card_answer(DONE)

    bot.replies["approve"] = late
    await bot.shows("ana", card=ASK)
    button = ana.button("Approve")
    await button.click()
    await expect(button).to_be_disabled()
    await button.dispatch_event("click")
    answered.set()
    await expect(ana.card).to_have_text("Approved.")

    assert len(bot.pressed("approve")) == 1


async def test_view_of_ones_own_is_asked_for_once_per_version(ana: OnPage, bot: TinyBot, page: Page) -> None:
    def asking_for(title: str) -> dict[str, Any]:
        ids = [bot.teams_id("ana")]
        return a_card(words(title), refresh={"action": execute("", "refresh"), "userIds": ids})

    bot.replies["refresh"] = lambda _value: web.Response(status=500)
    message = await bot.shows("ana", card=asking_for("Everybody's."))
    await expect(ana.card).to_have_text("Everybody's.")
    # Every card is drawn again in the other colours.
    await page.get_by_role("radio", name="Dark").check(force=True)
    await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
    bot.replies["refresh"] = lambda _value: card_answer(a_card(words("Yours.")))
    await bot.replaces("ana", message, card=asking_for("Changed."))
    await expect(ana.card).to_have_text("Yours.")

    assert [value["trigger"] for value in bot.values("adaptiveCard/action")] == ["automatic", "automatic"]


async def test_card_that_names_others_is_not_asked_for(ana: OnPage, bot: TinyBot) -> None:
    refresh = {"action": execute("", "refresh"), "userIds": [bot.teams_id("maria")]}
    await bot.shows("ana", card=a_card(words("Everybody's."), refresh=refresh))
    await expect(ana.card).to_have_text("Everybody's.")
    bot.replies["approve"] = lambda _value: card_answer(DONE)
    await bot.shows("ana", card=ASK)
    await ana.button("Approve").click()
    await expect(ana.card).to_have_text("Approved.")

    assert bot.pressed("refresh") == []
