"""``countersign audit …``: what can be asked of the records, and with which options."""

from pathlib import Path

import click

from infra import cli_options as options
from infra.one_line import one_line

_key = click.option("--key", help="The log's verifier key, as `countersign audit key` printed it; without it the secret is used.")


@click.group()
def audit() -> None:
    """Ask the records what happened and why."""


@audit.command("show")
@click.argument("request")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each piece of evidence, with all that was recorded.")
@options.database
@one_line
async def show(request: str, *, database: Path, as_json: bool) -> None:
    """Tell the whole path of REQUEST (such as REQ-1042) from its evidence alone."""
    from infra.audit.records import show_request

    await show_request(request, database=database, as_json=as_json)


@audit.command("check")
@options.database
@one_line
async def check(database: Path) -> None:
    """Find whatever the evidence does not account for, in any request."""
    from infra.audit.records import check_records

    await check_records(database=database)


@audit.command("key")
@options.database
@options.secret_file
@one_line
async def key(database: Path, secret_file: Path) -> None:
    """Print the log's verifier key. Keep it where the bot's administrators cannot change it."""
    from infra.audit.log import print_key

    await print_key(database=database, secret_file=secret_file)


@audit.command("verify")
@click.option(
    "--checkpoint",
    "kept",
    multiple=True,
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file of checkpoints kept outside; may be given more than once.",
)
@click.option("--witness-key", "witnesses", multiple=True, help="Verifier key of a witness whose word is asked for, too.")
@click.option("--since", type=click.IntRange(min=1), help="Believe the stored checkpoint of this many entries, and read what follows it.")
@click.option(
    "--proof",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Check the proofs in this file instead, with --key and nothing else.",
)
@_key
@options.secret_file
@options.database
@one_line
async def verify(
    *,
    kept: tuple[Path, ...],
    witnesses: tuple[str, ...],
    since: int | None,
    proof: Path | None,
    key: str | None,
    secret_file: Path,
    database: Path,
) -> None:
    """Find whatever was bent in the evidence since it was sealed: name the first entry that differs, and how.

    Only a checkpoint kept outside, or a witness's word, shows that nobody who has the log's key rewrote it as a whole.
    """
    from infra.audit.log import Trust, verify_log
    from infra.audit.prove import check_proofs

    if proof is not None:
        await check_proofs(proof, key=key, witnesses=witnesses)
        return
    trust = Trust(key=key, secret_file=secret_file, kept=kept, witnesses=witnesses, since=since)
    await verify_log(trust, database=database)


@audit.command("prove")
@click.argument("what", metavar="REQUEST|ENTRY")
@options.database
@one_line
async def prove(what: str, *, database: Path) -> None:
    """Print proofs that the evidence of REQUEST, or one ENTRY, is in the log.

    Whoever has the log's verifier key can check them, without the log: countersign audit verify --proof FILE --key KEY
    """
    from infra.audit.prove import print_proofs

    await print_proofs(what, database=database)


@audit.command("replay")
@click.argument("request", required=False)
@click.option("--since", type=click.IntRange(min=0), default=0, help="Only what was recorded after this entry.")
@options.database
@one_line
async def replay(request: str | None, *, since: int, database: Path) -> None:
    """Make every recorded decision again, or those on REQUEST: same facts, same moment, same policy, and so the same answer.

    Fails where an answer differs, and says then and now. What was erased in between is not needed for it.
    """
    from infra.audit.replaying import replay_log

    await replay_log(request, since=since, database=database)


@audit.command("export")
@click.option(
    "--format", "form", type=click.Choice(["jsonl", "ocsf", "cef"]), default="jsonl", show_default=True, help="How it is written."
)
@click.option("--since", type=click.IntRange(min=0), default=0, help="Begin after this entry: the last one of the export before.")
@options.database
@one_line
async def export(*, form: str, since: int, database: Path) -> None:
    """Print the evidence for another system, an entry a line, oldest first.

    jsonl holds everything; ocsf is the Open Cybersecurity Schema Framework's User Access Management; cef is ArcSight's Common Event Format.
    What has left with an export cannot be erased here any more.
    """
    from infra.audit.export import export_log

    await export_log(form=form, since=since, database=database)


@audit.command("erase")
@click.argument("person")
@click.option("--reason", "why", required=True, help="Why, as the evidence of it will say for ever: without their name or address.")
@options.secret_file
@options.database
@one_line
async def erase(person: str, *, why: str, secret_file: Path, database: Path) -> None:
    """Erase what identifies PERSON (an object id or e-mail address) and what they wrote; what they did stays, under their object id.

    Everything that was sealed still verifies. The file is written anew, which takes a while where it is large.
    """
    from bot.clock import system_now
    from infra.audit.erase import erase_person

    await erase_person(person, why=why, database=database, secret_file=secret_file, now=system_now())
