"""The table of hostile ``Authorization`` headers: a name for each lie, and how it is told."""

import json
import time
from base64 import urlsafe_b64encode
from collections.abc import Callable

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.hmac import HMAC
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.bot.front.local_teams import APP_ID, LocalTeams, a_key, as_jwk

Lie = Callable[[LocalTeams], str | None]

STRANGER = a_key()
EMULATOR = "https://sts.windows.net/d6d49420-f39b-4df7-a1dc-d59a935871db/"


def _segment(raw: bytes) -> str:
    return urlsafe_b64encode(raw).rstrip(b"=").decode()


def _signed(teams: LocalTeams, header: bytes | dict[str, object], payload: bytes | dict[str, object]) -> str:
    """A compact token with any bytes in it, correctly signed over them."""
    parts = [part if isinstance(part, bytes) else json.dumps(part).encode() for part in (header, payload)]
    signed = ".".join(_segment(part) for part in parts)
    signature = jwt.get_algorithm_by_name("RS256").sign(signed.encode(), teams.key)
    return f"Bearer {signed}.{_segment(signature)}"


def _header(teams: LocalTeams, **changes: object) -> dict[str, object]:
    return {key: value for key, value in {"alg": "RS256", "typ": "JWT", "kid": teams.kid, **changes}.items() if value is not ...}


def _with_header(**changes: object) -> Lie:
    return lambda teams: _signed(teams, _header(teams, **changes), teams.claims())


def _with_claims(**changes: object) -> Lie:
    return lambda teams: _signed(teams, _header(teams), teams.claims(**changes))


def _with_raw(*, header: bytes | None = None, payload: bytes | None = None) -> Lie:
    return lambda teams: _signed(teams, header or _header(teams), payload or teams.claims())


def _with_algorithm(name: str) -> Lie:
    return lambda teams: f"Bearer {jwt.encode(teams.claims(), teams.key, algorithm=name, headers={'kid': teams.kid})}"


def _unsigned(teams: LocalTeams) -> str:
    return f"Bearer {jwt.encode(teams.claims(), None, algorithm='none', headers={'kid': teams.kid})}"


def _signed_with_the_public_key(teams: LocalTeams) -> str:
    public = teams.key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    signed = ".".join(_segment(json.dumps(part).encode()) for part in (_header(teams, alg="HS256"), teams.claims()))
    mac = HMAC(public, SHA256())
    mac.update(signed.encode())
    return f"Bearer {signed}.{_segment(mac.finalize())}"


def _elliptic(teams: LocalTeams) -> str:
    return f"Bearer {jwt.encode(teams.claims(), ec.generate_private_key(ec.SECP256R1()), algorithm='ES256', headers={'kid': teams.kid})}"


def _by_a_stranger(**header: object) -> Lie:
    return lambda teams: f"Bearer {teams.token(key=STRANGER, headers=header)}"


def _cut(change: Callable[[str], str]) -> Lie:
    return lambda teams: "Bearer " + change(teams.token())


def _other_payload(token: str) -> str:
    header, payload, signature = token.split(".")
    return f"{header}.{payload[:-2]}AA.{signature}"


def _under_another_key(**changes: object) -> Lie:
    """Signed by a second published key that says something else of itself."""

    def told(teams: LocalTeams) -> str:
        key = a_key()
        teams.jwks["keys"] = [as_jwk(teams.key, kid=teams.kid), as_jwk(key, kid="key-2", **changes)]
        return f"Bearer {teams.token(key=key, headers={'kid': 'key-2'})}"

    return told


def _in(**seconds: int) -> Lie:
    """A good token but for a time that is so many seconds from now."""
    return lambda teams: f"Bearer {teams.token(**{claim: int(time.time()) + offset for claim, offset in seconds.items()})}"


