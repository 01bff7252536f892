"""What an auditor asks at a terminal: is the evidence what was sealed?"""

import re
import sqlite3
from contextlib import closing
from pathlib import Path

from click.testing import CliRunner

from approvals.evidence.notes import VerifierKey
from infra.cli import main
from infra.serving import Local
from tests.approvals.test_damaged import ADVICE, spoil
from tests.infra.scenes import ANA, ASK, MARIA, asked, ended, granted, leaves, quiet
from tests.infra.test_commands import DONE, FAILED, countersign, one_line


def last_note(database: Path) -> str:
    """The newest checkpoint, as anybody would keep it."""
    with closing(sqlite3.connect(database)) as records:
        return str(records.execute("SELECT note FROM checkpoint ORDER BY size DESC LIMIT 1").fetchone()[0])


def bend(database: Path, statement: str) -> None:
    with closing(sqlite3.connect(database, timeout=5)) as records, records:
        records.execute(statement)


async def test_a_log_that_nobody_touched_passes_with_the_secret_and_with_the_key_alone(local: Local, tmp_path: Path) -> None:
    await granted(local)
    await ended(local)
    where = ("--database", local.settings.database)
    kept = tmp_path / "kept.txt"
    kept.write_text(last_note(local.settings.database), encoding="utf-8")

    key = await countersign("audit", "key", *where, "--secret-file", local.settings.secret_file)
    checked = await countersign("audit", "verify", *where, "--secret-file", local.settings.secret_file)
    outside = await countersign("audit", "verify", *where, "--key", key.stdout.strip(), "--checkpoint", kept)

    entries = VerifierKey.parse(key.stdout).name, checked.stdout.split()[0]
    assert (key.exit_code, entries) == (DONE, (f"127.0.0.1:{local.settings.port}/evidence", "10"))
    assert checked.stdout == "10 entries are as they were sealed (all read); every transition of 1 request(s) is accounted for\n"
    assert outside.stdout == (
        "10 entries are as they were sealed (all read, and 1 checkpoint(s) kept outside fit); "
        "every transition of 1 request(s) is accounted for\n"
    )


async def test_what_was_bent_is_named_and_the_command_fails(local: Local) -> None:
    await granted(local)
    bend(local.settings.database, "UPDATE evidence SET actor = 'somebody-else' WHERE id = 2")

    found = await countersign("audit", "verify", "--database", local.settings.database, "--secret-file", local.settings.secret_file)

    assert (found.exit_code, found.stdout) == (FAILED, "edited: entry 2 was edited: it is not what was sealed\n")
    assert re.fullmatch(r"countersign: 1 thing\(s\) are wrong with the evidence of 1 request\(s\); keep .+\n", found.stderr)


async def test_a_damaged_file_is_said_to_be_one_in_one_line_with_what_to_do(local: Local, tmp_path: Path) -> None:
    await granted(local)
    copy = tmp_path / "copy.db"
    with closing(sqlite3.connect(local.settings.database)) as records, closing(sqlite3.connect(copy)) as other:
        records.backup(other)
    spoil(copy, "evidence")

    for command in (("verify", "--secret-file", local.settings.secret_file), ("check",), ("export",), ("show", "REQ-1001")):
        told = await countersign("audit", *command, "--database", copy)

        assert (told.exit_code, one_line(told)) == (FAILED, True), (command, told.stderr)
        assert f"the database is damaged, or is none (database disk image is malformed). {ADVICE}" in told.stderr


async def test_only_what_is_new_is_read_since_a_checkpoint(local: Local) -> None:
    await granted(local)
    where = ("--database", local.settings.database, "--secret-file", local.settings.secret_file)

    since = await countersign("audit", "verify", "--since", "2", *where)

    assert since.stdout.startswith("7 entries are as they were sealed (the last 5 read)")


async def test_without_a_key_nothing_is_believed(local: Local, tmp_path: Path) -> None:
    await granted(local)
    nowhere = tmp_path / "nowhere.key"

    told = await countersign("audit", "verify", "--database", local.settings.database, "--secret-file", nowhere)

    assert told.exit_code == FAILED
    assert told.stderr == (
        f"countersign: {nowhere}: there is no such secret; give the log's verifier key with --key, or the secret with --secret-file\n"
    )
    assert not nowhere.exists()


async def test_a_key_that_is_none_and_a_file_without_checkpoints_are_said_in_one_line(local: Local, tmp_path: Path) -> None:
    await granted(local)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Maria", encoding="utf-8")
    where = ("--database", local.settings.database, "--secret-file", local.settings.secret_file)

    for arguments in (("--key", "nonsense"), ("--checkpoint", letter)):
        told = await countersign("audit", "verify", *arguments, *where)

        assert told.exit_code == FAILED
        assert one_line(told), (told.stderr, told.exception)


