"""Who an id_token speaks of, and whether it speaks to us. Pure: claims and the time in, a visitor out.

msal 1.38 and later decode the id_token and check nothing of it but the nonce (its issue 911), so it is done here, in this order
(OpenID Connect Core 3.1.3.7, and https://learn.microsoft.com/entra/identity-platform/claims-validation):

    (1) iss is the authority that was asked
    (2) aud is this application, and nobody else beside it
    (3) tid is the home tenant
    (4) iat and exp: issued already, not expired, two minutes of leeway
    (5) oid is an Entra object id

Two rules of 3.1.3.7 need no code here. Rule 6: the token came over TLS straight from the token endpoint, which stands in for checking its
signature. Rule 11: the nonce is compared by msal.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from approvals.change import PersonId
from approvals.words import say
from bot.desk.errors import DeniedSignInError
from bot.front.authority import GUID

_LEEWAY_S = timedelta(minutes=2).total_seconds()
_LONGEST_NAME = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    """Somebody whom the authority vouched for, as they were when they signed in."""

    id: PersonId
    name: str
    roles: tuple[str, ...]
    signed_in_at: datetime


def visitor_of(claims: Mapping[str, object], *, issuer: str, app_id: str, tenant_id: str, now: datetime) -> Visitor:
    """The visitor that ``claims`` vouch for.

    Raises:
        DeniedSignInError: the first of the checks above that fails, by its number.
    """
    # (1) Issuer.
    if claims.get("iss") != issuer:
        raise _denied(1, "iss is another authority's")
    # (2) Audience.
    if claims.get("aud") not in (app_id, [app_id]):
        raise _denied(2, "aud is another application")
    # (3) Tenant.
    if claims.get("tid") != tenant_id:
        raise _denied(3, "tid is another tenant")
    # (4) Time.
    issued_at, expires_at = claims.get("iat"), claims.get("exp")
    if not isinstance(issued_at, int) or not isinstance(expires_at, int):
        raise _denied(4, "iat or exp is missing")
    if not issued_at - _LEEWAY_S <= now.timestamp() <= expires_at + _LEEWAY_S:
        raise _denied(4, "it is not valid now; compare the clocks")
    # (5) Person.
    person = claims.get("oid")
    if not isinstance(person, str) or not GUID.fullmatch(person):
        raise _denied(5, "oid is no object id")
    return Visitor(id=PersonId(person.lower()), name=_name(claims), roles=_roles(claims), signed_in_at=now)


def _name(claims: Mapping[str, object]) -> str:
    name = claims.get("name")
    return name[:_LONGEST_NAME] if isinstance(name, str) else ""


def _roles(claims: Mapping[str, object]) -> tuple[str, ...]:
    roles = claims.get("roles")
    return tuple(role for role in roles if isinstance(role, str)) if isinstance(roles, list) else ()


def _denied(check: int, why: str) -> DeniedSignInError:
    sentence = say("Microsoft Entra vouched for somebody, but not for a member of this organisation to this page. Nobody is signed in.")
    return DeniedSignInError(f"the id_token is refused by check {check}: {why}", sentence=sentence)