LIES: dict[str, Lie] = {
    "no header": lambda _: None,
    "empty header": lambda _: "",
    "scheme alone": lambda _: "Bearer",
    "scheme and a space": lambda _: "Bearer ",
    "basic": lambda _: "Basic YW5hOmFuYQ==",
    "no scheme": lambda teams: teams.token(),
    "two spaces": lambda teams: f"Bearer  {teams.token()}",
    "two tokens": lambda teams: f"Bearer {teams.token()} {teams.token()}",
    "longer than 4 KiB": lambda teams: f"Bearer {teams.token(padding='x' * 4096)}",
    "not a token": lambda _: "Bearer hello",
    "two dots": lambda _: "Bearer ..",
    "four parts": _cut(lambda token: token + ".x"),
    "header not base64": _cut(lambda token: "~~~." + token.partition(".")[2]),
    "header a list": _with_raw(header=b"[]"),
    "header not JSON": _with_raw(header=b"{"),
    "header not UTF-8": _with_raw(header=b'{"alg":"\xff"}'),
    "header nested deeply": _with_raw(header=b"[" * 1400),
    "no algorithm": _with_header(alg=...),
    "algorithm none": _unsigned,
    "algorithm NONE": _with_header(alg="NONE"),
    "algorithm a list": _with_header(alg=["RS256"]),
    "algorithm in lower case": _with_header(alg="rs256"),
    "HS256 with the public key": _signed_with_the_public_key,
    "RS384": _with_algorithm("RS384"),
    "RS512": _with_algorithm("RS512"),
    "PS256": _with_algorithm("PS256"),
    "ES256": _elliptic,
    "critical extension": _with_header(crit=["exp"]),
    "detached payload": _with_header(b64=False),
    "no key id": _with_header(kid=...),
    "key id a number": _with_header(kid=1),
    "key id empty": _with_header(kid=""),
    "key id unknown": _with_header(kid="key-9"),
    "key id a path": _with_header(kid="../../../../dev/null"),
    "key brought along as jwk": _by_a_stranger(jwk=as_jwk(STRANGER, kid="key-1")),
    "key brought along as jku": _by_a_stranger(jku="https://evil.example/keys"),
    "key brought along as x5u": _by_a_stranger(x5u="https://evil.example/key.pem"),
    "signed by a stranger": _by_a_stranger(),
    "signature cut off": _cut(lambda token: token[:-8]),
    "signature empty": _cut(lambda token: token.rpartition(".")[0] + "."),
    "payload changed": _cut(_other_payload),
    "payload a list": _with_raw(payload=b"[]"),
    "payload not JSON": _with_raw(payload=b"{"),
    "payload nested deeply": _with_raw(payload=b"[" * 2000),
    "key endorsed for another channel": _under_another_key(endorsements=["webchat"]),
    "key endorsed for nothing": _under_another_key(endorsements=[]),
    "key for encryption": _under_another_key(use="enc"),
    "no issuer": _with_claims(iss=...),
    "issuer Microsoft, under the simulator": _with_claims(iss="https://api.botframework.com"),
    "issuer of the emulator": _with_claims(iss=EMULATOR, ver="1.0", appid=APP_ID, serviceurl=...),
    "issuer with a slash": lambda teams: _with_claims(iss=teams.url + "/")(teams),
    "issuer a list": lambda teams: _with_claims(iss=[teams.url])(teams),
    "no audience": _with_claims(aud=...),
    "another audience": _with_claims(aud="99999999-9999-4999-8999-999999999999"),
    "two audiences": _with_claims(aud=[APP_ID, "99999999-9999-4999-8999-999999999999"]),
    "audience in a list": _with_claims(aud=[APP_ID]),
    "audience empty": _with_claims(aud=""),
    "audience an object": _with_claims(aud={"id": APP_ID}),
    "no expiry": _with_claims(exp=...),
    "expired": _in(exp=-61),
    "expiry null": _with_claims(exp=None),
    "expiry text": _with_claims(exp="4102444800"),
    "expiry true": _with_claims(exp=True),
    "expiry NaN": _with_claims(exp=float("nan")),
    "expiry infinite": _with_claims(exp=float("inf")),
    "expiry a fraction": _with_claims(exp=4102444800.5),
    "no start": _with_claims(nbf=...),
    "not yet": _in(nbf=65),
    "start text": _with_claims(nbf="0"),
    "no service URL": _with_claims(serviceurl=...),
    "service URL null": _with_claims(serviceurl=None),
    "service URL a number": _with_claims(serviceurl=1),
    "service URL elsewhere": _with_claims(serviceurl="https://evil.example/"),
    "service URL Microsoft, under the simulator": _with_claims(serviceurl="https://smba.trafficmanager.net/emea/"),
    "service URL that begins like ours": _with_claims(serviceurl="http://127.0.0.1.evil.example/"),
    "service URL with user information": _with_claims(serviceurl="http://127.0.0.1@evil.example/"),
    "service URL with a backslash": _with_claims(serviceurl="http://127.0.0.1\\@evil.example/"),
}
"""What the caller says, by the name of the lie. A value may change the authority's key set first."""
