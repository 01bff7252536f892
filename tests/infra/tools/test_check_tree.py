import subprocess
from pathlib import Path, PurePosixPath

import pytest

from infra.tools.check_tree import name_faults, text_faults, tree_faults

# Put together here, so that this file passes the gate that it tests.
SLASH = "/"
HOME = SLASH + "home/ana/"
ROOT = SLASH + "root/"
INDEX = "https://" + "pypi" + ".org/simple"


@pytest.mark.parametrize("name", ["README.md", ".ci/run", "bot/front/tokens.py", "approvals/database.py", "bot/processes.md"])
def test_a_file_in_its_room_passes(name: str) -> None:
    assert list(name_faults(PurePosixPath(name))) == []


def test_a_new_room_is_refused() -> None:
    rooms = "CHANGELOG.md, LICENSE, Makefile, README.md, approvals, bot, cards, infra, manifest, pyproject.toml, tests"

    assert list(name_faults(PurePosixPath("scripts/go.sh"))) == [
        f"scripts/go.sh: 'scripts' is no room of the house: put it into one of {rooms}"
    ]


@pytest.mark.parametrize("name", ["bot/util.py", "approvals/request_manager.py", "bot/base.py"])
def test_a_junk_drawer_is_refused(name: str) -> None:
    assert list(name_faults(PurePosixPath(name))) == [f"{name}: the name says nothing about what is inside: use the domain's word"]


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        (f"see {HOME}", f"a path of somebody's machine: {HOME}"),
        (f"see {ROOT}", f"a path of somebody's machine: {ROOT}"),
        (f"index = {INDEX}", "the host of a package registry: " + "pypi" + ".org"),
        ("x = 1  # " + "TODO later", "a TODO without the number of an issue: # " + "TODO"),
    ],
)
def test_what_no_line_may_hold_is_named_with_its_line(line: str, fault: str) -> None:
    assert list(text_faults(PurePosixPath("a.txt"), f"fine\n{line}\n")) == [f"a.txt:2: {fault}"]


def test_a_todo_with_the_number_of_an_issue_passes() -> None:
    assert list(text_faults(PurePosixPath("a.txt"), "# " + "TODO with #12\n")) == []


@pytest.mark.parametrize(("lines", "faults"), [(60, []), (61, ["a.py:1: long has 61 lines and may have 60: split it by verb"])])
def test_a_function_has_at_most_sixty_lines(lines: int, faults: list[str]) -> None:
    text = "def long():\n" + "    x = 1\n" * (lines - 1)

    assert list(text_faults(PurePosixPath("a.py"), text)) == faults


def test_files_that_git_would_add_are_read_and_ignored_ones_are_not(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "--quiet"], cwd=tmp_path, check=True)
    (tmp_path / ".gitignore").write_text("*.log\n")
    (tmp_path / "Makefile").write_text(f"{HOME}\n")
    (tmp_path / "setup.log").write_text(f"{HOME}\n")
    (tmp_path / "LICENSE").write_bytes(b"\xff\xfe\x00")

    assert list(tree_faults(tmp_path)) == [f"Makefile:1: a path of somebody's machine: {HOME}"]


def test_a_migration_may_list_all_of_its_tables() -> None:
    text = "def upgrade():\n" + "    x = 1\n" * 200

    assert list(text_faults(PurePosixPath("infra/migrations/versions/0001_first.py"), text)) == []
