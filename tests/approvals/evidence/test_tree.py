"""The tree, against pymerkle: the same roots, the same proofs, and nothing accepted that was bent."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pymerkle import InmemoryTree, verify_consistency, verify_inclusion

from approvals.evidence.tree import (
    EMPTY,
    CompactRange,
    consistency_proof,
    grown,
    inclusion_proof,
    is_consistent,
    is_included,
    leaf_hash,
    peaks_at,
    subtrees,
)

_MOST = 70
SIZES = range(1, _MOST)


class Grown:
    """Our tree of ``size`` leaves and the oracle's, side by side."""

    def __init__(self, size: int) -> None:
        self.leaves = [f"leaf {place}".encode() for place in range(size)]
        self.stored: dict[tuple[int, int], bytes] = {}
        self.roots = [EMPTY]
        self.oracle = InmemoryTree(algorithm="sha256")
        self.range = CompactRange()
        for leaf in self.leaves:
            self.oracle.append_entry(leaf)
            for level, position, hashed in self.range.append(leaf_hash(leaf)):
                self.stored[level, position] = hashed
            self.roots.append(self.range.root())

    def nodes(self, level: int, position: int) -> bytes:
        return self.stored[level, position]


WHOLE = Grown(_MOST)


def test_an_empty_tree_has_the_root_of_nothing() -> None:
    assert CompactRange().root() == EMPTY == bytes.fromhex("e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")


@pytest.mark.parametrize("size", SIZES)
def test_every_root_is_that_of_the_oracle(size: int) -> None:
    assert WHOLE.roots[size] == WHOLE.oracle.get_root(size)


@pytest.mark.parametrize("size", range(_MOST))
def test_a_range_is_found_again_in_the_stored_nodes(size: int) -> None:
    again = peaks_at(size, nodes=WHOLE.nodes)

    assert (again.size, again.root()) == (size, WHOLE.roots[size])


@pytest.mark.parametrize("begin", range(0, _MOST, 3))
def test_leaves_that_follow_each_other_make_the_same_nodes_alone_and_the_same_root_where_they_are_joined(begin: int) -> None:
    for end in range(begin + 1, _MOST):
        levels = grown(begin, [leaf_hash(leaf) for leaf in WHOLE.leaves[begin:end]])
        made = {(level, first + place): node for level, (first, nodes) in enumerate(levels) for place, node in enumerate(nodes)}
        joined = peaks_at(begin, nodes=WHOLE.nodes)
        borders = [node for level, at in subtrees(begin, end) for node in joined.append(made[level, at], level=level)[1:]]

        within = {place: node for place, node in WHOLE.stored.items() if begin <= place[1] << place[0] and place[1] + 1 << place[0] <= end}
        across = {place: node for place, node in WHOLE.stored.items() if begin < place[1] + 1 << place[0] <= end and place not in within}
        assert made == within
        assert {(level, at): node for level, at, node in borders if (level, at) not in within} == across
        assert (joined.size, joined.root()) == (end, WHOLE.roots[end])


@pytest.mark.parametrize("size", SIZES)
def test_every_leaf_is_proved_to_be_included_and_the_oracle_agrees(size: int) -> None:
    for index in range(size):
        proof = inclusion_proof(index, size, nodes=WHOLE.nodes)
        theirs = WHOLE.oracle.prove_inclusion(index + 1, size)
        verify_inclusion(leaf_hash(WHOLE.leaves[index]), WHOLE.roots[size], theirs)

        assert is_included(leaf_hash(WHOLE.leaves[index]), index=index, size=size, proof=proof, root=WHOLE.roots[size])
        assert proof == theirs.path[1:]


@pytest.mark.parametrize("new", range(_MOST))
def test_every_tree_is_proved_to_begin_with_every_smaller_one(new: int) -> None:
    for old in range(new + 1):
        proof = consistency_proof(old, new, nodes=WHOLE.nodes)

        assert is_consistent(old, WHOLE.roots[old], new=new, new_root=WHOLE.roots[new], proof=proof), (old, new)


@pytest.mark.parametrize("new", range(2, _MOST, 7))
def test_the_oracle_proves_the_same_states_consistent(new: int) -> None:
    for old in range(1, new):
        verify_consistency(WHOLE.roots[old], WHOLE.roots[new], WHOLE.oracle.prove_consistency(old, new))


@given(size=st.integers(1, _MOST - 1), data=st.data())
def test_an_inclusion_proof_that_was_bent_proves_nothing(size: int, data: st.DataObject) -> None:
    index = data.draw(st.integers(0, size - 1))
    proof = inclusion_proof(index, size, nodes=WHOLE.nodes)
    leaf, root = leaf_hash(WHOLE.leaves[index]), WHOLE.roots[size]
    other = leaf_hash(b"another leaf")

    wrong = [(other, index, size, proof), (leaf, index, size, [*proof, other]), (leaf, size, size, proof), (leaf, -1, size, proof)]
    wrong += [(leaf, index, size, [*proof[:place], other, *proof[place + 1 :]]) for place in range(len(proof))]
    wrong += [(leaf, index, size, proof[:-1])] if proof else []
    wrong += [(leaf, elsewhere, size, proof) for elsewhere in range(size) if elsewhere != index]

    assert not any(is_included(one, index=at, size=count, proof=steps, root=root) for one, at, count, steps in wrong)


@given(new=st.integers(2, _MOST - 1), data=st.data())
def test_a_consistency_proof_that_was_bent_proves_nothing(new: int, data: st.DataObject) -> None:
    old = data.draw(st.integers(1, new - 1))
    proof = consistency_proof(old, new, nodes=WHOLE.nodes)
    before, after, other = WHOLE.roots[old], WHOLE.roots[new], leaf_hash(b"another leaf")

    wrong = [(other, after, proof), (before, other, proof), (before, after, [*proof, other]), (before, after, proof[:-1])]
    wrong += [(before, after, [*proof[:place], other, *proof[place + 1 :]]) for place in range(len(proof))]

    assert not any(is_consistent(old, one, new=new, new_root=two, proof=steps) for one, two, steps in wrong)


def test_a_tree_that_shrank_or_changed_in_place_is_not_consistent() -> None:
    assert not is_consistent(5, WHOLE.roots[5], new=3, new_root=WHOLE.roots[3], proof=[])
    assert not is_consistent(5, WHOLE.roots[5], new=5, new_root=WHOLE.roots[6], proof=[])
    assert not is_consistent(5, WHOLE.roots[5], new=5, new_root=WHOLE.roots[5], proof=[WHOLE.roots[1]])
    assert not is_consistent(0, EMPTY, new=5, new_root=WHOLE.roots[5], proof=[WHOLE.roots[1]])
    assert not is_consistent(-1, EMPTY, new=5, new_root=WHOLE.roots[5], proof=[])


@pytest.mark.parametrize(("index", "size"), [(3, 3), (-1, 3), (0, 0)])
def test_what_is_not_there_cannot_be_proved(index: int, size: int) -> None:
    with pytest.raises(ValueError, match=f"a tree of {size} leaves has no leaf {index}"):
        inclusion_proof(index, size, nodes=WHOLE.nodes)
    with pytest.raises(ValueError, match="a tree of 4 leaves cannot be the beginning of one of 3"):
        consistency_proof(4, 3, nodes=WHOLE.nodes)
