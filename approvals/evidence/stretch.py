"""A look at some entries that follow each other: what they make of the tree, and what is wrong with them.

Looks need nothing of each other: they are taken one after the other, or by several processes at once (infra/audit/beside.py), and
verifying.py puts together what they show. A million entries go through this, so it asks for many rows at a time, makes a level of the tree
at a time, and imports no tables: another process is at work before those were.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from approvals.evidence.findings import Finding
from approvals.evidence.leaves import COLUMNS, Row, leaf
from approvals.evidence.tree import grown, leaf_hash, subtrees
from approvals.evidence.withheld import erasures, private_findings
from approvals.store.bare import Cursor

LONGEST = 1_024
"""Entries in a stretch. Each ends at a multiple of it, so that all but the first and the last make one subtree."""
LOOKED_AT = 64
"""So many entries that differ are compared with each other's places: enough to tell what was moved from what was edited."""
_ROWS = f"SELECT {COLUMNS} FROM evidence WHERE id > ? AND id <= ? ORDER BY id"  # noqa: S608  (a constant of ours)
_NODES = "SELECT position, hash FROM tree_node WHERE level = ? AND position >= ? AND position < ? ORDER BY position"

Subtrees = tuple[tuple[int, bytes], ...]
"""The complete subtrees over entries that follow each other, from left to right: the level of each, and its hash."""
Sealed = tuple[bytes, Row]
"""A row, and the leaf that was stored for its place."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Stretch:
    """What a look at some entries has shown: how many there are, and the tree over them.

    ``until`` is the tree over the first of them, up to each size that was asked for. Where entries are ``missing``, or ``differ`` from
    their stored leaves (``differing`` are the first of them), nothing more is looked at: whatever they make is wrong.
    """

    entries: int
    made: Subtrees = ()
    until: Mapping[int, Subtrees] = field(default_factory=dict)
    missing: tuple[tuple[int, int], ...] = ()
    differ: int = 0
    differing: tuple[Sealed, ...] = ()
    nodes: tuple[tuple[int, int], ...] = ()
    """By level and position, the nodes that are not stored as the entries make them."""
    private: tuple[Finding, ...] = ()


def look(cursor: Cursor, *, after: int, last: int, sizes: Sequence[int] = ()) -> Iterator[Stretch]:
    """What the entries after ``after`` up to ``last`` show, a stretch at a time. The rows are read once."""
    erased = erasures(cursor)
    while after < last:
        end = min(last, (after // LONGEST + 1) * LONGEST)
        yield _look(cursor, after, end, sizes=[size for size in sizes if after < size <= end], erased=erased)
        after = end


def _look(cursor: Cursor, after: int, last: int, *, sizes: Sequence[int], erased: Mapping[str, int]) -> Stretch:
    rows = list(cursor.execute(_ROWS, (after, last)))
    made = [leaf_hash(leaf(row)) for row in rows]
    stored = dict(cursor.execute(_NODES, (0, after, last)))
    missing = _holes(rows, after, last) if len(rows) < last - after else ()
    # A leaf that is not stored at all is told of as a node: the entry may be right, or was never sealed.
    differing = [(stored[row[0] - 1], row) for row, one in zip(rows, made, strict=True) if stored.get(row[0] - 1, one) != one]
    if missing or differing:
        return Stretch(entries=len(rows), missing=missing, differ=len(differing), differing=tuple(differing[:LOOKED_AT]))
    levels = grown(after, made)
    return Stretch(
        entries=len(rows),
        made=_over(levels, after, last),
        until={size: _over(levels, after, size) for size in sizes},
        nodes=tuple(_not_stored(cursor, levels))[:LOOKED_AT],
        private=private_findings(cursor, [(row[0], row[-1]) for row in rows], erased=erased),
    )


def _holes(rows: Sequence[Row], after: int, last: int) -> tuple[tuple[int, int], ...]:
    there = [after, *(row[0] for row in rows), last + 1]
    return tuple((one + 1, other - 1) for one, other in pairwise(there) if other > one + 1)


def _over(levels: Sequence[tuple[int, Sequence[bytes]]], after: int, last: int) -> Subtrees:
    return tuple((level, levels[level][1][position - levels[level][0]]) for level, position in subtrees(after, last))


def _not_stored(cursor: Cursor, levels: Sequence[tuple[int, Sequence[bytes]]]) -> Iterator[tuple[int, int]]:
    for level, (first, nodes) in enumerate(levels):
        stored = dict(cursor.execute(_NODES, (level, first, first + len(nodes))))
        yield from ((level, position) for position, node in enumerate(nodes, first) if stored.get(position) != node)
