import subprocess
import sys
from pathlib import Path

import pytest

from infra.tools import browser
from tests.infra.tools.conftest import Programs

TESTS = """\
def test_an_owner_approves_with_the_keyboard():
    assert False, "has no browser"

def test_two_is_two():
    assert 2 == 2
"""
# A Mac may have a browser that no PATH names. The mark is given by a conftest.py, as the tests of the page do.
CONFTEST = """\
from infra.tools import browser
browser.APPLICATIONS = ()

def pytest_collection_modifyitems(items):
    items[0].add_marker("browser")
"""
ROOT = Path(browser.__file__).parents[2]


@pytest.fixture
def session(tmp_path: Path, programs: Programs) -> Path:
    folder = tmp_path / "session"
    folder.mkdir()
    (folder / "test_page.py").write_text(TESTS)
    (folder / "conftest.py").write_text(CONFTEST)
    (folder / "pytest.ini").write_text("[pytest]\nmarkers = browser\naddopts = -p infra.tools.not_run -p no:cacheprovider\n")
    return folder


def run(session: Path, programs: Programs, **environment: str) -> tuple[int, list[str]]:
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q"],
        cwd=session,
        env={"PATH": str(programs.folder), "HOME": str(session), "PYTHONPATH": str(ROOT), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, [line for line in done.stdout.splitlines() if "not run" in line or "passed" in line or "failed" in line]


def test_browser_tests_without_a_browser_are_listed_by_name(session: Path, programs: Programs) -> None:
    code, told = run(session, programs)

    assert (code, told[1:-1]) == (
        0,
        [
            "not run: test_page.py::test_an_owner_approves_with_the_keyboard",
            "1 browser test(s) not run: install chromium or set COUNTERSIGN_BROWSER; with CI=true this would fail",
        ],
    )


def test_browser_tests_without_a_browser_fail_in_ci_and_the_closing_line_stays_last(session: Path, programs: Programs) -> None:
    code, told = run(session, programs, CI="true")

    assert (code, told[-2]) == (
        1,
        "1 browser test(s) not run: install chromium or set COUNTERSIGN_BROWSER; CI is set, so this run has failed",
    )
    assert told[-1].startswith("1 passed, 1 skipped in ")


def test_with_a_browser_the_browser_tests_run(session: Path, programs: Programs) -> None:
    programs.add("chromium")

    code, told = run(session, programs, CI="true")

    assert code == 1
    assert told[-1].startswith("1 failed, 1 passed in ")


def test_a_wished_browser_that_does_not_start_ends_the_run(session: Path, programs: Programs) -> None:
    code, told = run(session, programs, COUNTERSIGN_BROWSER="/nowhere/chrome")

    assert (code, told) == (pytest.ExitCode.USAGE_ERROR, [])
