"""Asking by the form instead of in a sentence."""

from playwright.async_api import expect

from tests.browser.people import OnPage


async def test_form_is_filled_in_with_the_mouse_and_becomes_the_preview(ana: OnPage) -> None:
    await ana.presses("Request access")
    field = ana.card.get_by_role("combobox", name="What do you need?")
    await field.fill("billing")
    await ana.card.get_by_role("option", name="Write access to billing-db").click()
    await expect(field).to_have_value("Write access to billing-db")
    await ana.card.get_by_label("For how long?").select_option(label="2 hours")
    await ana.card.get_by_label("Why do you need it?").fill("to correct the refunds of Tuesday")
    await ana.card.get_by_label("Incident or ticket, if you have one").fill("INC-4711")
    await ana.presses("Preview")

    await expect(ana.card).to_contain_text("Check your request, then send it")
    for words in ("Write access to billing-db", "2 hours, from when access starts", "Maria Lindqvist", "INC-4711", "refunds of Tuesday"):
        await expect(ana.card).to_contain_text(words)


async def test_form_that_lacks_something_is_held_back_and_says_what(ana: OnPage) -> None:
    await ana.presses("Request access")
    await ana.presses("Preview")

    for words in ("Choose what you need from the list.", "Choose for how long you need it.", "Say why you need it"):
        await expect(ana.card.get_by_text(words)).to_be_visible()
    await expect(ana.card.get_by_role("combobox", name="What do you need?")).to_be_focused()


async def test_form_that_the_rules_refuse_comes_back_with_the_reason_and_all_that_was_typed(ana: OnPage) -> None:
    await ana.says("I need write access to billing-db for 3 days to watch the migration")

    await expect(ana.card).to_contain_text("3 days is too long: at most 8 hours.")
    await expect(ana.card.get_by_role("combobox", name="What do you need?")).to_have_value("Write access to billing-db")
    await expect(ana.card.get_by_label("Why do you need it?")).to_have_value("to watch the migration")


async def test_request_that_is_edited_goes_through_the_form_with_nothing_lost(ana: OnPage) -> None:
    await ana.says("I need write access to billing-db for 4 hours to fix INC-4711")
    await ana.presses("Edit")
    await expect(ana.card.get_by_label("Why do you need it?")).to_have_value("to fix INC-4711")
    await ana.card.get_by_label("For how long?").select_option(label="1 hour")
    await ana.presses("Preview")

    await expect(ana.card).to_contain_text("1 hour, from when access starts")


async def test_draft_that_is_cancelled_in_the_form_is_gone(ana: OnPage) -> None:
    await ana.presses("Request access")
    await ana.presses("Cancel")
    await expect(ana.card).to_contain_text("Discarded; nothing was sent.")
    await ana.says("cancel")

    await ana.reads("There is nothing to cancel")
