"""A pytest plugin: where there is no browser, the browser tests are listed as *not run*, by name, and CI fails on that.

Loaded by pyproject.toml for every run. It looks for a browser only when a test marked `browser` was collected.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from infra.tools.browser import VARIABLE, find_browser
from infra.tools.commands import SetupError

if TYPE_CHECKING:
    from _pytest.terminal import TerminalReporter

NOT_RUN = pytest.StashKey[list[str]]()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what needs a browser where there is none. One that COUNTERSIGN_BROWSER names and that does not start is an error, not a skip."""
    wanting = [item for item in items if item.get_closest_marker("browser")]
    if not wanting:
        return
    try:
        browser = find_browser(os.environ)
    except SetupError as error:
        raise pytest.UsageError(str(error)) from error
    if browser:
        return
    config.stash[NOT_RUN] = [item.nodeid for item in wanting]
    for item in wanting:
        item.add_marker(pytest.mark.skip(reason=f"no browser: install chromium or set {VARIABLE}"))


def pytest_sessionfinish(session: pytest.Session) -> None:
    """In CI a test that was not run is a failure."""
    if session.config.stash.get(NOT_RUN, None) and _is_ci() and session.exitstatus == pytest.ExitCode.OK:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: TerminalReporter, config: pytest.Config) -> None:
    """Name each test that was not run."""
    names = config.stash.get(NOT_RUN, None)
    if not names:
        return
    terminalreporter.section("not run: no browser")
    for name in names:
        terminalreporter.line(f"not run: {name}")
    verdict = "CI is set, so this run has failed" if _is_ci() else "with CI=true this would fail"
    terminalreporter.line(f"{len(names)} browser test(s) not run: install chromium or set {VARIABLE}; {verdict}")


def _is_ci() -> bool:
    return os.environ.get("CI", "").lower() in {"1", "true", "yes"}
