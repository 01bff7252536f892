"""Whether the evidence is what was sealed; and if it is not, the first entry that differs and how.

The tree is computed anew from the rows and compared, from what is easiest to bend to what is hardest:

1. with the leaves that were stored beside them: an entry edited, deleted, inserted or put elsewhere is named;
2. with the last signed checkpoint: entries cut off, or rows and leaves rewritten together;
3. with checkpoints that somebody else keeps: a log rewritten or cut off as a whole by whoever has its key, or two logs shown to two people;
4. what is right so far is compared with the stored tree above the leaves, and with the private values beside it (withheld.py).
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from itertools import islice
from typing import Any

from approvals.errors import NoteError
from approvals.evidence import tree
from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.findings import Bent, Finding
from approvals.evidence.leaves import COLUMNS, Row, leaf
from approvals.evidence.notes import VerifierKey
from approvals.evidence.stored import last_checkpoint, stored_nodes
from approvals.evidence.tree import CompactRange
from approvals.evidence.withheld import private_findings
from approvals.store.sqlite import Tx, stream
from approvals.words import Sentence, say

_ROWS = (
    f"SELECT node.hash, {', '.join(f'entry.{name.strip()}' for name in COLUMNS.split(','))} "  # noqa: S608  (a constant of ours)
    "FROM evidence AS entry LEFT JOIN tree_node AS node ON node.level = 0 AND node.position = entry.id - 1 "
    "WHERE entry.id > ? ORDER BY entry.id"
)
_NODES = "SELECT position, hash FROM tree_node WHERE level = ? AND position >= ? ORDER BY position"
_ABOVE = "SELECT level, position FROM tree_node WHERE level > ? ORDER BY level, position LIMIT 1"
_CHECKPOINTS = "SELECT note FROM checkpoint WHERE size > ? ORDER BY size"
_LOOKED_AT = 64
"""So many entries that differ are compared with each other's places: enough to tell what was moved from what was edited."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of it. ``entries`` were looked at; ``size`` and ``root`` name the tree that the rows make."""

    entries: int
    size: int
    root: bytes
    findings: tuple[Finding, ...]


def verify(
    tx: Tx,
    *,
    key: VerifierKey,
    outside: Sequence[Checkpoint] = (),
    since: Checkpoint | None = None,
    private: Callable[[], Iterable[Finding]] | None = None,
) -> Verdict:
    """Compare the evidence with what was sealed of it and with the checkpoints that were kept ``outside``.

    With ``since``, a checkpoint that is believed, only the entries after it are read: those before it are covered by its root, and older
    checkpoints kept outside by a proof that it continues them. ``private`` answers what is wrong with the private values after it, where
    somebody else looks at them meanwhile.
    """
    known = CompactRange() if since is None else tree.peaks_at(since.size, nodes=stored_nodes(tx))
    if since is not None and known.root() != since.root:
        before = Finding(how=Bent.REWRITTEN, entry=1, says=_not_of_the_checkpoint(since))
        return Verdict(entries=0, size=since.size, root=known.root(), findings=(before,))
    last = last_checkpoint(tx)
    named = [one for one in outside if one.note.is_signed_by(key)]
    read = _read(tx, known, sizes={one.size for one in (*named, *([last] if last else []))})
    found = (
        [*_of_rows(read), *_of_last(tx, read, last, key=key)]
        or [*_of_outside(tx, read, named, since=since)]
        or [*_of_nodes(tx, read), *(private() if private else private_findings(tx, after=read.before))]
    )
    found += _of_forks(named)
    found += [_foreign(one, key) for one in outside if one not in named]
    return Verdict(entries=read.count, size=read.log.size, root=read.log.root(), findings=tuple(found))


@dataclass(slots=True, kw_only=True)
class _Read:
    """What one pass over the rows has shown."""

    log: CompactRange
    before: int
    count: int
    roots: dict[int, bytes]
    missing: list[tuple[int, int]]
    differing: list[tuple[bytes | None, Row]]
    differ: int
    nodes: list[tuple[int, int]]
    """Nodes above the leaves, by level and position, that are not stored as the rows make them."""


