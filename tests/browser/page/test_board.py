"""The board: drawers, time, phone width."""

from playwright.async_api import Page, expect

from infra.simulator.simulator import Simulator
from tests.browser.people import OnPage


async def test_fault_that_was_added_is_listed_and_counted(ana: OnPage, simulator: Simulator, page: Page) -> None:
    await page.get_by_role("button", name="Network faults").click()
    drawer = page.get_by_role("complementary", name="Network faults")
    await drawer.get_by_label("Where").select_option("update")
    await drawer.get_by_label("What").select_option("412")
    await drawer.get_by_label("How often").fill("3")
    await drawer.get_by_role("button", name="Add the fault").click()

    await expect(drawer.get_by_role("listitem")).to_contain_text("412")
    await expect(page.get_by_role("button", name="Network faults 1 active")).to_be_visible()
    fault = next(iter(simulator.faults.active))
    assert (fault.route, fault.kind, fault.times) == ("update", "412", 3)


async def test_only_faults_that_a_route_knows_are_offered(ana: OnPage, page: Page) -> None:
    await page.get_by_role("button", name="Network faults").click()
    drawer = page.get_by_role("complementary", name="Network faults")
    reorder = drawer.get_by_label("What").locator("option[value=reorder]")
    await drawer.get_by_label("Where").select_option("post")
    await expect(reorder).to_have_count(0)
    await drawer.get_by_label("Where").select_option("deliver")

    await expect(reorder).to_have_count(1)


async def test_escape_closes_a_drawer_and_gives_the_focus_back(ana: OnPage, page: Page) -> None:
    button = page.get_by_role("button", name="On the wire")
    await button.press("Enter")
    await expect(page.get_by_role("complementary", name="On the wire")).to_be_visible()
    await page.keyboard.press("Escape")

    await expect(page.get_by_role("complementary", name="On the wire")).to_be_hidden()
    await expect(button).to_be_focused()


async def test_wire_shows_what_went_to_the_bot(ana: OnPage, page: Page) -> None:
    await page.get_by_role("button", name="On the wire").click()
    await ana.says("hello")

    newest = page.get_by_role("complementary", name="On the wire").get_by_role("listitem").first
    await expect(newest).to_contain_text("message Ana Ferreira")


async def test_time_moves_forward_by_a_press(ana: OnPage, simulator: Simulator, page: Page) -> None:
    await page.get_by_role("button", name="+4 h").click()
    await expect(page.get_by_text("+4 h", exact=True).first).to_be_visible()
    await expect(page.locator(".clock-ahead")).to_have_text("+4 h")

    assert simulator.clock.offset.total_seconds() == 4 * 3600


async def test_phone_shows_one_person_at_a_time_without_scrolling_sideways(simulator: Simulator, ana: OnPage, page: Page) -> None:
    await page.set_viewport_size({"width": 390, "height": 780})
    await page.goto(f"{simulator.url}/#ana-ferreira/maria-lindqvist")
    await page.reload()
    maria = OnPage(page, "Maria Lindqvist")
    await expect(ana.column).to_be_visible()
    await expect(maria.column).to_be_hidden()
    await page.get_by_role("navigation", name="Whose column").get_by_role("button", name="Maria").click()

    await expect(maria.column).to_be_visible()
    await expect(ana.column).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") == 390


async def test_removing_a_person_moves_the_focus_to_the_neighbour(simulator: Simulator, ana: OnPage, page: Page) -> None:
    await page.goto(f"{simulator.url}/#ana-ferreira/maria-lindqvist")
    remove = OnPage(page, "Maria Lindqvist").column.get_by_role("button", name="Remove Maria Lindqvist")
    await remove.press("Enter")

    await expect(OnPage(page, "Maria Lindqvist").column).to_have_count(0)
    await expect(ana.column.get_by_role("button", name="Remove Ana Ferreira")).to_be_focused()


async def test_link_to_the_chats_leaves_the_people_as_they_are(ana: OnPage, page: Page) -> None:
    link = page.get_by_role("link", name="Skip to the chats")
    await link.focus()
    await link.press("Enter")

    await expect(page.get_by_role("main")).to_be_focused()
    await expect(page.get_by_role("region")).to_have_count(1)
    assert page.url.endswith("#ana-ferreira")
