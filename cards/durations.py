"""Lengths of time as inputs carry them: ISO 8601, hours and minutes only (``PT1H30M``), and shorter ones to offer."""

import re
from datetime import timedelta

_ISO = re.compile(r"PT(?:(\d{1,4})H)?(?:(\d{1,5})M)?", re.ASCII)
_LADDER = tuple(
    timedelta(minutes=minutes) for minutes in (15, 30, 60, 120, 240, 480, 1440, 3 * 1440, 7 * 1440, 14 * 1440, 30 * 1440, 90 * 1440)
)
_OFFERED = 5


def iso(length: timedelta) -> str:
    """``length`` for the value of a choice, to the minute; days are written as hours, since a day may have 23."""
    minutes = round(length.total_seconds() / 60)
    hours, rest = divmod(minutes, 60)
    return "PT" + (f"{hours}H" if hours else "") + (f"{rest}M" if rest or not hours else "")


def read_iso(text: object) -> timedelta | None:
    """The length that an input sent, or None when it is no length of this form or is nothing at all."""
    match = _ISO.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    length = timedelta(hours=int(match[1] or 0), minutes=int(match[2] or 0))
    return length or None


def shorter_than(length: timedelta) -> tuple[timedelta, ...]:
    """Lengths that an approver can allow instead of ``length``, longest first; empty when nothing sensible is shorter."""
    return tuple(reversed([step for step in _LADDER if step < length]))[:_OFFERED]
