"""The gate for sentences: what is said to people is in the templates of the catalogs, and those are committed.

``python -m infra.tools.catalogs`` says which template is out of date, and where a sentence is not marked; with ``--write`` it writes the
templates anew. Marked are, as gettext has it, the first arguments of ``say(…)``, ``text(…)`` and ``_(…)``, in Python, jinja2 and
JavaScript; ``@says`` and ``@doc`` in policies; and every help text of the command line, with click's own words.
"""

from __future__ import annotations

import ast
import json
import re
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import IO, Any

import cedarpy
import click
from babel.messages.catalog import Catalog
from babel.messages.extract import extract
from babel.messages.pofile import write_po
from jinja2.ext import babel_extract

KEYWORDS: dict[str, Any] = {"say": None, "gettext": None, "_": None, "plural": (1, 2), "ngettext": (1, 2)}
WRITE = "python -m infra.tools.catalogs --write"
_SKIPPED = frozenset({"node_modules", "__pycache__", "tools", "bench", "migrations", "tests"})
_METHODS: dict[str, str | Callable[..., Any]] = {".py": "python", ".js": "javascript", ".j2": babel_extract, ".html": babel_extract}

Found = tuple[str, str | tuple[str, str]]
"""Where a message stands, and the message; or its singular and its plural."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One catalog: what its sentences are read by, the template, the folders and files that it is extracted from."""

    name: str
    template: Path
    roots: tuple[str, ...]
    without: tuple[str, ...] = ()
    keywords: tuple[str, ...] = ()
    """Functions that mark a sentence here, beside those that do so everywhere."""
    more: Callable[[Path], Iterator[Found]] | None = None


def domains() -> tuple[Domain, ...]:
    """Every catalog of the product: of those who ask and decide, of whoever runs it, and of whoever tries it on a laptop."""
    return (
        Domain(
            name="countersign",
            template=Path("cards/locale/countersign.pot"),
            roots=("approvals", "bot", "cards"),
            keywords=("text",),
            more=_policies,
        ),
        Domain(
            name="command-line", template=Path("infra/locale/command-line.pot"), roots=("infra",), without=("infra/simulator",), more=_helps
        ),
        Domain(name="simulator", template=Path("infra/locale/simulator.pot"), roots=("infra/simulator",)),
    )


def template_of(domain: Domain, *, root: Path) -> str:
    """The template that the sources make: messages in order, with the files that say them, without line numbers or dates."""
    catalog = Catalog(fuzzy=False)
    for where, message in (*_marked(domain, root), *(domain.more(root) if domain.more else ())):
        catalog.add(message, locations=[(where, 0)])
    written = BytesIO()
    write_po(written, catalog, omit_header=True, sort_output=True, include_lineno=False, width=0)
    return written.getvalue().decode()


def faults(root: Path) -> Iterator[str]:
    """What is wrong, a line each: templates that are not what the sources make, and sentences that nobody can translate."""
    for domain in domains():
        path = root / domain.template
        if not path.exists() or path.read_text(encoding="utf-8") != template_of(domain, root=root):
            yield f"{domain.template}: is not what the sources say; run {WRITE}"
        for file in _files(domain, root):
            looked_at = {".py": unmarked, ".js": unseen}.get(file.suffix)
            if looked_at is not None:
                yield from (f"{file.relative_to(root)}:{line}: {what}" for line, what in looked_at(file.read_text(encoding="utf-8")))


def unseen(source: str) -> Iterator[tuple[int, str]]:
    """The lines of a JavaScript file that mark a sentence where Babel does not see it."""
    seen = set(_extracted("javascript", BytesIO(source.encode())))
    for call in _SAY.finditer(source):
        if json.loads(call["words"]) not in seen:
            yield source.count("\n", 0, call.start()) + 1, "say(…) is inside a template string, where it is not extracted: take it out"


