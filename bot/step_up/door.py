"""Signing in for one decision, in three steps: what is about to be approved; Microsoft's own page; back here, and back to Teams.

The first page is no courtesy. Whoever forges a press is given the address of this sign-in and could send it to the approver: they would see
here what they are made to approve, before they prove that it is them. So nothing leads past it (shown.py). What comes back is verified by
the mediation layer (approvals/step_up.py), now and again at the decision; this room only carries it.
"""

import hmac
import logging
from secrets import token_urlsafe

from aiohttp import web

from approvals import reading
from approvals.change import Person
from approvals.errors import UnknownRequestError
from approvals.evidence import Trigger
from approvals.operations.desk import Act, Desk
from approvals.operations.sign_in import keep
from approvals.step_up import Sought
from approvals.store.people import people
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.views import RequestView
from approvals.words import Sentence, say
from bot.clock import Now
from bot.desk.entra import Entra
from bot.desk.errors import SignInError, StaleSignInError
from bot.desk.session import Cookies
from bot.settings import Settings
from bot.step_up.links import PAGE, SIGN_IN, SIGNED_IN
from bot.step_up.pages import STATIC, Pages
from bot.step_up.shown import Shown
from bot.step_up.sign_ins import SignIns
from cards import facts
from cards.language import Language

log = logging.getLogger("bot.step_up")

_NOT_SIGNED_IN = say("You are not signed in for this")
_TOO_OLD = say("This sign-in is more than ten minutes old, or was altered. Go back to Teams and press Approve again.")
_MOVED_ON = say("The request has changed since you pressed Approve. Go back to Teams and look at its card again; nothing was approved.")


class StepUpDoor:
    """The three pages. ``clock`` is real time, by which addresses and cookies age."""

    def __init__(self, *, desk: Desk, settings: Settings, sign_ins: SignIns, secret: bytes, clock: Now) -> None:
        self._desk = desk
        self._sign_ins = sign_ins
        self._entra = Entra(settings, returns_to=SIGNED_IN)
        is_https = settings.public_url.startswith("https://")
        self._cookies = Cookies(secret, is_https=is_https, clock=clock)
        self._shown = Shown(hmac.digest(secret, b"countersign/step-up/shown", "sha256"), is_https=is_https)
        self._tenant = settings.tenant_id
        self._pages = Pages(settings)

    def routes(self) -> list[web.RouteDef]:
        """The addresses of this room."""
        return [
            web.get(PAGE, self.show),
            web.get(SIGN_IN, self.sign_in),
            web.get(SIGNED_IN, self.signed_in),
            STATIC.route,
        ]

    async def show(self, request: web.Request) -> web.Response:
        """What is about to be approved, and the way to sign in for it."""
        written = request.query.get("for", "")
        sought = self._sign_ins.links.read(written)
        if sought is None:
            return self._notice(_TOO_OLD, language=Language(), status=400)
        view, person = await self._desk.store.read(lambda tx: self._look(tx, sought))
        language = _language(person)
        if view is None:
            return self._notice(_MOVED_ON, language=language, status=409)
        browser = self._shown.browser(request)
        response = self._pages.page(
            "confirm",
            language=language,
            view=view,
            for_whom=facts.person(view.beneficiary, language=language),
            duration=language.duration(sought.duration),
            risk=language.words(facts.risk(view.entitlement)),
            name=person.name if person else "",
            sign_in=f"{SIGN_IN}?for={written}&shown={self._shown.proof(browser, written)}",
        )
        self._shown.remember(response, browser)
        return response

    async def sign_in(self, request: web.Request) -> web.Response:
        """Send the browser to the authority; or first to the page that says what for, where it comes by another way."""
        written = request.query.get("for", "")
        sought = self._sign_ins.links.read(written)
        if sought is None:
            return self._notice(_TOO_OLD, language=Language(), status=400)
        if not self._shown.was(request, written=written, proof=request.query.get("shown", "")):
            return self._pages.redirect(f"{PAGE}?for={written}")
        person = (await self._desk.store.read(lambda tx: people(tx, sought.person))).get(sought.person)
        try:
            begun = await self._entra.begin_anew(to=written, binding=sought.binding(self._tenant), hint=person.email if person else "")
        except SignInError as error:
            return self._failed(error, again=f"{PAGE}?for={written}", language=_language(person))
        response = self._pages.redirect(begun.url)
        self._cookies.begin(response, begun.pending)
        return response

    async def signed_in(self, request: web.Request) -> web.Response:
        """Take what the authority sent the browser back with, keep it for the decision, and hand over to Teams."""
        answer = dict(request.query)
        state = answer.get("state", "")
        pending = self._cookies.pending(request, state=state)
        sought = self._sign_ins.links.read(pending.to) if pending else None
        person = (await self._desk.store.read(lambda tx: people(tx, sought.person))).get(sought.person) if sought else None
        again = f"{PAGE}?for={pending.to}" if pending and sought else None
        try:
            if pending is None or sought is None:
                raise StaleSignInError("this browser has begun none of that state, or too long ago")
            token = await self._entra.finish_anew(pending, answer=answer)
            response = await self._kept(token, sought=sought, again=again, language=_language(person))
        except SignInError as error:
            response = self._failed(error, again=again, language=_language(person))
        self._cookies.end(response, state=state)
        return response

    async def _kept(self, token: str, *, sought: Sought, again: str | None, language: Language) -> web.Response:
        await self._sign_ins.expect(token)
        code = token_urlsafe(24)
        act = Act(actor=sought.person, trigger=Trigger(source="sign-in"), at=self._desk.now())
        refused = await self._desk.store.write(lambda tx: keep(tx, token, code=code, sought=sought, act=act, desk=self._desk))
        if refused is not None:
            log.info("a sign-in for a decision does not count: %s", refused.why)
            return self._notice(refused.reason, language=language, status=403, again=again)
        return self._pages.page("signed_in", language=language, with_library=True, code=code)

    def _look(self, tx: Tx, sought: Sought) -> tuple[RequestView | None, Person | None]:
        """The request as the presser sees it, if it still waits as they saw it; and the presser."""
        person = people(tx, sought.person).get(sought.person)
        try:
            row = find(tx, sought.request)
        except UnknownRequestError:
            return None, person
        view = reading.request_view(tx, row, reader=sought.person, shelf=self._desk.shelf)
        return (view if view.is_open and view.version == sought.version else None), person

    def _failed(self, error: SignInError, *, again: str | None, language: Language) -> web.Response:
        log.warning("nobody signed in for a decision: %s", error)
        return self._notice(error.sentence, language=language, status=error.status, again=again)

    def _notice(self, sentence: Sentence, *, language: Language, status: int, again: str | None = None) -> web.Response:
        return self._pages.notice(_NOT_SIGNED_IN, sentence, language=language, status=status, again=again)


def _language(person: Person | None) -> Language:
    return Language(person.locale, person.time_zone) if person else Language()
