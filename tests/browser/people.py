"""What a person does on the page, in the words of a test. Locators only: nothing here waits by the clock."""

from playwright.async_api import Locator, Page, expect

from infra.simulator.simulator import Simulator

ASK = "I need write access to billing-db for 4 hours to fix INC-4711"


class OnPage:
    """One person's column."""

    def __init__(self, page: Page, name: str) -> None:
        self.page = page
        self.name = name
        self.column = page.get_by_role("region", name=name, exact=True)
        self.box = self.column.get_by_role("textbox", name=f"as {name}")
        self.cards = self.column.get_by_role("group", name="Card from")

    @property
    def card(self) -> Locator:
        """The newest card."""
        return self.cards.last

    async def says(self, text: str) -> None:
        """Write and send with Enter."""
        await self.box.fill(text)
        await self.box.press("Enter")

    def tab(self, title: str) -> Locator:
        """The tab of one chat."""
        return self.column.get_by_role("tab", name=title)

    def button(self, title: str) -> Locator:
        """A button on the newest card that has it."""
        return self.cards.get_by_role("button", name=title, exact=True).last

    async def presses(self, title: str) -> None:
        """Press that button with the mouse."""
        await self.button(title).click()

    async def approves(self, title: str = "Approve") -> None:
        """Press the button that approves, and sign in for it in the window that opens."""
        await self.presses(title)
        await self.signs_in()

    async def opens_sign_in(self) -> Page:
        """Press the sign-in button under the card; answers the window."""
        async with self.page.context.expect_page() as opened:
            await self.button("Sign in").click()
        return await opened.value

    async def signs_in(self) -> None:
        """Sign in in the window that the button under the card opens; it closes by itself."""
        window = await self.opens_sign_in()
        await window.get_by_role("link", name="Sign in and approve").click()
        async with window.expect_event("close"):
            await window.get_by_role("button", name=self.name).first.click()

    async def asks(self) -> None:
        """Ask for write access to billing-db in one sentence, and send the preview."""
        await self.says(ASK)
        await self.presses("Send request")
        await expect(self.card).to_contain_text("Waiting for a decision")

    async def reads(self, words: str) -> None:
        """See a message of these words, a card's aside."""
        await expect(self.column.locator(".words", has_text=words)).to_be_visible()


def slug(name: str) -> str:
    """How the page's address names somebody, where the name has no letters but a to z."""
    return name.lower().replace(" ", "-")


async def side_by_side(page: Page, simulator: Simulator, *names: str) -> list[OnPage]:
    """Open the page with these people, and wait until everybody whose chat with the bot is in sight has a card in it."""
    await page.goto(f"{simulator.url}/#{'/'.join(slug(name) for name in names)}")
    people = [OnPage(page, name) for name in names]
    await people[0].column.wait_for()
    for person in people:
        if await person.column.is_visible() and await person.tab("Countersign").get_attribute("aria-selected") == "true":
            await person.cards.first.wait_for()
    return people
