"""``countersign`` as somebody at a terminal meets it: what it prints, and with which code it ends."""

import asyncio
import json
import re
import socket
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import update

from approvals.store.tables import PersonRow
from infra.cli import main
from infra.serving import Local
from tests.infra.scenes import ANA, ASK, JONAS, LOOP, MARIA, asked, ended, granted, previewed

DONE, FAILED, MISUSED = 0, 1, 2


async def countersign(*arguments: str | Path) -> Result:
    """Run a command in a thread of its own, beside the bot that this test runs."""
    return await asyncio.to_thread(CliRunner().invoke, main, [str(argument) for argument in arguments])


async def test_the_whole_path_of_a_request_is_told_from_its_evidence(local: Local) -> None:
    await granted(local)
    await ended(local)

    told = await countersign("audit", "show", "REQ-1001", "--database", local.settings.database)
    lower = await countersign("audit", "show", "req-1001", "--database", local.settings.database)

    lines = told.stdout.splitlines()
    assert told.exit_code == DONE
    assert [(line[25:43].strip(), line[43:65].strip()) for line in lines] == [("draft:said", "Ana Ferreira"), *LOOP]
    assert lines[0].endswith(f"Wrote: “{ASK}”  [entry 2, sealed]")
    assert all(re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC", line) for line in lines)
    assert lower.stdout == told.stdout


async def test_evidence_is_printed_as_one_object_a_line(local: Local) -> None:
    card = await asked(local)
    await local.simulator.person(MARIA).presses("Deny with this reason", inputs={"reason": "Use “the replica”\nplease"}, on=card)

    told = await countersign("audit", "show", "1001", "--json", "--database", local.settings.database)

    entries = [json.loads(line) for line in told.stdout.splitlines()]
    assert told.exit_code == DONE
    assert [(entry["kind"], entry["actor"], entry["version"]) for entry in entries] == [
        ("draft:said", local.simulator.person(ANA).id, None),
        ("request:submit", local.simulator.person(ANA).id, 1),
        ("request:deny", local.simulator.person(MARIA).id, 2),
    ]
    assert all(set(entry) == {"id", "at", "kind", "actor", "version", "says", "covered", "body"} for entry in entries)
    assert all({"trigger", "facts", "policy", "check", "result"} <= set(entry["body"]) for entry in entries)


async def test_a_refusal_names_the_check_that_refused(local: Local) -> None:
    card = await asked(local)
    await local.simulator.person(ANA).presses("Yes, withdraw")
    await local.simulator.person(MARIA).presses("Approve", on=card)

    told = await countersign("audit", "show", "REQ-1001", "--database", local.settings.database)

    assert told.stdout.splitlines()[-1].endswith("[check 0]  [entry 5, sealed]")


async def test_a_refusal_by_the_policy_names_the_policies_that_refused(local: Local) -> None:
    card = await asked(local, text="I need payments-console-refund for 1 hour to fix INC-4711", of=JONAS)
    moved = update(PersonRow).where(PersonRow.id == local.simulator.person(ANA).id).values(department="Catering")  # type: ignore[arg-type]
    await local.house.desk.store.write(lambda tx: tx.execute(moved))
    await local.simulator.person(JONAS).presses("Approve", on=card)

    told = await countersign("audit", "show", "REQ-1001", "--database", local.settings.database)

    assert "[check 4: limit.department]  [entry " in told.stdout.splitlines()[-1]


async def test_records_that_tell_everything_pass_the_check(local: Local) -> None:
    await granted(local)
    await ended(local)

    checked = await countersign("audit", "check", "--database", local.settings.database)

    assert (checked.exit_code, checked.stdout) == (DONE, "every transition of 1 request(s) is accounted for\n")


@pytest.mark.parametrize(
    ("gap", "found"),
    [
        (
            "DELETE FROM evidence WHERE kind = 'request:approve'",
            "REQ-1001: is at version 5, but its transitions are recorded for versions [1, 3, 4, 5]",
        ),
        ("UPDATE ticket SET closed_at = NULL", "REQ-1001: is ended, but its ticket is open"),
        ("UPDATE request SET state = 'withdrawn'", "REQ-1001: is withdrawn, but its evidence leads to ended"),
        ("DELETE FROM ticket", "REQ-1001: has no ticket"),
    ],
    ids=["a deleted row of evidence", "a ticket left open", "a state changed by hand", "a deleted ticket"],
)
async def test_what_somebody_changed_by_hand_is_found(local: Local, gap: str, found: str) -> None:
    await granted(local)
    await ended(local)
    with closing(sqlite3.connect(local.settings.database, timeout=5)) as records, records:
        records.execute(gap)

    checked = await countersign("audit", "check", "--database", local.settings.database)

    assert checked.exit_code == FAILED
    assert found in checked.stdout.splitlines()
    assert re.fullmatch(r"countersign: \d thing\(s\) are not accounted for in 1 request\(s\); keep .+\n", checked.stderr)


async def test_a_request_that_there_is_not_is_said_in_one_line(local: Local) -> None:
    await previewed(local)

    missing = await countersign("audit", "show", "REQ-7", "--database", local.settings.database)

    assert (missing.exit_code, missing.stdout) == (FAILED, "")
    assert one_line(missing)
    assert "REQ-7" in missing.stderr


def one_line(result: Result) -> bool:
    """Whether what was printed on standard error is one line of ours."""
    return bool(re.fullmatch(r"countersign: .+\n", result.stderr)) and (
        result.exception is None or isinstance(result.exception, SystemExit)
    )


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("audit", "show", "REQ-1", "--database", "nowhere.db"),
            "nowhere.db: there is no database; give the one that the bot uses with --database",
        ),
        (
            ("audit", "check", "--database", "nowhere.db"),
            "nowhere.db: there is no database; give the one that the bot uses with --database",
        ),
        (("audit", "show", "INC-4711", "--database", "nowhere.db"), "'INC-4711' is no number of a request; write it as REQ-1042"),
    ],
)
def test_what_fails_says_so_in_one_line(arguments: tuple[str, ...], said: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)

    failed = CliRunner().invoke(main, arguments)

    assert (failed.exit_code, failed.stderr) == (FAILED, f"countersign: {said}\n")


