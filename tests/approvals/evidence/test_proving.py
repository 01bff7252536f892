"""A proof convinces somebody who has nothing but the verifier key; one that was bent convinces nobody."""

from dataclasses import replace
from pathlib import Path

import pytest

from approvals.change import State
from approvals.errors import NoteError
from approvals.evidence.checkpoints import checkpoint
from approvals.evidence.private import Group
from approvals.evidence.proving import Proof, proofs_in, prove
from tests.approvals.evidence.attacker import bend
from tests.approvals.evidence.keys import LOG, STRANGER, WITNESS
from tests.approvals.northwind import ANA
from tests.approvals.story import Story


@pytest.fixture
async def log(story: Story) -> Story:
    await story.brought_to(State.ENDED)
    return story


async def proved(story: Story, entry: int) -> Proof:
    return await story.desk.store.read(lambda tx: prove(tx, entry))


@pytest.mark.parametrize("entry", range(1, 8))
async def test_every_entry_is_proved_to_whoever_has_the_key(log: Story, entry: int) -> None:
    proof = await proved(log, entry)

    assert proof.entry == entry
    assert Proof.parse(str(proof)) == proof
    assert proof.holds(LOG.verifier)
    assert not proof.holds(STRANGER.verifier)
    assert not proof.holds(WITNESS.verifier)


async def test_a_proof_is_a_c2sp_proof_with_its_leaf(log: Story) -> None:
    lines = str(await proved(log, 3)).splitlines()

    assert lines[0] == "c2sp.org/tlog-proof@v1"
    assert lines[1].startswith("extra ")
    assert (lines[2], lines[6:9]) == ("index 2", ["", "desk.example/evidence", "7"])
    assert lines[-1].startswith("— desk.example/evidence ")


async def test_proofs_follow_one_another_in_a_file(log: Story) -> None:
    proofs = [await proved(log, entry) for entry in (2, 5)]

    assert list(proofs_in("".join(map(str, proofs)))) == proofs
    assert proofs_in("Dear Maria") == ()


async def test_a_proof_that_was_bent_proves_nothing(log: Story) -> None:
    proof = await proved(log, 3)
    other = await proved(log, 4)
    group = proof.groups[0]
    theirs = replace(group, held='["Somebody Else"]')
    foreign = Group(person="somebody", key=b"k" * 32, held="[]", commitment="")

    bent = [
        replace(proof, leaf=proof.leaf.replace(b"request:", b"refused:").replace(b"grant:", b"denied:")),
        replace(proof, leaf=other.leaf),
        replace(proof, index=3),
        replace(proof, path=other.path),
        replace(proof, path=(*proof.path, proof.path[0])),
        replace(proof, groups=(theirs, *proof.groups[1:])),
        replace(proof, groups=(*proof.groups, foreign)),
        replace(proof, checkpoint=checkpoint(7, proof.checkpoint.root[::-1], signer=LOG)),
        replace(proof, checkpoint=checkpoint(7, proof.checkpoint.root, signer=STRANGER)),
    ]

    assert proof.holds(LOG.verifier)
    assert [one.holds(LOG.verifier) for one in bent] == [False] * len(bent)


async def test_after_an_erasure_the_entry_is_proved_and_the_words_are_gone(log: Story, path: Path) -> None:
    before = await proved(log, 1)
    bend(path, f"DELETE FROM private WHERE person = '{ANA}'")  # noqa: S608

    after = await proved(log, 1)

    assert before.holds(LOG.verifier)
    assert after.holds(LOG.verifier)
    assert ("Ana Ferreira" in str(before.groups), "Ana Ferreira" in str(after.groups)) == (True, False)
    assert after.leaf == before.leaf


@pytest.mark.parametrize("entry", [0, 8, -1])
async def test_an_entry_that_there_is_not_is_said_so(log: Story, entry: int) -> None:
    with pytest.raises(NoteError, match=f"there is no entry {entry} that a checkpoint covers"):
        await proved(log, entry)


async def test_a_damaged_proof_is_said_so(log: Story) -> None:
    text = str(await proved(log, 3))
    lines = text.splitlines()

    damaged = [
        "",
        "Dear Maria",
        text[:40],
        text.replace("index 2", "index two"),
        text.replace("extra ", "extra !"),
        text.partition("\n\n")[0],
    ]
    damaged += ["\n".join([*lines[:3], "AAAA", *lines[4:], ""])]

    for one in damaged:
        with pytest.raises(NoteError):
            Proof.parse(one)