def _read(tx: Tx, log: CompactRange, *, sizes: set[int]) -> _Read:
    """Read the rows once, in order. This is the loop that a million entries go through: it calls as little as it can."""
    read = _Read(log=log, before=log.size, count=0, roots={}, missing=[], differing=[], differ=0, nodes=[])
    above: list[Iterator[tuple[Any, ...]]] = []
    peaks, size, expected, wanted = log.peaks, log.size, log.size + 1, sorted(sizes, reverse=True)
    while wanted and wanted[-1] <= size:
        read.roots[wanted.pop()] = log.root()
    for row in stream(tx, _ROWS, (size,)):
        made = sha256(b"\x00" + leaf(row[1:])).digest()
        if row[1] != expected:
            read.missing.append((expected, row[1] - 1))
        if made != row[0]:
            read.differ += 1
            if len(read.differing) < _LOOKED_AT:
                read.differing.append((row[0], row[1:]))
        place, expected, level = size, row[1] + 1, 0
        while place & 1:
            place, made = place >> 1, sha256(b"\x01" + peaks.pop() + made).digest()
            if level == len(above):
                above.append(stream(tx, _NODES, (level + 1, read.before >> level + 1)))
            if next(above[level], None) != (place, made) and len(read.nodes) < _LOOKED_AT:
                read.nodes.append((level + 1, place))
            level += 1
        peaks.append(made)
        size += 1
        if wanted and wanted[-1] == size:
            read.roots[wanted.pop()] = log.root()
    read.count, log.size = size - log.size, size
    return read


def _of_rows(read: _Read) -> Iterable[Finding]:
    """(1) What the leaves that were stored say about the rows."""
    for first, last in read.missing:
        says = _of(
            first,
            last,
            one=say("entry {first} was deleted: there is a hole", first=first),
            many=say("entries {first} to {last} were deleted: there is a hole", first=first, last=last),
        )
        yield Finding(how=Bent.DELETED, entry=first, says=says)
    sealed = [(stored, row) for stored, row in read.differing if stored is not None]
    if sealed:
        yield _told_apart(sealed, differ=read.differ)


def _told_apart(differing: Sequence[tuple[bytes, Row]], *, differ: int) -> Finding:
    """Whether entries that differ from their leaves were moved or edited: each is tried in the others' places."""
    leaf_at = {_id(row): stored for stored, row in differing}
    belongs = {_id(row): place for _, row in differing if (place := _home(row, leaf_at)) is not None}
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
    return next((place for place, stored in leaf_at.items() if tree.leaf_hash(leaf((place, *row[1:]))) == stored), None)


def _of_last(tx: Tx, read: _Read, last: Checkpoint | None, *, key: VerifierKey) -> Iterable[Finding]:
    """(2) What the last checkpoint says about the rows as a whole."""
    size = last.size if last else 0
    if last is not None and not last.note.is_signed_by(key):
        yield _foreign(last, key)
    if read.missing or any(stored is not None for stored, _ in read.differing):
        return  # The entry is named already; every root after it is wrong too.
    if read.log.size > size:
        first, last_row = size + 1, read.log.size
        says = _of(
            first,
            last_row,
            one=say("entry {first} was inserted: the bot seals whatever it records, and this is not sealed", first=first),
            many=say(
                "entries {first} to {last} were inserted: the bot seals whatever it records, and this is not sealed",
                first=first,
                last=last_row,
            ),
        )
        yield Finding(how=Bent.INSERTED, entry=size + 1, says=says)
    if read.log.size < size:
        first = read.log.size + 1
        says = _of(
            first,
            size,
            one=say("entry {first} was cut off: the last checkpoint names {size} entries", first=first, size=size),
            many=say("entries {first} to {size} were cut off: the last checkpoint names {size} entries", first=first, size=size),
        )
        yield Finding(how=Bent.TRUNCATED, entry=read.log.size + 1, says=says)
    elif last is not None and read.roots.get(size) != last.root:
        yield _rewritten_since(tx, read)


def _rewritten_since(tx: Tx, read: _Read) -> Finding:
    """Rows and leaves agree with each other and not with the checkpoint: between which two checkpoints they begin to differ."""
    signed = {one.size: one.root for one in (Checkpoint.parse(note) for (note,) in stream(tx, _CHECKPOINTS, (read.before,)))}
    start = tree.peaks_at(read.before, nodes=stored_nodes(tx))
    again = _read(tx, start, sizes=set(signed)).roots
    fits = read.before
    for size, root in signed.items():
        if again.get(size) != root:
            told = {"first": fits + 1, "size": size}
            says = _of(
                fits + 1,
                size,
                one=say("entry {first} was rewritten, with the stored tree: the checkpoint of {size} entries has another root", **told),
                many=say(
                    "entries {first} to {size} were rewritten, with the stored tree: the checkpoint of {size} entries has another root",
                    **told,
                ),
            )
            return Finding(how=Bent.REWRITTEN, entry=fits + 1, says=says)
        fits = size
    raise AssertionError("one of the checkpoints differed a moment ago; the snapshot does not change")


