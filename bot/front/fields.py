"""Typed reading of one JSON object: a field is what it should be, or the whole request is refused by the field's name (B3)."""

import re
from collections.abc import Mapping

from bot.front.authority import GUID
from bot.front.errors import Refused

MAX_ID = 512
MAX_NAME = 1024
# Ids go into addresses and keys: printable ASCII without space, and not a dot segment.
_ID = re.compile(r"(?!\.{1,2}\Z)[!-~]+")


def text(source: Mapping[str, object], key: str, *, limit: int = MAX_NAME) -> str | None:
    """The string at ``key``, None when absent or null; refused when it is anything else or longer than ``limit`` characters."""
    value = source.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise malformed(key, "is not a string")
    if len(value) > limit:
        raise malformed(key, f"is longer than {limit} characters")
    return value


def optional_id(source: Mapping[str, object], key: str) -> str | None:
    """The id at ``key``: printable ASCII, at most 512 characters; None when absent."""
    value = text(source, key, limit=MAX_ID)
    if value is not None and not _ID.fullmatch(value):
        raise malformed(key, "is not an id")
    return value


def required_id(source: Mapping[str, object], key: str) -> str:
    """As :func:`optional_id`, refused when absent."""
    value = optional_id(source, key)
    if value is None:
        raise malformed(key, "is missing")
    return value


def optional_guid(source: Mapping[str, object], key: str) -> str | None:
    """The GUID at ``key`` in lower case; None when absent."""
    value = text(source, key, limit=36)
    if value is not None and not GUID.fullmatch(value):
        raise malformed(key, "is not a GUID")
    return value.lower() if value is not None else None


def required_object(source: Mapping[str, object], key: str) -> dict[str, object]:
    """The object at ``key``."""
    value = source.get(key)
    if not isinstance(value, dict):
        raise malformed(key, "is not an object")
    return value


def optional_object(source: Mapping[str, object], key: str) -> dict[str, object]:
    """The object at ``key``; empty when absent."""
    return {} if source.get(key) is None else required_object(source, key)


def objects(source: Mapping[str, object], key: str, *, limit: int) -> list[dict[str, object]]:
    """The list of objects at ``key``; empty when absent, refused when longer than ``limit``."""
    value = source.get(key)
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(item, dict) for item in value):
        raise malformed(key, "is not a list of objects")
    if len(value) > limit:
        raise malformed(key, f"has more than {limit} entries")
    return value


def malformed(key: str, problem: str) -> Refused:
    """The refusal of one field. ``key`` is our own name for it, never the caller's text."""
    return Refused(400, "malformed", f"The field '{key}' {problem}.")
