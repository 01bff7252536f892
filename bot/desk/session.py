"""What a browser keeps between two requests: who is signed in, or which sign-in is under way. Signed, never encrypted, no token in it.

Both live as long as their cookie says and no longer, counted from the moment inside the signature; nothing prolongs them.
"""

import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from aiohttp import web
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from itsdangerous import BadData, URLSafeSerializer

from approvals.change import PersonId
from bot.clock import Now
from bot.desk.claims import Visitor

SESSION_LIFE = timedelta(hours=8)
SIGN_IN_LIFE = timedelta(minutes=10)
SIGNED_IN = "/desk/signed-in"

_CLOCKS_DIFFER = timedelta(minutes=1)
_STATE = re.compile(r"[A-Za-z0-9_-]{8,64}", re.ASCII)
_NAMED_BY = 8

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pending:
    """A sign-in that is under way: what the authority's answer is checked against, and where the person wanted to go."""

    state: str
    nonce: str
    code_verifier: str
    to: str


class Cookies:
    """Sets and reads the two cookies. ``secret`` is the installation's; a key of their own is derived from it (RFC 5869)."""

    def __init__(self, secret: bytes, *, is_https: bool, clock: Now) -> None:
        key = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"countersign/desk/cookies").derive(secret)
        self._sessions, self._pending = _signer(key, salt="session"), _signer(key, salt="sign-in")
        self._is_https = is_https
        self._clock = clock
        # A name with __Host- is refused by browsers unless it comes over https, from this very host (RFC 6265bis 4.1.3.2).
        self._prefix = "__Host-countersign" if is_https else "countersign"

    def sign_in(self, response: web.StreamResponse, visitor: Visitor) -> None:
        """Remember ``visitor`` in the browser."""
        content = {"oid": visitor.id, "name": visitor.name, "roles": visitor.roles, "at": int(visitor.signed_in_at.timestamp())}
        self._set(response, self._session_name, self._sessions.dumps(content), life=SESSION_LIFE)

    def visitor(self, request: web.Request) -> Visitor | None:
        """Who is signed in; None when nobody is, when their time is over, or when the cookie is not ours."""
        return self._read(request.cookies.get(self._session_name), self._sessions, life=SESSION_LIFE, make=_visitor)

    def sign_out(self, response: web.StreamResponse) -> None:
        """Forget who was signed in."""
        self._drop(response, self._session_name)

    def begin(self, response: web.StreamResponse, pending: Pending) -> None:
        """Remember a sign-in that is under way. Each has a cookie of its own, so that two tabs can sign in at once."""
        content = {
            "state": pending.state,
            "nonce": pending.nonce,
            "verifier": pending.code_verifier,
            "to": pending.to,
            "at": int(self._clock().timestamp()),
        }
        self._set(response, self._pending_name(pending.state), self._pending.dumps(content), life=SIGN_IN_LIFE)

    def pending(self, request: web.Request, *, state: str) -> Pending | None:
        """The sign-in that ``state`` belongs to; None when this browser has none of that name."""
        if not _STATE.fullmatch(state):
            return None
        return self._read(request.cookies.get(self._pending_name(state)), self._pending, life=SIGN_IN_LIFE, make=_pending)

    def end(self, response: web.StreamResponse, *, state: str) -> None:
        """Forget the sign-in that ``state`` belongs to: it is used once."""
        if _STATE.fullmatch(state):
            self._drop(response, self._pending_name(state))

    @property
    def _session_name(self) -> str:
        return f"{self._prefix}-desk"

    def _pending_name(self, state: str) -> str:
        return f"{self._prefix}-sign-in-{state[:_NAMED_BY]}"

    def _set(self, response: web.StreamResponse, name: str, value: str, *, life: timedelta) -> None:
        max_age = int(life.total_seconds())
        response.set_cookie(name, value, max_age=max_age, path="/", httponly=True, secure=self._is_https, samesite="Lax")

    def _drop(self, response: web.StreamResponse, name: str) -> None:
        response.del_cookie(name, path="/", httponly=True, secure=self._is_https, samesite="Lax")

    def _read(self, cookie: str | None, signer: URLSafeSerializer, *, life: timedelta, make: Callable[[dict[str, object]], T]) -> T | None:
        if cookie is None:
            return None
        try:
            content = signer.loads(cookie)
        except BadData:
            return None
        at = datetime.fromtimestamp(content["at"], UTC)
        # A cookie from the future means that a clock was turned back: nobody knows how old it is.
        if not -_CLOCKS_DIFFER <= self._clock() - at <= life:
            return None
        return make({**content, "at": at})


def _visitor(content: dict[str, object]) -> Visitor:
    roles, at = content["roles"], content["at"]
    return Visitor(
        id=PersonId(str(content["oid"])),
        name=str(content["name"]),
        roles=tuple(str(role) for role in roles) if isinstance(roles, list) else (),
        signed_in_at=at if isinstance(at, datetime) else datetime.min.replace(tzinfo=UTC),
    )


def _pending(content: dict[str, object]) -> Pending:
    return Pending(state=str(content["state"]), nonce=str(content["nonce"]), code_verifier=str(content["verifier"]), to=str(content["to"]))


def _signer(key: bytes, *, salt: str) -> URLSafeSerializer:
    return URLSafeSerializer(key, salt=salt, signer_kwargs={"digest_method": hashlib.sha256, "key_derivation": "hmac"})
