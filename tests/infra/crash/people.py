"""The people of the story, who do what people and their Teams clients do when nothing comes back: it is done again."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import TypeVar

from infra.simulator import Answer, Card, Person, Simulator
from infra.simulator.errors import NotOnScreen, NotSeen
from tests.infra.crash.bot import PATIENCE_S, Bot

ASK = "I need write access to billing-db for 4 hours to fix INC-4711"
HELD_FOR = timedelta(hours=4)
_TRIES = 5

Seen = TypeVar("Seen")


class Again(StrEnum):
    """How something is done again that got no answer."""

    SAME = "the client repeats the activity, under its id"
    ANEW = "the person does it once more"


@dataclass(kw_only=True)
class People:
    """Ana asks, Maria decides. ``asked`` counts how often Ana wrote it."""

    sim: Simulator
    bot: Bot
    again: Again
    asked: int = field(default=0)

    @property
    def ana(self) -> Person:
        """Who asks."""
        return self.sim.person("ana.ferreira")

    @property
    def maria(self) -> Person:
        """Who decides; she has never written to the bot."""
        return self.sim.person("maria.lindqvist")

    async def ask_and_get(self) -> None:
        """From the first word to the access that works."""
        await self._insist(self.ana.open_chat)
        await self._insist(self._ask)
        await self.see(lambda: self.ana.latest_card(containing="Not sent yet"), what="the preview")
        await self.press(self.ana, "Send request")
        await self.see(lambda: self.maria.latest_card(containing="INC-4711"), what="the approval card")
        await self.press(self.maria, "Approve")
        await self.see(lambda: [one for one in self.ana.messages if "is live" in (one.text or "")], what="Ana being told")

    async def press(self, person: Person, title: str) -> None:
        """Press the newest button with this title, and again as long as the answer says to look again and press."""
        for _ in range(_TRIES):
            try:
                answer = await self._insist(lambda: _pressed(person, title))
            except NotSeen:
                # The window of a sign-in broke off: it is closed, and the button pressed again.
                await self.bot.again()
                continue
            if answer is not None and answer.sign_in is not None:
                continue
            if answer is None or answer.card is None or title not in Card(answer.card, message=None).titles:
                return
        raise AssertionError(f"{person.name} pressed {title!r} {_TRIES} times and is still asked to")

    async def see(self, there: Callable[[], Seen], *, what: str) -> Seen:
        """Wait until it is there."""
        return await self.sim.wait_for(there, what=what, timeout_s=PATIENCE_S)

    async def _ask(self) -> Answer | None:
        self.asked += 1
        return await self.ana.says(ASK)

    async def _insist(self, act: Callable[[], Awaitable[object]]) -> Answer | None:
        """Do it until it is answered. What nobody does by hand (the installation of the app) its client repeats in any case."""
        known = len(self.sim.delivered)
        await act()
        for _ in range(_TRIES):
            lost = [one.activity for one in self.sim.delivered[known:] if one.answer.error]
            if not lost:
                return self.sim.delivered[-1].answer if len(self.sim.delivered) > known else None
            await self.bot.again()
            known = len(self.sim.delivered)
            if self.again is Again.ANEW and lost[-1]["type"] in ("message", "invoke"):
                await act()
                continue
            for activity in lost:
                await self.sim.courier.deliver(activity)
        raise AssertionError(f"{_TRIES} tries got no answer; the last was {self.sim.delivered[-1].answer.shown()}")


async def _pressed(person: Person, title: str) -> Answer | None:
    try:
        return await person.presses(title)
    except NotOnScreen:
        # The card has moved on: the press that got no answer was taken.
        return None
