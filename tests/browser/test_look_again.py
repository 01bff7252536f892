"""Looking again before something critical is approved, on the page: with the mouse, on a phone, and with the wrong line."""

from typing import Literal

import pytest
from playwright.async_api import Page, expect

from infra.serving import Local
from tests.browser.axe import violations
from tests.browser.past import sent
from tests.browser.people import side_by_side
from tests.browser.pictures import keep

ADMIN = "I need to be administrator of billing-db for 1 hour to rotate its keys after INC-4711"
RIGHT = "Ana Ferreira gets: Administrator of billing-db, for 1 hour"
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1440), ("dark", 390))


@pytest.mark.parametrize(("theme", "width"), LOOKS)
async def test_an_owner_looks_again_chooses_signs_in_and_approves(
    local: Local, page: Page, theme: Literal["light", "dark"], width: int
) -> None:
    await page.set_viewport_size({"width": width, "height": 1400})
    await page.emulate_media(color_scheme=theme)
    await sent(local.simulator, words=ADMIN)
    (maria,) = await side_by_side(page, local.simulator, "Maria Lindqvist")
    await maria.presses("Approve")
    await expect(maria.card.get_by_role("radio", name=RIGHT)).to_be_visible()
    assert await maria.card.get_by_role("radio", checked=True).count() == 0
    await maria.presses("Approve now")
    await expect(maria.card).to_contain_text("Choose the line that says who gets what, and for how long.")
    await keep(maria.card, f"look-again-1-nothing-chosen-{theme}-{width}")
    await maria.card.get_by_role("radio", name="Administrator of billing-db, for 2 hours").check()
    await maria.presses("Approve now")
    await expect(maria.card).to_contain_text("The line that you chose is not what is asked for, so nothing was approved.")
    await keep(maria.card, f"look-again-2-wrong-{theme}-{width}")
    await maria.presses("Approve")
    await maria.card.get_by_role("radio", name=RIGHT).check()
    await keep(maria.card, f"look-again-3-chosen-{theme}-{width}")
    found = await violations(page)
    await maria.approves("Approve now")

    await expect(maria.card).to_contain_text("You approved 1 hour.")
    assert found == []
