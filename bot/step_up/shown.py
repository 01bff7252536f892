"""That the page which says what is about to be approved was shown in this browser, before it goes on to sign in.

Whoever forges a press is given the address of the sign-in. Were the step behind that page an address like any other, they could send the
approver straight to Microsoft's, and never be seen. So the page's own link carries a proof that belongs to a cookie of the same browser:
neither can be made, read or set from another site.
"""

import hashlib
import hmac
import re
from secrets import token_urlsafe

from aiohttp import web

from bot.step_up.links import LINK_LIFE

_BROWSER = re.compile(r"[A-Za-z0-9_-]{22}", re.ASCII)


class Shown:
    """Made once. ``key`` is this room's own."""

    def __init__(self, key: bytes, *, is_https: bool) -> None:
        self._key = key
        self._is_https = is_https
        # As with the other cookies: a name with __Host- cannot be set by a neighbouring host.
        self._name = f"{'__Host-' if is_https else ''}countersign-shown"

    def browser(self, request: web.Request) -> str:
        """This browser, by a name that only it and we know: the one that it has, or a new one."""
        known = request.cookies.get(self._name, "")
        return known if _BROWSER.fullmatch(known) else token_urlsafe(16)

    def remember(self, response: web.StreamResponse, browser: str) -> None:
        """Let the browser keep its name as long as an address counts."""
        life = int(LINK_LIFE.total_seconds())
        response.set_cookie(self._name, browser, max_age=life, path="/", httponly=True, secure=self._is_https, samesite="Lax")

    def proof(self, browser: str, written: str) -> str:
        """What the link of the page carries that was shown to ``browser`` for the address ``written``."""
        return hmac.digest(self._key, f"{browser} {written}".encode("utf-8", "surrogatepass"), hashlib.sha256).hex()

    def was(self, request: web.Request, *, written: str, proof: str) -> bool:
        """Whether the page was shown in this browser, and its link followed."""
        known = request.cookies.get(self._name, "")
        fits = hmac.compare_digest(self.proof(known, written).encode(), proof.encode("utf-8", "surrogatepass"))
        return _BROWSER.fullmatch(known) is not None and fits
