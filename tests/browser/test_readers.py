"""Other ways of being there: on a phone, in another language's dates, in a group, in two tabs, after a reload."""

import re

from playwright.async_api import Page, expect

from infra.serving import Local
from tests.browser.past import card, granted, sent
from tests.browser.people import ASK, OnPage, side_by_side
from tests.browser.pictures import keep


async def test_loop_fits_on_a_phone_with_one_person_in_sight_at_a_time(local: Local, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 780})
    ana, maria = await side_by_side(page, local.simulator, "Ana Ferreira", "Maria Lindqvist")
    switcher = page.get_by_role("navigation", name="Whose column")
    await ana.asks()
    await expect(switcher.get_by_role("button", name="Maria")).to_contain_text(re.compile("[12]"))
    await switcher.get_by_role("button", name="Maria").click()
    await expect(maria.card).to_contain_text("Your decision is needed")
    await keep(page, "phone-1-asked")
    await maria.approves()
    await switcher.get_by_role("button", name="Ana").click()
    await ana.reads("you have it for 4 hours")
    await keep(page, "phone-2-live")
    await page.get_by_role("button", name="Simulated time").click()
    await page.get_by_role("button", name="+4 h", exact=True).click()

    await expect(ana.card).to_contain_text("Access has ended")
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_person_in_japan_reads_japanese_dates_on_their_own_clock(local: Local, page: Page) -> None:
    await sent(local.simulator, "mei.tanaka")
    (mei,) = await side_by_side(page, local.simulator, "Mei Tanaka")

    await expect(mei.card).to_contain_text(re.compile(r"You asked on \d{4}年\d{1,2}月\d{1,2}日\(.\) \d{1,2}:\d\d \(.+\)"))


async def test_request_made_in_a_group_is_answered_in_private(ana: OnPage) -> None:
    await ana.tab("Payments on call").click()
    await ana.says(ASK)
    await ana.reads("I have answered you in our own chat, where only you can read it.")
    await expect(ana.cards).to_have_count(0)
    await expect(ana.tab("Countersign").get_by_label("1 unread")).to_be_visible()
    await ana.tab("Countersign").click()

    await expect(ana.card).to_contain_text("Check your request, then send it")


async def test_reload_in_the_middle_loses_nothing(ana: OnPage, page: Page) -> None:
    await ana.says("I need write access to billing-db")
    await ana.reads("How long do you need “Write access to billing-db”?")
    await page.reload()
    await ana.says("4 hours")
    await ana.reads("Why do you need “Write access to billing-db” for 4 hours?")
    await page.reload()
    await ana.says("to fix INC-4711")
    await expect(ana.card).to_contain_text("Check your request, then send it")
    await page.reload()
    await ana.presses("Send request")

    await expect(ana.card).to_contain_text("Waiting for a decision")


async def test_what_is_pressed_in_one_tab_shows_in_the_other(ana: OnPage, page: Page, local: Local) -> None:
    other = await page.context.new_page()
    (ana_there,) = await side_by_side(other, local.simulator, "Ana Ferreira")
    await ana.asks()
    await expect(ana_there.card).to_contain_text("Waiting for a decision")
    await ana_there.presses("Withdraw")
    await ana_there.presses("Yes, withdraw")

    await expect(ana.card).to_contain_text("You withdrew it.")


async def test_new_card_is_announced_by_its_summary(ana: OnPage, maria: OnPage) -> None:
    await ana.asks()

    announced = maria.column.locator("> [aria-live=polite]")
    await expect(announced).to_have_text(
        "Countersign: Ana Ferreira asks for Write access to billing-db: your decision is needed (REQ-1001)."
    )


async def test_requester_who_asks_about_access_sees_what_they_hold(local: Local, page: Page) -> None:
    await granted(local.simulator)
    (ana,) = await side_by_side(page, local.simulator, "Ana Ferreira")
    await ana.says("my access")
    await expect(ana.card).to_contain_text("Your access now")
    await ana.presses("I'm done")

    await card(local.simulator, local.simulator.person("maria.lindqvist"), "Ana Ferreira handed it back.")
