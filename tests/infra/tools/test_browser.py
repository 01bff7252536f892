import os
from pathlib import Path

import pytest

from infra.tools.browser import find_browser, provide_browser
from infra.tools.commands import SetupError
from infra.tools.stamps import Stamps
from tests.infra.tools.conftest import Programs


@pytest.fixture
def stamps(tree: Path) -> Stamps:
    return Stamps(tree / ".venv/stamps")


@pytest.fixture(autouse=True)
def _a_plain_user(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)


def test_the_browser_on_path_is_taken_as_installed(tree: Path, stamps: Stamps, programs: Programs) -> None:
    browser = programs.add("google-chrome")

    provide_browser(tree, stamps)

    assert (find_browser(os.environ), programs.calls) == (browser, ["google-chrome --version"] * 2)


def test_a_stub_that_does_not_start_is_passed_over(programs: Programs) -> None:
    programs.add("chromium-browser", prints="requires the chromium snap to be installed", exits=1)
    browser = programs.add("google-chrome")

    assert find_browser(os.environ) == browser


def test_the_newest_of_playwrights_browsers_is_found(programs: Programs, tmp_path: Path) -> None:
    kept = tmp_path / "home/.cache/ms-playwright"
    programs.add("old", at=kept / "chromium-1100/chrome-linux/chrome")
    newest = programs.add("new", at=kept / "chromium-1200/chrome-linux64/chrome")

    assert find_browser(os.environ) == newest


def test_a_wished_browser_that_does_not_start_is_never_replaced_by_another(programs: Programs) -> None:
    programs.add("chromium")

    with pytest.raises(SetupError) as caught:
        find_browser({**os.environ, "COUNTERSIGN_BROWSER": "/nowhere/chrome"})

    assert str(caught.value) == "COUNTERSIGN_BROWSER='/nowhere/chrome' does not start: name the browser's executable, or unset it"


def test_where_no_browser_can_be_had_it_is_said_and_not_tried_again(
    tree: Path, stamps: Stamps, programs: Programs, capsys: pytest.CaptureFixture[str]
) -> None:
    programs.add("python", at=tree / ".venv/bin/python", prints="ENOTFOUND", exits=1)

    provide_browser(tree, stamps)
    provide_browser(tree, stamps)

    line = "setup: no browser, so the browser tests will not run: install chromium or set COUNTERSIGN_BROWSER; `make browser` tries again\n"
    assert programs.calls == ["python -m playwright install chromium"]
    assert capsys.readouterr().out == f"setup: Playwright's Chromium (about 200 MB) …\n{line}{line}"


def test_a_browser_installed_by_hand_is_found_on_the_next_run(tree: Path, stamps: Stamps, programs: Programs) -> None:
    programs.add("python", at=tree / ".venv/bin/python", exits=1)
    provide_browser(tree, stamps)
    browser = programs.add("chromium")

    provide_browser(tree, stamps)

    assert (stamps.read("browser") or "").endswith(f" {browser}")


def test_root_gets_debians_browser_and_fonts(tree: Path, stamps: Stamps, programs: Programs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    programs.add("apt-get")

    provide_browser(tree, stamps)

    apt_get = "apt-get -o DPkg::Lock::Timeout=300"
    packages = "chromium fonts-noto-core fonts-noto-cjk fonts-noto-color-emoji"
    assert programs.calls == [f"{apt_get} update", f"{apt_get} install --yes --no-install-recommends {packages}"]
