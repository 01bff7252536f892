"""Whatever somebody bends in the database file is found, and the first entry is named. Entries count from 1."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from approvals.change import State
from approvals.evidence import stretch
from approvals.evidence.checkpoints import Checkpoint, checkpoint
from approvals.evidence.notes import VerifierKey
from approvals.evidence.stored import checkpoint_at, last_checkpoint
from approvals.evidence.verifying import Bent, Finding, Verdict, verify
from tests.approvals.evidence.attacker import bend, rewrite_tree, shift
from tests.approvals.evidence.keys import LOG, STRANGER
from tests.approvals.story import Story, a_proposal

ENTRIES = 8
"""How many entries two requests leave: one that ended, one that waits."""


@pytest.fixture(params=[3, stretch.LONGEST], ids=["in short stretches", "in one"], autouse=True)
def _longest(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Three entries at a time: stretches that are no subtree, and a border beside almost everything that is bent."""
    monkeypatch.setattr(stretch, "LONGEST", request.param)


@pytest.fixture
async def log(story: Story) -> Story:
    await story.brought_to(State.ENDED)
    await story.submits(a_proposal(reason="Again."))
    return story


async def verdict(
    story: Story, *, key: VerifierKey = LOG.verifier, outside: Sequence[Checkpoint] = (), since: int | None = None
) -> Verdict:
    def ask(tx: object) -> Verdict:
        begin = checkpoint_at(tx, since) if since else None  # type: ignore[arg-type]
        return verify(tx, key=key, outside=outside, since=begin)  # type: ignore[arg-type]

    return await story.desk.store.read(ask)


def in_english(verdict: Verdict) -> tuple[Finding, ...]:
    """The findings, as an English reader is told of them."""
    return tuple(replace(one, says=str(one.says)) for one in verdict.findings)  # type: ignore[arg-type]


async def kept(story: Story) -> Checkpoint:
    """What an auditor took home."""
    last = await story.desk.store.read(last_checkpoint)
    assert last is not None
    return last


async def test_a_log_that_nobody_touched_is_whole(log: Story) -> None:
    last = await kept(log)

    assert await verdict(log, outside=[last]) == Verdict(entries=ENTRIES, size=ENTRIES, root=last.root, findings=())


async def test_an_empty_log_is_whole(story: Story) -> None:
    assert (await verdict(story)).findings == ()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("at", "'2025-11-22 12:00:01.000000'"),
        ("kind", "'request:deny'"),
        ("request", "1002"),
        ("draft", "7"),
        ("actor", "'somebody-else'"),
        ("version", "9"),
        ("sentence", """'["Nothing happened.",{}]'"""),
        ("body", "body || ' '"),
    ],
)
async def test_an_edit_of_any_column_is_found(log: Story, path: Path, column: str, value: str) -> None:
    bend(path, f"UPDATE evidence SET {column} = {value} WHERE id = 2")  # noqa: S608

    assert in_english(await verdict(log)) == (Finding(how=Bent.EDITED, entry=2, says="entry 2 was edited: it is not what was sealed"),)


async def test_several_edits_are_counted_and_the_first_is_named(log: Story, path: Path) -> None:
    bend(path, "UPDATE evidence SET actor = 'somebody-else' WHERE id IN (3, 5, 6)")

    says = "entry 3 was edited: it is not what was sealed; 3 entries differ in all"
    assert in_english(await verdict(log)) == (Finding(how=Bent.EDITED, entry=3, says=says),)


async def test_a_deletion_is_found_by_its_hole(log: Story, path: Path) -> None:
    bend(path, "DELETE FROM evidence WHERE id IN (4, 5)")

    assert in_english(await verdict(log)) == (Finding(how=Bent.DELETED, entry=4, says="entries 4 to 5 were deleted: there is a hole"),)


async def test_a_long_hole_is_one_and_another_is_another(log: Story, path: Path) -> None:
    bend(path, "DELETE FROM evidence WHERE id IN (1, 3, 4, 5, 6, 7)")

    says = ["entry 1 was deleted: there is a hole", "entries 3 to 7 were deleted: there is a hole"]
    assert [one.says for one in in_english(await verdict(log))] == says


async def test_a_deletion_that_closed_the_hole_is_found(log: Story, path: Path) -> None:
    bend(path, "DELETE FROM evidence WHERE id = 4")
    shift(path, first=5, by=-1)

    says = "entry 4 was deleted and those after it renumbered; 4 entries differ in all"
    assert in_english(await verdict(log)) == (Finding(how=Bent.DELETED, entry=4, says=says),)


async def test_an_insertion_between_others_is_found(log: Story, path: Path) -> None:
    shift(path, first=4, by=1)
    bend(path, "INSERT INTO evidence (id, at, kind, sentence, body) VALUES (4, '2025-11-22', 'request:approve', '[\"\",{}]', '{}')")

    (found,) = (await verdict(log)).findings
    assert (found.how, found.entry) == (Bent.INSERTED, 4)
    assert str(found.says).startswith("entry 4 was inserted and those after it renumbered")


