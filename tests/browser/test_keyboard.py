"""The whole loop without a mouse, and without ever losing sight of where one is."""

from playwright.async_api import Page, expect

from tests.browser.keyboard import Keyboard
from tests.browser.people import OnPage


async def test_whole_loop_is_walked_by_keyboard_alone(ana: OnPage, maria: OnPage, page: Page) -> None:
    keys = Keyboard(page)
    await keys.to(page.get_by_role("link", name="Skip to the chats"))
    await keys.press("Enter")
    await keys.to(ana.button("Request access"))
    await keys.press("Enter")
    await expect(ana.card).to_contain_text("You see everything once more before it is sent.")
    await expect(ana.card).to_be_focused()
    await keys.to(ana.card.get_by_role("combobox", name="What do you need?"))
    await keys.write("write bill")
    await keys.press("Enter")
    await expect(ana.card.get_by_role("combobox", name="What do you need?")).to_have_value("Write access to billing-db")
    await keys.to(ana.card.get_by_label("For how long?"))
    await keys.write("4 hours")
    await keys.to(ana.card.get_by_label("Why do you need it?"))
    await keys.write("to fix INC-4711")
    await keys.to(ana.button("Preview"))
    await keys.press("Enter")
    await expect(ana.card).to_contain_text("Check your request, then send it")
    await expect(ana.card).to_be_focused()
    await keys.to(ana.button("Send request"))
    await keys.press("Enter")
    await expect(ana.card).to_contain_text("Waiting for a decision")
    await expect(ana.card).to_be_focused()
    await keys.to(maria.button("Approve"))
    await keys.press("Enter")
    await expect(maria.button("Sign in")).to_be_focused()
    async with page.context.expect_page() as opened:
        await keys.press("Enter")
    window = await opened.value
    there = Keyboard(window)
    await there.to(window.get_by_role("link", name="Sign in and approve"))
    await there.press("Enter")
    await expect(window.get_by_role("button", name="Maria Lindqvist").first).to_be_focused()
    async with window.expect_event("close"):
        await there.press("Enter")
    await expect(maria.card).to_contain_text("Access is live")
    await expect(maria.card).to_be_focused()
    await keys.to(page.get_by_role("button", name="+4 h", exact=True), back=True)
    await keys.press("Enter")

    await expect(ana.card).to_contain_text("Access has ended")
    await expect(page.get_by_role("button", name="+4 h", exact=True)).to_be_focused()


async def test_denying_by_keyboard_leads_to_the_missing_reason(ana: OnPage, maria: OnPage, page: Page) -> None:
    await ana.asks()
    keys = Keyboard(page)
    await keys.to(maria.button("Deny"))
    await keys.press("Enter")
    await keys.to(maria.button("Deny with this reason"))
    await keys.press("Enter")
    await expect(maria.card.get_by_label("Why not? They read this.")).to_be_focused()
    await keys.write("Not this week.")
    await keys.to(maria.button("Deny with this reason"))
    await keys.press("Enter")

    await expect(maria.card).to_contain_text("You denied this")
    await expect(maria.card).to_be_focused()
    await expect(ana.card).to_contain_text("Not this week.")
