"""The policy commands of the command line. Each imports what it needs when it runs."""

from pathlib import Path

import click

from infra import cli_options as options
from infra.one_line import one_line

_FOLDER = click.Path(file_okay=False, path_type=Path)
_policy = click.option(
    "--policy", type=_FOLDER, default=Path("infra/policy"), envvar="COUNTERSIGN_POLICY", show_default=True, help="Folder with the policies."
)


@click.group()
def policy() -> None:
    """Read, test and compare policies, and ask what they make of people and requests."""


@policy.command()
@_policy
@one_line
async def check(policy: Path) -> None:
    """Read the policies, and list what each permits or forbids and what it demands."""
    from infra import policy_commands

    policy_commands.check(policy)


@policy.command()
@_policy
@one_line
async def test(policy: Path) -> None:
    """Run the cases that lie beside the policies, in tests/ALLOW and tests/DENY."""
    from infra import policy_commands

    policy_commands.test(policy)


@policy.command()
@click.argument("old", type=_FOLDER)
@click.argument("new", type=_FOLDER)
@one_line
async def diff(old: Path, new: Path) -> None:
    """Say what differs between the policies in OLD and those in NEW, and which cases of NEW they answer differently."""
    from infra import policy_commands

    policy_commands.diff(old, new)


@policy.command()
@_policy
@click.option("--since", type=click.IntRange(min=0), default=0, help="Only what was recorded after this entry.")
@options.database
@one_line
async def backtest(policy: Path, *, since: int, database: Path) -> None:
    """Say which recorded decisions another policy would have answered otherwise: who, what, then → now, by which rule.

    Each decision is judged by itself, on its own facts: what would have followed from another answer is not played on.
    """
    from infra import policy_backtest

    await policy_backtest.backtest(policy, database=database, since=since)


@policy.command()
@click.argument("what", metavar="REQUEST|ENTRY")
@options.database
@one_line
async def explain(what: str, *, database: Path) -> None:
    """Say why REQUEST was decided as it was, or the one act in an ENTRY of the evidence: the policies that spoke, and on which facts.

    And which single facts, had they been otherwise, would have let it through, or stopped it.
    """
    from infra import policy_explain

    await policy_explain.explain(what, database=database)


@policy.command()
@click.argument("folder", type=_FOLDER)
@click.option("--reason", "why", required=True, help="Why, as those who decide will read it and the evidence will say for ever.")
@options.secret_file
@options.database
@one_line
async def propose(folder: Path, *, why: str, secret_file: Path, database: Path) -> None:
    """Put the policy in FOLDER before those who decide on it. It is in force when two of them have agreed to it in Teams.

    They are the people whom the directory gives the role "policy".
    """
    from infra import policy_change

    await policy_change.propose_policy(folder, why=why, database=database, secret_file=secret_file)


@policy.command()
@options.database
@one_line
async def standing(database: Path) -> None:
    """Say which policy is in force, and what is proposed."""
    from infra import policy_change

    await policy_change.print_standing(database=database)


@policy.command()
@click.option("--reason", "why", required=True, help="Why, as the evidence will say for ever.")
@options.secret_file
@options.database
@one_line
async def rollback(*, why: str, secret_file: Path, database: Path) -> None:
    """Go back, at once, to the policy that was in force before. Those who decide on the policy are told."""
    from infra import policy_change

    await policy_change.roll_back_policy(why=why, database=database, secret_file=secret_file)


@policy.command("who-can-approve")
@click.argument("entitlement")
@click.option("--for", "beneficiary", required=True, metavar="EMAIL", help="Who would have it.")
@click.option(
    "--catalog",
    type=_FOLDER,
    default=Path("infra/catalog"),
    envvar="COUNTERSIGN_CATALOG",
    show_default=True,
    help="Folder with people and entitlements.",
)
@_policy
@one_line
async def who_can_approve(entitlement: str, beneficiary: str, catalog: Path, policy: Path) -> None:
    """Say who would be asked about ENTITLEMENT, who else could approve it, and what the policy demands."""
    from infra import policy_commands

    policy_commands.who_can_approve(entitlement, beneficiary=beneficiary, catalog_folder=catalog, policy_folder=policy)
