"""Every name of a catalog in one text, so that a search runs at the speed of a substring search and stops as soon as it has enough.

Each name is one line of words in lower case, in catalog order, with a blank in front of every word.
"""

from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process

from approvals.catalog import Catalog
from approvals.change import EntitlementId
from bot.understanding.masking import Same, spoken_names, words

_MOST_WORDS = 12


@dataclass(frozen=True, slots=True)
class _Lines:
    """Lines of one text, each belonging to an entry."""

    text: str
    starts: tuple[int, ...]
    owners: tuple[EntitlementId, ...]

    def with_part(self, part: str) -> Iterator[tuple[EntitlementId, str]]:
        """The owner and the text of each line that holds ``part``, in order; a line's own end counts as part of it."""
        at = self.text.find(part)
        while at >= 0:
            line = bisect_right(self.starts, at) - 1
            end = self.starts[line + 1]
            yield self.owners[line], self.text[self.starts[line] : end]
            at = self.text.find(part, end)


@dataclass(frozen=True, slots=True)
class Names:
    """The names and descriptions of a catalog, prepared for search. Every search gives its owners in catalog order."""

    plain: tuple[str, ...]
    owners: tuple[EntitlementId, ...]
    bags: dict[frozenset[str], tuple[EntitlementId, ...]]
    """Who has a name of exactly these words, in whatever order."""
    places: dict[str, tuple[int, ...]]
    """Which names (by their place in ``plain``) have this word."""
    lines: _Lines
    descriptions: _Lines

    def with_words_near(self, asked: tuple[str, ...], *, cutoff: int) -> tuple[int, ...]:
        """The places of the names with a word that resembles one of ``asked``: the only ones worth comparing in full."""
        near: set[int] = set()
        for word in asked[:_MOST_WORDS]:
            for known, _, _ in process.extract(word, self.places.keys(), scorer=fuzz.ratio, score_cutoff=cutoff, limit=None):
                near.update(self.places[known])
        return tuple(sorted(near))

    def are(self, asked: str) -> Iterator[EntitlementId]:
        """Those of which a name is ``asked``."""
        return (owner for owner, _ in self.lines.with_part(f"\n {asked}\n"))

    def begin_with(self, asked: str) -> Iterator[EntitlementId]:
        """Those of which a name begins with ``asked``."""
        return (owner for owner, _ in self.lines.with_part(f"\n {asked}"))

    def have_words(self, asked: str) -> Iterator[EntitlementId]:
        """Those of which one name has, for each word of ``asked``, a word that begins with it."""
        parts = [f" {word}" for word in asked.split()]
        return (owner for owner, line in self.lines.with_part(max(parts, key=len)) if all(part in line for part in parts))

    def hold(self, asked: str) -> Iterator[EntitlementId]:
        """Those of which a name holds ``asked`` anywhere."""
        return (owner for owner, _ in self.lines.with_part(asked))

    def described_by(self, asked: str) -> Iterator[EntitlementId]:
        """Those whose description holds ``asked`` from the beginning of a word."""
        return (owner for owner, _ in self.descriptions.with_part(f" {asked}"))


def names_of(catalog: Catalog) -> Names:
    """The names of ``catalog``; prepared once for each catalog object."""
    return _names(Same(catalog))


@lru_cache(maxsize=8)
def _names(same: Same) -> Names:
    entries = same.catalog.entitlements
    pairs = [(entry.id, words(name)) for entry in entries for name in dict.fromkeys((*spoken_names(entry), entry.system))]
    bags: dict[frozenset[str], dict[EntitlementId, None]] = {}
    places: dict[str, list[int]] = {}
    for place, (owner, name) in enumerate(pairs):
        bags.setdefault(frozenset(name), {})[owner] = None
        for word in dict.fromkeys(name):
            places.setdefault(word, []).append(place)
    plain = [" ".join(name) for _, name in pairs]
    owners = [owner for owner, _ in pairs]
    return Names(
        plain=tuple(plain),
        owners=tuple(owners),
        bags={bag: tuple(have) for bag, have in bags.items()},
        places={word: tuple(have) for word, have in places.items()},
        lines=_lines(owners, plain),
        descriptions=_lines([entry.id for entry in entries], [" ".join(words(entry.description)) for entry in entries]),
    )


def _lines(owners: list[EntitlementId], texts: list[str]) -> _Lines:
    # Line n is text[starts[n]:starts[n + 1]]: its line break in front, its words after it.
    starts = [0]
    for text in texts:
        starts.append(starts[-1] + len(text) + 2)
    return _Lines(text="".join(f"\n {text}" for text in texts) + "\n", starts=tuple(starts), owners=tuple(owners))
