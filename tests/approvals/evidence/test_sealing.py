"""Every batch with evidence ends with one signed checkpoint, in the same transaction; one without ends with none."""

import asyncio
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from pymerkle import InmemoryTree
from sqlalchemy import text
from sqlmodel import select

from approvals.change import State
from approvals.errors import AuditUnavailableError
from approvals.evidence.checkpoints import Checkpoint
from approvals.evidence.leaves import COLUMNS, leaf
from approvals.evidence.sealing import Sealer
from approvals.store.sqlite import Store, Tx
from approvals.store.tables import CheckpointRow, EvidenceRow
from tests.approvals.evidence.keys import LOG
from tests.approvals.story import Story


def leaves(path: Path) -> list[bytes]:
    """The leaves that the rows make, read with nothing of ours but the definition of a leaf."""
    with closing(sqlite3.connect(path)) as records:
        return [leaf(row) for row in records.execute(f"SELECT {COLUMNS} FROM evidence ORDER BY id")]  # noqa: S608


async def checkpoints(store: Store) -> list[Checkpoint]:
    rows = await store.read(lambda tx: list(tx.exec(select(CheckpointRow).order_by(CheckpointRow.size))))  # type: ignore[arg-type]
    return [Checkpoint.parse(row.note) for row in rows]


async def test_the_last_checkpoint_has_the_root_that_the_oracle_computes(story: Story, path: Path) -> None:
    await story.brought_to(State.ENDED)

    oracle = InmemoryTree(algorithm="sha256")
    for one in leaves(path):
        oracle.append_entry(one)
    sealed = await checkpoints(story.desk.store)
    assert (sealed[-1].origin, sealed[-1].size, sealed[-1].root) == (LOG.name, oracle.get_size(), oracle.get_root())
    assert [one.root for one in sealed] == [oracle.get_root(one.size) for one in sealed]
    assert all(one.note.is_signed_by(LOG.verifier) for one in sealed)


async def test_a_leaf_is_everything_in_its_row(story: Story, path: Path) -> None:
    await story.asked()

    (made,) = leaves(path)
    (row,) = await story.desk.store.read(lambda tx: list(tx.exec(select(EvidenceRow))))
    lines = made.decode().split("\n")
    assert lines[:7] == ["0", '"2025-11-22 12:00:00.000000"', '"request:submit"', "1001", "null", f'"{row.actor}"', "1"]
    assert lines[7] == '["Asked for {entitlement}.",{"entitlement":"Write access to billing-db"}]'
    assert lines[8:] == [row.body, row.private]


async def test_work_that_leaves_no_evidence_makes_no_checkpoint(story: Story) -> None:
    await story.asked()
    before = await checkpoints(story.desk.store)

    await story.jobs_done()

    assert await checkpoints(story.desk.store) == before


async def test_a_batch_is_one_checkpoint_however_much_it_recorded(path: Path) -> None:
    store = Store(path)
    store.before_commit(Sealer(LOG))

    await asyncio.gather(*(store.write(add_evidence) for _ in range(50)))
    sealed = await checkpoints(store)
    await store.close()

    assert sealed[-1].size == 50
    assert len(sealed) <= 2


def add_evidence(tx: Tx) -> None:
    tx.execute(text("INSERT INTO evidence (at, kind, sentence, body) VALUES ('2025-11-22 12:00:00.000000', 'k:v', '[\"\",{}]', '{}')"))


async def test_what_was_recorded_before_there_was_a_log_is_sealed_first(path: Path) -> None:
    older = Store(path)
    for _ in range(1_500):
        await older.write(add_evidence)
    await older.close()

    store = Store(path)
    store.before_commit(Sealer(LOG))
    await store.write(lambda tx: tx.execute(text("SELECT 1")))
    sealed = await checkpoints(store)
    await store.close()

    assert [one.size for one in sealed] == [1_500]


@pytest.mark.parametrize(
    ("bent", "why"),
    [
        (
            "INSERT INTO evidence (id, at, kind, sentence, body) VALUES (9, '', '', '', '')",
            "the evidence has a hole: entry 9 follows entry 1",
        ),
        ("INSERT INTO evidence (at, kind, sentence, body) VALUES ('', 'a' || char(10) || 'b', '', '')", "entry 2 holds a line break"),
    ],
)
async def test_evidence_that_cannot_be_sealed_is_not_kept_nor_is_the_act(story: Story, bent: str, why: str) -> None:
    await story.asked()
    before = await story.evidence()

    with pytest.raises(AuditUnavailableError, match=why):
        await story.desk.store.write(lambda tx: tx.execute(text(bent)))

    assert await story.evidence() == before
    await story.submits()


async def test_work_that_fails_alone_leaves_no_leaf(path: Path) -> None:
    store = Store(path)
    store.before_commit(Sealer(LOG))

    def breaks(tx: Tx) -> None:
        add_evidence(tx)
        raise ValueError("a mistake")

    await asyncio.gather(*(store.write(one) for one in (add_evidence, breaks, add_evidence)), return_exceptions=True)
    sealed = await checkpoints(store)
    await store.close()

    assert (sealed[-1].size, len(leaves(path))) == (2, 2)
