"""Sentences for people, kept apart from the language that they are read in.

A rule returns a :class:`Sentence`; only the edge (cards, pages, chat) knows its reader's language and asks for the words.
Evidence keeps the English form and the values, so that an auditor reads the same sentence in ten years.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Value = str | int | timedelta | datetime | tuple[str, ...]
"""What a sentence can hold. Lengths and moments stay what they are until the reader's language and clock are known, and names apart."""
_NAME = re.compile(r"\{(\w+)\}")
_SPAN = re.compile(r"(\d{1,4})\s*(m|h|d)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}


class Personal(str):
    """Text that names somebody or was written by them, marked where it is made with whose it is: ``of`` is their object id.

    It reads like any other text wherever it goes. Evidence keeps it apart, so that it can be erased without breaking what was sealed. What
    is put together of several texts loses the mark: pass the parts as values of a :class:`Sentence` instead.
    """

    __slots__ = ("of",)
    of: str

    def __new__(cls, text: str, *, of: str) -> "Personal":
        """``text``, marked as that of the person with the object id ``of``."""
        marked = super().__new__(cls, text)
        marked.of = of
        return marked

    def __getnewargs_ex__(self) -> tuple[tuple[str], dict[str, str]]:
        # A copy keeps its mark.
        return (str(self),), {"of": self.of}


@dataclass(frozen=True, slots=True)
class Sentence:
    """One translatable sentence: the English pattern (the gettext message id) and its named values, in order of name."""

    msgid: str
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        return self.into(lambda msgid: msgid)

    def into(self, gettext: Callable[[str], str], *, show: Callable[[Value], str] | None = None) -> str:
        """The sentence in the language that ``gettext`` speaks, its values filled in as ``show`` writes them."""
        # The empty message is the header of a catalog.
        return fill(gettext(self.msgid) if self.msgid else "", dict(self.values), show=show or plain)


def say(msgid: str, /, **values: Value) -> Sentence:
    """A sentence for a person. ``say`` is a gettext keyword: the first argument is extracted, so it is always a literal."""
    return Sentence(msgid, tuple(sorted(values.items())))


def plain(value: Value) -> str:
    """A value as evidence writes it, the same for every reader: ``4 h``, ``1 d 12 h``, ``2026-11-22 14:02 UTC``."""
    if isinstance(value, timedelta):
        return spell(value)
    if isinstance(value, datetime):
        return f"{value.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
    return ", ".join(value) if isinstance(value, tuple) else str(value)


def spell(duration: timedelta) -> str:
    """A duration in short units, exact to the minute: ``4 h``, ``1 d 12 h``, ``45 min``."""
    minutes = int(duration.total_seconds()) // 60
    days, hours, rest = minutes // 1440, minutes % 1440 // 60, minutes % 60
    parts = [f"{count} {unit}" for count, unit in ((days, "d"), (hours, "h"), (rest, "min")) if count]
    return " ".join(parts) or "0 min"


def read_span(text: str) -> timedelta | None:
    """The duration that a file means by ``4h``, ``30m`` or ``7d``; None for anything else."""
    match = _SPAN.fullmatch(text.strip())
    return int(match[1]) * _UNITS[match[2]] if match else None


def names_in(pattern: str) -> tuple[str, ...]:
    """The names that ``pattern`` wants filled in."""
    return tuple(_NAME.findall(pattern))


def fill(pattern: str, values: Mapping[str, Value], *, show: Callable[[Value], str] = plain) -> str:
    """``pattern`` with each ``{name}`` replaced. A translator's mistake (an unknown name) stays visible instead of raising.

    In one pass: a value is somebody's text, and a ``{name}`` in it is never filled in.
    """
    return _NAME.sub(lambda match: show(values[match[1]]) if match[1] in values else match[0], pattern)
