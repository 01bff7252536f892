"""``python -m infra``: the same as the command ``countersign``."""

from infra.cli import main

main(prog_name="countersign")
