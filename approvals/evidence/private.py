"""What may have to be erased is kept beside the evidence, not in it.

Where an entry would name somebody or quote them, a reference stands: ``private:3f0c…/0`` is the first value of the group 3f0c…. A group is
all that one entry holds of one person. The entry commits to each group by HMAC-SHA256 under a random key of its own; values and key lie in
the table ``private``. Without them the commitment tells nothing, not even to somebody who guesses a name, and everything that was sealed
still verifies.
"""

import hmac
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from secrets import token_bytes, token_hex

import orjson

from approvals.evidence.spelling import canonical
from approvals.words import Personal

_BLOCK, _KEY_SIZE = 64, 32
_INNER, _OUTER = (bytes(byte ^ pad for byte in range(256)) for pad in (0x36, 0x5C))
_INNER_REST, _OUTER_REST = (bytes([pad]) * (_BLOCK - _KEY_SIZE) for pad in (0x36, 0x5C))
_REFERENCE = re.compile(r"private:([0-9a-f]{12})/[0-9]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """What one entry holds of ``person``: ``held`` is a JSON array of the values, ``commitment`` what stands in the entry for them."""

    person: str
    key: bytes
    held: str
    commitment: str

    @property
    def fits(self) -> bool:
        """Whether these are the values that were committed to."""
        return is_commitment(self.commitment, key=self.key, held=self.held)

    def values(self) -> dict[str, Personal]:
        """Each value under the reference that stands for it."""
        name = _name(self.commitment)
        return {f"private:{name}/{place}": Personal(text, of=self.person) for place, text in enumerate(json.loads(self.held))}


@dataclass(slots=True)
class Veil:
    """Takes the private values out of one entry while it is written."""

    _held: dict[str, tuple[str, list[str]]] = field(default_factory=dict)

    def take(self, text: Personal) -> str:
        """Keep ``text`` aside; answer the reference that stands for it. The same text of the same person is kept once."""
        if text.of not in self._held:
            self._held[text.of] = token_hex(6), []
        name, values = self._held[text.of]
        if text not in values:
            values.append(str(text))
        return f"private:{name}/{values.index(text)}"

    def groups(self) -> Iterator[Group]:
        """What was taken out, by person."""
        for person, (name, values) in self._held.items():
            key, held = token_bytes(_KEY_SIZE), canonical(values)
            yield Group(person=person, key=key, held=held, commitment=_commitment(name, key=key, held=held))


def commitments(groups: list[Group]) -> str:
    """What stands in the entry: the commitment to each person's values."""
    return canonical({group.person: group.commitment for group in groups})


def committed(text: str) -> dict[str, str]:
    """The commitments that an entry holds, by person."""
    found = orjson.loads(text)
    return found if isinstance(found, dict) else {}


def whose(reference: str, *, among: Mapping[str, str]) -> str | None:
    """The person whose value ``reference`` stands for, by the entry's commitments; None for text that is no reference of this entry."""
    found = _REFERENCE.fullmatch(reference)
    return next((person for person, commitment in among.items() if found and _name(commitment) == found[1]), None)


def is_commitment(commitment: str, *, key: bytes, held: str) -> bool:
    """Whether this is the commitment to the values ``held`` under ``key``."""
    name, _, proof = commitment.partition(":")
    return proof == _hmac(key, f"{name} {held}".encode())


def _name(commitment: str) -> str:
    return commitment.partition(":")[0]


def _commitment(name: str, *, key: bytes, held: str) -> str:
    return f"{name}:{_hmac(key, f'{name} {held}'.encode())}"


def _hmac(key: bytes, message: bytes) -> str:
    """HMAC-SHA256 (RFC 2104) in hex: written out for keys as they are made here, since a verifier asks for millions of them."""
    if len(key) != _KEY_SIZE:
        return hmac.digest(key, message, "sha256").hex()
    inner = sha256(key.translate(_INNER) + _INNER_REST + message).digest()
    return sha256(key.translate(_OUTER) + _OUTER_REST + inner).hexdigest()