@pytest.mark.parametrize("content", [b"", b"this is no database", b"SQLite format 3\x00" + b"\xff" * 200], ids=["empty", "text", "damaged"])
def test_a_file_that_is_no_database_of_ours_is_said_in_one_line(content: bytes, tmp_path: Path) -> None:
    file = tmp_path / "other.db"
    file.write_bytes(content)

    failed = CliRunner().invoke(main, ["audit", "check", "--database", str(file)])

    assert failed.exit_code == FAILED
    assert one_line(failed), (failed.stderr, failed.exception)


@pytest.mark.parametrize(
    "arguments",
    [
        ("serve", "--nonsense"),
        ("serve", "--port", "70000"),
        ("audit", "show"),
        ("demo", "extra"),
        ("nothing",),
        ("audit", "check", "--database", "."),
    ],
)
def test_what_is_called_wrongly_ends_with_a_code_of_its_own(arguments: tuple[str, ...]) -> None:
    misused = CliRunner().invoke(main, arguments)

    assert misused.exit_code == MISUSED
    assert "Error: " in misused.stderr or "Usage: " in misused.stderr


def test_serving_without_settings_names_each_that_is_missing(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("APP_ID", "TENANT_ID"):
        monkeypatch.delenv(f"COUNTERSIGN_{name}", raising=False)

    failed = CliRunner().invoke(main, ["serve"])

    assert failed.exit_code == FAILED
    assert [line.split(":")[1].split(" is ")[0].strip() for line in failed.stderr.splitlines()] == [
        "COUNTERSIGN_APP_ID",
        "COUNTERSIGN_TENANT_ID",
    ]


@pytest.mark.parametrize("option", ["--port", "--simulator-port"])
def test_a_port_that_is_taken_is_said_in_one_line(option: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    others = {"--port": "--simulator-port", "--simulator-port": "--port"}[option]
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        failed = CliRunner().invoke(main, ["serve", "--simulator", option, str(port), others, "0"])

    assert failed.exit_code == FAILED
    assert one_line(failed), (failed.stderr, failed.exception)
    assert str(port) in failed.stderr


def test_a_second_start_leaves_the_records_of_the_running_one_alone(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    records = tmp_path / ".cache/simulator/countersign.db"
    records.parent.mkdir(parents=True)
    records.write_text("of the one that runs")
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()

        CliRunner().invoke(main, ["serve", "--simulator", "--port", str(taken.getsockname()[1]), "--simulator-port", "0"])

    assert records.read_text() == "of the one that runs"


def test_every_command_and_every_option_has_help() -> None:
    commands = [main, *main.commands.values(), *main.commands["audit"].commands.values()]  # type: ignore[attr-defined]

    assert [command.name for command in commands if not command.help] == []
    assert [
        (command.name, option.name)
        for command in commands
        for option in command.params
        if option.param_type_name == "option" and not getattr(option, "help", None)
    ] == []
