"""Which entry of the catalog is meant: certain, or a few to choose from. Exact names first; resemblance only ever offers."""

from dataclasses import dataclass

from rapidfuzz import fuzz, process

from approvals.catalog import Catalog
from approvals.change import Entitlement, EntitlementId
from bot.understanding.masking import Mention, index, words
from bot.understanding.names import names_of

NEAR = 80
"""The resemblance (0 to 100) from which an entry is offered: lower offers strangers, higher misses a typing slip in a short word."""
MOST_OFFERED = 5
_LONGEST_TYPED = 100
_ENOUGH_TO_RESEMBLE = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``sure`` when exactly one entry can be meant; else ``near`` are those to choose from, the likeliest first."""

    sure: EntitlementId | None = None
    near: tuple[EntitlementId, ...] = ()

    def __bool__(self) -> bool:
        return self.sure is not None or bool(self.near)


def settle(mentions: tuple[Mention, ...], *, levels: tuple[str, ...], is_plain: bool, catalog: Catalog) -> Match:
    """What ``mentions`` name together with the ``levels`` said beside them; ``is_plain`` when every word around them was understood."""
    mentions = tuple({(mention.exact, mention.system): mention for mention in mentions}.values())
    fits = [_fitting(mention, levels=levels, catalog=catalog) for mention in mentions]
    common = [entry for entry in fits[0] if all(entry in fit for fit in fits)]
    if len(common) == 1 and (is_plain or not levels):
        return _agreed(common[0], levels=levels, catalog=catalog)
    near = common or [entry for fit in fits for entry in fit]
    if len(near) == 1:
        return Match(near=_neighbours(near[0], levels=levels, catalog=catalog))
    return Match(near=tuple(dict.fromkeys(near)))


def _fitting(mention: Mention, *, levels: tuple[str, ...], catalog: Catalog) -> tuple[EntitlementId, ...]:
    # An alias that is also its system's name does not choose among the system's levels.
    named = mention.exact if not mention.system else tuple(dict.fromkeys((*mention.exact, *mention.system)))
    entries = (catalog.find(entitlement) for entitlement in named)
    return tuple(entry.id for entry in entries if entry is not None and entry.level.lower() in levels) or named


def _agreed(only: EntitlementId, *, levels: tuple[str, ...], catalog: Catalog) -> Match:
    entry = catalog.find(only)
    if entry is not None and all(level == entry.level.lower() for level in levels):
        return Match(sure=only)
    return Match(near=_neighbours(only, levels=levels, catalog=catalog))


def _neighbours(only: EntitlementId, *, levels: tuple[str, ...], catalog: Catalog) -> tuple[EntitlementId, ...]:
    """The entry and the rest of its system, those of a level that was said first."""
    entry = catalog.find(only)
    system = [other for other in catalog.entitlements if entry is not None and other.system == entry.system]
    ranked = sorted(system, key=lambda other: (other.level.lower() not in levels, other.id != only))
    return tuple(other.id for other in ranked)


def resemble(said: str, *, catalog: Catalog) -> Match:
    """The entries whose names resemble ``said``: certain only when the very words of one name were said in another order."""
    names = names_of(catalog)
    asked = words(said)
    exact = names.bags.get(frozenset(asked), ())
    if len(exact) == 1:
        return Match(sure=exact[0])
    prepared = index(catalog)
    mended = " ".join(prepared.mend(word) or word for word in asked)
    places = names.with_words_near(asked, cutoff=NEAR)
    hits = process.extract(mended, [names.plain[place] for place in places], scorer=fuzz.token_set_ratio, score_cutoff=NEAR, limit=40)
    ranked = (names.owners[places[hit]] for _, _, hit in sorted(hits, key=lambda hit: (-hit[1], hit[2])))
    return Match(near=tuple(dict.fromkeys((*exact, *ranked)))[:MOST_OFFERED])


def search(catalog: Catalog, text: str, limit: int) -> tuple[Entitlement, ...]:
    """At most ``limit`` entries for what was typed so far, the best first; all in catalog order when nothing was typed.

    Order: a name that is the text, one that begins with it, one whose words begin with its words, one that holds it, a description that
    holds it; only when there is none, names that resemble it. Ties keep the catalog's order.
    """
    asked = " ".join(words(text[:_LONGEST_TYPED]))
    if not asked:
        return catalog.entitlements[: max(limit, 0)]
    names = names_of(catalog)
    found: dict[EntitlementId, None] = {}
    for hits in (names.are(asked), names.begin_with(asked), names.have_words(asked), names.hold(asked), names.described_by(asked)):
        for owner in hits:
            if len(found) >= limit:
                break
            found[owner] = None
    order = tuple(found) or (resemble(asked, catalog=catalog).near[: max(limit, 0)] if len(asked) >= _ENOUGH_TO_RESEMBLE else ())
    return tuple(entry for entry in map(catalog.find, order) if entry is not None)
