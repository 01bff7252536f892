"""Somebody without a mouse: Tab, Shift+Tab, Enter, arrows and letters, and always able to see where they are."""

from playwright.async_api import Locator, Page, expect

MOST = 80
"""How often Tab may be pressed on the way to anything on the page."""

# The ring is on the focused element, or around the box of which it is the only field.
_SEEN = """node => {
  const isRinged = ({ outlineStyle, outlineWidth }) => outlineStyle !== "none" && parseFloat(outlineWidth) >= 1;
  const box = node.closest(".composer-box, .themes label");
  const isBoxed = box !== null && getComputedStyle(box).borderTopColor !== getComputedStyle(box.parentElement).borderTopColor;
  return isRinged(getComputedStyle(node)) || isBoxed;
}"""


class Keyboard:
    """The keys of one page."""

    def __init__(self, page: Page) -> None:
        self._page = page

    async def to(self, target: Locator, *, back: bool = False) -> None:
        """Walk with Tab (Shift+Tab when ``back``) until ``target`` has the focus; every stop on the way must be visible."""
        await expect(target).to_be_visible()
        unseen: list[str] = []
        for _ in range(MOST):
            await self.press("Shift+Tab" if back else "Tab")
            focused = self._page.locator(":focus")
            if await focused.count() and not await focused.evaluate(_SEEN):
                unseen.append(await focused.evaluate("node => node.outerHTML.slice(0, 160)"))
            if await target.evaluate("node => node === document.activeElement"):
                break
        await expect(target).to_be_focused()

        assert unseen == []

    async def press(self, *keys: str) -> None:
        """Press keys, one after the other."""
        for key in keys:
            await self._page.keyboard.press(key)

    async def write(self, text: str) -> None:
        """Type ``text`` where the focus is."""
        await self._page.keyboard.type(text)
