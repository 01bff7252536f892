"""Whose request is this? The checks of an inbound token, in order; the first that fails ends it (A2–A6).

(1) ``Authorization: Bearer <token>``, one space, at most 4 KiB (Microsoft's are about 1 KiB).
(2) Seen before: a token verified once is not verified again until it expires or its key is withdrawn.
(3) A key id.
(4) The key is in the authority's set, and endorsed for ``msteams`` (A5).
(5) Signature, by RS256 and nothing else (RFC 8725 3.1; PyJWT refuses ``crit`` and ``b64``); ``iss`` is exactly the authority (A2); ``aud``
    is our app id, one string; ``exp`` and ``nbf`` are present and are whole numbers, 60 s leeway (A6).
(6) ``serviceurl`` is present and is an address that we may send to (A4). The body must repeat it: parse.py.

Source: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

import time
from base64 import urlsafe_b64decode
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from hashlib import sha256

import jwt
import orjson

from bot.front.authority import Authority
from bot.front.errors import NotAuthenticated
from bot.front.keys import SigningKey, SigningKeys

MAX_TOKEN = 4 * 1024
MAX_HEADER = 2 * 1024
LEEWAY_S = 60
MAX_REMEMBERED = 10_000
CHANNEL = "msteams"


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """A verified token: the service that calls, and where it takes answers. Not a person: those are in the body that it vouches for."""

    issuer: str
    app_id: str
    service_url: str
    kid: str
    expires_at: int
    """Seconds since the epoch, real time."""


class TokenVerifier:
    """Verifies each token once. ``seen`` counts the answers of the cache: hit or miss."""

    def __init__(
        self,
        *,
        authority: Authority,
        app_id: str,
        keys: SigningKeys,
        seen: Callable[[str], None] = lambda _result: None,
        epoch: Callable[[], float] = time.time,
    ) -> None:
        self._authority = authority
        self._app_id = app_id
        self._keys = keys
        self._seen = seen
        self._epoch = epoch
        self._remembered: OrderedDict[bytes, Caller] = OrderedDict()

    async def verify(self, authorization: str | None) -> Caller:
        """Who sent a request with this ``Authorization`` header.

        Raises:
            NotAuthenticated: any check failed.
            KeysUnavailable: no key has been read yet.
        """
        token = _bearer(authorization)  # (1)
        digest = sha256(token).digest()
        caller = self._recall(digest)  # (2)
        self._seen("miss" if caller is None else "hit")
        if caller is None:
            key = await self._key_for(token)
            caller = self._read(token, key)
            self._remember(digest, caller)
        return caller

    def _recall(self, digest: bytes) -> Caller | None:
        caller = self._remembered.get(digest)
        if caller is None:
            return None
        if caller.expires_at + LEEWAY_S <= self._epoch() or not self._keys.knows(caller.kid):
            del self._remembered[digest]
            return None
        return caller

    def _remember(self, digest: bytes, caller: Caller) -> None:
        self._remembered[digest] = caller
        if len(self._remembered) > MAX_REMEMBERED:
            self._remembered.popitem(last=False)

    async def _key_for(self, token: bytes) -> SigningKey:
        # (3) Which key.
        kid = _header(token).get("kid")
        if not isinstance(kid, str):
            raise NotAuthenticated("kid")
        # (4) Is it the authority's, and for Teams?
        key = await self._keys.find(kid)
        if key is None:
            raise NotAuthenticated("unknown key")
        if CHANNEL not in key.endorsements:
            raise NotAuthenticated("endorsement")
        return key

    def _read(self, token: bytes, key: SigningKey) -> Caller:
        # (5) Signature and times. The clock is passed in, so the times are compared here rather than in PyJWT.
        try:
            claims = jwt.decode(
                token,
                key.public,
                algorithms=["RS256"],
                audience=self._app_id,
                issuer=self._authority.issuer,
                options={
                    "require": ["exp", "nbf", "iss", "aud", "serviceurl"],
                    "strict_aud": True,
                    "verify_exp": False,
                    "verify_nbf": False,
                    "verify_iat": False,
                },
            )
        except (jwt.PyJWTError, RecursionError) as error:
            raise NotAuthenticated(type(error).__name__) from error
        expires_at, starts_at = claims["exp"], claims["nbf"]
        # A bool is an int in Python, and a float may be NaN: neither is a time.
        if type(expires_at) is not int or type(starts_at) is not int:
            raise NotAuthenticated("times")
        now = self._epoch()
        if expires_at + LEEWAY_S <= now or starts_at - LEEWAY_S > now:
            raise NotAuthenticated("expired or not yet valid")
        # (6) Where the answers go.
        service_url = claims["serviceurl"]
        if not isinstance(service_url, str) or not self._authority.permits(service_url):
            raise NotAuthenticated("service url")
        return Caller(issuer=self._authority.issuer, app_id=self._app_id, service_url=service_url, kid=key.kid, expires_at=expires_at)


def _bearer(authorization: str | None) -> bytes:
    scheme, _, token = (authorization or "").partition(" ")
    if scheme.lower() != "bearer" or not token or len(token) > MAX_TOKEN or not token.isascii() or " " in token:
        raise NotAuthenticated("header")
    return token.encode("ascii")


def _header(token: bytes) -> dict[str, object]:
    segment = token.partition(b".")[0]
    if token.count(b".") != 2 or len(segment) > MAX_HEADER:
        raise NotAuthenticated("form")
    try:
        header = orjson.loads(urlsafe_b64decode(segment + b"=" * (-len(segment) % 4)))
    except ValueError as error:
        raise NotAuthenticated("form") from error
    if not isinstance(header, dict):
        raise NotAuthenticated("form")
    return header