def test_records_in_which_nothing_is_sealed_have_no_key_to_print(migrated_file: Path) -> None:
    told = CliRunner().invoke(main, ["audit", "key", "--database", str(migrated_file), "--secret-file", "nowhere.key"])

    assert told.stderr == f"countersign: {migrated_file}: nothing has been recorded yet, so no checkpoint names the log\n"


# Forgetting somebody.

FORGET = "I need write access to billing-db for 4 hours to please the kingfisher"


def on_disk(database: Path) -> str:
    """Everything that lies on the disk, the write-ahead file too."""
    return "".join(one.read_bytes().decode(errors="replace") for one in database.parent.glob(f"{database.name}*"))


async def test_somebody_who_left_is_forgotten_while_the_bot_runs(local: Local) -> None:
    card = await asked(local, text=FORGET)
    await local.simulator.person(MARIA).presses("Deny with this reason", inputs={"reason": "The heron says no"}, on=card)
    await quiet(local)
    await leaves(local, ANA)
    where = ("--database", local.settings.database, "--secret-file", local.settings.secret_file)
    theirs = ("Ana Ferreira", "ana.ferreira", "kingfisher")
    before = on_disk(local.settings.database)

    done = await countersign("audit", "erase", "ana.ferreira@northwind.example", "--reason", "case 12", *where)

    assert (done.exit_code, done.stdout) == (
        DONE,
        "erased from 3 entries; entry 5 is the evidence of it, and every other proof still holds\n",
    )
    assert [text for text in theirs if text not in before] == []
    assert [text for text in theirs if text in on_disk(local.settings.database)] == []
    shown = await countersign("audit", "show", "REQ-1001", "--database", local.settings.database)
    checked = await countersign("audit", "verify", *where)
    assert re.search(r"Wrote: “\(erased on \d{4}-\d\d-\d\d\)”", shown.stdout)
    assert "Denied: “The heron says no”" in shown.stdout
    assert checked.stdout.startswith("5 entries are as they were sealed")


async def test_a_member_is_said_to_be_still_in_the_directory(local: Local) -> None:
    await asked(local)
    where = ("--database", local.settings.database, "--secret-file", local.settings.secret_file)

    done = await countersign("audit", "erase", "tom.okafor@northwind.example", "--reason", "case 13", *where)

    assert done.stdout.splitlines()[1].startswith("they are still in the directory, which keeps its own record of them")


# Proofs.


async def test_a_request_is_proved_to_somebody_who_has_the_key_alone(local: Local, tmp_path: Path) -> None:
    await granted(local)
    where = ("--database", local.settings.database)
    key = (await countersign("audit", "key", *where, "--secret-file", local.settings.secret_file)).stdout.strip()
    file, elsewhere = tmp_path / "request.tlog-proof", tmp_path / "elsewhere.db"

    printed = await countersign("audit", "prove", "REQ-1001", *where)
    file.write_text(printed.stdout, encoding="utf-8")
    checked = await countersign("audit", "verify", "--proof", file, "--key", key, "--database", elsewhere)

    lines = checked.stdout.splitlines()
    assert (checked.exit_code, [line.split(":")[0].split(" of ")[0] for line in lines]) == (
        DONE,
        [f"entry {place}" for place in range(2, 8)],
    )
    assert lines[0].endswith(f"Wrote: “{{text}}”  (text = {ASK})")
    assert "request:approve  REQ-1001" in lines[3]

    file.write_text(printed.stdout.replace("index 2", "index 1", 1), encoding="utf-8")
    bent = await countersign("audit", "verify", "--proof", file, "--key", key)
    keyless = await countersign("audit", "verify", "--proof", file)

    assert (bent.exit_code, keyless.exit_code) == (FAILED, FAILED)
    assert one_line(bent), bent.stderr
    assert "is not proved" in bent.stderr
    assert "give it with --key" in keyless.stderr


async def test_one_entry_is_proved_and_nonsense_is_said_to_be_none(local: Local, tmp_path: Path) -> None:
    await asked(local)
    where = ("--database", local.settings.database)
    letter = tmp_path / "letter.txt"
    letter.write_text("Dear Maria", encoding="utf-8")
    key = (await countersign("audit", "key", *where, "--secret-file", local.settings.secret_file)).stdout.strip()

    one = await countersign("audit", "prove", "2", *where)

    assert one.stdout.count("c2sp.org/tlog-proof@v1") == 1
    for wrong in (("audit", "prove", "INC-4711", *where), ("audit", "prove", "99", *where), ("audit", "prove", "REQ-7", *where)):
        told = await countersign(*wrong)
        assert (told.exit_code, told.stdout) == (FAILED, "")
        assert one_line(told), (told.stderr, told.exception)
    assert one_line(await countersign("audit", "verify", "--proof", letter, "--key", key))
