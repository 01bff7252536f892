"""Screenshots for a person to look at: build/pictures, kept as an artefact of the build. Nothing is compared with them."""

from pathlib import Path

from playwright.async_api import Locator, Page

PICTURES = Path(__file__).parents[2] / "build" / "pictures"


async def keep(shown: Page | Locator, name: str) -> None:
    """Write ``build/pictures/<name>.png``."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    await shown.screenshot(path=PICTURES / f"{name}.png", animations="disabled")
