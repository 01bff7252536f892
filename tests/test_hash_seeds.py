"""The rules, the evidence's spelling and the proof of a button do not depend on the order in which Python keeps a set.

Each run of Python shuffles it anew; here the tests of what must be the same on every machine run under several orders, each in a process of
its own (https://docs.python.org/3/using/cmdline.html#envvar-PYTHONHASHSEED).
"""

import os
import subprocess
import sys
from pathlib import Path

import pytest

_ROOT = Path(__file__).parents[1]
_OF_THE_RULES = (
    "tests/approvals/policy",
    "tests/approvals/test_lifecycle.py",
    "tests/approvals/test_mediation_asking.py",
    "tests/approvals/test_mediation_deciding.py",
    "tests/approvals/test_mediation_facts.py",
    "tests/approvals/test_policy_is_asked.py",
    "tests/approvals/test_turning.py",
    "tests/approvals/evidence/test_spelling.py",
    "tests/approvals/evidence/test_recording.py",
    "tests/cards/test_actions.py",
)


@pytest.mark.parametrize("seed", ["0", "1", "4242"])
def test_the_rules_hold_in_whatever_order_sets_are_kept(seed: str) -> None:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", *_OF_THE_RULES]
    environment = {**os.environ, "PYTHONHASHSEED": seed}

    done = subprocess.run(command, cwd=_ROOT, env=environment, capture_output=True, encoding="utf-8", check=False, timeout=250)

    assert done.returncode == 0, done.stdout
