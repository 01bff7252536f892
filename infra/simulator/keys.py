"""The authority's signing keys, and tokens made with them."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

import jwt
from cryptography.hazmat.primitives.asymmetric import rsa
from jwt.algorithms import RSAAlgorithm

from infra.simulator.shape import Json, JsonObject


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """An RSA key pair with its id and the channels it is endorsed for."""

    kid: str
    private: rsa.RSAPrivateKey
    endorsements: tuple[str, ...] = ()

    def sign(self, claims: Mapping[str, Json], *, headers: Mapping[str, Json] | None = None) -> str:
        """Answer ``claims`` as an RS256 token; ``headers`` are added to (or replace) kid and x5t."""
        return jwt.encode(dict(claims), self.private, algorithm="RS256", headers={"kid": self.kid, "x5t": self.kid, **(headers or {})})

    def as_jwk(self) -> JsonObject:
        """The public half as Microsoft's key documents show it."""
        whole = RSAAlgorithm.to_jwk(self.private.public_key(), as_dict=True)
        public: JsonObject = {name: whole[name] for name in ("kty", "n", "e")}
        endorsed: JsonObject = {"endorsements": list(self.endorsements)} if self.endorsements else {}
        return {**public, "use": "sig", "kid": self.kid, "x5t": self.kid, **endorsed}


@cache
def first_key(*endorsements: str) -> SigningKey:
    """The key that every authority of this process begins with: making one takes longer than all the rest of a start.

    Issuers differ by port, so a token of one simulator is still refused by the next.
    """
    return new_key(*endorsements)


def new_key(*endorsements: str) -> SigningKey:
    """Make a 2048-bit key, endorsed for these channels."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return SigningKey(kid=secrets.token_urlsafe(20), private=private, endorsements=endorsements)
