"""The moment that the words after "until" name, read by dateparser inside a closed grammar and in the reader's time zone.

    moment   day? at? clock   |   clock day?          "17:00"   "tomorrow noon"   "5 pm on Friday"
    clock    17:00 | 5 pm | 5:30 pm | noon | midday | midnight
    day      today | tomorrow | a weekday other than today's | 24 November | 2026-11-24

A day without a clock is vague (its start or its end?), and so are "next Friday", a bare "5", and a clock time that does not happen, or
happens twice, because the clocks change.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import dateparser

_CLOCK = r"(?:[01]?[0-9]|2[0-3])[:.][0-5][0-9](?: ?[ap]\.?m)?|(?:1[0-2]|[1-9]) ?[ap]\.?m|12 noon|noon|midday|midnight"
_MONTH = (
    r"jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|"
    r"aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_DAY = rf"today|tomorrow|{'|'.join(_WEEKDAYS)}|[0-3]?[0-9] (?:{_MONTH})|(?:{_MONTH}) [0-3]?[0-9]|[0-9]{{4}}-[01][0-9]-[0-3][0-9]"
_NO_YEAR_NEEDED = timedelta(days=180)
_GRAMMAR = re.compile(
    rf"(?:(?P<day>{_DAY})(?: at)? )?(?P<clock>{_CLOCK})|(?:at )?(?P<clock_first>{_CLOCK})(?: on)? (?P<day_last>{_DAY})",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Moment:
    """One certain moment, as an aware UTC datetime."""

    at: datetime


@dataclass(frozen=True, slots=True)
class Passed:
    """The words name a moment that is over."""


@dataclass(frozen=True, slots=True)
class Vague:
    """The words name no one moment."""


def next_moment(said: str, *, now: datetime, time_zone: str) -> Moment | Passed | Vague:
    """The moment that ``said`` (what follows "until") names for a reader in ``time_zone`` (an IANA name)."""
    match = _GRAMMAR.fullmatch(said)
    if match is None:
        return Vague()
    day = (match["day"] or match["day_last"] or "today").lower()
    clock = _plain_clock(match["clock"] or match["clock_first"])
    zone = ZoneInfo(time_zone)
    here = now.astimezone(zone).replace(tzinfo=None)
    if day == _WEEKDAYS[here.weekday()] or (clock == "midnight" and day != "today"):
        return Vague()
    if clock == "midnight":
        day, clock = "tomorrow", "00:00"
    local = dateparser.parse(
        f"{day} {clock}",
        languages=["en"],
        settings={
            "RELATIVE_BASE": here,
            "PREFER_DATES_FROM": "future" if day not in ("today", "tomorrow") else "current_period",
            "DATE_ORDER": "DMY",
            "RETURN_AS_TIMEZONE_AWARE": False,
            "STRICT_PARSING": False,
        },
    )
    # dateparser gives a day that is over its next year: nobody means that.
    if local is None or (local - here > _NO_YEAR_NEEDED and not day[:4].isdigit()):
        return Vague()
    return _certain(local.replace(tzinfo=zone), now=now)


def _plain_clock(said: str) -> str:
    if said.lower().endswith(("noon", "midday")):
        return "12:00"
    plain = said.lower().replace("p.m", "pm").replace("a.m", "am")
    return re.sub(r"^([0-9]{1,2})\.([0-9])", r"\1:\2", plain)


def _certain(local: datetime, *, now: datetime) -> Moment | Passed | Vague:
    # RFC 5545 3.3.5 would choose; a person is asked instead when the clocks make a time happen twice or never.
    if local.utcoffset() != local.replace(fold=1).utcoffset():
        return Vague()
    at = local.astimezone(UTC)
    return Moment(at) if at > now else Passed()
