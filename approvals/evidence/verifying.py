"""Whether the evidence is what was sealed; and if it is not, the first entry that differs and how.

The tree is computed anew from the rows and compared, from what is easiest to bend to what is hardest:

1. with the leaves that were stored beside them: an entry edited, deleted, inserted or put elsewhere is named (moved.py);
2. with the last signed checkpoint: entries cut off, or rows and leaves rewritten together;
3. with checkpoints that somebody else keeps: a log rewritten or cut off as a whole by whoever has its key, or two logs shown to two people;
4. what is right so far is compared with the stored tree above the leaves, and with the private values beside it (withheld.py).

The rows are read once, in stretches that need nothing of each other (stretch.py), by this process or by several.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

from approvals.errors import NoteError
from approvals.evidence import tree
from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.findings import Bent, Finding
from approvals.evidence.moved import holes, told_apart
from approvals.evidence.notes import VerifierKey
from approvals.evidence.stored import last_checkpoint, stored_nodes
from approvals.evidence.stretch import LOOKED_AT, Sealed, Stretch, Subtrees, look
from approvals.evidence.tree import CompactRange
from approvals.evidence.withheld import stray_findings
from approvals.store.bare import unreadable
from approvals.store.sqlite import Tx, stream
from approvals.words import Sentence, say

_LAST = "SELECT max(id) FROM evidence"
_STRAY = "SELECT id FROM evidence WHERE id < 1 ORDER BY id LIMIT 1"
_NODE = "SELECT hash FROM tree_node WHERE level = ? AND position = ?"
_NODES = "SELECT position FROM tree_node WHERE level = ? AND position >= ? ORDER BY position"
_ABOVE = "SELECT level, position FROM tree_node WHERE level > ? ORDER BY level, position LIMIT 1"
_CHECKPOINTS = "SELECT note FROM checkpoint WHERE size > ? ORDER BY size"

Looks = Callable[[int, int, Sequence[int]], Iterable[Stretch]]
"""What the entries after one and up to another show, and the tree at each of some sizes: what ``stretch.look`` answers, in its order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """What came of it. ``entries`` were looked at; ``size`` and ``root`` name the tree that the rows make.

    Where entries are missing or differ there is no such tree, and ``root`` is that of nothing.
    """

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
    looks: Looks | None = None,
) -> Verdict:
    """Compare the evidence with what was sealed of it and with the checkpoints that were kept ``outside``.

    With ``since``, a checkpoint that is believed, only what follows it is looked at: each new entry, its place in the tree and its private
    values. Whether the rows and private values before it are still what they were is not asked again; that the stored tree makes its root
    is, and that it continues older checkpoints kept outside. ``looks`` is given where other processes share in reading.
    """
    known = CompactRange() if since is None else tree.peaks_at(since.size, nodes=stored_nodes(tx))
    if since is not None and known.root() != since.root:
        before = Finding(how=Bent.REWRITTEN, entry=1, says=_not_of_the_checkpoint(since))
        return Verdict(entries=0, size=since.size, root=known.root(), findings=(before,))
    last = last_checkpoint(tx)
    named = [one for one in outside if one.note.is_signed_by(key)]
    looks = looks or _looks_of(tx)
    read = _read(tx, known, sizes={one.size for one in (*named, *([last] if last else []))}, looks=looks)
    found = (
        [*_of_rows(tx, read), *_of_last(tx, read, last, key=key, looks=looks)]
        or [*_of_outside(tx, read, named, since=since)]
        or [*_of_nodes(tx, read), *read.private, *stray_findings(tx.cursor, last=read.size)]
    )
    found += _of_forks(named)
    found += [_foreign(one, key) for one in outside if one not in named]
    return Verdict(entries=read.entries, size=read.size, root=tree.EMPTY if read.is_bent else read.log.root(), findings=tuple(found))


@dataclass(slots=True, kw_only=True)
class _Read:
    """What the looks have shown, put together. ``log`` is the tree as far as it can be made."""

    log: CompactRange
    before: int
    size: int
    entries: int = 0
    roots: dict[int, bytes] = field(default_factory=dict)
    missing: list[tuple[int, int]] = field(default_factory=list)
    differing: list[Sealed] = field(default_factory=list)
    differ: int = 0
    nodes: list[tuple[int, int]] = field(default_factory=list)
    private: list[Finding] = field(default_factory=list)

    @property
    def is_bent(self) -> bool:
        """Whether an entry is missing, or is not what was sealed: every root after it is wrong too."""
        return bool(self.missing or self.differ)