async def test_an_insertion_at_the_end_is_found(log: Story, path: Path) -> None:
    bend(path, "INSERT INTO evidence (at, kind, sentence, body) VALUES ('2025-11-22', 'request:approve', '[\"\",{}]', '{}')")

    says = "entry 9 was inserted: the bot seals whatever it records, and this is not sealed"
    assert in_english(await verdict(log)) == (Finding(how=Bent.INSERTED, entry=9, says=says),)


@pytest.mark.parametrize("entry", [0, -1])
async def test_an_insertion_before_the_first_is_found(log: Story, path: Path, entry: int) -> None:
    values = f"{entry}, '2025-11-22', 'request:approve', '[\"\",{{}}]', '{{}}'"
    bend(path, f"INSERT INTO evidence (id, at, kind, sentence, body) VALUES ({values})")  # noqa: S608

    says = f"entry {entry} was inserted: entries count from 1"
    assert in_english(await verdict(log)) == (Finding(how=Bent.INSERTED, entry=entry, says=says),)


async def test_entries_that_changed_places_are_found(log: Story, path: Path) -> None:
    bend(
        path,
        "UPDATE evidence SET id = -3 WHERE id = 3",
        "UPDATE evidence SET id = 3 WHERE id = 6",
        "UPDATE evidence SET id = 6 WHERE id = -3",
    )

    says = "entries were reordered: entry 3 holds what was recorded as entry 6; 2 entries differ in all"
    assert in_english(await verdict(log)) == (Finding(how=Bent.REORDERED, entry=3, says=says),)


async def test_a_log_that_was_cut_off_is_found_by_its_last_checkpoint(log: Story, path: Path) -> None:
    bend(path, "DELETE FROM evidence WHERE id > 6", "DELETE FROM tree_node WHERE level = 0 AND position >= 6")

    says = "entries 7 to 8 were cut off: the last checkpoint names 8 entries"
    assert in_english(await verdict(log)) == (Finding(how=Bent.TRUNCATED, entry=7, says=says),)


async def test_a_log_cut_off_with_its_checkpoints_is_found_by_one_kept_outside(log: Story, path: Path) -> None:
    last = await kept(log)
    bend(
        path,
        *(
            f"DELETE FROM {table} WHERE {column} > 6"  # noqa: S608
            for table, column in (("evidence", "id"), ("private", "entry"), ("checkpoint", "size"))
        ),
        "DELETE FROM tree_node WHERE (position + 1) << level > 6",
    )

    assert (await verdict(log)).findings == ()
    says = "entries 7 to 8 were cut off, with their checkpoints: the one kept outside names 8 entries"
    assert in_english(await verdict(log, outside=[last])) == (Finding(how=Bent.TRUNCATED, entry=7, says=says),)


async def test_rows_rewritten_with_their_tree_are_found_by_the_first_checkpoint_that_does_not_fit(log: Story, path: Path) -> None:
    bend(path, "UPDATE evidence SET actor = 'somebody-else' WHERE id = 3")
    rewrite_tree(path)

    says = "entry 3 was rewritten, with the stored tree: the checkpoint of 3 entries has another root"
    assert in_english(await verdict(log)) == (Finding(how=Bent.REWRITTEN, entry=3, says=says),)


async def test_a_log_rewritten_by_somebody_without_the_key_is_not_signed(log: Story, path: Path) -> None:
    bend(path, "UPDATE evidence SET actor = 'somebody-else' WHERE id = 3")
    rewrite_tree(path, signer=STRANGER)

    says = "the checkpoint of 8 entries by desk.example/evidence is not signed with the key of desk.example/evidence"
    assert in_english(await verdict(log)) == (Finding(how=Bent.FOREIGN, entry=8, says=says),)


async def test_a_log_rewritten_by_somebody_with_the_key_is_found_by_a_checkpoint_kept_outside(log: Story, path: Path) -> None:
    early = await log.desk.store.read(lambda tx: checkpoint_at(tx, 2))
    last = await kept(log)
    assert early is not None
    bend(path, "UPDATE evidence SET actor = 'somebody-else' WHERE id = 5")
    rewrite_tree(path, signer=LOG)

    assert (await verdict(log)).findings == ()
    assert (await verdict(log, outside=[early])).findings == ()
    says = "entries 3 to 8 were rewritten and signed anew: the checkpoint kept outside has another root"
    assert in_english(await verdict(log, outside=[last, early])) == (Finding(how=Bent.REWRITTEN, entry=3, says=says),)


async def test_two_histories_of_one_log_are_a_fork(log: Story) -> None:
    last = await kept(log)
    other = checkpoint(last.size, last.root[::-1], signer=LOG)

    found = (await verdict(log, outside=[last, other])).findings
    says = "the log was forked: two checkpoints of 8 entries, both with its signature, have different roots"
    assert replace(found[-1], says=str(found[-1].says)) == Finding(how=Bent.FORKED, entry=8, says=says)


async def test_a_checkpoint_of_somebody_else_convinces_nobody(log: Story) -> None:
    last = await kept(log)
    other = checkpoint(last.size, last.root, signer=STRANGER)

    assert [found.how for found in (await verdict(log, outside=[other])).findings] == [Bent.FOREIGN]


