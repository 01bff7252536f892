"""The command line speaks the language of whoever runs it: every help text, every sentence that it prints, every error."""

import re
from collections.abc import Iterator
from pathlib import Path
from shutil import copytree

import click
import pytest
from click.testing import CliRunner, Result

from approvals.words import say
from cards import language
from infra import words
from infra.audit.asking import AuditError
from infra.cli import main
from infra.words import words as in_words
from tests import pseudo
from tests.approvals.northwind import CATALOG_FOLDER, POLICY_FOLDER

HERE = Path(__file__).parents[2]
_SENTENCE = re.compile(r"[a-z]{2,} [a-z]{2,} [a-z]{2,}")
"""Three words in a row: names of things stand alone, or two together."""


@pytest.fixture
def brackets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A terminal whose language is the one in brackets."""
    folder = tmp_path / "locale"
    pseudo.write_catalog(HERE / "infra/locale/command-line.pot", folder)
    pseudo.write_catalog(HERE / "cards/locale/countersign.pot", folder)
    monkeypatch.setattr(words, "LOCALE", folder)
    monkeypatch.setattr(language, "CATALOGS", folder)
    monkeypatch.setenv("LANGUAGE", pseudo.LANGUAGE)


def countersign(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, [str(argument) for argument in arguments], terminal_width=10_000, prog_name="countersign")


def commands(command: click.Command, *path: str) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    yield path, command
    if isinstance(command, click.Group):
        for name, each in command.commands.items():
            yield from commands(each, *path, name)


@pytest.mark.parametrize(("path", "command"), [pytest.param(path, each, id=" ".join(path) or "alone") for path, each in commands(main)])
def test_help_is_in_the_readers_language(path: tuple[str, ...], command: click.Command, brackets: None) -> None:
    told = countersign(*path, "--help")

    options = [name for param in command.params for name in param.opts]
    names = ["countersign", *path, *options, *(command.commands if isinstance(command, click.Group) else ())]
    places = ["infra/policy", "infra/catalog", ".cache/countersign.db", ".cache/countersign.key"]
    left = [word for word in pseudo.outside(told.output, data=[*names, *places]) if not word.isupper()]
    assert told.exit_code == 0
    # The forms of a value, which are typed as they stand.
    assert set(left) <= {"jsonl", "ocsf", "cef", "version", "verbose", "help"}


def outputs(tmp_path: Path) -> Iterator[tuple[str, Result]]:
    changed = Path(copytree(POLICY_FOLDER, tmp_path / "policy"))
    (changed / "limits.yaml").write_text("shortest: 10m\nreason_at_most: 500\n", encoding="utf-8")
    alike = ("--for", "ana.ferreira@northwind.example", "--catalog", CATALOG_FOLDER, "--policy", POLICY_FOLDER)
    yield "check", countersign("policy", "check", "--policy", POLICY_FOLDER)
    yield "test", countersign("policy", "test", "--policy", POLICY_FOLDER)
    yield "diff", countersign("policy", "diff", POLICY_FOLDER, changed)
    yield "no diff", countersign("policy", "diff", POLICY_FOLDER, POLICY_FOLDER)
    yield "who", countersign("policy", "who-can-approve", "billing-db-write", *alike)
    yield "who, of nothing", countersign("policy", "who-can-approve", "nothing", *alike)
    yield "no policy", countersign("policy", "check", "--policy", tmp_path)
    yield "no database", countersign("audit", "check", "--database", tmp_path / "none.db")
    yield "no request", countersign("audit", "show", "nonsense", "--database", tmp_path / "none.db")
    yield "no proof", countersign("audit", "verify", "--proof", POLICY_FOLDER / "limits.yaml", "--key", "nonsense")
    yield "no settings", countersign("serve")
    yield "no such option", countersign("serve", "--nonsense")


def test_what_commands_print_is_in_the_readers_language(brackets: None, tmp_path: Path) -> None:
    printed = {name: told.output for name, told in outputs(tmp_path)}
    left = {name: _SENTENCE.findall("\n".join(pseudo.outside(output))) for name, output in printed.items()}

    assert {name: found for name, found in left.items() if found} == {}
    assert [name for name, output in printed.items() if "⟦" not in output] == []


def test_without_a_catalog_the_english_sentences_are_the_words(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LANGUAGE", "nl:de")

    told = countersign("audit", "check", "--database", "none.db")

    assert told.stderr == "countersign: none.db: there is no database; give the one that the bot uses with --database\n"


def test_an_error_says_its_sentences_in_order_and_text_as_it_stands() -> None:
    error = AuditError(say("{file}: ", file="a.db"), "17", say(" entries"))

    assert (str(error), error.into(in_words)) == ("a.db: 17 entries", "a.db: 17 entries")
