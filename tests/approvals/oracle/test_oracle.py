"""Whatever is done at a desk, in any order: what comes of it is what an oracle says that shares no code with the product."""

import ast
import asyncio
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from approvals.evidence import Trace
from approvals.lifecycle import Event
from approvals.operations.staleness import STALE
from tests.approvals.oracle import house, oracle, rules, system, world
from tests.approvals.oracle.life import Life

_STEPS = 20_000
_MEMORY = Path("/dev/shm")
"""Where the machine has it, a folder that no disk is waited for: what is asked here is not whether a disk keeps what it is given."""
_LIVES = settings(
    max_examples=415,
    stateful_step_count=60,
    # The same lives on every machine, and nothing kept from one run to the next.
    derandomize=True,
    database=None,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much],
    # What is found is told as it was found, and is found again. For the shortest way to it add Phase.shrink, and wait for some minutes.
    phases=[Phase.generate],
)
_ELSEWHERE = {Trace.UNREACHED, Trace.SAID, Trace.ERASED, Trace.REFUSED_MORE, Trace.REMINDED, Event.ESCALATE}
_KINDS = {*Event, *Trace} - _ELSEWHERE
"""Whatever can happen to a request; not what befalls a card, a draft or a person, nor reminders, which the model's policy has none of."""
_CHECKS = {STALE, *range(1, 19), 20, 21, 22}
"""All that can refuse, but (19): what is read here is never old."""


@pytest.fixture(scope="module")
def lives() -> Iterator[type[Life]]:
    with TemporaryDirectory(dir=_MEMORY if _MEMORY.is_dir() else None) as folder:
        Life.empty = Path(folder) / "empty.db"
        asyncio.run(house.found(Life.empty))
        yield Life


@pytest.mark.slow
def test_20_000_steps_in_any_order_end_as_the_oracle_says(lives: type[Life]) -> None:
    run_state_machine_as_test(lives, settings=_LIVES)

    refused = {check for kind, check in lives.seen if kind in (Trace.REFUSED, Event.FAIL) and check is not None}
    assert lives.steps >= _STEPS
    assert ({kind for kind, _ in lives.seen}, refused) == (_KINDS, _CHECKS)


@pytest.mark.parametrize("module", [oracle, rules, system, world], ids=lambda one: one.__name__)
def test_the_oracle_shares_no_code_with_what_it_judges(module: object) -> None:
    tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))

    named = [node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    named += [each.name for node in ast.walk(tree) if isinstance(node, ast.Import) for each in node.names]

    assert [name for name in named if name.split(".")[0] in ("approvals", "bot", "cards", "infra", "manifest")] == []
    assert [name for name in named if name.startswith("tests.") and not name.startswith("tests.approvals.oracle")] == []
