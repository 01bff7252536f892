import ast
import fcntl
import sys
import threading
from pathlib import Path

import pytest

from infra.tools import setup, steps
from infra.tools.commands import SetupError
from tests.infra.tools.conftest import Programs


@pytest.mark.usefixtures("programs")
def test_an_old_python_says_that_it_is_too_old(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr(sys, "version", "3.9.2 (main)")

    code = setup.main()

    said = "setup: Python 3.9.2 is too old: install Python 3.11 or newer, or name one: make setup PYTHON=/path/to/python3.12\n"
    assert (code, capsys.readouterr().err) == (1, said)


def test_an_old_python_gives_way_to_a_newer_one_on_path(programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    newer = str(programs.add("python3.12"))
    started: list[tuple[str, list[str]]] = []
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    monkeypatch.setattr("os.execv", lambda path, words: started.append((path, words)))

    setup.main()

    assert started == [(newer, [newer, "-m", "infra.tools.setup"])]


@pytest.mark.parametrize("name", ["../__init__.py", "__init__.py", "setup.py"])
def test_what_runs_before_the_version_check_can_be_read_by_an_old_python(name: str) -> None:
    text = (Path(setup.__file__).parent / name).read_text()

    assert ast.parse(text, feature_version=(3, 7))


def test_a_failed_step_ends_the_set_up_with_one_line(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    def fail(_root: Path) -> None:
        raise SetupError("97 packages failed: no space left on device")

    monkeypatch.setattr(steps, "set_up", fail)

    code = steps.main()

    assert (code, capsys.readouterr().err) == (1, "setup: 97 packages failed: no space left on device\n")


def test_two_set_ups_take_turns(tree: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    order: list[str] = []
    monkeypatch.setattr(steps, "STEPS", (lambda _root, _stamps: order.append("second"),))
    waits = threading.Event()
    monkeypatch.setattr(steps, "say", lambda line: (order.append(line), waits.set()))
    with (tree / ".cache/setup.lock").open("w") as first:
        fcntl.flock(first, fcntl.LOCK_EX)
        other = threading.Thread(target=steps.set_up, args=(tree,))
        other.start()
        waits.wait(timeout=30)
        order.append("first")

    other.join(timeout=30)

    assert order == ["waiting for another `make setup` to finish", "first", "second"]
