"""``countersign policy backtest``: what another policy would have made of everything that was decided."""

from pathlib import Path
from shutil import copytree

import pytest

from approvals.change import EntitlementId, Proposal
from approvals.evidence import Trigger
from approvals.operations.desk import Act
from approvals.operations.submit import submit
from approvals.policy.loading import load_policy
from infra.serving import Local
from tests.approvals.northwind import ANA, POLICY_FOLDER
from tests.builders import HOUR
from tests.infra.scenes import asked, granted
from tests.infra.test_audit import bend
from tests.infra.test_commands import DONE, FAILED, countersign

_NO_CHANGES = '@id("freeze") @says("Nothing changes this week.") forbid (principal, action in Action::"execute", resource);\n'
_TIER = '@stages("owner")\n@lapses_after("1d")\n@remind_after("4h")\n@escalate_after("8h")\n@step_up("yes")\npermit (principal is Person'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped policy, to be changed."""
    return Path(copytree(POLICY_FOLDER, tmp_path / "another"))


def version_of(folder: Path) -> str:
    return load_policy({each.name: each.read_text(encoding="utf-8") for each in folder.iterdir() if each.is_file()}).version


def edit(folder: Path, name: str, old: str, new: str) -> None:
    text = (folder / name).read_text(encoding="utf-8")
    assert old in text
    (folder / name).write_text(text.replace(old, new), encoding="utf-8")


async def test_the_policy_in_force_would_change_nothing(local: Local) -> None:
    await granted(local)

    told = await countersign("policy", "backtest", "--policy", POLICY_FOLDER, "--database", local.settings.database)

    assert (told.exit_code, told.stdout) == (DONE, f"4 decision(s) by policy {version_of(POLICY_FOLDER)}: 4 the same\n")


async def test_what_would_be_denied_is_named_with_the_rule(local: Local, folder: Path) -> None:
    await granted(local)
    (folder / "90.cedar").write_text(_NO_CHANGES, encoding="utf-8")

    told = await countersign("policy", "backtest", "--policy", folder, "--database", local.settings.database)

    assert (told.exit_code, told.stdout.splitlines()) == (
        DONE,
        [
            (
                "now denied: entry 6  REQ-1001  grant:execute of billing-db-write by Countersign: "
                "allowed by tier.high, execute.decided, approve.owner → denied by check 4 (freeze)"
            ),
            f"4 decision(s) by policy {version_of(folder)}: 3 the same, 1 now denied",
        ],
    )


async def test_other_terms_are_told_then_and_now(local: Local, folder: Path) -> None:
    await asked(local)
    edit(folder, "10-requesting.cedar", _TIER, _TIER.replace("owner", "manager").replace('"1d")', '"2d")\n@at_most("6h")'))

    told = await countersign("policy", "backtest", "--policy", folder, "--database", local.settings.database)

    assert told.stdout.splitlines()[0] == (
        "allowed on other terms: entry 3  REQ-1001  request:submit of billing-db-write by Ana Ferreira: "
        "allowed by tier.high → allowed by tier.high; "
        "owner: 1 of Maria Lindqvist; max_duration 8 h; lapses_after 1 d; step_up yes; remind_after 4 h; escalate_after 8 h → "
        "manager: 1 of Jonas Weber; max_duration 6 h; lapses_after 2 d; step_up yes; remind_after 4 h; escalate_after 8 h"
    )


async def test_what_would_be_allowed_and_what_would_be_denied_otherwise_are_told_apart(local: Local, folder: Path) -> None:
    desk = local.house.desk
    act = Act(actor=ANA, trigger=Trigger(source="teams"), at=desk.now())
    for draft, hours in ((91, 4), (92, 99)):
        wanted = Proposal(requester=ANA, beneficiary=ANA, entitlement=EntitlementId("ledger-post"), duration=hours * HOUR, reason="Once.")
        await desk.store.write(lambda tx, draft=draft, wanted=wanted: submit(tx, wanted, draft=draft, act=act, desk=desk))
    edit(folder, "20-limits.cedar", "resource.departments.isEmpty() ||", 'resource.system != "" || resource.departments.isEmpty() ||')

    told = await countersign("policy", "backtest", "--policy", folder, "--database", local.settings.database)

    assert told.stdout.splitlines() == [
        (
            "now allowed: entry 2  no request  request:submit of ledger-post by Ana Ferreira: "
            "denied by check 4 (limit.department) → allowed by tier.high"
        ),
        (
            "denied for another reason: entry 3  no request  request:submit of ledger-post by Ana Ferreira: "
            "denied by check 4 (limit.department) → denied by check 5"
        ),
        f"2 decision(s) by policy {version_of(folder)}: 0 the same, 1 now allowed, 1 denied for another reason",
    ]


async def test_what_cannot_be_read_fails_the_test(local: Local, folder: Path) -> None:
    await granted(local)
    bend(local.settings.database, """UPDATE evidence SET body = replace(body, '"now"', '"new"') WHERE kind = 'request:submit'""")
    bend(local.settings.database, "UPDATE evidence SET body = json_remove(body, '$.decision') WHERE kind = 'request:approve'")

    told = await countersign("policy", "backtest", "--policy", folder, "--database", local.settings.database)

    assert told.stdout.splitlines() == [
        "not to be judged: entry 3  REQ-1001: Grounds.now was not recorded",
        f"3 decision(s) by policy {version_of(folder)}: 2 the same, 1 not to be judged",
        "1 more were recorded by a release that did not keep what they rested on",
    ]
    assert (told.exit_code, told.stderr) == (
        FAILED,
        "countersign: 1 decision(s) cannot be judged: what was recorded of them cannot be read\n",
    )
