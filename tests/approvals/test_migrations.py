"""The database's shape through time: an empty file becomes today's, once, and nothing newer is touched."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import Engine, create_engine, event
from sqlmodel import SQLModel

from approvals.store import tables  # noqa: F401 — declares the tables
from approvals.store.sqlite import open_engine
from infra.migrations.upgrade import MigrationError, config, upgrade

_ROOT = Path(__file__).parents[2]


def shape(path: Path) -> dict[str, list[str]]:
    """Every table and index, as the database itself spells it, clause by clause; blanks and order do not matter."""
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name != 'alembic_version'")
        return {name: sorted(clause.strip() for clause in " ".join(sql.split()).removesuffix(")").split(", ")) for name, sql in rows}


def content(path: Path) -> str:
    """Everything in the database, as text."""
    with closing(sqlite3.connect(path)) as connection:
        return "\n".join(connection.iterdump())


def test_an_empty_file_gets_exactly_the_tables_of_the_code(migrated: Path) -> None:
    engine = open_engine(migrated)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), SQLModel.metadata)
    engine.dispose()

    assert differences == []


def test_checks_partial_indexes_and_never_reused_ids_are_there_too(migrated: Path, tmp_path: Path) -> None:
    made = tmp_path / "made.db"
    engine = create_engine(f"sqlite:///{made}")
    SQLModel.metadata.create_all(engine)
    engine.dispose()

    assert shape(migrated) == shape(made)


def test_numbers_that_people_say_aloud_have_four_digits(migrated: Path) -> None:
    with closing(sqlite3.connect(migrated)) as connection:
        begun = dict(connection.execute("SELECT name, seq FROM sqlite_sequence"))

    assert begun == {"request": 1000, "ticket": 1000}


def test_upgrading_twice_changes_nothing(path: Path) -> None:
    before = content(path)

    upgrade(path)

    assert content(path) == before


def test_a_newer_releases_file_is_refused_in_one_line_and_left_alone(path: Path) -> None:
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
        connection.commit()
    before = content(path)

    with pytest.raises(MigrationError) as raised:
        upgrade(path)

    assert str(raised.value) == (
        f"{path}: made by a newer release of Countersign (Can't locate revision identified by '9999'); "
        "start that release, or another database"
    )
    assert content(path) == before


def test_a_file_that_is_no_database_is_refused_in_one_line_and_left_alone(tmp_path: Path) -> None:
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Maria,\n" * 100, encoding="utf-8")

    with pytest.raises(MigrationError) as raised:
        upgrade(letter)

    assert str(raised.value) == f"{letter}: cannot be opened as a database (file is not a database); check the path and its permissions"
    assert letter.read_text(encoding="utf-8") == "Dear Maria,\n" * 100


def test_a_folder_that_is_missing_is_said_so(tmp_path: Path) -> None:
    path = tmp_path / "missing" / "countersign.db"

    with pytest.raises(MigrationError) as raised:
        upgrade(path)

    assert str(raised.value) == f"{path}: cannot be opened as a database (unable to open database file); check the path and its permissions"


def test_an_upgrade_that_breaks_off_leaves_nothing_behind(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "countersign.db"

    def breaks(*_: object) -> None:
        raise RuntimeError("the machine stops here")

    with monkeypatch.context() as broken:
        broken.setattr("alembic.op.execute", breaks)
        with pytest.raises(RuntimeError, match="the machine stops here"):
            upgrade(path)
    halfway = shape(path)
    upgrade(path)

    assert (halfway, len(shape(path)) > 20) == ({}, True)


def test_two_that_upgrade_at_once_make_one_database(tmp_path: Path, migrated: Path) -> None:
    path = tmp_path / "countersign.db"
    code = "import sys; from pathlib import Path; from infra.migrations.upgrade import upgrade; input('.'); upgrade(Path(sys.argv[1]))"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code, str(path)],
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            encoding="utf-8",
        )
        for _ in range(2)
    ]
    ready = [process.stdout.read(1) for process in running if process.stdout]
    for process in running:
        if process.stdin:
            process.stdin.write("\n")
            process.stdin.flush()
    told = [process.communicate() for process in running]

    assert ready == [".", "."]
    assert [(process.returncode, error) for process, (_, error) in zip(running, told, strict=True)] == [(0, ""), (0, "")]
    assert content(path) == content(migrated)


def test_all_steps_are_one_transaction_so_that_nobody_comes_in_between(tmp_path: Path) -> None:
    commits: list[object] = []
    note = commits.append
    event.listen(Engine, "commit", note)
    try:
        upgrade(tmp_path / "countersign.db")
    finally:
        event.remove(Engine, "commit", note)

    assert len(commits) == 1


def test_the_way_back_is_written_too(path: Path) -> None:
    engine = open_engine(path)
    with engine.connect() as connection:
        command.downgrade(config(connection), "base")
        connection.commit()
    engine.dispose()

    assert shape(path) == {"sqlite_sequence": ["CREATE TABLE sqlite_sequence(name,seq"]}
