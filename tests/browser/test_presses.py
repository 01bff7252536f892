"""What a person sees when a press does not do what they wanted."""

from contextlib import AsyncExitStack
from pathlib import Path

from playwright.async_api import Page, expect

from infra.house import open_house
from infra.serving import Local, free_port, local_settings
from infra.simulator import Simulator
from tests.browser.past import sent
from tests.browser.people import OnPage, side_by_side
from tests.browser.pictures import keep


async def test_second_press_on_a_card_that_missed_its_update_says_who_was_first(local: Local, page: Page) -> None:
    await page.set_viewport_size({"width": 1440, "height": 1200})
    waiting = await sent(local.simulator)
    # A device that slept: it loads what there is, and hears of nothing after that.
    await page.route("**/sim/events*", lambda route: route.abort())
    (maria,) = await side_by_side(page, local.simulator, "Maria Lindqvist")
    await local.simulator.person("maria.lindqvist").presses("Approve", on=waiting)
    await maria.presses("Approve")

    await expect(maria.card).to_contain_text("already approved")
    await expect(maria.button("Approve")).to_have_count(0)
    await keep(maria.card, "card-second-press-light-1440")


async def test_press_that_the_network_lost_says_so_and_works_when_pressed_again(ana: OnPage, maria: OnPage, local: Local) -> None:
    await ana.asks()
    # More than one: the page asks for everybody's own view of a card by itself, too.
    local.simulator.faults.add("deliver", "502", times=50)
    await maria.presses("Approve")
    await expect(maria.card.get_by_role("alert")).to_contain_text("Unable to reach app. Please try again.")
    local.simulator.faults.clear()
    await maria.approves()

    await expect(ana.card).to_contain_text("You have this access now")


async def test_lost_answer_to_a_press_is_made_good_by_the_next_update(ana: OnPage, maria: OnPage, local: Local) -> None:
    await ana.asks()
    await maria.presses("Approve")
    await expect(maria.button("Sign in")).to_be_visible()
    local.simulator.faults.add("deliver", "drop_reply", times=50)
    await maria.signs_in()

    await expect(ana.card).to_contain_text("You have this access now")
    await expect(maria.card).to_contain_text("Access is live")


async def test_second_half_of_a_double_click_presses_nothing_that_came_under_the_mouse(ana: OnPage, maria: OnPage, page: Page) -> None:
    await ana.asks()
    await ana.button("Withdraw").hover()
    await page.mouse.down(click_count=2)
    await page.mouse.up(click_count=2)
    await maria.approves()

    await expect(ana.card).to_contain_text("You have this access now")


async def test_press_while_the_bot_is_away_tells_what_to_do_and_works_once_it_is_back(tmp_path: Path, page: Page) -> None:
    port = free_port()
    async with Simulator(folder=tmp_path, bot_url=f"http://127.0.0.1:{port}/api/messages") as simulator, AsyncExitStack() as bot:
        settings = local_settings(tmp_path, simulator, port=port)
        await bot.enter_async_context(open_house(settings))
        await sent(simulator)
        (maria,) = await side_by_side(page, simulator, "Maria Lindqvist")
        await bot.aclose()
        await maria.presses("Approve")
        await expect(page.get_by_text("The bot is not running.")).to_be_visible()
        await expect(maria.card.get_by_role("alert")).to_be_visible()
        await bot.enter_async_context(open_house(settings))
        await expect(page.get_by_text("The bot is not running.")).to_be_hidden()
        await maria.approves()

        await expect(maria.card).to_contain_text("Access is live")
