"""Canonical JSON: the same value is always the same bytes.

What is written here is what RFC 8785 would write, because nothing is let in on which writers differ: keys are ASCII, numbers are whole and
below 2**53, and there is no float.
"""

import json
from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, datetime, timedelta

from approvals.words import Personal

_LARGEST = 2**53
_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), check_circular=False).encode

Plain = None | bool | int | str | list["Plain"] | dict[str, "Plain"]
"""What canonical JSON is made of."""


def canonical(value: object, *, hide: Callable[[Personal], str] = str) -> str:
    """``value`` as JSON with one spelling: keys sorted, no blanks, times as ISO 8601 in UTC, durations as whole seconds.

    ``hide`` says what is written of text that is personal; as it is given, that is the text itself.

    Raises:
        TypeError: something in it has no one spelling.
        ValueError: a number is too large to be the same for every reader.
    """
    return _encode(plain(value, hide=hide))


def plain(value: object, *, hide: Callable[[Personal], str] = str) -> Plain:
    """``value`` in the terms of JSON, personal text as ``hide`` has it; raises as :func:`canonical` does."""
    if isinstance(value, Personal):
        return hide(value)
    if value is None or isinstance(value, str | bool):
        return value
    if isinstance(value, int):
        return _whole(value)
    if isinstance(value, Mapping):
        return {_key(key): plain(each, hide=hide) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each, hide=hide) for each in value]
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if is_dataclass(value):
        return {each.name: plain(getattr(value, each.name), hide=hide) for each in fields(value)}
    raise TypeError(f"{type(value).__name__} has no canonical form; say it as text, whole number, time or duration")


def _whole(value: int) -> int:
    if not -_LARGEST < value < _LARGEST:
        raise ValueError(f"{value} is too large for canonical JSON, which holds whole numbers below 2**53; say it as text")
    return value


def _key(key: object) -> str:
    if not isinstance(key, str) or not key.isascii():
        raise TypeError(f"{key!r} cannot be a key of canonical JSON; use an ASCII name")
    return key
