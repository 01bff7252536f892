"""The authority's public signing keys: read ahead of need, kept when the authority is down, looked up by key id.

1. Warm before ready: ``ready`` is false until a first set has been read; the background reader tries until it has one.
2. One flight: however many requests miss, one fetch runs and they wait for it (A9). Nothing here blocks the loop.
3. An unknown key id causes a fetch at most once a minute, so junk tokens cannot make us hammer the authority (A8).
4. Stale if error: a failed refresh keeps the last good set. A key the authority has dropped is gone with the next good one.
"""

import asyncio
import logging
import random
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import aiohttp
import orjson
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from jwt import PyJWK, PyJWTError

from bot.front.authority import Authority
from bot.front.errors import KeysUnavailable

REFRESH_EVERY = timedelta(hours=24)
UNKNOWN_KEY_EVERY = timedelta(minutes=1)
FETCH_WITHIN = timedelta(seconds=5)
MAX_DOCUMENT = 512 * 1024
_MIN_BITS = 2048
_FIRST_RETRY_S = 0.5
_LONGEST_RETRY_S = 60.0

log = logging.getLogger("bot.front")


class MetadataError(Exception):
    """The authority's documents could not be read or say something that cannot be used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SigningKey:
    """One RSA public key and the channels that the authority endorses it for (A5)."""

    kid: str
    public: RSAPublicKey
    endorsements: frozenset[str]


class SigningKeys:
    """The key set of one authority. ``open`` it in a running loop, ``close`` it at the end."""

    def __init__(self, authority: Authority, *, ca_file: Path | None = None, monotonic: Callable[[], float] = time.monotonic) -> None:
        """``ca_file`` holds the one certificate authority to trust, where it is not one of the machine's."""
        self._authority = authority
        self._ca_file = ca_file
        self._monotonic = monotonic
        self._keys: Mapping[str, SigningKey] = {}
        self._tried_at: float | None = None
        self._flight: asyncio.Task[None] | None = None
        self._reader: asyncio.Task[None] | None = None
        self._session: aiohttp.ClientSession | None = None

    @property
    def ready(self) -> bool:
        """Whether a key set has ever been read."""
        return bool(self._keys)

    @property
    def public(self) -> Mapping[str, RSAPublicKey]:
        """The present set, by key id: a value, which a later read leaves as it is."""
        return {kid: key.public for kid, key in self._keys.items()}

    def knows(self, kid: str) -> bool:
        """Whether ``kid`` is in the current set: a token verified under a key that was withdrawn since is not taken from a cache."""
        return kid in self._keys

    async def open(self) -> None:
        """Start reading keys in the background; returns at once, so a hung authority delays readiness and nothing else."""
        trusted = await asyncio.to_thread(ssl.create_default_context, cafile=self._ca_file) if self._ca_file else True
        self._session = aiohttp.ClientSession(
            timeout=aiohttp.ClientTimeout(total=FETCH_WITHIN.total_seconds()), trust_env=False, connector=aiohttp.TCPConnector(ssl=trusted)
        )
        self._reader = asyncio.create_task(self._keep_fresh(), name="signing keys")

    async def close(self) -> None:
        """Stop the background reader and a fetch under way."""
        for task in (self._reader, self._flight):
            if task is not None:
                task.cancel()
                with suppress(asyncio.CancelledError, MetadataError):
                    await task
        if self._session is not None:
            await self._session.close()

    async def find(self, kid: str) -> SigningKey | None:
        """The key with that id, or None. Waits for a fetch under way, at most ``FETCH_WITHIN``; starts one at most once a minute.

        Raises:
            KeysUnavailable: no key has ever been read.
        """
        key = self._keys.get(kid)
        if key is not None:
            return key
        if self._flight is not None or self._may_fetch():
            # A failed refresh leaves the old set: the answer is then simply "not known".
            with suppress(MetadataError):
                await self.refresh()
        if not self._keys:
            raise KeysUnavailable
        return self._keys.get(kid)

    async def refresh(self) -> None:
        """Read the key set now, or join the read under way.

        Raises:
            MetadataError: it could not be read; the old set stays.
        """
        if self._flight is None:
            self._tried_at = self._monotonic()
            self._flight = asyncio.create_task(self._fetch(), name="signing keys: fetch")
            self._flight.add_done_callback(self._landed)
        # Shielded: one caller that gives up must not take the flight away from the others.
        await asyncio.shield(self._flight)

    def _landed(self, flight: asyncio.Task[None]) -> None:
        self._flight = None
        if not flight.cancelled() and flight.exception() is not None:
            log.warning("signing keys not refreshed: %s", flight.exception())

    def _may_fetch(self) -> bool:
        return self._tried_at is None or self._monotonic() - self._tried_at >= UNKNOWN_KEY_EVERY.total_seconds()

    async def _keep_fresh(self) -> None:
        pause = _FIRST_RETRY_S
        while True:
            try:
                await self.refresh()
            except MetadataError:
                await asyncio.sleep(pause * random.uniform(0.8, 1.2))  # noqa: S311  (spreads retries; no secret)
                pause = min(pause * 2, _LONGEST_RETRY_S)
                continue
            pause = _FIRST_RETRY_S
            await asyncio.sleep(REFRESH_EVERY.total_seconds())

    async def _fetch(self) -> None:
        metadata = await self._document(self._authority.metadata_url)
        if metadata.get("issuer") != self._authority.issuer:
            raise MetadataError(f"{self._authority.metadata_url} names another issuer than {self._authority.issuer!r}")
        address = metadata.get("jwks_uri")
        if not isinstance(address, str) or urlsplit(address)[:2] != urlsplit(self._authority.metadata_url)[:2]:
            raise MetadataError(f"{self._authority.metadata_url} gives a jwks_uri on another host; keys are taken from the issuer only")
        keys = read_keys(await self._document(address))
        if not keys:
            raise MetadataError(f"{address} holds no RSA key of {_MIN_BITS} bits or more")
        self._keys = keys

    async def _document(self, url: str) -> dict[str, object]:
        if self._session is None:
            raise MetadataError("signing keys were asked for before open()")
        try:
            async with self._session.get(url, allow_redirects=False) as answer:
                status, body = answer.status, bytearray()
                async for chunk in answer.content.iter_chunked(64 * 1024):
                    body += chunk
                    if len(body) > MAX_DOCUMENT:
                        raise MetadataError(f"{url} is larger than {MAX_DOCUMENT} bytes")
        except (aiohttp.ClientError, TimeoutError) as error:
            raise MetadataError(f"{url} did not answer: {type(error).__name__}") from error
        if status != 200:
            raise MetadataError(f"{url} answered {status}, not 200")
        return _object(url, body)


