"""Tickets of other systems that a requester names: ``INC-4711``, ``CHG0012345``. Our own numbers are never a reference."""

import re

_REFERENCE = re.compile(r"(?<![\w-])(?:(?P<key>[A-Z]{2,10})-[0-9]{1,10}|(?:INC|CHG|PRB|RITM|SCTASK)[0-9]{7,10})(?![\w-])", re.IGNORECASE)
_OURS = ("REQ", "TCK")


def spans(text: str) -> tuple[tuple[int, int], ...]:
    """Where ``text`` names tickets, ours included, from left to right."""
    return tuple(found.span() for found in _REFERENCE.finditer(text) if _is_written_as_key(found))


def first(text: str) -> str | None:
    """The first ticket of another system that ``text`` names, in capitals; None when it names none."""
    return first_as_written(text).upper() or None


def first_as_written(text: str) -> str:
    """The same, letter by letter as it stands in ``text``; empty when it names none."""
    for found in _REFERENCE.finditer(text):
        if _is_written_as_key(found) and (found["key"] or "").upper() not in _OURS:
            return found[0]
    return ""


def _is_written_as_key(found: re.Match[str]) -> bool:
    # "inc-4711" is typed often enough; "covid-19" and "phase-2" are words with a number.
    key = found["key"]
    return key is None or key.isupper() or key.upper() in ("INC", "CHG", "PRB", "REQ", "TCK")
