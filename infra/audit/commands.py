"""``countersign audit …``: what can be asked of the records, and with which options."""

from pathlib import Path

import click

from infra.one_line import one_line

_database = click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".cache/countersign.db"),
    envvar="COUNTERSIGN_DATABASE",
    show_default=True,
    help="The bot's database.",
)
_secret_file = click.option(
    "--secret-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".cache/countersign.key"),
    envvar="COUNTERSIGN_SECRET_FILE",
    show_default=True,
    help="The installation's secret, from which the log's key is made.",
)
_key = click.option("--key", help="The log's verifier key, as `countersign audit key` printed it; without it the secret is used.")


@click.group()
def audit() -> None:
    """Ask the records what happened and why."""


@audit.command("show")
@click.argument("request")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each piece of evidence, with all that was recorded.")
@_database
@one_line
async def show(request: str, *, database: Path, as_json: bool) -> None:
    """Tell the whole path of REQUEST (such as REQ-1042) from its evidence alone."""
    from infra.audit.records import show_request

    await show_request(request, database=database, as_json=as_json)


@audit.command("check")
@_database
@one_line
async def check(database: Path) -> None:
    """Find whatever the evidence does not account for, in any request."""
    from infra.audit.records import check_records

    await check_records(database=database)


@audit.command("key")
@_database
@_secret_file
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
@click.option("--since", type=click.IntRange(min=1), help="Believe the stored checkpoint of this many entries, and read what follows it.")
@_key
@_secret_file
@_database
@one_line
async def verify(*, kept: tuple[Path, ...], since: int | None, key: str | None, secret_file: Path, database: Path) -> None:
    """Find whatever was bent in the evidence since it was sealed: name the first entry that differs, and how.

    Only a checkpoint that is kept outside shows that the log was not rewritten or cut off as a whole by somebody who has its key.
    """
    from infra.audit.log import verify_log

    await verify_log(database=database, kept=kept, key=key, secret_file=secret_file, since=since)


@audit.command("erase")
@click.argument("person")
@click.option("--reason", "why", required=True, help="Why, as the evidence of it will say for ever: without their name or address.")
@_secret_file
@_database
@one_line
async def erase(person: str, *, why: str, secret_file: Path, database: Path) -> None:
    """Erase what identifies PERSON (an object id or e-mail address) and what they wrote; what they did stays, under their object id.

    Everything that was sealed still verifies. The file is written anew, which takes a while where it is large.
    """
    from bot.clock import system_now
    from infra.audit.erase import erase_person

    await erase_person(person, why=why, database=database, secret_file=secret_file, now=system_now())
