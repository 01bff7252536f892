"""Signed notes: a text, a blank line, and a line for each signature (https://c2sp.org/signed-note).

Keys are Ed25519. A log signs the text as it stands (type 0x01); a witness cosigns it together with the time at which it saw it (type 0x04,
https://c2sp.org/tlog-cosignature).
"""

import base64
import binascii
import re
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from hashlib import sha256

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from approvals.errors import NoteError
from approvals.words import say

_NAME = re.compile(r"[^\s+]+")
_KEY_SIZE, _ID_SIZE, _TIME_SIZE = 32, 4, 8
_MOST_SIGNATURES = 64
_LAST_SECOND = int(datetime(9999, 12, 31, tzinfo=UTC).timestamp())
LONGEST = 16_384
"""Characters of a note: far more than a checkpoint and its cosignatures need."""


class Kind(IntEnum):
    """What a signature says, as the byte that the standards give it."""

    SIGNED = 0x01
    COSIGNED = 0x04


@dataclass(frozen=True, slots=True, kw_only=True)
class VerifierKey:
    """The public half of a key, under its name: all that is needed to check what its holder signed."""

    name: str
    kind: Kind
    public: bytes

    @property
    def id(self) -> bytes:
        """Four bytes by which a signature names its key."""
        return sha256(self.name.encode() + b"\n" + bytes([self.kind]) + self.public).digest()[:_ID_SIZE]

    def __str__(self) -> str:
        """The key as one word that can be passed on: ``name+id+base64``."""
        return f"{self.name}+{self.id.hex()}+{_base64(bytes([self.kind]) + self.public)}"

    @classmethod
    def parse(cls, text: str) -> "VerifierKey":
        """The key that :meth:`__str__` wrote.

        Raises:
            NoteError: it is no key, or was cut short or changed on its way.
        """
        parts = text.strip().split("+", 2)
        try:
            key = base64.b64decode(parts[2], validate=True)
            found = cls(name=parts[0], kind=Kind(key[0]), public=key[1:])
        except (IndexError, ValueError) as error:
            raise NoteError(say("{text} is no verifier key; it looks like name+1a2b3c4d+base64", text=repr(text.strip()[:80]))) from error
        if len(found.public) != _KEY_SIZE or found.id.hex() != parts[1] or not _NAME.fullmatch(found.name):
            raise NoteError(
                say(
                    "the verifier key of {name} is damaged: its id and its bytes do not belong together; copy it again",
                    name=repr(found.name),
                )
            )
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Signer:
    """The private half of a key, under its name."""

    name: str
    kind: Kind
    private: Ed25519PrivateKey

    @classmethod
    def of(cls, name: str, seed: bytes, *, kind: Kind = Kind.SIGNED) -> "Signer":
        """The signer that the 32 bytes of ``seed`` make. Raises ValueError for a name with blanks or a plus sign."""
        if not _NAME.fullmatch(name):
            raise ValueError(f"{name!r} cannot name a key: it is empty, or has a blank or a plus sign in it")
        return cls(name=name, kind=kind, private=Ed25519PrivateKey.from_private_bytes(seed))

    @property
    def verifier(self) -> VerifierKey:
        """The public half."""
        return VerifierKey(name=self.name, kind=self.kind, public=self.private.public_key().public_bytes_raw())

    def sign(self, text: str) -> str:
        """The signature line under ``text``."""
        return _line(self.name, self.verifier.id + self.private.sign(text.encode()))

    def cosign(self, text: str, *, at: datetime) -> str:
        """The cosignature line under ``text``, saying that it was seen ``at`` that moment (whole seconds)."""
        seconds = int(at.timestamp())
        signature = self.private.sign(_cosigned(text, seconds))
        return _line(self.name, self.verifier.id + struct.pack(">Q", seconds) + signature)


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A text, its last newline included, and the signature lines under it."""

    text: str
    lines: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.text}\n" + "".join(self.lines)

    @classmethod
    def parse(cls, text: str) -> "Note":
        """The note that ``text`` spells.

        Raises:
            NoteError: it is none.
        """
        body, found, below = text.rpartition("\n\n")
        lines = below.splitlines(keepends=True)
        if len(text) > LONGEST or len(lines) > _MOST_SIGNATURES:
            raise NoteError(say("this is too long for a signed note"))
        if not found or not lines or not all(line.startswith("— ") and line.endswith("\n") for line in lines):
            raise NoteError(say("this is no signed note: a text, an empty line, and lines that begin with “— ” are expected"))
        return cls(text=f"{body}\n", lines=tuple(lines))

    def signatures(self, key: VerifierKey) -> Iterator[bytes]:
        """What stands under the text in the name of ``key``, without its id; checked by nobody yet."""
        for line in self.lines:
            name, _, encoded = line[2:].rstrip("\n").partition(" ")
            try:
                signature = base64.b64decode(encoded, validate=True)
            except binascii.Error:
                continue
            if name == key.name and signature[:_ID_SIZE] == key.id:
                yield signature[_ID_SIZE:]

    def is_signed_by(self, key: VerifierKey) -> bool:
        """Whether ``key`` signed exactly this text. A second signature in its name that is wrong spoils the first."""
        found = list(self.signatures(key))
        return bool(found) and all(_is_valid(key, one, self.text.encode()) for one in found)

    def cosigned_at(self, key: VerifierKey) -> datetime | None:
        """When the witness with ``key`` saw this text; None where it did not, or its cosignature is wrong."""
        for stamped in self.signatures(key):
            if len(stamped) <= _TIME_SIZE:
                continue
            (seconds,) = struct.unpack(">Q", stamped[:_TIME_SIZE])
            if seconds <= _LAST_SECOND and _is_valid(key, stamped[_TIME_SIZE:], _cosigned(self.text, seconds)):
                return datetime.fromtimestamp(seconds, tz=UTC)
        return None


def _cosigned(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()


def _is_valid(key: VerifierKey, signature: bytes, message: bytes) -> bool:
    try:
        Ed25519PublicKey.from_public_bytes(key.public).verify(signature, message)
    except InvalidSignature:
        return False
    return True


def _line(name: str, signature: bytes) -> str:
    return f"— {name} {_base64(signature)}\n"


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
