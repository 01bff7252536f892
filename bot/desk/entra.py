"""Signing in with Microsoft Entra: the authorization code flow with PKCE, by msal (RFC 6749 4.1, RFC 7636, OpenID Connect Core 3.1).

msal blocks, so it runs in threads, two at a time at most: a slow authority keeps nobody waiting but those who sign in.
"""

import asyncio
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, TypeVar

import msal
import requests
from msal.exceptions import MsalError
from yarl import URL

from approvals.step_up import nonce
from approvals.words import say
from bot.desk.errors import AuthorityDownError, DeniedSignInError, NotSetUpError, SignInError, StaleSignInError
from bot.desk.session import SIGNED_IN, Pending
from bot.settings import Settings

_TIMEOUT_S = 5
_AT_ONCE = 2
_PATIENCE_S = 15
_SCOPES = ["openid", "profile"]
_REASON = re.compile(r"[a-z_]{1,40}", re.ASCII)
_AADSTS = re.compile(r"AADSTS[0-9]{1,12}", re.ASCII)

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Where the browser goes to sign in, and what has to be remembered until it comes back."""

    url: str
    pending: Pending


class Entra:
    """Sends people to the authority of ``settings`` and reads what they bring back to ``returns_to``. Touches no network until asked."""

    def __init__(self, settings: Settings, *, returns_to: str = SIGNED_IN) -> None:
        self._settings = settings
        self._redirect_uri = f"{settings.public_url}{returns_to}"
        self._app: msal.ConfidentialClientApplication | None = None
        self._room = asyncio.Semaphore(_AT_ONCE)

    @property
    def issuer(self) -> str:
        """The issuer of the id_tokens that count here."""
        return self._settings.sign_in_authority.issuer

    async def begin(self, *, to: str, as_somebody_else: bool) -> Begun:
        """Begin a sign-in that ends at ``to``. ``as_somebody_else`` lets the person choose an account even when one is signed in.

        Raises:
            AuthorityDownError: the authority does not say where people sign in.
        """
        flow = await self._ask(lambda: self._begin(prompt="select_account" if as_somebody_else else None))
        pending = Pending(state=flow["state"], nonce=flow["nonce"], code_verifier=flow["code_verifier"], to=to)
        return Begun(url=flow["auth_uri"], pending=pending)

    async def begin_anew(self, *, to: str, binding: str, hint: str) -> Begun:
        """Begin a sign-in that nobody is spared, as the person of ``hint`` (a sign-in name), for what ``binding`` names and nothing else.

        The nonce is made of ``binding``, so that the id_token is good for that alone; ``max_age`` makes the authority say when it was.

        Raises:
            AuthorityDownError: the authority does not say where people sign in.
        """
        flow = await self._ask(lambda: self._begin(prompt="login", max_age=0, login_hint=hint, claims_challenge=self._context))
        url = URL(flow["auth_uri"]).update_query(nonce=nonce(binding))
        pending = Pending(state=flow["state"], nonce=binding, code_verifier=flow["code_verifier"], to=to)
        return Begun(url=str(url), pending=pending)

    async def finish(self, pending: Pending, *, answer: Mapping[str, str]) -> Mapping[str, object]:
        """The claims of the id_token that the authority's ``answer`` is good for; to be checked by claims.py.

        Raises:
            SignInError: which kind, and why, is in errors.py.
        """
        claims = (await self._redeemed(pending, answer)).get("id_token_claims")
        if not isinstance(claims, dict):
            raise AuthorityDownError("it sent no id_token")
        return claims

    async def finish_anew(self, pending: Pending, *, answer: Mapping[str, str]) -> str:
        """The id_token that the authority's ``answer`` is good for, as it came: to be verified by whoever relies on it.

        Raises:
            SignInError: which kind, and why, is in errors.py.
        """
        token = (await self._redeemed(pending, answer)).get("id_token")
        if not isinstance(token, str):
            raise AuthorityDownError("it sent no id_token")
        return token

    async def _redeemed(self, pending: Pending, answer: Mapping[str, str]) -> dict[str, Any]:
        result = await self._ask(lambda: self._finish(pending, answer))
        if "error" in result:
            raise _said_no(result)
        return result

    def _begin(self, **asked: object) -> dict[str, Any]:
        flow: dict[str, Any] = self._client().initiate_auth_code_flow(
            [], redirect_uri=self._redirect_uri, response_mode="form_post", **asked
        )
        # By query after all: form_post comes back as a POST of another site, and would need cookies that every site's POST carries
        # (SameSite=None). RFC 9700 4.3.1 fears for codes in addresses; ours work once, with the verifier only, and are redirected away.
        # msal warns of anything but form_post, through the process-wide warnings that no thread can silence for itself.
        return {**flow, "auth_uri": str(URL(flow["auth_uri"]).update_query(response_mode="query"))}

    def _finish(self, pending: Pending, answer: Mapping[str, str]) -> dict[str, Any]:
        flow = {
            "state": pending.state,
            "nonce": pending.nonce,
            "code_verifier": pending.code_verifier,
            "redirect_uri": self._redirect_uri,
            "scope": _SCOPES,
        }
        # Only these: msal reads client_info before it compares the state, and trips over anything that is no object.
        known = {name: answer[name] for name in ("state", "code", "error", "error_description") if name in answer}
        result: dict[str, Any] = self._client().acquire_token_by_auth_code_flow(flow, known)
        return result

    @property
    def _context(self) -> str | None:
        """The authentication context to ask for, as the OpenID Connect claims parameter (Core 5.5; Entra's developer guide)."""
        context = self._settings.step_up_context
        return json.dumps({"id_token": {"acrs": {"essential": True, "value": context}}}) if context else None

    async def _ask(self, question: Callable[[], T]) -> T:
        try:
            async with asyncio.timeout(_PATIENCE_S), self._room:
                return await asyncio.to_thread(question)
        except (OSError, MsalError, LookupError) as error:
            raise AuthorityDownError(type(error).__name__) from error
        except (ValueError, RuntimeError) as error:
            # msal: ValueError for a foreign state and for an authority that does not describe itself, RuntimeError for a foreign nonce.
            # Their texts hold what was sent, so they are not passed on.
            raise StaleSignInError(type(error).__name__) from None

    def _client(self) -> msal.ConfidentialClientApplication:
        """The msal application; the authority is asked for its addresses when the first person signs in, and again after a failure."""
        if self._app is None:
            self._app = self._build()
        return self._app

    def _build(self) -> msal.ConfidentialClientApplication:
        settings = self._settings
        try:
            return msal.ConfidentialClientApplication(
                settings.app_id,
                authority=settings.login_url,
                client_credential=_credential(settings),
                # Instance discovery asks Microsoft whether this authority is Microsoft's: the simulator's is not, and offline is silence.
                instance_discovery=None if settings.simulator_url is None else False,
                http_client=_session(settings),
                token_cache=_Forgetful(),
                exclude_scopes=["offline_access"],
            )
        except ValueError as error:
            raise AuthorityDownError("its metadata cannot be used, or the app's certificate cannot be read") from error


class _Forgetful(msal.TokenCache):  # type: ignore[misc]  # msal ships no types
    """Keeps nothing. The pages need to know who somebody is and never act for them, so their tokens are dropped where they arrive."""

    def add(self, event: Mapping[str, object], now: float | None = None) -> None:
        """Do nothing."""


class _Patient(requests.Session):
    """A session whose every call ends after a while, and keeps no connection open: people sign in seldom."""

    def request(self, *args: Any, **kwargs: Any) -> requests.Response:
        kwargs.setdefault("timeout", _TIMEOUT_S)
        return super().request(*args, **kwargs)


def _session(settings: Settings) -> requests.Session:
    session = _Patient()
    session.headers["Connection"] = "close"
    if settings.simulator_ca_file is not None:
        # requests lets REQUESTS_CA_BUNDLE win over ``verify``, and proxies apply to loopback: neither is meant for the simulator.
        session.trust_env = False
        session.verify = str(settings.simulator_ca_file)
    return session


def _credential(settings: Settings) -> str | dict[str, str]:
    if settings.client_certificate_file is not None:
        pem = settings.client_certificate_file.read_text()
        return {"private_key": pem, "public_certificate": pem}
    if settings.client_secret_file is not None:
        return settings.client_secret_file.read_text().strip()
    raise NotSetUpError


def _said_no(result: Mapping[str, object]) -> SignInError:
    """The authority's own refusal. Its words are its own, and may hold names: only the codes are shown and logged."""
    reason, number = _REASON.search(str(result["error"])), _AADSTS.search(str(result.get("error_description", "")))
    code = number[0] if number else reason[0] if reason else "?"
    if result["error"] == "invalid_grant":
        return StaleSignInError(code)
    sentence = say("Microsoft Entra did not sign you in. It calls the reason {code}; whoever looks after Entra can look it up.", code=code)
    return DeniedSignInError(f"the authority refused a sign-in: {code}", sentence=sentence)