def read_keys(document: Mapping[str, object]) -> dict[str, SigningKey]:
    """The usable keys of a JWKS document by key id. Others (EC, symmetric, short, for encryption) are passed over."""
    entries = document.get("keys")
    found: dict[str, SigningKey] = {}
    for entry in entries if isinstance(entries, list) else ():
        key = _key(entry)
        if key is not None:
            found[key.kid] = key
    return found


def _key(entry: object) -> SigningKey | None:
    if not isinstance(entry, dict) or entry.get("kty") != "RSA" or entry.get("use", "sig") != "sig":
        return None
    kid, endorsements = entry.get("kid"), entry.get("endorsements", [])
    if not isinstance(kid, str) or not kid or not isinstance(endorsements, list):
        return None
    try:
        public = PyJWK(entry, algorithm="RS256").key
    except (PyJWTError, ValueError, TypeError):
        return None
    if not isinstance(public, RSAPublicKey) or public.key_size < _MIN_BITS:
        return None
    return SigningKey(kid=kid, public=public, endorsements=frozenset(str(name) for name in endorsements))


def _object(url: str, body: bytearray) -> dict[str, object]:
    try:
        document = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise MetadataError(f"{url} is not JSON") from error
    if not isinstance(document, dict):
        raise MetadataError(f"{url} is not a JSON object")
    return document
