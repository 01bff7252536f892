"""Options that several commands have, said once."""

from pathlib import Path

import click

database = click.option(
    "--database",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".cache/countersign.db"),
    envvar="COUNTERSIGN_DATABASE",
    show_default=True,
    help="The bot's database.",
)
secret_file = click.option(
    "--secret-file",
    type=click.Path(dir_okay=False, path_type=Path),
    default=Path(".cache/countersign.key"),
    envvar="COUNTERSIGN_SECRET_FILE",
    show_default=True,
    help="The installation's secret, from which the log's key is made.",
)