def _looks_of(tx: Tx) -> Looks:
    def looks(after: int, last: int, sizes: Sequence[int]) -> Iterator[Stretch]:
        try:
            yield from look(tx.cursor, after=after, last=last, sizes=sizes)
        except sqlite3.Error as error:
            raise unreadable(error) from error

    return looks


def _read(tx: Tx, log: CompactRange, *, sizes: set[int], looks: Looks) -> _Read:
    before, size = log.size, next(stream(tx, _LAST))[0] or 0
    read = _Read(log=log, before=before, size=max(size, before), roots={before: log.root()})
    for stretch in looks(before, read.size, sorted(sizes)):
        read.entries += stretch.entries
        read.missing += stretch.missing
        read.differ += stretch.differ
        read.differing += stretch.differing[: LOOKED_AT - len(read.differing)]
        if not read.is_bent:
            read.roots |= {size: _joined(CompactRange(log.size, [*log.peaks]), over)[0].root() for size, over in stretch.until.items()}
            _, borders = _joined(log, stretch.made)
            read.nodes += [node[:2] for node in borders if next(stream(tx, _NODE, node[:2]), None) != (node[2],)]
            read.nodes += stretch.nodes
            read.private += stretch.private
    return read


def _joined(log: CompactRange, over: Subtrees) -> tuple[CompactRange, list[tuple[int, int, bytes]]]:
    """The range with what follows it, and the nodes that became complete by their meeting."""
    return log, [node for level, made in over for node in log.append(made, level=level)[1:]]


def _of_rows(tx: Tx, read: _Read) -> Iterable[Finding]:
    """(1) What the leaves that were stored say about the rows."""
    for (stray,) in stream(tx, _STRAY):
        yield Finding(how=Bent.INSERTED, entry=stray, says=say("entry {entry} was inserted: entries count from 1", entry=stray))
    yield from holes(read.missing)
    if read.differing:
        yield told_apart(read.differing, differ=read.differ)


def _of_last(tx: Tx, read: _Read, last: Checkpoint | None, *, key: VerifierKey, looks: Looks) -> Iterable[Finding]:
    """(2) What the last checkpoint says about the rows as a whole."""
    size = last.size if last else 0
    if last is not None and not last.note.is_signed_by(key):
        yield _foreign(last, key)
    if read.is_bent:
        return  # The entry is named already.
    if read.size > size:
        first, last_row = size + 1, read.size
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
    if read.size < size:
        first = read.size + 1
        says = _of(
            first,
            size,
            one=say("entry {first} was cut off: the last checkpoint names {size} entries", first=first, size=size),
            many=say("entries {first} to {size} were cut off: the last checkpoint names {size} entries", first=first, size=size),
        )
        yield Finding(how=Bent.TRUNCATED, entry=read.size + 1, says=says)
    elif last is not None and size >= read.before and read.roots[size] != last.root:
        yield _rewritten_since(tx, read, looks=looks)


def _rewritten_since(tx: Tx, read: _Read, *, looks: Looks) -> Finding:
    """Rows and leaves agree with each other and not with the checkpoint: between which two checkpoints they begin to differ."""
    signed = {one.size: one.root for one in (Checkpoint.parse(note) for (note,) in stream(tx, _CHECKPOINTS, (read.before,)))}
    start = tree.peaks_at(read.before, nodes=stored_nodes(tx))
    again = _read(tx, start, sizes=set(signed), looks=looks).roots
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
        if one.size > read.size:
            first, size = read.size + 1, one.size
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
            yield Finding(how=Bent.TRUNCATED, entry=read.size + 1, says=says)
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
        first, last = _covered(*read.nodes[0])
        says = _of(
            first,
            last,
            one=say("the stored tree was edited: its leaf of entry {first} is gone, so proofs through it fail", first=first),
            many=say(
                "the stored tree was edited: its node over entries {first} to {last} is not what they make, so proofs through it fail",
                first=first,
                last=last,
            ),
        )
        yield Finding(how=Bent.EDITED, entry=first, says=says)
    levels = read.size.bit_length()
    beyond = [(level, row[0]) for level in range(levels) for row in islice(stream(tx, _NODES, (level, read.size >> level)), 1)]
    for level, position in [*beyond, *stream(tx, _ABOVE, (levels - 1,))][:1]:
        (first, last), size = _covered(level, position), read.size
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
        yield Finding(how=Bent.TRUNCATED, entry=read.size + 1, says=says)


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
