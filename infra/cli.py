"""The command line: the top room of the house. Every command says what it does; every error is one line that says what to do.

Exit codes: 0 done, 1 it failed (the line says why), 2 it was called wrongly. Each command imports its own part of the house, so that an
auditor's question does not wait for botbuilder to load.
"""

import logging
import sys
from pathlib import Path

import click

from infra.audit.commands import audit
from infra.cli_policy import policy
from infra.one_line import one_line
from infra.words import Spoken


@click.group(cls=Spoken, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(package_name="countersign")
@click.option("--verbose", "-v", is_flag=True, help="Also say what is retried and why, on standard error.")
def main(*, verbose: bool) -> None:
    """Ask for access in Microsoft Teams; a person countersigns; the change is made, proved, and undone on time."""
    logging.basicConfig(level=logging.INFO if verbose else logging.WARNING, format="%(levelname)s %(name)s: %(message)s", stream=sys.stderr)
    logging.getLogger("aiohttp.access").setLevel(logging.WARNING)


@main.command()
@click.option("--simulator", is_flag=True, help="Also start the offline Teams beside the bot, and print the page to open.")
@click.option("--port", type=click.IntRange(0, 65535), default=None, help="Port of the bot.  [default: 3978, or COUNTERSIGN_PORT]")
@click.option("--simulator-port", type=click.IntRange(0, 65535), default=3979, show_default=True, help="Port of the simulator's page.")
@one_line
async def serve(*, simulator: bool, port: int | None, simulator_port: int) -> None:
    """Run the bot, the helpdesk's pages and the worker, until interrupted.

    Settings come from the environment (COUNTERSIGN_…; see the README). With --simulator none is needed.
    """
    from infra.serving import serve_for_teams, serve_with_simulator

    if simulator:
        await serve_with_simulator(port=3978 if port is None else port, simulator_port=simulator_port)
        return
    await serve_for_teams(port=port)


@main.command()
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object for each step instead of the story.")
@one_line
async def demo(*, as_json: bool) -> None:
    """Run the whole loop once, on free ports with time sped up, and tell it as a story.

    Ends with 0 only if every step was seen from outside.
    """
    from infra.demo import run_demo

    await run_demo(as_json=as_json)


@main.command()
@click.option("--log", "logs", required=True, multiple=True, help="Verifier key of a log to watch (countersign audit key prints it).")
@click.option("--name", required=True, help="The witness's name, such as witness.example/w1.")
@click.option("--port", type=click.IntRange(0, 65535), default=3981, show_default=True, help="Port to listen on.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--key-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".cache/witness.key"),
    show_default=True,
    help="The witness's own secret; made where there is none.",
)
@click.option(
    "--state",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".cache/witness.json"),
    show_default=True,
    help="What it has seen; made where there is none.",
)
@one_line
async def witness(*, logs: tuple[str, ...], name: str, port: int, host: str, key_file: Path, state: Path) -> None:
    """Cosign the checkpoints of a log that only ever grows, and refuse one that was forked or cut back.

    Run it where the bot's administrators cannot reach it. Prints its verifier key, then its address.
    """
    from infra.witness.running import run_witness

    await run_witness(host=host, port=port, name=name, logs=logs, key_file=key_file, state=state)


main.add_command(audit)
main.add_command(policy)
