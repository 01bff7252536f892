import sys
from pathlib import Path

import pytest

from infra.tools.check import Gate, Verdict, check, report

FAILING = Gate(name="types", command=(sys.executable, "-c", "print('a.py:1: wrong'); print('a.py:2: wrong'); raise SystemExit(2)"))
PASSING = Gate(name="lint", command=(sys.executable, "-c", "print('all is well')"))
MISSING = Gate(name="contracts", command=("/nowhere/lint-imports",))


def test_every_gate_is_reported_in_order_even_when_the_first_fails(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    failed = check([FAILING, PASSING, MISSING], root=tmp_path)

    told = [line.partition(" (")[0] for line in capsys.readouterr().out.splitlines()]
    assert (failed, told) == (
        2,
        [
            "FAIL  types",
            "      a.py:1: wrong",
            "      a.py:2: wrong",
            "ok    lint",
            "FAIL  contracts",
            "      cannot run /nowhere/lint-imports: No such file or directory; run `make setup`",
        ],
    )


def test_a_gate_that_fails_without_a_word_says_so() -> None:
    verdict = Verdict(gate=FAILING, passed=False, output="", took_s=0.25)

    assert report(verdict) == "FAIL  types (0.2 s)\n      (it printed nothing)"
