"""Which browser the tests and the pictures use.

Answered from what is installed, in this order: the environment variable COUNTERSIGN_BROWSER, the names that packages use on PATH,
the place where macOS keeps applications, and what `playwright install chromium` left. `provide_browser` is step 5 of `make setup`.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING

from infra.tools.commands import SetupError, run, say
from infra.tools.debian import apt_install, can_apt
from infra.tools.stamps import Stamps, fingerprint

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

VARIABLE = "COUNTERSIGN_BROWSER"
NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APPLICATIONS = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
# Where Playwright keeps its browsers unless PLAYWRIGHT_BROWSERS_PATH says otherwise: Linux, then macOS.
PLAYWRIGHT_FOLDERS = ("~/.cache/ms-playwright", "~/Library/Caches/ms-playwright")
PLAYWRIGHT_BINARIES = ("chromium-*/chrome-linux*/chrome", "chromium-*/chrome-mac*/*.app/Contents/MacOS/*")

# A browser, and letters for the pictures: Latin, Greek and Cyrillic; Chinese, Japanese and Korean; symbols.
DEBIAN_PACKAGES = ("chromium", "fonts-noto-core", "fonts-noto-cjk", "fonts-noto-color-emoji")


def provide_browser(root: Path, stamps: Stamps) -> None:
    """A browser, if one can be had: installed, Debian's when root, or Playwright's. None is told in a line and stops nothing.

    Raises:
        SetupError: COUNTERSIGN_BROWSER names something that does not start.
    """
    tried = fingerprint([root / "infra" / "requirements.lock"], os.environ.get(VARIABLE, ""))
    mark, _, remembered = (stamps.read("browser") or "").partition(" ")
    if mark == tried and remembered and Path(remembered).exists():
        return
    browser = find_browser(os.environ)
    # What could not be installed once is not tried at every start: that would cost seconds each time.
    if not browser and mark != tried:
        _install_browser(root)
        browser = find_browser(os.environ)
    stamps.write("browser", f"{tried} {browser or ''}")
    if browser:
        say(f"the browser is {browser}")
    else:
        say(f"no browser, so the browser tests will not run: install chromium or set {VARIABLE}; `make browser` tries again")


def _install_browser(root: Path) -> None:
    if can_apt():
        try:
            apt_install(*DEBIAN_PACKAGES, root=root)
        except SetupError as error:
            say(f"{error}; trying Playwright's browser")
        else:
            return
    playwright: list[str | Path] = [root / ".venv" / "bin" / "python", "-m", "playwright", "install", "chromium"]
    # Its reason stands in .cache/setup.log, and the caller says in one line that there is no browser.
    with contextlib.suppress(SetupError):
        run(playwright, doing="Playwright's Chromium (about 200 MB)", root=root)


def find_browser(environment: Mapping[str, str]) -> Path | None:
    """The first browser that starts, or None where there is none.

    Raises:
        SetupError: COUNTERSIGN_BROWSER is set and what it names does not start. A wish is never replaced silently.
    """
    wished = environment.get(VARIABLE)
    if wished:
        if not _starts(Path(wished)):
            raise SetupError(f"{VARIABLE}={wished!r} does not start: name the browser's executable, or unset it")
        return Path(wished)
    return next((path for path in _installed(environment) if _starts(path)), None)


def _installed(environment: Mapping[str, str]) -> Iterator[Path]:
    for name in NAMES:
        found = shutil.which(name, path=environment.get("PATH", os.defpath))
        if found:
            yield Path(found)
    yield from (Path(name) for name in APPLICATIONS)
    folder = environment.get("PLAYWRIGHT_BROWSERS_PATH")
    for place in (folder,) if folder else PLAYWRIGHT_FOLDERS:
        for pattern in PLAYWRIGHT_BINARIES:
            # The newest revision has the highest number.
            yield from sorted(Path(place).expanduser().glob(pattern), reverse=True)


def _starts(path: Path) -> bool:
    """Whether `--version` answers: Ubuntu's chromium-browser may be a stub that only asks for a snap, and a library may be missing."""
    if not path.is_file():
        return False
    try:
        answer = subprocess.run([path, "--version"], capture_output=True, timeout=30, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return False
    return answer.returncode == 0