def unmarked(source: str) -> Iterator[tuple[int, str]]:
    """The lines of a Python file that say something to a person which is not marked, and what to do."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr) and any(isinstance(part, ast.Call) and _name(part.func) == "say" for part in ast.walk(node)):
            yield node.lineno, "say(…) is inside an f-string, where it is not extracted: take it out"
        if (
            isinstance(node, ast.Call)
            and isinstance(node.func, ast.Name)
            and node.func.id == "say"
            and not (node.args and isinstance(node.args[0], ast.Constant))
        ):
            yield node.lineno, "say(…) takes a literal, which is extracted; for words from elsewhere make a Sentence"
        if isinstance(node, ast.Call) and _name(node.func) == "echo" and node.args and _is_sentence(node.args[0]):
            yield node.lineno, "click.echo prints a sentence: write tell(say(…))"
        raised = node.exc if isinstance(node, ast.Raise) else None
        if isinstance(raised, ast.Call) and _name(raised.func) in _FOR_PEOPLE and any(map(_is_sentence, raised.args)):
            yield raised.lineno, f"{_name(raised.func)} speaks to a person: give it say(…)"


_FOR_PEOPLE = frozenset(
    {
        "AuditError",
        "AuditUnavailableError",
        "CatalogError",
        "CountersignError",
        "DemoError",
        "ErasureError",
        "MigrationError",
        "NoteError",
        "OrganisationError",
        "PolicyError",
        "SecretError",
        "SettingsError",
        "UnknownRequestError",
    }
)
"""Faults that end a command: one line that says what to do."""
_SAY = re.compile(r"""\bsay\(\s*(?P<words>"(?:[^"\\]|\\.)*")""")
_WORDS = re.compile(r"[^\W\d_]{2,}\s+[^\W\d_]{2,}")


def _is_sentence(node: ast.expr) -> bool:
    if isinstance(node, ast.IfExp):
        return _is_sentence(node.body) or _is_sentence(node.orelse)
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return any(isinstance(part, ast.Constant) and isinstance(part.value, str) and bool(_WORDS.search(part.value)) for part in parts)


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def _marked(domain: Domain, root: Path) -> Iterator[Found]:
    for path in _files(domain, root):
        with path.open("rb") as file:
            for message in _extracted(_METHODS[path.suffix], file, also=domain.keywords):
                yield path.relative_to(root).as_posix(), message


def _extracted(method: str | Callable[..., Any], file: IO[bytes], *, also: tuple[str, ...] = ()) -> Iterator[str | tuple[str, str]]:
    keywords = KEYWORDS | dict.fromkeys(also)
    for _line, message, _comments, _context in extract(method, file, keywords=keywords, options={"silent": "false"}):
        yield (message[0], message[1]) if isinstance(message, tuple) else message


def _files(domain: Domain, root: Path) -> Iterator[Path]:
    for folder in domain.roots:
        for path in sorted((root / folder).rglob("*")):
            inside = path.relative_to(root)
            is_elsewhere = any(inside.is_relative_to(other) for other in domain.without)
            if path.is_file() and path.suffix in _METHODS and not _SKIPPED.intersection(inside.parts) and not is_elsewhere:
                yield path


def _policies(root: Path) -> Iterator[Found]:
    yield from _annotated(root, "says")


def _annotated(root: Path, name: str) -> Iterator[Found]:
    for path in sorted((root / "infra/policy").glob("*.cedar")):
        parsed = json.loads(cedarpy.policies_to_json_str(path.read_text(encoding="utf-8")))
        for policy in parsed["staticPolicies"].values():
            if words := policy.get("annotations", {}).get(name):
                yield path.relative_to(root).as_posix(), words


def _helps(root: Path) -> Iterator[Found]:
    # Here and not above: the tests of the gate do not need the whole product.
    from infra.cli import main

    yield from _annotated(root, "doc")
    yield from (("infra/cli.py", text) for text in _helps_of(main))
    for path in sorted(Path(click.__file__).parent.glob("*.py")):
        with path.open("rb") as file:
            yield from ((f"click/{path.name}", message) for message in _extracted("python", file))


def _helps_of(command: click.Command) -> Iterator[str]:
    if command.help:
        yield command.help
    for param in command.params:
        if isinstance(param, click.Option) and param.help:
            yield param.help
    if isinstance(command, click.Group):
        for each in command.commands.values():
            yield from _helps_of(each)


def main() -> int:
    """Print every fault; the exit code is 1 when there is one. With --write, write the templates first."""
    root = Path(__file__).resolve().parents[2]
    if "--write" in sys.argv[1:]:
        for domain in domains():
            (root / domain.template).parent.mkdir(parents=True, exist_ok=True)
            (root / domain.template).write_text(template_of(domain, root=root), encoding="utf-8")
    found = list(faults(root))
    for fault in found:
        print(fault)
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
