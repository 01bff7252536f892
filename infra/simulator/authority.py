"""The authority that the simulator plays: the Bot Framework's for the channel, Entra's for the bot and for people who sign in.

What it issues, and to whom:

1. To the bot, with each activity: iss = this authority, aud = the app, serviceurl = the connector; for an hour, reused until near its end.
2. To the app itself, for its secret or certificate: aud = https://api.botframework.com, appid = the app. The connector takes nothing else.
3. To a person who signs in: a single-use code, bound to client, redirect URI and PKCE challenge, then an id_token. It says when the person
   last signed in by hand (``auth_time``), and the authentication context that was asked for (``acrs``).

Sources: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication,
https://learn.microsoft.com/entra/identity-platform/v2-oauth2-auth-code-flow, RFC 7636, RFC 7523.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from urllib.parse import urlsplit

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.x509 import load_pem_x509_certificate

from infra.simulator.errors import Refused
from infra.simulator.keys import SigningKey, first_key, new_key
from infra.simulator.organisation import Employee
from infra.simulator.shape import Json, JsonObject, text_at

BOT_AUDIENCE = "https://api.botframework.com"
BOT_SCOPE = "https://api.botframework.com/.default"
TOKEN_S = 3_600
CODE_S = 300
_RENEW_S = 300
_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True, kw_only=True)
class SignIn:
    """What the code of one sign-in is bound to."""

    person: Employee
    client_id: str
    redirect_uri: str
    challenge: str
    nonce: str
    scope: str
    expires_at: float
    auth_time: int
    """When this person last signed in by hand."""
    context: str = ""
    """The authentication context that was asked for, and is taken as satisfied."""


class Authority:
    """Signs and checks tokens. ``url`` and ``https_url`` are known once the listeners are bound."""

    def __init__(self, *, app_id: str, tenant_id: str, client_secret: str) -> None:
        self.app_id = app_id
        self.tenant_id = tenant_id
        self.url = ""
        self.https_url = ""
        self._client_secret = client_secret
        self._certificates: list[RSAPublicKey] = []
        self._channel_key = first_key("msteams")
        self._directory_key = first_key()
        self._codes: dict[str, SignIn] = {}
        self._began_at = int(time.time())
        self._signed_in_at: dict[str, int] = {}
        self._inbound: tuple[str, float] = ("", 0.0)

    @property
    def channel_key(self) -> SigningKey:
        """Signs what the simulator hands to the bot."""
        return self._channel_key

    @property
    def directory_key(self) -> SigningKey:
        """Signs what Entra would: the app's tokens and people's id_tokens."""
        return self._directory_key

    @property
    def entra_issuer(self) -> str:
        """The issuer of id_tokens."""
        return f"{self.https_url}/{self.tenant_id}/v2.0"

    def roll_channel_key(self) -> None:
        """Sign with a new key from now on; the old one leaves the published set, as after a rollover."""
        self._channel_key = new_key("msteams")
        self._inbound = ("", 0.0)

    def sign_ins_grow_older(self, by: timedelta) -> None:
        """As though everybody had signed in by hand that much earlier."""
        self._signed_in_at = {person: at - int(by.total_seconds()) for person, at in self._signed_in_at.items()}
        self._began_at -= int(by.total_seconds())

    def trust_certificate(self, pem: bytes) -> None:
        """Register the app's certificate: assertions signed with its key are then as good as the secret. TypeError if it is not RSA."""
        public = load_pem_x509_certificate(pem).public_key()
        if not isinstance(public, RSAPublicKey):
            raise TypeError(f"the app's certificate must have an RSA key, not {type(public).__name__}")
        self._certificates.append(public)

    def inbound_claims(self, *, now: float | None = None) -> JsonObject:
        """The claims of a token for the bot. (1) Seconds since 1970, real time."""
        issued = int(time.time() if now is None else now)
        return {
            "iss": self.url,
            "aud": self.app_id,
            "serviceurl": f"{self.url}/",
            "nbf": issued,
            "iat": issued,
            "exp": issued + TOKEN_S,
        }

    def inbound_token(self, *, service_url: str | None = None) -> str:
        """A token for the bot; the same one until it nears its end. (1) Another ``service_url`` is for a client behind the relay."""
        if service_url is not None:
            return self._channel_key.sign(self.inbound_claims() | {"serviceurl": service_url})
        token, expires_at = self._inbound
        if time.time() > expires_at - _RENEW_S:
            token, expires_at = self._channel_key.sign(self.inbound_claims()), time.time() + TOKEN_S
            self._inbound = (token, expires_at)
        return token

    def check_bot_token(self, authorization: str) -> None:
        """Let a call to the connector pass. (2) Raises Refused 401, with the words of the real service."""
        scheme, _, token = authorization.partition(" ")
        refused = Refused(401, "", "Authorization has been denied for this request.")
        if scheme.lower() != "bearer":
            raise refused
        try:
            claims = jwt.decode(
                token,
                self._directory_key.private.public_key(),
                algorithms=["RS256"],
                audience=BOT_AUDIENCE,
                issuer=f"{self.https_url}/{self.tenant_id}/",
                options={"require": ["exp", "iss", "aud"]},
            )
        except jwt.PyJWTError as error:
            raise refused from error
        if claims.get("appid") != self.app_id:
            raise refused

    def check_client(self, form: Mapping[str, str], *, token_url: str) -> None:
        """Let a client use the token endpoint: its secret, or an assertion by its certificate (RFC 7523). Raises Refused as Entra does."""
        if form.get("client_id", "").lower() != self.app_id.lower():
            raise self._unknown_client(form.get("client_id", ""))
        if form.get("client_assertion_type") == _ASSERTION:
            self._check_assertion(form.get("client_assertion", ""), token_url=token_url)
            return
        if not hmac.compare_digest(form.get("client_secret", "").encode(), self._client_secret.encode()):
            raise Refused(401, "invalid_client", f"AADSTS7000215: Invalid client secret provided for app '{self.app_id}'.")

    def bot_token(self, scope: str) -> JsonObject:
        """Answer a token for the app itself. (2) Raises Refused 400 for any scope but the Bot Framework's."""
        if scope != BOT_SCOPE:
            raise Refused(400, "invalid_scope", f"AADSTS70011: The provided value for the input parameter 'scope' is not valid: {scope}.")
        return {"token_type": "Bearer", "expires_in": TOKEN_S - 1, "ext_expires_in": TOKEN_S - 1, "access_token": self._app_token()}

    def check_redirect(self, *, client_id: str, redirect_uri: str) -> None:
        """Let a sign-in begin. Only this machine is ever redirected to, so that a code cannot leave it. Raises Refused 400."""
        parts = urlsplit(redirect_uri)
        if client_id.lower() != self.app_id.lower():
            raise self._unknown_client(client_id)
        if parts.scheme not in ("http", "https") or parts.hostname not in _LOOPBACK or parts.fragment:
            raise Refused(400, "invalid_request", f"AADSTS50011: The redirect URI '{redirect_uri}' is not one of this machine.")

    def sign_in(self, person: Employee, asked: Mapping[str, str], *, by_hand: bool) -> str:
        """Answer a single-use code for ``person`` and the request ``asked``. (3) ``by_hand``: they have just shown who they are.

        Raises Refused 400: a disabled account, or a sign-in by hand longer ago than ``max_age`` allows (OpenID Connect Core 3.1.2.1).
        """
        if not person.enabled:
            raise Refused(400, "access_denied", f"AADSTS50057: The user account {person.email} is disabled.")
        now = int(time.time())
        if by_hand:
            self._signed_in_at[person.id] = now
        auth_time, longest = self._signed_in_at.get(person.id, self._began_at), asked.get("max_age", "")
        if longest.isdecimal() and now - auth_time > int(longest):
            raise Refused(400, "login_required", "AADSTS50058: The session is older than max_age; the user has to sign in again.")
        code = secrets.token_urlsafe(32)
        self._codes[code] = SignIn(
            person=person,
            client_id=self.app_id,
            redirect_uri=asked["redirect_uri"],
            challenge=asked["code_challenge"],
            nonce=asked.get("nonce", ""),
            scope=asked.get("scope", ""),
            expires_at=time.time() + CODE_S,
            auth_time=auth_time,
            context=_context(asked.get("claims", "")),
        )
        return code

    def redeem(self, form: Mapping[str, str]) -> JsonObject:
        """Exchange a code for tokens. (3) Raises Refused 400: unknown, used or late code, another redirect URI, a wrong verifier."""
        sign_in = self._codes.pop(form.get("code", ""), None)
        if sign_in is None or time.time() > sign_in.expires_at:
            raise Refused(400, "invalid_grant", "AADSTS54005: OAuth2 authorization code was already redeemed or has expired.")
        if form.get("redirect_uri") != sign_in.redirect_uri:
            raise Refused(400, "invalid_grant", "AADSTS500112: The reply address does not match the one of the authorization request.")
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if not hmac.compare_digest(base64.urlsafe_b64encode(digest).decode().rstrip("="), sign_in.challenge):
            raise Refused(400, "invalid_grant", "AADSTS501481: The code_verifier does not match the code_challenge.")
        answer: JsonObject = {
            "token_type": "Bearer",
            "scope": sign_in.scope,
            "expires_in": TOKEN_S - 1,
            "ext_expires_in": TOKEN_S - 1,
            "access_token": secrets.token_urlsafe(32),
            "id_token": self._directory_key.sign(self._id_claims(sign_in)),
        }
        if form.get("client_info"):
            account = json.dumps({"uid": sign_in.person.id, "utid": self.tenant_id}).encode()
            answer["client_info"] = base64.urlsafe_b64encode(account).decode().rstrip("=")
        return answer

    @staticmethod
    def _unknown_client(client_id: str) -> Refused:
        return Refused(400, "unauthorized_client", f"AADSTS700016: Application '{client_id}' was not found in the directory.")

    def _app_token(self) -> str:
        issued = int(time.time())
        claims: dict[str, Json] = {
            "iss": f"{self.https_url}/{self.tenant_id}/",
            "aud": BOT_AUDIENCE,
            "appid": self.app_id,
            "tid": self.tenant_id,
            "ver": "1.0",
            "nbf": issued,
            "iat": issued,
            "exp": issued + TOKEN_S,
            "jti": secrets.token_hex(8),
        }
        return self._directory_key.sign(claims)

    def _id_claims(self, sign_in: SignIn) -> JsonObject:
        issued, person = int(time.time()), sign_in.person
        contexts: JsonObject = {"acrs": [sign_in.context]} if sign_in.context else {}
        return {
            **contexts,
            # An optional claim of the registration, which the sample one has.
            "auth_time": sign_in.auth_time,
            "uti": secrets.token_urlsafe(16),
            "iss": self.entra_issuer,
            "aud": sign_in.client_id,
            "tid": self.tenant_id,
            "oid": person.id,
            "sub": hashlib.sha256(f"{person.id}/{sign_in.client_id}".encode()).hexdigest(),
            "name": person.name,
            "preferred_username": person.email,
            "roles": list(person.roles),
            "nonce": sign_in.nonce,
            "ver": "2.0",
            "nbf": issued,
            "iat": issued,
            "exp": issued + TOKEN_S,
        }

    def _check_assertion(self, assertion: str, *, token_url: str) -> None:
        for public in self._certificates:
            try:
                jwt.decode(
                    assertion,
                    public,
                    algorithms=["RS256", "PS256"],
                    audience=token_url,
                    issuer=self.app_id,
                    subject=self.app_id,
                    options={"require": ["exp", "iss", "sub", "aud"]},
                )
            except jwt.PyJWTError:
                continue
            return
        raise Refused(401, "invalid_client", "AADSTS700027: The certificate that signed the assertion is not registered on the app.")


def _context(claims: str) -> str:
    """The authentication context in a ``claims`` parameter (OpenID Connect Core 5.5), or ""."""
    try:
        asked: Json = json.loads(claims) if claims else None
    except ValueError as error:
        raise Refused(400, "invalid_request", "AADSTS900144: The parameter claims is not JSON.") from error
    return text_at(asked, "id_token", "acrs", "value")
