"""A long log is read by several processes at once, which find what one would find."""

import asyncio
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from approvals.errors import AuditUnavailableError
from approvals.evidence.stored import checkpoint_at, last_checkpoint
from approvals.evidence.verifying import Looks, Verdict, verify
from approvals.store.sqlite import Store, Tx
from infra.audit import beside
from infra.evidence_key import signer_of
from infra.serving import Local
from tests.approvals.evidence.attacker import bend
from tests.infra.scenes import ended, granted
from tests.infra.test_commands import DONE, FAILED, countersign

PART = 4
"""Entries that a process takes at a time here; the story leaves ten and more."""


@pytest.fixture(autouse=True)
def _short_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(beside, "_WORTH_IT", 1)
    monkeypatch.setattr(beside, "_PART", PART)


@pytest.mark.parametrize("cores", [1, 4])
async def test_the_auditors_command_reads_with_other_processes_up_to_the_last(
    local: Local, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    await granted(local)
    await ended(local)
    monkeypatch.setattr(beside.os, "cpu_count", lambda: cores)
    settings = local.settings
    verify: tuple[str | Path, ...] = ("audit", "verify", "--database", settings.database, "--secret-file", settings.secret_file)

    well = await countersign(*verify)
    bend(settings.database, "UPDATE private SET held = '[\"Somebody Else\"]' WHERE entry IN (2, 10)")
    bent = await countersign(*verify)

    assert (well.exit_code, bent.exit_code) == (DONE, FAILED)
    found = [line.partition(": the values of")[0] for line in bent.stdout.splitlines()]
    assert found == ["edited: entry 2", *["edited: entry 10"] * 3]


async def test_what_is_bent_in_any_part_or_at_a_border_is_found_as_by_one_process(log: Path) -> None:
    with beside.beside(log, entries=PART) as looks:
        whole = await verdict(log, looks=looks)
        for entry in (1, PART, PART + 1, 2 * PART, 2 * PART + 1, whole.size):
            with bent(log, f"UPDATE evidence SET actor = 'somebody-else' WHERE id = {entry}"):  # noqa: S608
                found, alone = await verdict(log, looks=looks), await verdict(log, looks=None)

            assert (found, told(found)) == (alone, f"entry {entry} was edited: it is not what was sealed")
        with bent(log, f"DELETE FROM evidence WHERE id IN ({PART}, {PART + 1})"):  # noqa: S608
            found, alone = await verdict(log, looks=looks), await verdict(log, looks=None)

        assert (found, told(found)) == (alone, f"entries {PART} to {PART + 1} were deleted: there is a hole")
        for level, covered in ((1, "3 to 4"), (3, "1 to 8")):
            with bent(log, f"UPDATE tree_node SET hash = zeroblob(32) WHERE level = {level} AND position = {1 if level == 1 else 0}"):  # noqa: S608
                found, alone = await verdict(log, looks=looks), await verdict(log, looks=None)

            says = f"the stored tree was edited: its node over entries {covered} is not what they make, so proofs through it fail"
            assert (found, told(found)) == (alone, says)

    assert (whole.entries, whole.findings) == (whole.size, ())


async def test_the_parts_after_a_checkpoint_are_read_alone(log: Path) -> None:
    with beside.beside(log, entries=PART) as looks:
        for since in range(1, 10):
            found = await verdict(log, looks=looks, since=since)

            assert found == await verdict(log, looks=None, since=since)
            assert (found.entries, found.findings) == (found.size - since, ())


async def test_records_that_another_process_cannot_read_are_answered_in_words(log: Path) -> None:
    with beside.beside(log, entries=PART) as looks:
        assert looks is not None
        await asyncio.to_thread(log.write_bytes, b"not a database" * 1_000)

        with pytest.raises(AuditUnavailableError, match="file is not a database"):
            list(looks(0, 9, ()))


@pytest.fixture
async def log(local: Local, tmp_path: Path) -> Path:
    """The records of an access that was given and has ended: a copy, since the bot goes on with its own."""
    await granted(local)
    await ended(local)
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(local.settings.database)) as records, closing(sqlite3.connect(copy)) as other:
        records.backup(other)
    return copy


async def verdict(log: Path, *, looks: Looks | None, since: int | None = None) -> Verdict:
    def ask(tx: Tx) -> Verdict:
        last = last_checkpoint(tx)
        assert last is not None
        key = signer_of(log.parent / "countersign.key", name=last.origin).verifier
        return verify(tx, key=key, since=checkpoint_at(tx, since) if since else None, looks=looks)

    store = Store(log)
    try:
        return await store.read(ask)
    finally:
        await store.close()


def told(verdict: Verdict) -> str:
    (found,) = verdict.findings
    return str(found.says)


@contextmanager
def bent(log: Path, statement: str) -> Iterator[None]:
    """Bend something, and put it back as it was."""
    table = "tree_node" if "tree_node" in statement else "evidence"
    bend(log, f"CREATE TABLE kept AS SELECT * FROM {table}", statement)  # noqa: S608
    yield
    bend(log, f"DELETE FROM {table}", f"INSERT INTO {table} SELECT * FROM kept", "DROP TABLE kept")  # noqa: S608
