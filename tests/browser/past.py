"""What happened before somebody opens the page, driven through the simulator without one: quicker, and over the same HTTP."""

from datetime import timedelta

from infra.simulator import Card, Person, Simulator
from tests.browser.people import ASK


async def sent(simulator: Simulator, handle: str = "ana.ferreira", *, words: str = ASK) -> Card:
    """Somebody asked in ``words`` and sent the preview; the owner has the card, which is answered."""
    person, maria = simulator.person(handle), simulator.person("maria.lindqvist")
    await person.says(words)
    await person.presses("Send request", on=await card(simulator, person, "Not sent yet"))
    return await card(simulator, maria, person.name)


async def granted(simulator: Simulator, handle: str = "ana.ferreira") -> Card:
    """Maria approved it, and the access is live."""
    waiting = await sent(simulator, handle)
    await simulator.person("maria.lindqvist").presses("Approve", on=waiting)
    await told(simulator, simulator.person(handle), "to hand it back early")
    return waiting


async def whole_loop(simulator: Simulator) -> None:
    """Ana had her four hours, and they are over."""
    await granted(simulator)
    simulator.advance(timedelta(hours=4))
    await told(simulator, simulator.person("ana.ferreira"), "has ended as planned")


async def card(simulator: Simulator, person: Person, words: str) -> Card:
    """The newest card that shows ``words``, waited for."""
    return await simulator.wait_for(lambda: person.latest_card(containing=words), what=f"a card with {words!r}")


async def told(simulator: Simulator, person: Person, words: str) -> None:
    """Wait for a message."""
    await simulator.wait_for(lambda: any(words in (one.text or "") for one in person.messages), what=f"{person.name} being told {words!r}")