@pytest.mark.parametrize("since", range(1, ENTRIES + 1))
async def test_the_entries_since_a_checkpoint_are_read_alone(log: Story, path: Path, since: int) -> None:
    whole = await verdict(log)

    assert await verdict(log, since=since) == Verdict(entries=ENTRIES - since, size=ENTRIES, root=whole.root, findings=())


async def test_an_edit_after_the_checkpoint_is_found_and_the_stored_tree_is_not_believed(log: Story, path: Path) -> None:
    bend(path, "UPDATE evidence SET actor = 'somebody-else' WHERE id = 7")

    assert [(found.how, found.entry) for found in (await verdict(log, since=5)).findings] == [(Bent.EDITED, 7)]

    bend(path, "UPDATE tree_node SET hash = zeroblob(32) WHERE level = 2 AND position = 0")

    says = "the stored tree of 5 entries is not that of the checkpoint"
    assert in_english(await verdict(log, since=5)) == (Finding(how=Bent.REWRITTEN, entry=1, says=says),)


@pytest.mark.parametrize("level", [1, 2, 3])
async def test_an_upper_node_that_was_bent_is_found_though_every_entry_is_right(log: Story, path: Path, level: int) -> None:
    bend(path, f"UPDATE tree_node SET hash = zeroblob(32) WHERE level = {level} AND position = 0")  # noqa: S608

    says = f"the stored tree was edited: its node over entries 1 to {1 << level} is not what they make, so proofs through it fail"
    assert in_english(await verdict(log)) == (Finding(how=Bent.EDITED, entry=1, says=says),)


async def test_an_upper_node_that_is_gone_is_found(log: Story, path: Path) -> None:
    bend(path, "DELETE FROM tree_node WHERE level = 1 AND position = 2")

    says = "the stored tree was edited: its node over entries 5 to 6 is not what they make, so proofs through it fail"
    assert in_english(await verdict(log)) == (Finding(how=Bent.EDITED, entry=5, says=says),)


async def test_a_leaf_that_is_gone_is_found_though_its_entry_is_right(log: Story, path: Path) -> None:
    bend(path, "DELETE FROM tree_node WHERE level = 0 AND position = 4")

    says = "the stored tree was edited: its leaf of entry 5 is gone, so proofs through it fail"
    assert in_english(await verdict(log)) == (Finding(how=Bent.EDITED, entry=5, says=says),)


async def test_a_hole_and_an_edit_are_both_named(log: Story, path: Path) -> None:
    bend(path, "DELETE FROM evidence WHERE id = 2", "UPDATE evidence SET actor = 'somebody-else' WHERE id = 7")

    assert in_english(await verdict(log)) == (
        Finding(how=Bent.DELETED, entry=2, says="entry 2 was deleted: there is a hole"),
        Finding(how=Bent.EDITED, entry=7, says="entry 7 was edited: it is not what was sealed"),
    )


async def test_an_upper_node_after_the_checkpoint_is_looked_at_and_one_before_it_is_covered_by_its_root(log: Story, path: Path) -> None:
    bend(path, "UPDATE tree_node SET hash = zeroblob(32) WHERE level = 1 AND position IN (0, 3)")

    says = "the stored tree was edited: its node over entries 7 to 8 is not what they make, so proofs through it fail"
    assert in_english(await verdict(log, since=5)) == (Finding(how=Bent.EDITED, entry=7, says=says),)


@pytest.mark.parametrize(("level", "position", "over"), [(0, 8, "entry 9"), (1, 4, "entries 9 to 10"), (5, 0, "entries 1 to 32")])
async def test_a_tree_that_goes_on_beyond_the_entries_is_found(log: Story, path: Path, level: int, position: int, over: str) -> None:
    bend(path, f"INSERT INTO tree_node (level, position, hash) VALUES ({level}, {position}, zeroblob(32))")  # noqa: S608

    says = f"the stored tree goes on to {over}, and there are 8: the rest was cut off, or the tree added to"
    assert in_english(await verdict(log)) == (Finding(how=Bent.TRUNCATED, entry=9, says=says),)


async def test_a_checkpoint_kept_outside_that_is_older_than_what_is_believed_has_to_be_continued_by_it(log: Story, path: Path) -> None:
    early = await log.desk.store.read(lambda tx: checkpoint_at(tx, 2))
    assert early is not None
    other = checkpoint(2, early.root[::-1], signer=LOG)

    assert (await verdict(log, outside=[early], since=5)).findings == ()
    says = "entries 1 to 2 were rewritten and signed anew: the checkpoint of 5 entries does not continue it"
    assert in_english(await verdict(log, outside=[other], since=5)) == (Finding(how=Bent.REWRITTEN, entry=1, says=says),)


async def test_what_the_bot_records_afterwards_covers_nothing_up(log: Story, path: Path) -> None:
    bend(path, "UPDATE evidence SET actor = 'somebody-else' WHERE id = 2")

    await log.brought_to(State.DENIED, a_proposal(entitlement="billing-db-read"))

    assert [(found.how, found.entry) for found in (await verdict(log)).findings] == [(Bent.EDITED, 2)]
