"""``countersign policy`` as an administrator meets it."""

from pathlib import Path
from shutil import copytree

import pytest
from click.testing import CliRunner, Result

from infra.cli import main
from tests.approvals.northwind import CATALOG_FOLDER, POLICY, POLICY_FOLDER

DONE, FAILED, MISUSED = 0, 1, 2
_ALL = '@id("approve.all") permit (principal is Person, action in Action::"approve", resource) when { principal.enabled };\n'


def countersign_policy(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, ["policy", *(str(argument) for argument in arguments)])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the shipped policy, to be changed."""
    return Path(copytree(POLICY_FOLDER, tmp_path / "policy"))


def test_a_policy_is_listed_with_what_each_part_demands() -> None:
    told = countersign_policy("check", "--policy", POLICY_FOLDER)

    lines = told.stdout.splitlines()
    assert told.exit_code == DONE
    assert (
        "permit  tier.high                     request  (stages owner; lapses_after 1 d; remind_after 4 h; escalate_after 8 h; step_up yes)"
        in lines
    )
    assert lines[-1] == f"19 policies over 25 declared attributes; version {POLICY.version}"


def test_a_policy_that_says_why_it_is_so_is_listed_with_that() -> None:
    told = countersign_policy("check", "--policy", POLICY_FOLDER)

    lines = told.stdout.splitlines()
    why = lines.index("        An agent may prepare what is of low risk, for its owner; people decide.")
    assert lines[why - 1].startswith("permit  tier.agent ")


def test_the_shipped_cases_pass() -> None:
    told = countersign_policy("test", "--policy", POLICY_FOLDER)

    assert (told.exit_code, told.stdout.split(";")[0]) == (DONE, "44 cases are answered as they must be")


def test_a_policy_that_lets_too_much_through_fails_its_cases(folder: Path) -> None:
    (folder / "90.cedar").write_text(_ALL, encoding="utf-8")

    told = countersign_policy("test", "--policy", folder)

    assert told.exit_code == FAILED
    assert (
        "DENY/approve-by-stranger.yaml: Whoever does not own it approves nothing. Must be denied by no permit; is allowed by approve.all"
        in told.stdout
    )
    assert "no case shows: approve.all" in told.stdout
    assert told.stderr == "countersign: 8 of 44 case(s) are not answered as they must be\n"


def test_a_folder_without_cases_is_a_failure(folder: Path) -> None:
    (folder / "tests").rename(folder / "elsewhere")

    told = countersign_policy("test", "--policy", folder)

    assert (told.exit_code, told.stderr) == (FAILED, f"countersign: {folder / 'tests'}: no case\n")


def test_a_difference_is_told_with_the_cases_that_it_turns(folder: Path) -> None:
    (folder / "90.cedar").write_text(_ALL, encoding="utf-8")
    deciding = folder / "30-deciding.cedar"
    deciding.write_text(deciding.read_text(encoding="utf-8").replace("context.minutes <= 720", "context.minutes <= 1440"), encoding="utf-8")

    told = countersign_policy("diff", POLICY_FOLDER, folder)

    assert told.exit_code == DONE
    assert told.stdout.splitlines() == [
        "+ approve.all",
        "~ auto.on-call  (at_most 12 h; notify owners)",
        "now allowed  DENY/approve-by-manager-above-as-owner.yaml: The manager's manager does not speak for the owner.",
        "now allowed  DENY/approve-by-owner-as-manager.yaml: The owner does not speak for the manager.",
        "now allowed  DENY/approve-by-steward-of-another.yaml: The steward of one entitlement is nobody to another.",
        "now allowed  DENY/approve-by-stranger.yaml: Whoever does not own it approves nothing.",
        "now allowed  DENY/auto-too-long.yaml: Longer than a shift is never taken without asking.",
    ]


def test_a_comment_is_no_difference(folder: Path) -> None:
    (folder / "90.cedar").write_text("// Nothing.\n", encoding="utf-8")

    assert countersign_policy("diff", POLICY_FOLDER, folder).stdout == f"they mean the same: version {POLICY.version}\n"


def test_who_would_be_asked_is_told_and_who_else_could() -> None:
    told = countersign_policy(
        "who-can-approve",
        "billing-db-write",
        "--for",
        "ana.ferreira@northwind.example",
        "--catalog",
        CATALOG_FOLDER,
        "--policy",
        POLICY_FOLDER,
    )

    assert told.exit_code == DONE
    assert told.stdout.splitlines() == [
        "stage 1, owner: 1 of Maria Lindqvist <maria.lindqvist@northwind.example>",
        "  could as well: Jonas Weber <jonas.weber@northwind.example>",
        "stages: owner",
        "lapses_after: 1 d",
        "remind_after: 4 h",
        "escalate_after: 8 h",
        "step_up: yes",
    ]


_WHO = ("who-can-approve", "--for")
MISTAKES = {
    ("check", "--policy", "/nowhere"): (
        FAILED,
        "No such file or directory: '/nowhere'); set COUNTERSIGN_POLICY to the folder that holds the policies",
    ),
    (*_WHO, "ana.ferreira@northwind.example", "gold"): (
        FAILED,
        "'gold' is not in the catalog; give the id of an entry of entitlements.yaml",
    ),
    (*_WHO, "me", "billing-db-write"): (FAILED, "'me' is nobody in people.yaml; give an e-mail address"),
    (*_WHO, "ana.ferreira@northwind.example", "ledger-post"): (
        FAILED,
        "ana.ferreira@northwind.example cannot ask for it: limit.department",
    ),
    ("diff", "infra/policy"): (MISUSED, "Error: Missing argument 'NEW'."),
}


@pytest.mark.parametrize("arguments", MISTAKES)
def test_what_cannot_be_answered_is_told_in_one_line(arguments: tuple[str, ...]) -> None:
    code, error = MISTAKES[arguments]

    told = countersign_policy(*arguments)

    assert (told.exit_code, told.stderr.endswith(f"{error}\n"), told.stdout) == (code, True, "")
