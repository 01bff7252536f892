"""Buttons: what one press means, and the proof that this product drew the button for this very reader (platform.md, C4).

A button carries an id, the version seen, a digest of what was shown, and a MAC. It carries no facts: those are read again from the
database, and who pressed comes from the authenticated activity. A client may send anything; what is not exactly as minted is refused.
"""

import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Literal, cast

import orjson

from approvals.change import PersonId

Subject = Literal["request", "draft", "menu"]
SUBJECTS: tuple[Subject, ...] = ("request", "draft", "menu")

_DOMAIN = b"countersign button 1\x00"
_MAC_LENGTH = 64
_LARGEST = 2**53
"""Numbers above this do not survive a JavaScript client (RFC 8259, 6)."""


class Verb(StrEnum):
    """What a button asks for."""

    SUBMIT = "submit"
    EDIT = "edit"
    DISCARD = "discard"
    PREVIEW = "preview"
    APPROVE = "approve"
    DENY = "deny"
    REASSIGN = "reassign"
    WITHDRAW = "withdraw"
    HAND_BACK = "hand_back"
    TAKE_BACK = "take_back"
    MORE = "more"
    REFRESH = "refresh"
    FORM = "form"
    CATALOG = "catalog"
    ACCESS = "access"
    REQUESTS = "requests"
    HELP = "help"


@dataclass(frozen=True, slots=True)
class Button:
    """One press: ``seen`` is the version that was on the card, ``shown`` the digest of the view that it was drawn from."""

    verb: Verb
    subject: Subject
    id: int
    seen: int
    shown: str


def menu(verb: Verb) -> Button:
    """A button that belongs to no request and no draft."""
    return Button(verb, "menu", 0, 0, "")


def mint(button: Button, *, viewer: PersonId, key: bytes) -> dict[str, str | int]:
    """The data of an action, valid for ``viewer`` alone."""
    return {
        "subject": button.subject,
        "id": button.id,
        "seen": button.seen,
        "shown": button.shown,
        "mac": _mac(button, viewer=viewer, key=key),
    }


def open_button(verb: str, data: object, *, viewer: PersonId, key: bytes) -> Button | None:
    """The button that was pressed, or None when it is forged, somebody else's or malformed; which of them is not told.

    Other keys of ``data`` are ignored: clients merge the values of inputs into it.
    """
    button = _read(verb, data)
    mac = data.get("mac") if isinstance(data, Mapping) else None
    if button is None or not isinstance(mac, str) or len(mac) != _MAC_LENGTH or not mac.isascii():
        return None
    return button if hmac.compare_digest(mac, _mac(button, viewer=viewer, key=key)) else None


def _read(verb: str, data: object) -> Button | None:
    if not isinstance(data, Mapping) or verb not in tuple(Verb):
        return None
    subject, request, seen, shown = (data.get(name) for name in ("subject", "id", "seen", "shown"))
    if subject not in SUBJECTS or not isinstance(shown, str) or len(shown) > _MAC_LENGTH:
        return None
    if not _is_count(request) or not _is_count(seen):
        return None
    return Button(Verb(verb), subject, cast(int, request), cast(int, seen), shown)


def _is_count(value: object) -> bool:
    # bool is an int in Python, and True == 1: a button for request 1 must not open with true.
    return type(value) is int and 0 <= value < _LARGEST


def _mac(button: Button, *, viewer: PersonId, key: bytes) -> str:
    # A JSON array frames the fields, so that no two different buttons give the same bytes.
    signed = json.dumps([button.verb, button.subject, button.id, button.seen, button.shown, viewer]).encode("ascii")
    # Not hmac.digest, which lets another thread in for these few microseconds and then waits for its turn.
    return hmac.new(key, _DOMAIN + signed, hashlib.sha256).hexdigest()


def digest(view: object) -> str:
    """What was shown, in 32 hexadecimal digits: SHA-256 over the canonical JSON of a frozen view.

    Raises:
        TypeError: the view holds something that is no value of the vocabulary.
    """
    return hashlib.sha256(_canonical(view)).hexdigest()[:32]


def _canonical(view: object) -> bytes:
    # Fields come in the order of their class, so two equal views give the same bytes.
    try:
        return orjson.dumps(view, default=_plain)
    except orjson.JSONEncodeError:
        # Half of a surrogate pair, which a client can send and UTF-8 cannot hold, has a form in ASCII.
        return json.dumps(view, default=_plain_value).encode("ascii")


def _plain(value: object) -> object:
    if isinstance(value, timedelta):
        return value.total_seconds()
    raise TypeError(f"a view holds {type(value).__name__}, which has no canonical form; digest knows dataclasses, datetime and timedelta")


def _plain_value(value: object) -> object:
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    return value.isoformat() if isinstance(value, datetime) else _plain(value)
