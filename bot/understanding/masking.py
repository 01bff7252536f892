"""Where a text names something of the catalog, and the text with those places covered.

Names are found before anything else is read, so that no rule takes a duration out of ``db-2h-prod`` or a reason out of "Write access to
billing-db". A covered text has the same length as the original: places found in one are places in the other.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache

from rapidfuzz import process
from rapidfuzz.distance import OSA

from approvals.catalog import Catalog
from approvals.change import Entitlement, EntitlementId

_WORD = re.compile(r"[^\W_]+")
_LONG_ENOUGH = 5
_JOINTS = ("-", "_", ".", "/", " ")


class Cover(StrEnum):
    """What stands in place of what was found; private-use characters, which normalising removes from what people write."""

    MENTION = "\ue000"
    REFERENCE = "\ue001"
    DURATION = "\ue002"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mention:
    """One place that names an entitlement (``exact``) or a system; ``entitlements`` in catalog order."""

    start: int
    end: int
    exact: tuple[EntitlementId, ...]
    system: tuple[EntitlementId, ...]


@dataclass(slots=True)
class _Named:
    exact: list[EntitlementId] = field(default_factory=list)
    system: list[EntitlementId] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Index:
    """A catalog, prepared for reading: its names as words, its single words, its levels."""

    names: dict[tuple[str, ...], _Named]
    longest: int
    vocabulary: frozenset[str]
    """Every word of four letters or more in a name, alias or system."""
    slippery: tuple[str, ...]
    """Those long enough to be known by one typing slip; in a shorter word one slip makes another word."""
    levels: tuple[str, ...]

    def mend(self, word: str) -> str | None:
        """The one word of the catalog that ``word`` is, or is but for a typing slip; None when there is none, or more than one."""
        if word in self.vocabulary:
            return word
        if len(word) < _LONG_ENOUGH:
            return None
        near = process.extract(word, self.slippery, scorer=OSA.distance, score_cutoff=1, limit=2)
        return near[0][0] if len(near) == 1 else None


@dataclass(frozen=True, slots=True)
class Same:
    """Makes one catalog object a cache key: comparing two thousand entries costs more than reading a message."""

    catalog: Catalog

    def __hash__(self) -> int:
        return id(self.catalog)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Same) and other.catalog is self.catalog


def index(catalog: Catalog) -> Index:
    """``catalog`` prepared for reading; made once for each catalog object."""
    return _index(Same(catalog))


@lru_cache(maxsize=8)
def _index(same: Same) -> Index:
    names: dict[tuple[str, ...], _Named] = {}
    for entry in same.catalog.entitlements:
        for name in dict.fromkeys(words(name) for name in (entry.id, entry.name, *entry.aliases)):
            names.setdefault(name, _Named()).exact.append(entry.id)
        names.setdefault(words(entry.system), _Named()).system.append(entry.id)
    names.pop((), None)
    return Index(
        names=names,
        longest=max((len(name) for name in names), default=0),
        vocabulary=frozenset(word for name in names for word in name if len(word) >= 4),
        slippery=tuple(dict.fromkeys(word for name in names for word in name if len(word) >= _LONG_ENOUGH)),
        levels=tuple(dict.fromkeys(entry.level.lower() for entry in same.catalog.entitlements)),
    )


def spoken_names(entry: Entitlement) -> tuple[str, ...]:
    """Every way in which people call ``entry``: id, name, aliases, and its system with its level."""
    return (entry.id, entry.name, *entry.aliases, f"{entry.system} {entry.level}")


def words(text: str) -> tuple[str, ...]:
    """The words of ``text`` in lower case, without what joins them."""
    return tuple(word.lower() for word in _WORD.findall(text))


def mentions(text: str, *, catalog: Catalog) -> tuple[Mention, ...]:
    """The places of ``text`` that name something of ``catalog``, from left to right, the longest name first at each place."""
    prepared = index(catalog)
    found: list[Mention] = []
    places = [match.span() for match in _WORD.finditer(text)]
    at = 0
    while at < len(places):
        mention = _longest(text, places[at : at + prepared.longest], prepared)
        if mention is None:
            at += 1
            continue
        found.append(mention)
        at = next((later for later in range(at, len(places)) if places[later][0] >= mention.end), len(places))
    return tuple(found)


def _longest(text: str, places: list[tuple[int, int]], prepared: Index) -> Mention | None:
    run = 1
    while run < len(places) and text[places[run - 1][1] : places[run][0]] in _JOINTS:
        run += 1
    for length in range(run, 0, -1):
        start, end = places[0][0], places[length - 1][1]
        named = prepared.names.get(tuple(text[first:last].lower() for first, last in places[:length]))
        if named is not None and not _is_part_of_a_longer_word(text, start, end):
            return Mention(start=start, end=end, exact=tuple(named.exact), system=tuple(named.system))
    return None


def _is_part_of_a_longer_word(text: str, start: int, end: int) -> bool:
    # "billing-db-2h" is something else than "billing-db"; "billing-db." is billing-db at the end of a sentence.
    return re.search(r"[^\W_][-_.]$|_$", text[:start][-2:]) is not None or re.match(r"[-_.][^\W_]|_", text[end : end + 2]) is not None


def cover(text: str, spans: Iterable[tuple[int, int]], *, by: Cover) -> str:
    """``text`` with every span overwritten by ``by``, length unchanged."""
    for start, end in spans:
        text = text[:start] + by * (end - start) + text[end:]
    return text
