"""Lengths of time in a covered text, by a closed grammar. What stands outside it is asked, never guessed.

    length    part (and? part)*, units falling:  "4 hours" "4h" "1.5 hours" "1,5 hours" "2 days and 4 hours" "1h30"
    part      number unit | "half a(n)" unit | number "and a half" unit | "a(n)" unit "and a half"
    until     until|till day? at? time:  "until 17:00" "till tomorrow noon" "until Friday 17:00"   (moments.py)
    doubtful  what speaks of time without saying how long:  "a couple of hours" "2-3 hours" "for the day" "until Friday" "2 months"

A length outside (0, 365 days], or not of whole minutes, is doubtful too. Months and years are: they have no one length.
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from enum import StrEnum

from bot.understanding.moments import Moment, Passed, next_moment

LONGEST = timedelta(days=365)
_DASH = "-–—"
_NUMBER_WORDS = {
    "a": "1", "an": "1", "one": "1", "two": "2", "three": "3", "four": "4", "five": "5", "six": "6", "seven": "7", "eight": "8",
    "nine": "9", "ten": "10", "eleven": "11", "twelve": "12", "fifteen": "15", "twenty": "20", "thirty": "30", "forty": "40",
    "forty-five": "45", "sixty": "60", "ninety": "90",
}  # fmt: skip
_FRACTIONS = {"½": "0.5", "¼": "0.25", "¾": "0.75"}
_UNITS = (
    (r"weeks?|wks?|w", timedelta(weeks=1)),
    (r"days?|d", timedelta(days=1)),
    (r"hours?|hrs?|h", timedelta(hours=1)),
    (r"minutes?|mins?|m", timedelta(minutes=1)),
)
_UNIT = r"(?:weeks?|wks?|days?|hours?|hrs?|minutes?|mins?)"
_DIGITS = r"(?:[0-9]{1,5}(?:[.,](?:25|50|75|[0-9]))?[½¼¾]?|[½¼¾])"
_WORDS = rf"(?:{'|'.join(sorted(_NUMBER_WORDS, key=len, reverse=True))})"
# Of two decimals only quarters are read: "1.30 hours" may be meant as 1:30.
_NUMBER = rf"(?:{_DIGITS}|{_WORDS})"
_BEGIN = r"(?<![\w½¼¾])(?<![\w][-.,:/'])(?<![.,:/+~<>=⁄^])(?<!-)"
_END = r"(?![\w½¼¾+*]|[-'.,:/][\w])"
# One letter is a unit only after digits; "4 m" and "4M" are something else than minutes.
_PART = (
    rf"(?:half[ -](?:an?[ -])?(?P<half>{_UNIT})"
    rf"|(?P<whole>{_NUMBER}) and (?:a|one) half (?P<halves>{_UNIT})"
    rf"|(?P<one>an?|one) (?P<ones>{_UNIT}) and a half"
    rf"|(?P<digits>{_DIGITS})(?:[ -]?(?P<unit>{_UNIT})| ?(?P<letter>[hd])(?P<rest>[0-5][0-9])?|(?P<glued>(?-i:[mw])))"
    rf"|(?P<word>{_WORDS})[ -](?P<words>{_UNIT}))"
)
_EACH = re.compile(_PART, re.IGNORECASE)
_ONE = re.sub(r"\?P<\w+>", "?:", _PART)
_LENGTH = re.compile(rf"{_BEGIN}{_ONE}(?:(?:,? and |, | ?){_ONE})*{_END}", re.IGNORECASE)
_ODD = r"(?:seconds?|secs?|months?|quarters?|years?)"
_ANY = rf"(?:[ -]?(?:{_UNIT}|{_ODD})| ?[hd]|(?-i:[mw]))"
_STRETCH = rf"(?:{_UNIT}|{_ODD}|mornings?|afternoons?|evenings?|nights?|weekends?|while|bit|moment|time|shift|sprint)"
_DOUBTFUL = re.compile(
    "|".join(
        (
            # "2-3 hours", "2 hours or 4 hours"; then "2, 3 hours", which is no sum
            rf"{_BEGIN}(?!forty-five){_NUMBER}{_ANY}? ?(?:[{_DASH}]|to|or|/) ?{_NUMBER}{_ANY}{_END}",
            rf"{_BEGIN}{_NUMBER}(?: and|,) {_NUMBER}{_ANY}{_END}",
            # "-4 hours", "for - 4 hours"
            rf"(?:(?<=for )[{_DASH}] ?|(?<!\S)[{_DASH}]){_NUMBER}{_ANY}{_END}",
            (
                # "in 4 hours", "within the next 4 hours", "every 4 hours"
                r"\b(?:in|after|within|every|each|per|last|past|previous|minus|plus|at least|more than|over|less than|under|not) "
                r"(?:(?:about|around|the|next|just|only|maybe|probably|another|some|total|of|a|exactly) )*"
                rf"{_NUMBER}{_ANY}{_END}"
            ),
            # "4 hours ago", "4 hours or so"
            rf"{_BEGIN}{_NUMBER}{_ANY} (?:ago|later|from now|or (?:so|more|less|longer)|and (?:a bit|change)){_END}",
            # "2 months"
            rf"{_BEGIN}{_NUMBER}[ -]?{_ODD}{_END}",
            # "a couple of hours", "a few days", "the rest of the day", "the day", "a while"
            rf"\b(?:(?:an? |the )?(?:couple|pair)(?: of)?|(?:an? )?few|some|several|many|all|this|next|every|each|per) {_STRETCH}{_END}",
            rf"\b(?:the|an?)(?: (?:whole|entire|full|rest of the|long|short|little|next|next few|next couple of))+ {_STRETCH}{_END}",
            rf"\bthe {_STRETCH}{_END}",
            r"\ban? (?:morning|afternoon|evening|night|weekend|while|bit|moment|month|year|shift|sprint)\b",
            r"\b(?:tonight|tomorrow|overnight|for today|for now|for ?ever|permanent(?:ly)?|indefinitely|eod|end of (?:the )?day)\b",
            r"\bas long as (?:possible|necessary|needed|it takes)\b",
        )
    ),
    re.IGNORECASE,
)
_UNTIL = re.compile(
    r"\b(?:until|till|til|by) (?P<moment>(?:(?!\b(?:to|for|because|so|since|with|please|i|and)\b)[^\s,;!?\ue000-\ue002]+ ?){1,5})",
    re.IGNORECASE,
)
_DEADLINE = re.compile(r"by ", re.IGNORECASE)


class Doubt(StrEnum):
    """Why a time that was named is asked again."""

    VAGUE = "vague"
    RANGE = "range"
    """Zero, beyond a year, or a part of a minute."""
    PASSED = "passed"
    DEADLINE = "deadline"
    """"By 17:00" may say until when, or from when."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Length:
    """A place that speaks of time: how long it says, or why it must be asked."""

    start: int
    end: int
    means: timedelta | Doubt


