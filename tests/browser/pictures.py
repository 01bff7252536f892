"""Screenshots for a person to look at: build/pictures, kept as an artefact of the build. Nothing is compared with them."""

from pathlib import Path

from playwright.async_api import Locator, Page

PICTURES = Path(__file__).parents[2] / "build" / "pictures"


async def keep(shown: Page | Locator, name: str) -> Path:
    """Write ``build/pictures/<name>.png`` and answer it."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    to = PICTURES / f"{name}.png"
    await shown.screenshot(path=to, animations="disabled")
    return to
