"""The gate for the README: what it tells people to type exists, and the help text it shows is the real one.

Read are the fenced blocks and the `code` in sentences: each `countersign …` is followed through the command line's own commands and
options, each `make …` through the Makefile's targets. The text between the two help markers must equal `countersign --help`;
`python -m infra.tools.check_readme --write` puts it there.
"""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from collections.abc import Iterator

HELP = re.compile(r"(<!-- help:start -->\n).*?(<!-- help:end -->)", re.DOTALL)
CODE = re.compile(r"^```[^\n]*\n(?P<block>.*?)^```|`(?P<span>[^`\n]+)`", re.DOTALL | re.MULTILINE)
COMMAND = re.compile(r"^(?:\$ )?(?:[A-Z_]+=\S+ )*(?:\.venv/bin/)?(?P<command>(?:countersign|make)(?: .*)?)$")
TARGET = re.compile(r"^([a-z][a-z-]*):", re.MULTILINE)
# A terminal of 80 columns, less click's margin: what most people see.
WIDTH = 78
WRITE = "python -m infra.tools.check_readme --write"


def faults(readme: str, *, cli: click.Command, makefile: str) -> Iterator[str]:
    """What in ``readme`` is not so, a line each with its place."""
    targets = set(TARGET.findall(makefile))
    for line, text in commands(readme):
        words = _words(text)
        wrong = _make_fault(words[1:], targets) if words[0] == "make" else _cli_fault(words[1:], cli)
        if wrong:
            yield f"README.md:{line}: `{text}`: {wrong}"
    shown = HELP.search(readme)
    if not shown:
        yield f"README.md: has no help text: add the lines <!-- help:start --> and <!-- help:end -->, then run {WRITE}"
    elif shown[0] != HELP.sub(_block(cli), shown[0]):
        line = readme.count("\n", 0, shown.start()) + 1
        yield f"README.md:{line}: is not what countersign --help prints: run {WRITE}"


def commands(readme: str) -> Iterator[tuple[int, str]]:
    """Every `countersign …` and `make …` that ``readme`` shows as code, with its line number. The help text is no command."""
    # Blank, but of the same length, so that line numbers stay.
    without_help = HELP.sub(lambda found: re.sub(r"[^\n]", " ", found[0]), readme)
    for code in CODE.finditer(without_help):
        group = "block" if code["block"] is not None else "span"
        first = without_help.count("\n", 0, code.start(group)) + 1
        for number, line in enumerate(code[group].split("\n"), start=first):
            found = COMMAND.match(line.partition("  #")[0].strip())
            if found:
                yield number, found["command"]


def _words(text: str) -> list[str]:
    try:
        return shlex.split(text, comments=True)
    except ValueError:
        # An apostrophe in a sentence after the command.
        return text.split()


def _make_fault(words: list[str], targets: set[str]) -> str | None:
    for word in words:
        if not word.startswith("-") and "=" not in word and word not in targets:
            return f"the Makefile has no target {word!r}"
    return None


def _cli_fault(words: list[str], cli: click.Command) -> str | None:
    command = cli
    path = "countersign"
    for word in words:
        if word.startswith("-"):
            name = word.partition("=")[0]
            if name not in _options(command):
                return f"`{path}` has no option {name}"
        elif isinstance(command, click.Group):
            following = command.commands.get(word)
            if following is None:
                return f"`{path}` has no command {word!r}"
            command, path = following, f"{path} {word}"
    return None


def _options(command: click.Command) -> set[str]:
    named = {
        name for parameter in command.params if isinstance(parameter, click.Option) for name in (*parameter.opts, *parameter.secondary_opts)
    }
    return named | {"--help"}


def help_text(cli: click.Command) -> str:
    """What `countersign --help` prints in a terminal of 80 columns."""
    return click.Context(cli, info_name="countersign", terminal_width=WIDTH).get_help()


def _block(cli: click.Command) -> str:
    # The help goes through a template of re.sub, where a backslash is special.
    text = help_text(cli).replace("\\", r"\\")
    return rf"\1```text\n{text}\n```\n\2"


def main() -> int:
    """Print every fault; the exit code is 1 when there is one. With --write, put the real help text in first."""
    # Here and not above, so that the tests of this gate do not need the whole product.
    from infra.cli import main as cli

    root = Path(__file__).resolve().parents[2]
    path = root / "README.md"
    readme = path.read_text(encoding="utf-8")
    if "--write" in sys.argv[1:]:
        readme = HELP.sub(_block(cli), readme)
        path.write_text(readme, encoding="utf-8")
    found = list(faults(readme, cli=cli, makefile=(root / "Makefile").read_text(encoding="utf-8")))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
