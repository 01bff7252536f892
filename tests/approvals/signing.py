"""An authority that vouches for people in tests: its key, what it signs for a decision, and whose word counts."""

import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key

from approvals.change import PersonId
from approvals.step_up import Keys, Sought, Vouching, nonce

KID = "entra-1"
TENANT = "7c3f9a52-1f0e-4f4b-9a56-0c1de2b7a910"
ISSUER = f"https://login.example/{TENANT}/v2.0"
APP = "2d4e6a80-93b5-4c1f-8e27-5a6b7c8d9e0f"
SIGNED_AT = int(time.time())
"""The whole second at which everybody here signs in; ``VOUCHING`` says that it is now."""
KEY: RSAPrivateKey = generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY: RSAPrivateKey = generate_private_key(public_exponent=65537, key_size=2048)
KEYS = {KID: KEY.public_key()}


def vouching(*, context: str | None = None, later: timedelta = timedelta(), keys: Keys = KEYS) -> Vouching:
    """The tests' authority for the tests' tenant, ``later`` than the sign-ins."""
    at = datetime.fromtimestamp(SIGNED_AT, UTC) + later
    return Vouching(issuer=ISSUER, app_id=APP, tenant=TENANT, context=context, keys=lambda: keys, now=lambda: at)


VOUCHING = vouching()


def claims_for(sought: Sought, *, who: PersonId | None = None, **changes: Any) -> dict[str, Any]:
    """The claims of an id_token for this decision. A claim that is changed to None is left out."""
    claims = {
        "iss": ISSUER,
        "aud": APP,
        "tid": TENANT,
        "oid": who or sought.person,
        "nonce": nonce(sought.binding(TENANT)),
        "auth_time": SIGNED_AT,
        "iat": SIGNED_AT,
        "nbf": SIGNED_AT,
        "exp": SIGNED_AT + 3600,
        "uti": "uti-1",
        **changes,
    }
    return {name: value for name, value in claims.items() if value is not None}


def a_token(
    sought: Sought, *, who: PersonId | None = None, key: Any = KEY, headers: Mapping[str, Any] | None = None, **changes: Any
) -> str:
    """An id_token for this decision, signed by the tests' authority."""
    return jwt.encode(claims_for(sought, who=who, **changes), key, algorithm="RS256", headers={"kid": KID, **(headers or {})})
