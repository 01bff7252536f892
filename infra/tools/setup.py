"""`make setup`: what the system's Python runs. It makes sure that this Python is new enough and goes on to the steps.

Nothing in this module is newer than Python 3.7, so that an old Python can say that it is too old.
"""

from __future__ import annotations

import os
import shutil
import sys

OLDEST = (3, 11)
NEWER_NAMES = ("python3.11", "python3.12", "python3.13", "python3.14")


def main() -> int:
    """The exit code: 0 when everything is there, 1 with one line on stderr when something is not."""
    if sys.version_info[:2] < OLDEST:
        for found in filter(None, map(shutil.which, NEWER_NAMES)):
            os.execv(found, [found, "-m", "infra.tools.setup"])  # noqa: S606 - a newer Python on PATH
        version = sys.version.split()[0]
        print(
            f"setup: Python {version} is too old: install Python 3.11 or newer, or name one: make setup PYTHON=/path/to/python3.12",
            file=sys.stderr,
        )
        return 1
    # Here and not above: an old Python could not read it.
    from infra.tools.steps import main as take_steps

    return take_steps()


if __name__ == "__main__":
    sys.exit(main())
