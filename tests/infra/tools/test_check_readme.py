import click
import pytest

from infra.tools.check_readme import WRITE, commands, faults, help_text

MAKEFILE = "BIN := .venv/bin\nrun: setup ## start\n\techo\nsetup: ## get ready\n"


@click.group()
@click.option("--verbose", is_flag=True)
def cli(*, verbose: bool) -> None:
    """Ask for access; a person countersigns."""


@cli.command()
@click.option("--simulator/--no-simulator")
@click.option("--port", "-p")
def serve(*, simulator: bool, port: str) -> None:
    """Start."""


@cli.group()
def audit() -> None:
    """Look back."""


@audit.command()
@click.argument("file")
def verify(*, file: str) -> None:
    """Verify."""


def a_readme(text: str, *, shown: str | None = None) -> str:
    return f"<!-- help:start -->\n```text\n{shown or help_text(cli)}\n```\n<!-- help:end -->\n{text}"


HELP_LINES = a_readme("").count("\n")


def wrong(text: str) -> list[str]:
    return list(faults(a_readme(text), cli=cli, makefile=MAKEFILE))


@pytest.mark.parametrize(
    "text",
    [
        "Type `make run`, or `make setup PYTHON=python3.12`.",
        "```sh\n$ make setup\nCOUNTERSIGN_PORT=1 countersign --verbose serve --simulator -p 80   # on port 80\n```",
        "`countersign serve --no-simulator`, `countersign audit verify evidence.log`, `countersign serve --help`",
        "Countersign makes it; make sure of it. countersign dance",
    ],
)
def test_a_readme_that_tells_the_truth_passes(text: str) -> None:
    assert wrong(text) == []


@pytest.mark.parametrize(
    ("text", "fault"),
    [
        ("`make coffee`", "`make coffee`: the Makefile has no target 'coffee'"),
        ("`countersign dance`", "`countersign dance`: `countersign` has no command 'dance'"),
        ("`countersign audit burn`", "`countersign audit burn`: `countersign audit` has no command 'burn'"),
        ("`countersign serve --simulate`", "`countersign serve --simulate`: `countersign serve` has no option --simulate"),
        ("```\ncountersign serve --verbose\n```", "`countersign serve --verbose`: `countersign serve` has no option --verbose"),
    ],
)
def test_a_readme_that_lies_is_caught(text: str, fault: str) -> None:
    line = HELP_LINES + 1 + text.startswith("```")

    assert wrong(text) == [f"README.md:{line}: {fault}"]


def test_a_help_text_that_has_grown_old_is_caught() -> None:
    readme = a_readme("", shown="Usage: countersign")

    assert list(faults(readme, cli=cli, makefile=MAKEFILE)) == [f"README.md:1: is not what countersign --help prints: run {WRITE}"]


def test_a_readme_without_the_help_text_is_caught() -> None:
    assert list(faults("# Countersign", cli=cli, makefile=MAKEFILE)) == [
        f"README.md: has no help text: add the lines <!-- help:start --> and <!-- help:end -->, then run {WRITE}"
    ]


def test_lines_are_counted_through_blocks() -> None:
    readme = "one\n```sh\ncd x\nmake run\n```\nthen `countersign serve` and `make setup`\n"

    assert list(commands(readme)) == [(4, "make run"), (6, "countersign serve"), (6, "make setup")]
