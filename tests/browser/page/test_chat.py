"""Chats side by side: sending, failing, remembering, and never trusting what somebody wrote."""

from playwright.async_api import Page, expect

from infra.simulator.simulator import Simulator
from tests.browser.page.bot import TinyBot
from tests.browser.people import OnPage


async def test_message_that_the_bot_did_not_take_can_be_sent_again(ana: OnPage, bot: TinyBot) -> None:
    bot.message_status = 503
    await ana.says("hello")
    await expect(ana.column.get_by_text("Couldn’t be sent.")).to_be_visible()
    bot.message_status = 200
    await ana.column.get_by_role("button", name="Try again").click()

    await expect(ana.column.get_by_text("Couldn’t be sent.")).to_have_count(0)
    assert bot.said == ["hello", "hello"]


async def test_markup_in_a_message_stays_text(ana: OnPage, bot: TinyBot) -> None:
    hostile = "<img src=x onerror=alert(1)> <b>bold</b>"
    await ana.says(hostile)
    await bot.shows("ana", text=f"{hostile} [press](javascript:alert(1))")

    await expect(ana.column.locator(".words", has_text=hostile)).to_have_count(2)
    await expect(ana.column.locator(".words :is(img, b, a)")).to_have_count(0)


async def test_suggestion_is_sent_with_one_press_and_then_makes_room(ana: OnPage, bot: TinyBot) -> None:
    await ana.column.get_by_role("button", name="What can I ask for?").press("Enter")

    await expect(ana.column.get_by_role("group", name="Suggestions")).to_be_hidden()
    assert bot.said == ["What can I ask for?"]


async def test_reload_shows_the_same_people_and_tabs(ana: OnPage, page: Page) -> None:
    await page.get_by_role("button", name="Add a person").click()
    await page.keyboard.type("tom okafor")
    await page.keyboard.press("Enter")
    tom = OnPage(page, "Tom Okafor")
    await tom.tab("Access requests").click()
    await page.reload()

    await expect(tom.tab("Access requests")).to_have_attribute("aria-selected", "true")
    await expect(ana.column).to_be_visible()
    assert page.url.endswith("#ana-ferreira/tom-okafor:channel")


async def test_arrow_keys_walk_the_tabs(ana: OnPage, page: Page) -> None:
    await ana.tab("Countersign").focus()
    await page.keyboard.press("ArrowRight")
    await expect(ana.tab("Payments on call")).to_be_focused()
    await page.keyboard.press("End")

    await expect(ana.tab("Access requests")).to_be_focused()
    await expect(ana.column.get_by_role("tabpanel")).to_have_accessible_name("Access requests")


async def test_what_is_not_in_sight_is_counted_until_it_is_seen(ana: OnPage, bot: TinyBot) -> None:
    await ana.tab("Payments on call").click()
    await bot.shows("ana", text="one")
    await bot.shows("ana", text="two")
    await expect(ana.tab("Countersign").get_by_label("2 unread")).to_be_visible()
    await ana.tab("Countersign").click()

    await expect(ana.tab("Countersign").locator(".badge")).to_be_hidden()


async def test_group_message_without_a_mention_does_not_reach_the_bot(ana: OnPage, bot: TinyBot) -> None:
    await ana.tab("Payments on call").click()
    await ana.column.get_by_role("button", name="@Countersign").click()
    await ana.says("just between us")
    await expect(ana.column.get_by_text("just between us")).to_be_visible()
    await ana.column.get_by_role("button", name="@Countersign").click()
    await ana.says("help")
    await expect(ana.column.locator(".words", has_text="help")).to_be_visible()

    assert [words.replace("<at>Countersign</at>", "").strip() for words in bot.said] == ["help"]


async def test_page_says_that_no_bot_runs_and_notices_when_one_does(simulator: Simulator, page: Page) -> None:
    await page.goto(f"{simulator.url}/#ana-ferreira")
    await expect(page.get_by_text("The bot is not running.")).to_be_visible()
    async with TinyBot(simulator):
        await expect(page.get_by_text("The bot is not running.")).to_be_hidden()
        await expect(OnPage(page, "Ana Ferreira").box).to_be_visible()
