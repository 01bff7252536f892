"""A picture of every card in every state, as build artefacts for a person to look at: wide in light, on a phone in dark."""

from datetime import timedelta
from typing import Literal

from playwright.async_api import Locator, Page, expect

from infra.serving import Local
from infra.simulator import Simulator
from tests.browser.past import card, granted, sent
from tests.browser.people import ASK, OnPage, side_by_side, slug
from tests.browser.pictures import keep

# Whose card, what it shows, and the name of its picture.
CARDS = (
    ("Ana Ferreira", "Ask for access here", "help"),
    ("Ana Ferreira", "What you can ask for", "catalog"),
    ("Ana Ferreira", "is too long", "form-refused"),
    ("Ana Ferreira", "Check your request", "preview"),
    ("Mei Tanaka", "Waiting for a decision", "waiting-requester"),
    ("Tom Okafor", "You have this access now", "live-requester"),
    ("Tom Okafor", "Your access now", "access"),
    ("Tom Okafor", "Your requests", "requests"),
    ("Oliver Bennett", "denied this", "denied-requester"),
    ("Oliver Bennett", "You see everything once more", "form"),
    ("Samuel Osei", "You withdrew it", "withdrawn-requester"),
    ("Lena Hoffmann", "It ran for the time", "ended-requester"),
    ("Jonas Weber", "Nobody answered in time", "lapsed-requester"),
    ("Priya Nair", "You handed it back", "handed-back-requester"),
    ("Maria Lindqvist", "Access is live", "live-approver"),
    ("Maria Lindqvist", "You denied this", "denied-approver"),
    ("Maria Lindqvist", "withdrew it", "withdrawn-approver"),
    ("Maria Lindqvist", "It ran for the time", "ended-approver"),
    ("Maria Lindqvist", "Your decision is needed", "waiting-approver"),
)
SAID = (
    ("help", "Ask for access here"),
    ("what can I ask for", "What you can ask for"),
    ("I need write access to billing-db for 3 days to watch the migration", "is too long"),
    (ASK, "Check your request"),
)
OPENED = (("Approve for less time", "waiting-approver-less"), ("Deny", "waiting-approver-deny"))
LOOKS: tuple[tuple[Literal["light", "dark"], int], ...] = (("light", 1440), ("dark", 390))
TALL_PX = 2400
"""So that no card is cut off by its chat."""


async def test_every_card_has_its_picture(local: Local, page: Page) -> None:
    await every_state(local.simulator)
    await side_by_side(page, local.simulator, "Ana Ferreira")
    made = []
    for theme, width in LOOKS:
        await look(page, theme=theme, width=width)
        for name, words, picture in CARDS:
            made.append(await keep(await in_sight(page, name, words), f"card-{picture}-{theme}-{width}"))
        maria = await in_sight(page, "Maria Lindqvist", "Your decision is needed")
        for button, picture in OPENED:
            await maria.get_by_role("button", name=button, exact=True).click()
            made.append(await keep(maria, f"card-{picture}-{theme}-{width}"))

    assert [picture for picture in made if not picture.is_file()] == []
    assert len(set(made)) == len(LOOKS) * (len(CARDS) + len(OPENED))


async def look(page: Page, *, theme: Literal["light", "dark"], width: int) -> None:
    """Turn the page light or dark and make it wide or narrow; its cards are drawn anew."""
    await page.set_viewport_size({"width": width, "height": TALL_PX})
    await page.emulate_media(color_scheme=theme)
    await expect(page.locator("html")).to_have_attribute("data-theme", theme)


async def in_sight(page: Page, name: str, words: str) -> Locator:
    """The newest card of this person that shows ``words``, with nobody else on the page."""
    person = OnPage(page, name)
    tab = ":personal" if name == "Priya Nair" else ""
    await page.evaluate("hash => { location.hash = hash }", slug(name) + tab)
    await expect(page.get_by_role("region", name=name, exact=True)).to_be_visible()
    shown = person.cards.filter(has_text=words).last
    await expect(shown).to_be_visible()
    return shown


async def every_state(simulator: Simulator) -> None:
    """People who each stand somewhere else in the loop; the earlier ones first, since time moves forward only."""
    maria = simulator.person("maria.lindqvist")
    await sent(simulator, "jonas.weber", words="I need read access to billing-db for 4 hours to look at INC-4711")
    await granted(simulator, "lena.hoffmann")
    simulator.advance(timedelta(days=4))
    await card(simulator, simulator.person("jonas.weber"), "Nobody answered in time")
    await card(simulator, simulator.person("lena.hoffmann"), "It ran for the time")
    denied = await sent(simulator, "oliver.bennett")
    await maria.presses("Deny with this reason", inputs={"reason": "Read access is enough for this: the fix needs no writing."}, on=denied)
    await sent(simulator, "samuel.osei")
    await presses(simulator, "samuel.osei", "Yes, withdraw", on="Waiting for a decision")
    await granted(simulator, "priya.nair")
    await presses(simulator, "priya.nair", "I'm done", on="You have this access now")
    await card(simulator, simulator.person("priya.nair"), "You handed it back")
    await granted(simulator, "tom.okafor")
    await sent(simulator, "mei.tanaka")
    await answers(simulator, "tom.okafor", (("my access", "Your access now"), ("my requests", "Your requests")))
    await answers(simulator, "oliver.bennett", (("request access", "You see everything once more"),))
    await answers(simulator, "ana.ferreira", SAID)


async def answers(simulator: Simulator, handle: str, said: tuple[tuple[str, str], ...]) -> None:
    """Somebody says one thing after the other; each is answered by a card of these words."""
    person = simulator.person(handle)
    for text, words in said:
        await person.says(text)
        await card(simulator, person, words)


async def presses(simulator: Simulator, handle: str, title: str, *, on: str) -> None:
    """Somebody presses a button of their card of these words, as soon as it is there."""
    person = simulator.person(handle)
    await person.presses(title, on=await card(simulator, person, on))