def _of_outside(tx: Tx, read: _Read, outside: Sequence[Checkpoint], *, since: Checkpoint | None) -> Iterable[Finding]:
    """(3) What others keep. ``outside`` bears the log's signature."""
    fits = 0
    for one in sorted(outside, key=lambda one: one.size):
        if since is not None and one.size < since.size and not _continues(tx, since, one):
            told = {"first": fits + 1, "last": one.size, "size": since.size}
            says = _of(
                fits + 1,
                one.size,
                one=say("entry {first} was rewritten and signed anew: the checkpoint of {size} entries does not continue it", **told),
                many=say(
                    "entries {first} to {last} were rewritten and signed anew: the checkpoint of {size} entries does not continue it",
                    **told,
                ),
            )
            yield Finding(how=Bent.REWRITTEN, entry=fits + 1, says=says)
            return
        if one.size > read.log.size:
            first, size = read.log.size + 1, one.size
            says = _of(
                first,
                size,
                one=say(
                    "entry {first} was cut off, with their checkpoints: the one kept outside names {size} entries", first=first, size=size
                ),
                many=say(
                    "entries {first} to {size} were cut off, with their checkpoints: the one kept outside names {size} entries",
                    first=first,
                    size=size,
                ),
            )
            yield Finding(how=Bent.TRUNCATED, entry=read.log.size + 1, says=says)
            return
        if one.size >= read.before and read.roots[one.size] != one.root:
            told = {"first": fits + 1, "last": one.size}
            says = _of(
                fits + 1,
                one.size,
                one=say("entry {first} was rewritten and signed anew: the checkpoint kept outside has another root", first=fits + 1),
                many=say("entries {first} to {last} were rewritten and signed anew: the checkpoint kept outside has another root", **told),
            )
            yield Finding(how=Bent.REWRITTEN, entry=fits + 1, says=says)
            return
        fits = one.size


def _continues(tx: Tx, new: Checkpoint, old: Checkpoint) -> bool:
    """Whether the stored tree shows that one checkpoint is the beginning of another. It is not believed: a proof of it is checked."""
    try:
        proof = tree.consistency_proof(old.size, new.size, nodes=stored_nodes(tx))
    except NoteError:
        return False
    return tree.is_consistent(old.size, old.root, new=new.size, new_root=new.root, proof=proof)


def _of_nodes(tx: Tx, read: _Read) -> Iterable[Finding]:
    """(4) What is stored of the tree above its leaves: proofs are made of it, and a proof that is wrong convinces nobody."""
    if read.nodes:
        covered = _covered(*read.nodes[0])
        says = say(
            "the stored tree was edited: its node over entries {first} to {last} is not what they make, so proofs through it fail",
            first=covered[0],
            last=covered[1],
        )
        yield Finding(how=Bent.EDITED, entry=covered[0], says=says)
    levels = read.log.size.bit_length()
    beyond = [(level, row[0]) for level in range(levels) for row in islice(stream(tx, _NODES, (level, read.log.size >> level)), 1)]
    for level, position in [*beyond, *stream(tx, _ABOVE, (levels - 1,))][:1]:
        covered = _covered(level, position)
        first, last, size = *covered, read.log.size
        says = _of(
            first,
            last,
            one=say(
                "the stored tree goes on to entry {first}, and there are {size}: the rest was cut off, or the tree added to",
                first=first,
                size=size,
            ),
            many=say(
                "the stored tree goes on to entries {first} to {last}, and there are {size}: the rest was cut off, or the tree added to",
                first=first,
                last=last,
                size=size,
            ),
        )
        yield Finding(how=Bent.TRUNCATED, entry=read.log.size + 1, says=says)


def _covered(level: int, position: int) -> tuple[int, int]:
    """The first and the last entry under a node."""
    return (position << level) + 1, (position + 1) << level


def _of_forks(outside: Sequence[Checkpoint]) -> Iterable[Finding]:
    roots: dict[int, bytes] = {}
    for one in outside:
        if roots.setdefault(one.size, one.root) != one.root:
            says = say(
                "the log was forked: two checkpoints of {size} entries, both with its signature, have different roots", size=one.size
            )
            yield Finding(how=Bent.FORKED, entry=one.size, says=says)


def _foreign(one: Checkpoint, key: VerifierKey) -> Finding:
    says = say(
        "the checkpoint of {size} entries by {origin} is not signed with the key of {name}", size=one.size, origin=one.origin, name=key.name
    )
    return Finding(how=Bent.FOREIGN, entry=one.size, says=says)


def _not_of_the_checkpoint(since: Checkpoint) -> Sentence:
    return say("the stored tree of {size} entries is not that of the checkpoint", size=since.size)


def _of(first: int, last: int, *, one: Sentence, many: Sentence) -> Sentence:
    return one if first == last else many


def _id(row: Row) -> int:
    return int(row[0])
