"""A change of the policy, from the command line to the chat to the next decision, while the bot runs."""

import asyncio
from pathlib import Path
from shutil import copytree

import pytest

from approvals.policy.loading import load_policy
from infra.serving import Local
from tests.approvals.northwind import POLICY, POLICY_FOLDER
from tests.infra.scenes import ANA, asked, heard, quiet, told
from tests.infra.test_commands import DONE, FAILED, countersign

NADIA, HASSAN = "nadia.rahman", "hassan.al-masri"
_FREEZE = '@id("freeze") @says("Nothing is asked for this week.") forbid (principal, action in Action::"request", resource);\n'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A policy under which nothing can be asked for, and no cases: those of the shipped one would fail."""
    folder = Path(copytree(POLICY_FOLDER, tmp_path / "another"))
    (folder / "tests").rename(tmp_path / "cases")
    (folder / "90.cedar").write_text(_FREEZE, encoding="utf-8")
    return folder


def version_of(folder: Path) -> str:
    return load_policy({each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.is_file()}).version


def where(local: Local) -> tuple[str | Path, ...]:
    return "--database", local.settings.database, "--secret-file", local.settings.secret_file


async def proposed(local: Local, folder: Path) -> str:
    """The folder's policy is proposed, in a log that has begun; answers its version."""
    await asked(local)
    done = await countersign("policy", "propose", folder, "--reason", "The audit is on.", *where(local))
    assert (done.exit_code, done.stderr) == (DONE, "")
    return version_of(folder)


async def taken_up(local: Local, version: str) -> None:
    """Return once the bot decides by this policy, which it takes up by itself, in a commit of its own."""
    desk, committed = local.house.desk, asyncio.Event()
    desk.store.when_committed(committed.set)
    async with asyncio.timeout(20):
        while desk.policy.version != version:
            await committed.wait()
            committed.clear()


async def test_two_people_change_the_policy_of_a_bot_that_runs_and_one_takes_it_back(local: Local, folder: Path) -> None:
    version = await proposed(local, folder)
    nadia, hassan, ana = (local.simulator.person(who) for who in (NADIA, HASSAN, ANA))
    await heard(local, NADIA, f"If you agree, write “agree to policy {version}”. Two people have to.")

    await nadia.says(f"Agree to policy {version}")
    await heard(local, NADIA, "It is in force when one more person agrees.")
    await heard(local, HASSAN, f"Nadia Rahman agrees to policy {version}; one more has to.")
    await hassan.says(f"agree to policy {version}")
    await heard(local, HASSAN, f"Policy {version} is in force, as Hassan Al-Masri, Nadia Rahman agreed.")
    await taken_up(local, version)
    await ana.says("why can't I have read access to billing-db?")
    await heard(local, ANA, "The rule behind this is freeze.")
    await hassan.says("roll back the policy because Nobody can work.")
    await heard(local, HASSAN, f"Back to policy {POLICY.version} from {version}: Nobody can work")
    await taken_up(local, POLICY.version)
    await quiet(local)

    replayed = await countersign("audit", "replay", "--database", local.settings.database)
    shown = await countersign("policy", "standing", "--database", local.settings.database)
    assert replayed.exit_code == DONE
    assert shown.stdout.startswith(f"policy {POLICY.version} is in force since ")


async def test_where_the_policy_stands_is_told_here_and_there(local: Local, folder: Path) -> None:
    version = await proposed(local, folder)
    nadia = local.simulator.person(NADIA)
    await nadia.says(f"agree to policy {version}")
    await heard(local, NADIA, "one more person agrees")

    await nadia.says("policy")
    said = await heard(local, NADIA, "is in force since")

    shown = await countersign("policy", "standing", "--database", local.settings.database)
    assert said.splitlines()[1:] == [f"Policy {version} is proposed; agreed so far: Nadia Rahman."]
    assert shown.stdout.splitlines()[1:] == [f"policy {version} is proposed; agreed: Nadia Rahman"]


async def test_the_machine_can_go_back_too(local: Local, folder: Path) -> None:
    version = await proposed(local, folder)
    for who in (NADIA, HASSAN):
        await local.simulator.person(who).says(f"agree to policy {version}")
        await quiet(local)
    await taken_up(local, version)

    done = await countersign("policy", "rollback", "--reason", "Nobody can work.", *where(local))
    await taken_up(local, POLICY.version)

    verified = await countersign("audit", "verify", *where(local))
    assert verified.exit_code == DONE
    assert done.stdout.splitlines() == [
        f"Back to policy {POLICY.version} from {version}: Nobody can work.",
        "a bot that runs takes it up within seconds",
    ]


async def test_a_policy_whose_cases_fail_is_not_proposed(local: Local, folder: Path, tmp_path: Path) -> None:
    (tmp_path / "cases").rename(folder / "tests")

    done = await countersign("policy", "propose", folder, "--reason", "The audit is on.", *where(local))

    assert done.exit_code == FAILED
    assert "case(s) are not answered as they must be, so nothing was proposed; the first: ALLOW/request-by-agent.yaml" in done.stderr


async def test_without_a_reason_nothing_is_taken_back(local: Local) -> None:
    await local.simulator.person(HASSAN).says("roll back policy")

    assert await heard(local, HASSAN, "Say why") == "Say why, and it is done at once: “roll back policy because …”."


async def test_whoever_does_not_decide_on_it_is_told_who_does(local: Local, folder: Path) -> None:
    version = await proposed(local, folder)
    ana = local.simulator.person(ANA)

    await ana.says(f"agree to policy {version}")
    await quiet(local)

    assert told(ana)[-1] == "Only Diego Navarro, Hassan Al-Masri, Nadia Rahman decide on the policy. Nothing was changed."
