"""Whether somebody has just signed in themselves, for one decision and no other: an Entra id_token, verified by the mediation layer itself.

A channel token vouches for whatever its body says, for an hour, so it can name anybody (platform.md, A6); and a bot process that somebody
has taken over can call any operation. Neither can make Entra sign a token that says: this person, a moment ago, for exactly this decision.
The checks, in this order; the first that fails ends it, and its name is in the evidence:

    form       three parts, at most 16 KiB, a key id                                                      RFC 7519, 7.2
    key        the key is in the tenant's own published set
    signature  by RS256 and nothing else; iss is exactly the tenant's, aud our app alone, one string       RFC 8725, 3.1; OIDC Core 3.1.3.7
    times      exp, nbf and auth_time are whole numbers; exp and nbf hold now, with 60 s leeway
    tenant     tid is the home tenant
    nonce      is the hash of this very decision: request, version, what was shown, verb, time allowed, person, tenant
    person     oid is the person who pressed
    context    acrs holds the authentication context that the installation asks for, if it asks for one

How old a sign-in may be is the policy's to say: mediation's check 17 judges ``age``. A token for single sign-on, which Teams hands out from
a cache, carries neither our nonce nor a fresh ``auth_time``, so it never passes here.

Sources: https://learn.microsoft.com/entra/identity-platform/id-token-claims-reference,
https://learn.microsoft.com/entra/identity-platform/developer-guide-conditional-access-authentication-context
"""

import hashlib
import hmac
import json
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from approvals.change import NotSignedIn, PersonId, RequestId, StepUp, Verdict
from approvals.words import Sentence, say

Keys = Mapping[str, RSAPublicKey]
"""The tenant's published signing keys, by key id."""

_DOMAIN = "countersign decision 1"
_LONGEST = 16 * 1024
_LEEWAY = timedelta(seconds=60)
_UNVERIFIED = say("Your sign-in could not be verified, so it does not count. Sign in again; if this comes back, tell the helpdesk.")
_SOMEBODY_ELSE = say("You signed in as somebody else than the person who pressed Approve. Sign in with your own account.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Vouching:
    """Whose word counts: ``issuer`` for ``app_id`` in ``tenant``. ``context`` is an authentication context such as ``c1``, or None.

    ``keys`` are the tenant's as they were last fetched, by whoever composed this: a press never brings keys along. ``now`` is real time,
    which tokens keep to, also where the product's own clock is pushed forward.
    """

    issuer: str
    app_id: str
    tenant: str
    context: str | None
    keys: Callable[[], Keys]
    now: Callable[[], datetime]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """The decision that a sign-in is sought for. ``shown`` is the digest of what stood on the card."""

    request: RequestId
    version: int
    shown: str
    verdict: Verdict
    duration: timedelta
    person: PersonId

    def binding(self, tenant: str) -> str:
        """This decision in this tenant, as 64 hexadecimal digits: whatever is different gives others."""
        allowed = int(self.duration.total_seconds())
        framed = [_DOMAIN, self.request, self.version, self.shown, self.verdict, allowed, self.person, tenant]
        return hashlib.sha256(json.dumps(framed).encode("ascii")).hexdigest()


def nonce(binding: str) -> str:
    """The nonce of a sign-in that is bound to ``binding``. Hashed once more, since msal sends the hash of what it is given."""
    return hashlib.sha256(binding.encode("ascii")).hexdigest()


def verify(token: str, *, sought: Sought, vouching: Vouching) -> StepUp | NotSignedIn:
    """What ``token`` proves about the decision that is ``sought``. Pure, given the keys and the clock."""
    key = _key(token, vouching.keys())
    if isinstance(key, NotSignedIn):
        return key
    try:
        claims = jwt.decode(
            token,
            key,
            algorithms=["RS256"],
            audience=vouching.app_id,
            issuer=vouching.issuer,
            options={
                "require": ["exp", "nbf", "iss", "aud"],
                "strict_aud": True,
                # The clock is passed in: times are compared below.
                "verify_exp": False,
                "verify_nbf": False,
                "verify_iat": False,
            },
        )
    except (jwt.PyJWTError, RecursionError):
        return NotSignedIn(why="signature", reason=_UNVERIFIED)
    return _judge(claims, token=token, sought=sought, vouching=vouching)


def kid_of(token: str) -> str | None:
    """Which key a token names, believed in nothing: so that a key that is not known yet can be fetched before anything is judged."""
    try:
        kid = jwt.get_unverified_header(token).get("kid") if len(token) <= _LONGEST else None
    except (jwt.PyJWTError, RecursionError):
        return None
    return kid if isinstance(kid, str) else None


def _key(token: str, keys: Keys) -> RSAPublicKey | NotSignedIn:
    kid = kid_of(token)
    if kid is None:
        return NotSignedIn(why="form", reason=_UNVERIFIED)
    return keys.get(kid) or NotSignedIn(why="key", reason=_UNVERIFIED)


def _judge(claims: Mapping[str, object], *, token: str, sought: Sought, vouching: Vouching) -> StepUp | NotSignedIn:
    now = vouching.now()
    signed_in_at = _moment(claims.get("auth_time"))
    if signed_in_at is None or signed_in_at - _LEEWAY > now or not _holds(claims, now=now):
        return NotSignedIn(why="times", reason=_UNVERIFIED)
    if claims.get("tid") != vouching.tenant:
        return NotSignedIn(why="tenant", reason=_UNVERIFIED)
    if not hmac.compare_digest(_text(claims.get("nonce")), nonce(sought.binding(vouching.tenant)).encode()):
        return NotSignedIn(why="nonce", reason=_UNVERIFIED)
    if claims.get("oid") != sought.person:
        return NotSignedIn(why="person", reason=_SOMEBODY_ELSE)
    contexts = _contexts(claims.get("acrs"))
    if vouching.context is not None and vouching.context not in contexts:
        return NotSignedIn(why="context", reason=_stronger(vouching.context))
    identifier = claims.get("uti") or claims.get("jti")
    return StepUp(
        issuer=vouching.issuer,
        person=sought.person,
        auth_time=signed_in_at,
        age=_age(now - signed_in_at),
        contexts=contexts,
        token=hashlib.sha256(token.encode("ascii")).hexdigest(),
        token_id=identifier if isinstance(identifier, str) else None,
    )


def _age(passed: timedelta) -> timedelta:
    """In whole seconds, the begun one included: what evidence keeps is then exactly what was judged."""
    return timedelta(seconds=max(0, math.ceil(passed.total_seconds())))


def _holds(claims: Mapping[str, object], *, now: datetime) -> bool:
    expires_at, starts_at = _moment(claims.get("exp")), _moment(claims.get("nbf"))
    return expires_at is not None and starts_at is not None and starts_at - _LEEWAY <= now < expires_at + _LEEWAY


def _moment(value: object) -> datetime | None:
    # A bool is an int in Python, and a float may be NaN: neither is a time. Nor is what no datetime can hold.
    if type(value) is not int or not 0 <= value < 2**33:
        return None
    return datetime.fromtimestamp(value, UTC)


def _text(value: object) -> bytes:
    return value.encode("utf-8", "surrogatepass") if isinstance(value, str) else b""


def _contexts(value: object) -> tuple[str, ...]:
    entries = value if isinstance(value, list) else [value]
    return tuple(entry for entry in entries if isinstance(entry, str))


def _stronger(context: str) -> Sentence:
    return say(
        "Your organisation asks for a stronger sign-in for this (authentication context {context}), and Microsoft did not confirm it."
        " Sign in again, and do what it asks for.",
        context=context,
    )
