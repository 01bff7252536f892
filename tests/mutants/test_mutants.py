"""Each rule that this product rests on has a test that sees it gone: the rule is taken away, and that test has to fail.

``mutants.yaml`` lists them: the line that holds the rule, what it becomes, and the test that is to kill it. The tests run in copies of the
house, one for each processor: one mutant at a time in each, in a process of its own.
"""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from queue import SimpleQueue
from shutil import copytree, ignore_patterns

import pytest
import yaml

_ROOT = Path(__file__).parents[2]
_ROOMS = ("approvals", "bot", "cards", "infra", "manifest", "tests")
_LEFT_OUT = ignore_patterns("node_modules", "__pycache__", "pictures", "mutants")
_TESTS_FAILED = 1
"""How pytest ends when a test failed, and not the run itself (https://docs.pytest.org/en/stable/reference/exit-codes.html)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Mutant:
    """One rule taken away: in ``file`` the text ``was`` stands once and ``becomes`` another; ``killed_by`` is the test that sees it."""

    name: str
    file: str
    was: str
    becomes: str
    killed_by: str


MUTANTS = tuple(Mutant(**one) for one in yaml.safe_load((Path(__file__).parent / "mutants.yaml").read_text(encoding="utf-8")))


Done = subprocess.CompletedProcess[str]


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A copy of the house in which nothing is taken away."""
    return _copied(tmp_path_factory.mktemp("house"))


@pytest.fixture(scope="session")
def runs(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, "Future[Done]"]]:
    """What came of the test of each mutant that was chosen, by its name: begun at once, as many at a time as there are processors."""
    params = [getattr(getattr(item, "callspec", None), "params", {}) for item in request.session.items]
    chosen = [each["mutant"] for each in params if "mutant" in each]
    free: SimpleQueue[Path] = SimpleQueue()
    at_once = os.cpu_count() or 1
    for _ in range(at_once):
        free.put(_copied(tmp_path_factory.mktemp("house")))

    def killed(mutant: Mutant) -> Done:
        house = free.get()
        try:
            with without(mutant, house):
                return run(mutant.killed_by, house)
        finally:
            free.put(house)

    with ThreadPoolExecutor(at_once) as pool:
        yield {mutant.name: pool.submit(killed, mutant) for mutant in chosen}


def _copied(folder: Path) -> Path:
    for room in _ROOMS:
        copytree(_ROOT / room, folder / room, ignore=_LEFT_OUT)
    (folder / "pyproject.toml").write_bytes((_ROOT / "pyproject.toml").read_bytes())
    return folder


@contextmanager
def without(rule: Mutant, house: Path) -> Iterator[None]:
    source = house / rule.file
    whole = source.read_text(encoding="utf-8")
    assert whole.count(rule.was) == 1, f"{rule.file}: the rule of “{rule.name}” does not stand there once; say in mutants.yaml where it is"
    source.write_text(whole.replace(rule.was, rule.becomes), encoding="utf-8")
    try:
        yield
    finally:
        source.write_text(whole, encoding="utf-8")


def run(test: str, house: Path) -> Done:
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", test]
    return subprocess.run(command, cwd=house, capture_output=True, encoding="utf-8", check=False, timeout=200)


def test_there_are_enough_of_them_and_of_each_kind() -> None:
    rooms = {one.file.rpartition("/")[0] for one in MUTANTS}

    assert len(MUTANTS) >= 20
    assert rooms >= {"approvals", "approvals/policy", "approvals/mediation", "approvals/operations", "approvals/evidence"}
    assert len({one.name for one in MUTANTS}) == len(MUTANTS)


def test_the_copy_passes_as_long_as_nothing_is_taken_away(house: Path) -> None:
    done = run(MUTANTS[0].killed_by, house)

    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda one: one.name)
def test_a_rule_that_is_gone_is_missed_by_name(mutant: Mutant, runs: Mapping[str, "Future[Done]"]) -> None:
    done = runs[mutant.name].result()

    assert done.returncode == _TESTS_FAILED, f"nothing missed it: {done.stdout}"
    assert f"FAILED {mutant.killed_by}" in done.stdout
