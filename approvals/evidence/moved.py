"""Entries that are not what was sealed: which were deleted, inserted, put elsewhere or edited, as far as the stored leaves tell."""

from collections.abc import Iterator, Sequence

from approvals.evidence.findings import Bent, Finding
from approvals.evidence.leaves import Row, leaf
from approvals.evidence.stretch import Sealed
from approvals.evidence.tree import leaf_hash
from approvals.words import say


def holes(missing: Sequence[tuple[int, int]]) -> Iterator[Finding]:
    """The entries that are not there, each hole by its first and its last; stretches show one hole in pieces."""
    firsts = {first for first, _ in missing} - {last + 1 for _, last in missing}
    lasts = {last for _, last in missing} - {first - 1 for first, _ in missing}
    for first, last in zip(sorted(firsts), sorted(lasts), strict=True):
        alone = say("entry {first} was deleted: there is a hole", first=first)
        more = say("entries {first} to {last} were deleted: there is a hole", first=first, last=last)
        yield Finding(how=Bent.DELETED, entry=first, says=alone if first == last else more)


def told_apart(differing: Sequence[Sealed], *, differ: int) -> Finding:
    """Whether entries that differ from their leaves were moved or edited: each is tried in the others' places. In all, ``differ`` do."""
    leaf_at = {int(row[0]): stored for stored, row in differing}
    belongs = {int(row[0]): place for _, row in differing if (place := _home(row, leaf_at)) is not None}
    first = min(leaf_at)
    told = {"first": first, "differ": differ}
    if belongs.get(first) == first + 1:
        alone = say("entry {first} was deleted and those after it renumbered", first=first)
        more = say("entry {first} was deleted and those after it renumbered; {differ} entries differ in all", **told)
        return Finding(how=Bent.DELETED, entry=first, says=more if differ > 1 else alone)
    if first not in belongs and belongs.get(first + 1) == first:
        alone = say("entry {first} was inserted and those after it renumbered", first=first)
        more = say("entry {first} was inserted and those after it renumbered; {differ} entries differ in all", **told)
        return Finding(how=Bent.INSERTED, entry=first, says=more if differ > 1 else alone)
    if first in belongs:
        was = belongs[first]
        alone = say("entries were reordered: entry {first} holds what was recorded as entry {was}", first=first, was=was)
        more = say(
            "entries were reordered: entry {first} holds what was recorded as entry {was}; {differ} entries differ in all", was=was, **told
        )
        return Finding(how=Bent.REORDERED, entry=first, says=more if differ > 1 else alone)
    alone = say("entry {first} was edited: it is not what was sealed", first=first)
    more = say("entry {first} was edited: it is not what was sealed; {differ} entries differ in all", **told)
    return Finding(how=Bent.EDITED, entry=first, says=more if differ > 1 else alone)


def _home(row: Row, leaf_at: dict[int, bytes]) -> int | None:
    """The place, among those that differ, for which this row was recorded."""
    return next((place for place, stored in leaf_at.items() if leaf_hash(leaf((place, *row[1:]))) == stored), None)
