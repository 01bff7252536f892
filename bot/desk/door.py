"""The door of the desk: signing in, signing out, and who may read, decided anew for every request.

Who may read, in this order:
    (1) the cookie is ours and at most eight hours old: else they sign in, and come back to where they wanted to go
    (2) the directory still knows the person and says that they are enabled: else they are signed out
    (3) the token said ``helpdesk`` when they signed in, and the directory says so now: else they are told whom to ask
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from aiohttp import web

from approvals import reading
from approvals.change import HELPDESK, Person
from approvals.errors import AuditUnavailableError
from approvals.operations.desk import Desk
from approvals.store.people import people
from approvals.words import say
from bot.clock import Now
from bot.desk.asked import LIST, SIGN_IN, one_of_ours, sign_in_address
from bot.desk.claims import Visitor, visitor_of
from bot.desk.entra import Entra
from bot.desk.errors import SignInError, StaleSignInError
from bot.desk.pages import notice, redirect
from bot.desk.session import Cookies
from bot.settings import Settings
from cards.language import Language

SIGNED_OUT = "/desk/signed-out"

log = logging.getLogger("bot.desk")

_SOMEBODY_ELSE = f"{SIGN_IN}?as=somebody-else"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Somebody who may read the desk, and how they read."""

    person: Person
    language: Language


Page = Callable[[web.Request, Reader], Awaitable[web.Response]]


class Door:
    """Lets the helpdesk in. ``clock`` is real time: sessions age by it even while simulated time is pushed forward."""

    def __init__(self, *, desk: Desk, settings: Settings, secret: bytes, clock: Now) -> None:
        self._desk = desk
        self._settings = settings
        self._entra = Entra(settings)
        self._cookies = Cookies(secret, is_https=settings.public_url.startswith("https://"), clock=clock)
        self._clock = clock

    def behind(self, show: Page) -> Callable[[web.Request], Awaitable[web.Response]]:
        """``show`` as a handler that only readers reach."""

        async def shown(request: web.Request) -> web.Response:
            # (1) Session.
            visitor = self._cookies.visitor(request)
            if visitor is None:
                return redirect(sign_in_address(one_of_ours(request.raw_path)))
            # (2) Directory.
            person = (await self._desk.store.read(lambda tx: people(tx, visitor.id))).get(visitor.id)
            if person is None or not person.enabled:
                return self._turned_out(visitor)
            # (3) Role.
            language = Language(person.locale, person.time_zone)
            if HELPDESK not in visitor.roles or not person.may_read_tickets:
                return await self._whom_to_ask(visitor, language=language)
            return await show(request, Reader(person=person, language=language))

        return _in_words(shown)

    async def sign_in(self, request: web.Request) -> web.Response:
        """Send the browser to the authority."""
        to = one_of_ours(request.query.get("to", LIST))
        try:
            begun = await self._entra.begin(to=to, as_somebody_else=request.query.get("as") == "somebody-else")
        except SignInError as error:
            return _failed(error, again=sign_in_address(to))
        response = redirect(begun.url)
        self._cookies.begin(response, begun.pending)
        return response

    async def signed_in(self, request: web.Request) -> web.Response:
        """Take what the authority sent the browser back with; it is good for one sign-in, whatever comes of it."""
        answer = dict(request.query)
        state = answer.get("state", "")
        pending = self._cookies.pending(request, state=state)
        again = sign_in_address(pending.to) if pending else SIGN_IN
        try:
            if pending is None:
                raise StaleSignInError("this browser has begun none of that state")
            claims = await self._entra.finish(pending, answer=answer)
            visitor = visitor_of(
                claims,
                issuer=self._entra.issuer,
                app_id=self._settings.app_id,
                tenant_id=self._settings.tenant_id,
                now=self._clock(),
            )
        except SignInError as error:
            response = _failed(error, again=again)
            self._cookies.end(response, state=state)
            return response
        response = redirect(pending.to)
        self._cookies.end(response, state=state)
        self._cookies.sign_in(response, visitor)
        log.info("signed in at the desk: %s", visitor.id)
        return response

    async def sign_out(self, request: web.Request) -> web.Response:
        """Forget who is signed in, when it is a page of ours that asks."""
        if not self._is_from_our_page(request):
            sentence = say("Something else than this page asked to sign you out, so nothing was done.")
            return notice(say("You are still signed in"), sentence, link=(LIST, say("Go to the tickets")), status=403)
        response = redirect(SIGNED_OUT)
        self._cookies.sign_out(response)
        return response

    async def signed_out(self, _request: web.Request) -> web.Response:
        """Say that nobody is signed in here any more."""
        sentence = say("You are signed out of the helpdesk in this browser. You may still be signed in to Microsoft.")
        return notice(say("Signed out"), sentence, link=(_SOMEBODY_ELSE, say("Sign in")))

    def _is_from_our_page(self, request: web.Request) -> bool:
        """Whether a POST comes from a page of this origin.

        Browsers say so in Sec-Fetch-Site; Origin is "null" here, because our pages send no referrer (Fetch 3.1). Old ones have only Origin.
        """
        site = request.headers.get("Sec-Fetch-Site")
        if site is not None:
            return site == "same-origin"
        ours = urlsplit(self._settings.public_url)
        return request.headers.get("Origin") == f"{ours.scheme}://{ours.netloc}"

    def _turned_out(self, visitor: Visitor) -> web.Response:
        log.info("signed out at the desk, since the directory does not vouch for them any more: %s", visitor.id)
        sentence = say("The directory says that your account is not in use any more, so you were signed out.")
        also = say("If that is wrong, ask whoever looks after accounts in your organisation.")
        response = notice(say("Signed out"), sentence, also, link=(_SOMEBODY_ELSE, say("Sign in as somebody else")), status=403)
        self._cookies.sign_out(response)
        return response

    async def _whom_to_ask(self, visitor: Visitor, *, language: Language) -> web.Response:
        helpdesk = await self._desk.store.read(lambda tx: reading.holders(tx, HELPDESK))
        names = language.any_of(one.name for one in helpdesk)
        sentence = say("These pages are for the helpdesk, and {name} is not on it.", name=visitor.name)
        ask = say("Ask {names} to look for you, or ask whoever looks after Countersign for the role “{role}”.", names=names, role=HELPDESK)
        nobody = say("Ask whoever looks after Countersign for the role “{role}”.", role=HELPDESK)
        mine = say("Your own requests are in Teams: write “my requests” to Countersign.")
        link = (_SOMEBODY_ELSE, say("Sign in as somebody else"))
        told = (sentence, ask if names else nobody, mine)
        return notice(say("Only for the helpdesk"), *told, link=link, status=403, language=language, who=visitor.name)


def _in_words(show: Callable[[web.Request], Awaitable[web.Response]]) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def shown(request: web.Request) -> web.Response:
        try:
            return await show(request)
        except AuditUnavailableError as error:
            log.warning("a page of the desk could not be shown: %s", error)
            sentence = say("The tickets cannot be read at the moment. Nothing is lost: try again in a few minutes.")
            return notice(say("Not just now"), sentence, link=(one_of_ours(request.raw_path), say("Try again")), status=503)

    return shown


def _failed(error: SignInError, *, again: str) -> web.Response:
    log.warning("nobody was signed in at the desk: %s", error)
    return notice(say("You are not signed in"), error.sentence, link=(again, say("Sign in again")), status=error.status)
