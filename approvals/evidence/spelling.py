"""Canonical JSON: the same value is always the same bytes.

What is written here is what RFC 8785 would write, because nothing is let in on which writers differ: keys are ASCII, numbers are whole and
below 2**53, and there is no float.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta
from types import NoneType
from typing import Any

import orjson

from approvals.words import Personal

_LARGEST = 2**53
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]
"""What canonical JSON is made of."""
Hide = Callable[[Personal], str]
_Seen = dict[int, Plain]
"""What was spelled already of one value, by identity: facts name the same people again and again."""
_Spelling = Callable[[Any, Hide, _Seen], Plain]


def canonical(value: object, *, hide: Hide = str) -> str:
    """``value`` as JSON with one spelling: keys sorted, no blanks, times as ISO 8601 in UTC, durations as whole seconds.

    ``hide`` says what is written of text that is personal; as it is given, that is the text itself.

    Raises:
        TypeError: something in it has no one spelling.
        ValueError: a number is too large to be the same for every reader.
    """
    spelled = plain(value, hide=hide)
    try:
        return orjson.dumps(spelled, option=orjson.OPT_SORT_KEYS).decode()
    except orjson.JSONEncodeError:
        # Half of a surrogate pair: no UTF-8, but text all the same. The two writers agree on everything else that is plain.
        return _encode(spelled)


def plain(value: object, *, hide: Hide = str) -> Plain:
    """``value`` in the terms of JSON, personal text as ``hide`` has it; raises as :func:`canonical` does."""
    return _plain(value, hide, {})


def _plain(value: Any, hide: Hide, seen: _Seen) -> Plain:
    kind = type(value)
    return value if kind in _AS_THEY_ARE else _SPELLINGS[kind](value, hide, seen)


class _Spellings(dict[type, _Spelling]):
    """How values of each type are written: looked into once for each type, since evidence is written at every act."""

    def __missing__(self, kind: type) -> _Spelling:
        self[kind] = made = _spelling(kind)
        return made


_SPELLINGS = _Spellings()
_AS_THEY_ARE = frozenset({NoneType, str, bool})


def _spelling(kind: type) -> _Spelling:
    if issubclass(kind, Personal):
        return lambda value, hide, _seen: hide(value)
    if issubclass(kind, str):
        return lambda value, _hide, _seen: value
    if issubclass(kind, int):
        return lambda value, _hide, _seen: _whole(value)
    if issubclass(kind, Mapping):
        return lambda value, hide, seen: {_key(key): _plain(each, hide, seen) for key, each in value.items()}
    if issubclass(kind, list | tuple):
        return lambda value, hide, seen: [_plain(each, hide, seen) for each in value]
    if issubclass(kind, datetime):
        return lambda value, _hide, _seen: value.astimezone(UTC).isoformat(timespec="microseconds")
    if issubclass(kind, timedelta):
        return lambda value, _hide, _seen: int(value.total_seconds())
    if is_dataclass(kind):
        return _record(tuple(each.name for each in fields(kind)))
    raise TypeError(f"{kind.__name__} has no canonical form; say it as text, whole number, time or duration")


def _record(names: tuple[str, ...]) -> _Spelling:
    def spell(value: object, hide: Hide, seen: _Seen) -> Plain:
        if id(value) not in seen:
            seen[id(value)] = {name: _plain(getattr(value, name), hide, seen) for name in names}
        return seen[id(value)]

    return spell


def _whole(value: int) -> int:
    if not -_LARGEST < value < _LARGEST:
        raise ValueError(f"{value} is too large for canonical JSON, which holds whole numbers below 2**53; say it as text")
    return value


def _key(key: object) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise TypeError(f"{key!r} cannot be a key of canonical JSON; use an ASCII name")
    # A member of a StrEnum is text, and the fast writer wants it plain.
    return str(key)
