"""The Merkle tree over the evidence: RFC 9162, section 2.1 (the tree of RFC 6962). Pure: hashes in, hashes out.

A tree is named by its size and its root. Two questions can be answered with a handful of hashes, without the log: is this leaf in that tree
(inclusion, 2.1.3), and is this tree the beginning of that one (consistency, 2.1.4).
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import sha256

EMPTY = sha256(b"").digest()
"""The root of a tree without leaves."""
HASH_SIZE = 32

Nodes = Callable[[int, int], bytes]
"""The hash of a complete subtree: ``(level, position)`` covers the leaves ``position << level`` up to ``(position + 1) << level``."""


def leaf_hash(leaf: bytes) -> bytes:
    """The hash of one leaf. The prefix keeps a leaf from being taken for a node."""
    return sha256(b"\x00" + leaf).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash over two subtrees."""
    return sha256(b"\x01" + left + right).digest()


@dataclass(slots=True)
class CompactRange:
    """All that appending needs to know of a tree: its size, and the roots of its complete subtrees, the largest first."""

    size: int = 0
    peaks: list[bytes] = field(default_factory=list)

    def append(self, top: bytes, *, level: int = 0) -> list[tuple[int, int, bytes]]:
        """Take one more leaf hash; answer the nodes that are complete now as ``(level, position, hash)``, the leaf itself first.

        With ``level``, the hash of a complete subtree of 2**level leaves, where such a subtree can begin: ``size`` is a multiple of that.
        """
        leaves, position = 1 << level, self.size >> level
        complete = [(level, position, top)]
        while position & 1:
            level, position, top = level + 1, position >> 1, node_hash(self.peaks.pop(), top)
            complete.append((level, position, top))
        self.peaks.append(top)
        self.size += leaves
        return complete

    def root(self) -> bytes:
        """The root of the tree so far."""
        if not self.peaks:
            return EMPTY
        root = self.peaks[-1]
        for peak in reversed(self.peaks[:-1]):
            root = node_hash(peak, root)
        return root


def peaks_at(size: int, *, nodes: Nodes) -> CompactRange:
    """The range of the first ``size`` leaves, from stored nodes. Its root says whether they can be believed."""
    return CompactRange(size, [nodes(level, position) for level, position in subtrees(0, size)])


def subtrees(begin: int, end: int) -> Iterator[tuple[int, int]]:
    """The largest complete subtrees over the leaves from ``begin`` to before ``end``, as ``(level, position)`` from left to right."""
    while begin < end:
        fits = (end - begin).bit_length() - 1
        # A subtree begins at a multiple of its leaves.
        level = min(fits, (begin & -begin).bit_length() - 1) if begin else fits
        yield level, begin >> level
        begin += 1 << level


def grown(begin: int, leaves: list[bytes]) -> list[tuple[int, list[bytes]]]:
    """Every complete subtree over leaf hashes that follow each other from ``begin`` on.

    For each level, from the leaves upwards: the position of its first node, and the nodes that follow each other from there on.
    """
    levels, position, nodes = [], begin, leaves
    while nodes:
        levels.append((position, nodes))
        # A first node on the right of its pair has its left neighbour before ``begin``: their parent is not known here.
        pairs = iter(nodes[position & 1 :])
        position, nodes = (position + 1) >> 1, [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=False)]
    return levels


def inclusion_proof(index: int, size: int, *, nodes: Nodes) -> list[bytes]:
    """What shows that leaf ``index`` is in the tree of ``size`` leaves (2.1.3.1), the leaf's sibling first.

    Raises:
        ValueError: there is no such leaf.
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    return _path(index, 0, size, nodes)


def consistency_proof(old: int, new: int, *, nodes: Nodes) -> list[bytes]:
    """What shows that the tree of ``old`` leaves is the beginning of the tree of ``new`` leaves (2.1.4.1).

    Raises:
        ValueError: the old tree is larger than the new one.
    """
    if not 0 <= old <= new:
        raise ValueError(f"a tree of {old} leaves cannot be the beginning of one of {new}")
    return _subproof(old, 0, new, nodes, is_whole=True) if old else []


def is_included(leaf: bytes, *, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether ``proof`` leads from the hash ``leaf`` at ``index`` to ``root`` (2.1.3.2)."""
    if not 0 <= index < size:
        return False
    at, last, found = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if at & 1 or at == last:
            found = node_hash(step, found)
            at, last = _up_to_a_right_child(at, last)
        else:
            found = node_hash(found, step)
        at, last = at >> 1, last >> 1
    return last == 0 and found == root


def is_consistent(old: int, old_root: bytes, *, new: int, new_root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether ``proof`` shows that the old tree is the beginning of the new one (2.1.4.2). An empty tree begins every other."""
    if old in (0, new):
        return not proof and (old == 0 or old_root == new_root)
    if not 0 < old < new or not proof:
        return False
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    at, last = old - 1, new - 1
    while at & 1:
        at, last = at >> 1, last >> 1
    before = after = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if at & 1 or at == last:
            before, after = node_hash(step, before), node_hash(step, after)
            at, last = _up_to_a_right_child(at, last)
        else:
            after = node_hash(after, step)
        at, last = at >> 1, last >> 1
    return last == 0 and before == old_root and after == new_root


def _up_to_a_right_child(at: int, last: int) -> tuple[int, int]:
    while at and not at & 1:
        at, last = at >> 1, last >> 1
    return at, last


def _split(count: int) -> int:
    """The largest power of two below ``count``: how many leaves go to the left."""
    return 1 << (count - 1).bit_length() - 1


def _subtree(begin: int, end: int, nodes: Nodes) -> bytes:
    count = end - begin
    if count & (count - 1) == 0:
        level = count.bit_length() - 1
        return nodes(level, begin >> level)
    middle = begin + _split(count)
    return node_hash(_subtree(begin, middle, nodes), _subtree(middle, end, nodes))


def _path(index: int, begin: int, end: int, nodes: Nodes) -> list[bytes]:
    if end - begin == 1:
        return []
    middle = begin + _split(end - begin)
    if index < middle:
        return [*_path(index, begin, middle, nodes), _subtree(middle, end, nodes)]
    return [*_path(index, middle, end, nodes), _subtree(begin, middle, nodes)]


def _subproof(old: int, begin: int, end: int, nodes: Nodes, *, is_whole: bool) -> list[bytes]:
    if old == end:
        return [] if is_whole else [_subtree(begin, end, nodes)]
    middle = begin + _split(end - begin)
    if old <= middle:
        return [*_subproof(old, begin, middle, nodes, is_whole=is_whole), _subtree(middle, end, nodes)]
    return [*_subproof(old, middle, end, nodes, is_whole=False), _subtree(begin, middle, nodes)]
