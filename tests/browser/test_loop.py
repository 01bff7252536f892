"""The main job in a real browser, against the real bot: asked for, decided, live, over."""

from playwright.async_api import Page, expect

from infra.serving import Local
from tests.browser.past import whole_loop
from tests.browser.people import ASK, OnPage, side_by_side
from tests.browser.pictures import keep


async def test_access_is_asked_for_approved_live_and_ends_by_itself(ana: OnPage, maria: OnPage, page: Page) -> None:
    await ana.says(ASK)
    await expect(ana.card).to_contain_text("Check your request, then send it")
    await ana.presses("Send request")
    await expect(maria.card).to_contain_text("Your decision is needed")
    await expect(maria.card).to_contain_text("Ana Ferreira asked on")
    await keep(page, "loop-1-asked")
    await maria.approves()
    await expect(maria.card).to_contain_text("Access is live")
    await expect(ana.card).to_contain_text("You have this access now")
    await ana.reads("you have it for 4 hours")
    await keep(page, "loop-2-live")
    await page.get_by_role("button", name="+4 h", exact=True).click()

    await expect(ana.card).to_contain_text("Access has ended")
    await expect(maria.card).to_contain_text("Access has ended")
    await ana.reads("has ended as planned")
    await keep(page, "loop-3-ended")


async def test_helpdesk_signs_in_and_reads_the_whole_timeline(local: Local, page: Page) -> None:
    await whole_loop(local.simulator)
    (priya,) = await side_by_side(page, local.simulator, "Priya Nair")
    async with page.context.expect_page() as opened:
        await priya.column.get_by_role("link", name="Open the helpdesk").click()
    desk = await opened.value
    await desk.get_by_role("button", name="Priya Nair").click()
    await expect(desk.get_by_role("row", name="TCK-1001")).to_contain_text("Ended")
    await keep(desk, "helpdesk-1-list")
    await desk.get_by_role("link", name="TCK-1001").click()
    await expect(desk.get_by_role("heading", name="Access has ended")).to_be_visible()
    await keep(desk, "helpdesk-2-ticket")

    timeline = desk.get_by_role("region", name="Timeline").get_by_role("listitem")
    told = [(await item.locator(".by b").inner_text(), await item.locator(".what").inner_text()) for item in await timeline.all()]
    assert told[:5] == [
        ("Ana Ferreira", "Asked for Write access to billing-db."),
        ("Maria Lindqvist", "Asked to sign in once more before this approval counts."),
        ("Maria Lindqvist", "Approved for 4 hours."),
        ("Countersign", "Adding to grp-billing-db-write."),
        ("Countersign", "Access works, as read back from grp-billing-db-write. Its 4 hours begin now."),
    ]
    assert [who for who, _what in told[5:]] == ["Countersign"] * 3


async def test_denial_needs_a_reason_and_the_requester_reads_it(ana: OnPage, maria: OnPage) -> None:
    await ana.asks()
    await maria.presses("Deny")
    await maria.presses("Deny with this reason")
    await expect(maria.card.get_by_text("Write a reason: the requester needs to know what to do differently.")).to_be_visible()
    await expect(maria.card).to_contain_text("Your decision is needed")
    await maria.card.get_by_label("Why not? They read this.").fill("Please take read access: the fix needs no writing.")
    await maria.presses("Deny with this reason")

    await expect(maria.card).to_contain_text("You denied this")
    await expect(ana.card).to_contain_text("Maria Lindqvist denied this")
    await expect(ana.card).to_contain_text("Please take read access: the fix needs no writing.")


async def test_owner_approves_for_less_time_than_was_asked_for(ana: OnPage, maria: OnPage) -> None:
    await ana.asks()
    await maria.presses("Approve for less time")
    await maria.card.get_by_label("How long instead?").select_option(label="2 hours")
    await maria.approves("Approve this time")

    await expect(ana.card).to_contain_text("Maria Lindqvist approved 2 hours instead of 4 hours.")
    await ana.reads("you have it for 2 hours")


async def test_request_that_is_withdrawn_leaves_nothing_to_decide(ana: OnPage, maria: OnPage) -> None:
    await ana.asks()
    await expect(maria.button("Approve")).to_be_visible()
    await ana.presses("Withdraw")
    await expect(ana.card).to_contain_text("Withdraw REQ-1001?")
    await keep(ana.card, "card-withdraw-question-light-1440")
    await ana.presses("Yes, withdraw")

    await expect(ana.card).to_contain_text("You withdrew it.")
    await expect(maria.card).to_contain_text("nothing is left to decide")
    await expect(maria.button("Approve")).to_have_count(0)


async def test_request_that_is_kept_after_all_goes_on(ana: OnPage, maria: OnPage) -> None:
    await ana.asks()
    await ana.presses("Withdraw")
    await ana.presses("Keep it")
    await expect(ana.button("Yes, withdraw")).to_be_hidden()
    await maria.approves()

    await expect(ana.card).to_contain_text("You have this access now")


async def test_access_that_is_handed_back_ends_before_its_time(ana: OnPage, maria: OnPage) -> None:
    await ana.asks()
    await maria.approves()
    await ana.presses("I'm done")

    await expect(ana.card).to_contain_text("You handed it back.")
    await expect(maria.card).to_contain_text("Ana Ferreira handed it back.")
