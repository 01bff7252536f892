"""``countersign demo``: it tells what it saw, and fails when it did not see it."""

import json
import re
import subprocess
import sys
from pathlib import Path
from time import monotonic

import pytest

from infra import demo
from infra.demo import STEPS, DemoError
from infra.serving import Local, free_port, local_settings
from infra.simulator import Simulator
from tests.infra.scenes import asked

ISSUE = [
    "requested",
    "previewed",
    "submitted",
    "ticket_opened",
    "approval_card_sent",
    "stranger_refused",
    "self_approval_refused",
    "approved",
    "granted",
    "read_back",
    "requester_told",
    "second_press_refused",
    "revoked",
    "ticket_closed",
    "evidence_complete",
]


@pytest.mark.slow
def test_the_demo_prints_every_step_in_order_and_succeeds(tmp_path: Path) -> None:
    ran = subprocess.run([sys.executable, "-m", "infra", "demo", "--json"], capture_output=True, text=True, timeout=120, check=False)

    lines = [json.loads(line) for line in ran.stdout.splitlines()]
    assert (ran.returncode, [line["step"] for line in lines]) == (0, ISSUE), ran.stderr
    assert all(set(line) == {"step", "at_s", "saw"} for line in lines)


async def test_a_bot_that_cannot_start_says_why_in_one_line(tmp_path: Path) -> None:
    async with Simulator(folder=tmp_path) as simulator:
        settings = local_settings(tmp_path, simulator, port=free_port()).model_copy(update={"database": tmp_path})
        with pytest.raises(DemoError) as failed:
            async with demo._bot(settings):
                pass

    assert re.fullmatch(r"the bot did not start: countersign: .*cannot be opened as a database.*", str(failed.value))


def test_the_steps_are_those_of_the_issue() -> None:
    assert list(STEPS) == ISSUE


def a_story(simulator: Simulator, folder: Path) -> demo._Story:
    settings = local_settings(folder, simulator, port=1)
    return demo._Story(simulator=simulator, settings=settings, as_json=True, began=monotonic())


async def test_without_a_bot_the_demo_fails_at_the_first_step(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    async with Simulator(bot_url="http://127.0.0.1:1/api/messages", folder=tmp_path) as simulator:
        with pytest.raises(DemoError) as failed:
            await demo._tell_all(a_story(simulator, tmp_path))

    assert str(failed.value).startswith("ask: the bot took the message: not so")
    assert capsys.readouterr().out == ""


async def test_a_card_that_never_comes_fails_the_demo_in_words(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo, "_PATIENCE_S", 0.2)
    local.simulator.faults.add("post", "503", times=1_000)
    story = demo._Story(simulator=local.simulator, settings=local.settings, as_json=True)

    with pytest.raises(DemoError) as failed:
        await demo._tell_all(story)

    assert "Ana Ferreira's card" in str(failed.value)


async def test_access_that_is_not_in_the_directory_is_not_told_as_granted(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    async def pretend(_change: object) -> bool:
        return False

    monkeypatch.setattr(demo, "_PATIENCE_S", 0.5)
    monkeypatch.setattr(local.house.desk.connectors["local"], "apply", pretend)
    story = demo._Story(simulator=local.simulator, settings=local.settings, as_json=True, number="REQ-1001")
    await asked(local)

    with pytest.raises(AssertionError) as failed:
        await demo._approve(story)

    assert "Ana in the directory's group, within 0.5 s: not so" in str(failed.value)
    assert story.seen == ["approved"]


@pytest.mark.parametrize("missing", demo._PATH)
def test_evidence_with_a_hole_is_not_complete(missing: str) -> None:
    kinds = list(demo._PATH)
    assert demo._is_in_order(demo._PATH, kinds)

    kinds.remove(missing)

    assert not demo._is_in_order(demo._PATH, kinds)
    assert not demo._is_in_order(demo._PATH, [*kinds[1:], missing, kinds[0]])
