"""The gate on the branches of the rules: what no test takes is named by its line, and no comment excuses it."""

from pathlib import Path

import pytest

from infra.tools.check_rules import what_is_missing

_ROOM = """
def sign(number: int) -> str:
    told = "plus"
    if number < 0:{excuse}
        told = "minus"
    return told
"""
_TEST = """
from room import sign


def test_signs() -> None:
    assert [sign(one) for one in {numbers}] == {signs}
"""


def missing(root: Path, *, numbers: str, signs: str, excuse: str = "") -> str:
    (root / "room.py").write_text(_ROOM.format(excuse=excuse), encoding="utf-8")
    (root / "test_room.py").write_text(_TEST.format(numbers=numbers, signs=signs), encoding="utf-8")
    return what_is_missing(root, rooms=["room"], tests=["test_room.py"])


def test_where_every_branch_is_taken_nothing_is_said(tmp_path: Path) -> None:
    assert missing(tmp_path, numbers="(-1, 1)", signs='["minus", "plus"]') == ""


@pytest.mark.parametrize("excuse", ["", "  # pragma: no cover", "  # pragma: no branch"])
def test_a_branch_that_no_test_takes_is_named_whatever_is_written_beside_it(tmp_path: Path, excuse: str) -> None:
    told = missing(tmp_path, numbers="(-1,)", signs='["minus"]', excuse=excuse)

    (line,) = (row for row in told.splitlines() if row.startswith("room.py"))
    assert line.split()[-1] == "4->6"


def test_a_test_that_fails_shows_nothing(tmp_path: Path) -> None:
    told = missing(tmp_path, numbers="(-1, 1)", signs='["minus", "minus"]')

    assert "1 failed" in told
