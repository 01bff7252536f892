"""What a press that needs a sign-in asks of this room: an address to send the presser to; and the tenant's keys, kept fresh."""

from collections.abc import AsyncIterator
from contextlib import suppress

from aiohttp import web

from approvals.step_up import Keys, Sought, kid_of
from bot.clock import Now
from bot.front.errors import KeysUnavailable
from bot.front.keys import SigningKeys
from bot.settings import Settings
from bot.step_up.links import Links


class SignIns:
    """Made once. The keys are read ahead of need, outside every transaction; it is the mediation layer that verifies with them."""

    def __init__(self, settings: Settings, *, key: bytes, clock: Now) -> None:
        self.links = Links(key, public_url=settings.public_url, clock=clock)
        self._keys = SigningKeys(settings.sign_in_authority, ca_file=settings.simulator_ca_file)

    def address(self, sought: Sought) -> str:
        """Where the presser signs in for this decision."""
        return self.links.address(sought)

    def keys(self) -> Keys:
        """The tenant's keys as they were last read; empty until then. No network, so it can be asked within a transaction."""
        return self._keys.public

    async def expect(self, token: str) -> None:
        """See to it that the key that ``token`` names is among the keys, if the tenant publishes it."""
        # Without any key nothing verifies: the refusal is mediation's, and in words.
        with suppress(KeysUnavailable):
            await self._keys.find(kid_of(token) or "none")

    async def beside(self, _app: web.Application) -> AsyncIterator[None]:
        """Keep the keys fresh for as long as the application runs."""
        await self._keys.open()
        try:
            yield
        finally:
            await self._keys.close()
