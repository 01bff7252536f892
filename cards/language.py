"""The language, the dates and the clock of one reader.

Words come from gettext catalogs in ``cards/locale`` (domain ``countersign``); where there is none for a locale the English patterns are
the words. Dates are always written as the reader's own locale writes them, in the reader's time zone, which is named.
"""

import gettext
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from babel import Locale, UnknownLocaleError
from babel.dates import format_skeleton, format_time, get_timezone_location
from babel.lists import format_list
from babel.units import format_unit

from approvals.words import Sentence, Value, fill, plain
from cards.text import VALUE, line

DOMAIN = "countersign"
CATALOGS = Path(__file__).parent / "locale"
FALLBACK = "en-GB"
NAMES = 5
"""How many people a sentence names before it says how many more there are."""


@dataclass(frozen=True, slots=True)
class Language:
    """How one reader reads: ``locale`` as a BCP 47 tag (``pt-PT``), ``time_zone`` as an IANA name. Unknown ones fall back."""

    locale: str = FALLBACK
    time_zone: str = "UTC"

    @property
    def tag(self) -> str:
        """The language that the words are in (``en``), for screen readers: not the reader's own when that has no catalog yet."""
        return _locale(self.locale).language if _has_catalog(self.locale) else "en"

    def gettext(self, msgid: str) -> str:
        """The reader's pattern for an English one."""
        # The empty message is the header of a catalog.
        return _translations(self.locale).gettext(msgid) if msgid else ""

    def words(self, sentence: Sentence) -> str:
        """A sentence in the reader's language. Each value is kept to one line: values may hold what somebody typed."""
        return self.text(sentence.msgid, **dict(sentence.values))

    def text(self, msgid: str, /, **values: Value) -> str:
        """The words for a literal pattern: ``_("…")`` of the templates."""
        pattern = self.gettext(msgid)
        return fill(pattern, values, show=self.value) if values else pattern

    def value(self, value: Value) -> str:
        """A value as this reader writes it; text is kept to one line."""
        if isinstance(value, timedelta):
            return self.duration(value)
        return self.moment(value) if isinstance(value, datetime) else line(plain(value), limit=VALUE)

    def plural(self, one: str, many: str, count: int, /, **values: Value) -> str:
        """The pattern that fits ``count``, which fills ``{count}``."""
        return fill(_translations(self.locale).ngettext(one, many, count), {**values, "count": count})

    def duration(self, length: timedelta) -> str:
        """A length of time in words, exact to the minute: ``1 day, 4 hours``."""
        return _duration(self.locale if _has_catalog(self.locale) else FALLBACK, length)

    def moment(self, at: datetime) -> str:
        """A moment with its day, its time and whose clock that is: ``Sat, 22 Nov 2025, 14:05 (Lisbon time)``."""
        return self.text("{moment} ({city} time)", moment=self.moment_short(at), city=_city(self.locale, self.time_zone))

    def moment_short(self, at: datetime) -> str:
        """A moment for lists, where one line above them names the clock."""
        return _moment(self.locale, self.time_zone, at)

    def any_of(self, names: Iterable[str]) -> str:
        """``Ana, Tom or Maria``; of many people the first few and how many more."""
        shown = [line(name) for name in names]
        more = len(shown) - NAMES
        if more > 0:
            shown[NAMES:] = [self.plural("{count} other person", "{count} other people", more)]
        return format_list(shown, "or", _locale(self.locale if _has_catalog(self.locale) else FALLBACK))


@lru_cache(maxsize=256)
def _locale(tag: str) -> Locale:
    try:
        return Locale.parse(tag, sep="-" if "-" in tag else "_")
    except (UnknownLocaleError, ValueError):
        return Locale.parse(FALLBACK, sep="-")


@lru_cache(maxsize=256)
def _translations(tag: str) -> gettext.NullTranslations:
    locale = _locale(tag)
    return gettext.translation(DOMAIN, CATALOGS, [str(locale), locale.language], fallback=True)


@lru_cache(maxsize=256)
def _has_catalog(tag: str) -> bool:
    return _locale(tag).language == "en" or isinstance(_translations(tag), gettext.GNUTranslations)


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo("UTC")


@lru_cache(maxsize=1024)
def _city(tag: str, zone: str) -> str:
    known = _zone(zone)
    return "UTC" if known.key == "UTC" else get_timezone_location(known, _locale(tag), return_city=True)


def _moment(tag: str, zone: str, at: datetime) -> str:
    # Moments hardly ever repeat; their days and their times of day do, and CLDR patterns are slow to fill.
    local = at.astimezone(_zone(zone))
    return _both(tag).format(_clock(tag, local.hour, local.minute), _day(tag, local.date()))


@lru_cache(maxsize=256)
def _both(tag: str) -> str:
    return str(_locale(tag).datetime_formats["medium"])


@lru_cache(maxsize=4096)
def _clock(tag: str, hour: int, minute: int) -> str:
    return format_time(time(hour, minute), "short", locale=_locale(tag))


@lru_cache(maxsize=4096)
def _day(tag: str, day: date) -> str:
    return format_skeleton("yMMMEd", datetime.combine(day, time()), locale=_locale(tag))


@lru_cache(maxsize=1024)
def _duration(tag: str, length: timedelta) -> str:
    locale = _locale(tag)
    minutes = max(0, round(length.total_seconds() / 60))
    counts = (("day", minutes // 1440), ("hour", minutes % 1440 // 60), ("minute", minutes % 60))
    parts = [format_unit(count, unit, locale=locale) for unit, count in counts if count]
    return format_list(parts or [format_unit(0, "minute", locale=locale)], "unit", locale)
