"""Signing in for a decision, on the page: the button under the card, the window, and what is said when it does not come to an end."""

from typing import Literal

import pytest
from playwright.async_api import Page, expect

from infra.serving import Local
from tests.browser.axe import violations
from tests.browser.past import sent
from tests.browser.people import OnPage, side_by_side
from tests.browser.pictures import keep

LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1440), ("dark", 390))


async def test_a_press_of_high_risk_goes_on_after_a_sign_in(ana: OnPage, maria: OnPage) -> None:
    await ana.asks()
    await maria.presses("Approve")
    await expect(maria.card).to_contain_text("To approve this, show that it is you: sign in once more with your own account.")
    await expect(maria.card).to_contain_text("Your decision is needed")
    await expect(maria.button("Sign in")).to_be_focused()
    await maria.signs_in()

    await expect(maria.card).to_contain_text("You approved 4 hours.")
    await expect(ana.card).to_contain_text("You have this access now")


async def test_a_window_that_is_closed_sends_nothing_and_can_be_opened_again(ana: OnPage, maria: OnPage) -> None:
    await ana.asks()
    await maria.presses("Approve")
    window = await maria.opens_sign_in()
    await window.close()
    await expect(maria.card).to_contain_text("You did not finish signing in, so nothing was sent.")
    await expect(maria.button("Sign in")).to_be_focused()
    await maria.signs_in()

    await expect(maria.card).to_contain_text("You approved 4 hours.")


async def test_signing_in_as_somebody_else_is_refused_in_words_in_the_window(ana: OnPage, maria: OnPage) -> None:
    await ana.asks()
    await maria.presses("Approve")
    window = await maria.opens_sign_in()
    await window.get_by_role("link", name="Sign in and approve").click()
    await window.get_by_text("Somebody else").click()
    await window.get_by_role("button", name="Tom Okafor").click()

    await expect(window.get_by_role("heading", name="You are not signed in for this")).to_be_visible()
    await expect(window.get_by_text("You signed in as somebody else than the person who pressed Approve.")).to_be_visible()
    await expect(maria.card).to_contain_text("Your decision is needed")


@pytest.mark.parametrize(("theme", "width"), LOOKS)
async def test_every_step_of_a_sign_in_has_its_picture(local: Local, page: Page, theme: Literal["light", "dark"], width: int) -> None:
    await page.set_viewport_size({"width": width, "height": 1400})
    await page.emulate_media(color_scheme=theme)
    await sent(local.simulator)
    (maria,) = await side_by_side(page, local.simulator, "Maria Lindqvist")
    await maria.presses("Approve")
    await expect(maria.button("Sign in")).to_be_visible()
    await keep(maria.card, f"step-up-1-card-{theme}-{width}")
    window = await maria.opens_sign_in()
    await window.set_viewport_size({"width": min(width, 560), "height": 680})
    await window.emulate_media(color_scheme=theme)
    await expect(window.get_by_role("heading", name="You are about to approve")).to_be_visible()
    await keep(window, f"step-up-2-confirm-{theme}-{width}")
    confirm = await violations(window)
    await window.get_by_role("link", name="Sign in and approve").click()
    await expect(window.get_by_role("heading", name="Sign in again")).to_be_visible()
    await keep(window, f"step-up-3-entra-{theme}-{width}")
    await window.get_by_text("Somebody else").click()
    await window.get_by_role("button", name="Tom Okafor").click()
    await expect(window.get_by_role("heading", name="You are not signed in for this")).to_be_visible()
    await keep(window, f"step-up-4-refused-{theme}-{width}")

    assert (confirm, await violations(window), await violations(page)) == ([], [], [])
