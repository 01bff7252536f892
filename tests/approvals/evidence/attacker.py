"""Somebody who may write to the database file as they please, with or without the log's key."""

import sqlite3
from contextlib import closing
from pathlib import Path

from approvals.evidence.checkpoints import checkpoint
from approvals.evidence.leaves import COLUMNS, leaf
from approvals.evidence.notes import Signer
from approvals.evidence.tree import CompactRange, leaf_hash


def bend(path: Path, *statements: str) -> None:
    """Change the file by hand."""
    with closing(sqlite3.connect(path, timeout=5)) as records, records:
        for statement in statements:
            records.execute(statement)


def shift(path: Path, *, first: int, by: int) -> None:
    """Renumber the entries from ``first`` on."""
    bend(path, f"UPDATE evidence SET id = -id - {by} WHERE id >= {first}", "UPDATE evidence SET id = -id WHERE id < 0")  # noqa: S608


def rewrite_tree(path: Path, *, signer: Signer | None = None) -> None:
    """Make the stored tree fit the rows as they are now; with ``signer`` also every checkpoint."""
    with closing(sqlite3.connect(path, timeout=5)) as records, records:
        log, sizes = CompactRange(), {size for (size,) in records.execute("SELECT size FROM checkpoint")}
        records.execute("DELETE FROM tree_node")
        if signer:
            records.execute("DELETE FROM checkpoint")
        for row in records.execute(f"SELECT {COLUMNS} FROM evidence ORDER BY id").fetchall():  # noqa: S608
            records.executemany("INSERT INTO tree_node (level, position, hash) VALUES (?, ?, ?)", log.append(leaf_hash(leaf(row))))
            if signer and log.size in sizes:
                note = str(checkpoint(log.size, log.root(), signer=signer).note)
                records.execute("INSERT INTO checkpoint (size, note, peaks) VALUES (?, ?, ?)", (log.size, note, b"".join(log.peaks)))