def lengths(text: str, *, now: datetime, time_zone: str) -> tuple[Length, ...]:
    """Every place of the covered ``text`` that speaks of time, from left to right, without overlaps."""
    read = [_until(match, now=now, time_zone=time_zone) for match in _UNTIL.finditer(text)]
    read += [Length(start=match.start(), end=match.end(), means=Doubt.VAGUE) for match in _DOUBTFUL.finditer(text)]
    read += [Length(start=match.start(), end=match.end(), means=_sum(match[0])) for match in _LENGTH.finditer(text)]
    apart: list[Length] = []
    for length in sorted(read, key=lambda length: (length.start, -length.end)):
        if apart and length.start < apart[-1].end:
            apart[-1] = _joined(apart[-1], length)
        else:
            apart.append(length)
    return tuple(apart)


def _joined(first: Length, second: Length) -> Length:
    """Two readings of one place: the one that covers the other, and a doubt about both where neither does."""
    if second.end <= first.end and (first.start, first.end) != (second.start, second.end):
        return first
    return Length(start=first.start, end=max(first.end, second.end), means=Doubt.VAGUE)


def _sum(said: str) -> timedelta | Doubt:
    total = timedelta()
    smallest = timedelta.max
    for part in _EACH.finditer(said):
        unit, size = _size(part)
        if unit >= smallest:
            return Doubt.VAGUE
        smallest = unit
        total += size
    if not timedelta() < total <= LONGEST or total % timedelta(minutes=1):
        return Doubt.RANGE
    return total


def _size(part: re.Match[str]) -> tuple[timedelta, timedelta]:
    """The smallest unit that the part uses, and how long the part is."""
    if part["half"]:
        unit = _unit(part["half"])
        return unit, unit / 2
    if part["whole"]:
        unit = _unit(part["halves"])
        return unit, _times(_number(part["whole"]) + Decimal("0.5"), unit)
    if part["one"]:
        unit = _unit(part["ones"])
        return unit, unit * 3 / 2
    unit = _unit(part["unit"] or part["letter"] or part["glued"] or part["words"])
    size = _times(_number(part["digits"] or part["word"]), unit)
    if part["rest"] is None:
        return unit, size
    # "1h30": the digits after the unit are minutes, and only after hours; anything else leaves no whole number of minutes.
    minutes = timedelta(minutes=int(part["rest"])) if unit == timedelta(hours=1) else timedelta(microseconds=1)
    return timedelta(minutes=1), size + minutes


def _times(number: Decimal, unit: timedelta) -> timedelta:
    return timedelta(microseconds=int(number * 1_000_000 * int(unit.total_seconds())))


def _unit(word: str) -> timedelta:
    return next(length for pattern, length in _UNITS if re.fullmatch(pattern, word, re.IGNORECASE))


def _number(word: str) -> Decimal:
    if word.lower() in _NUMBER_WORDS:
        return Decimal(_NUMBER_WORDS[word.lower()])
    fraction = _FRACTIONS.get(word[-1])
    if fraction is None:
        return Decimal(word.replace(",", "."))
    return Decimal(fraction) + Decimal(word[:-1].replace(",", ".") or "0")


def _until(match: re.Match[str], *, now: datetime, time_zone: str) -> Length:
    said = match["moment"].rstrip(" .")
    end = match.start("moment") + len(said)
    if _DEADLINE.match(match[0]):
        return Length(start=match.start(), end=end, means=Doubt.DEADLINE)
    moment = next_moment(said, now=now, time_zone=time_zone)
    if isinstance(moment, Moment):
        left = moment.at - now
        whole = left - left % timedelta(minutes=1)
        means: timedelta | Doubt = whole if timedelta() < whole <= LONGEST else Doubt.RANGE
        return Length(start=match.start(), end=end, means=means)
    return Length(start=match.start(), end=end, means=Doubt.PASSED if isinstance(moment, Passed) else Doubt.VAGUE)
