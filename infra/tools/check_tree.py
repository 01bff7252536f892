"""The gate for the tree as a whole. What it refuses, in every file that git knows or would add:

1. a name at the top level that is not the house's;
2. a module named after nothing (``manager``, ``util``): style, "Names";
3. a path of somebody's machine;
4. the host of a package registry: the machine's settings say which registry to use;
5. a TODO without the number of an issue;
6. a function of more than 60 lines, but for migrations: those are lists of tables, written once.
"""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

TOP = frozenset(
    {"pyproject.toml", "README.md", "CHANGELOG.md", "LICENSE", "Makefile", "bot", "cards", "approvals", "manifest", "infra", "tests"}
)
JUNK_DRAWERS = frozenset(
    {"base", "common", "data", "handle", "handler", "helper", "helpers", "manager", "misc", "process", "service", "util", "utils"}
)
LONGEST_FUNCTION = 60
MIGRATIONS = PurePosixPath("infra/migrations")
# None of these patterns matches its own text.
FORBIDDEN = (
    (re.compile(r"/(?:work|farm|root)/|/(?:home|Users)/[a-z]\w*/"), "a path of somebody's machine"),
    (
        re.compile(r"pypi\.org|pythonhosted\.org|registry\.(?:npmjs|yarnpkg)\.|deb\.debian\.org|archive\.ubuntu\.com"),
        "the host of a package registry",
    ),
    (re.compile(r"(?:#|//|<!--)\s*(?:TODO|FIXME|XXX)\b(?!.*#\d)"), "a TODO without the number of an issue"),
)


def name_faults(path: PurePosixPath) -> Iterator[str]:
    """Rules 1 and 2, for one file's path from the top of the tree."""
    top = path.parts[0]
    if top not in TOP and not top.startswith("."):
        yield f"{path}: {top!r} is no room of the house: put it into one of {', '.join(sorted(TOP))}"
    if path.suffix == ".py" and JUNK_DRAWERS & set(path.stem.split("_")):
        yield f"{path}: the name says nothing about what is inside: use the domain's word"


def text_faults(path: PurePosixPath, text: str) -> Iterator[str]:
    """Rules 3 to 6, for one file's text."""
    for number, line in enumerate(text.splitlines(), start=1):
        for pattern, what in FORBIDDEN:
            found = pattern.search(line)
            if found:
                yield f"{path}:{number}: {what}: {found[0]}"
    if path.suffix == ".py" and not path.is_relative_to(MIGRATIONS):
        yield from _long_functions(path, text)


def _long_functions(path: PurePosixPath, text: str) -> Iterator[str]:
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        yield f"{path}:{error.lineno}: does not parse: {error.msg}"
        return
    for node in ast.walk(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            lines = (node.end_lineno or node.lineno) - node.lineno + 1
            if lines > LONGEST_FUNCTION:
                yield f"{path}:{node.lineno}: {node.name} has {lines} lines and may have {LONGEST_FUNCTION}: split it by verb"


def tree_faults(root: Path) -> Iterator[str]:
    """Every fault in the files under ``root`` that git knows or would add."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=root, capture_output=True, text=True, check=False
    )
    if listed.returncode:
        yield f"git cannot list this tree: {listed.stderr.strip()}: clone the project"
    for name in sorted(filter(None, listed.stdout.split("\0"))):
        path = PurePosixPath(name)
        if not (root / path).is_file():
            continue
        yield from name_faults(path)
        try:
            text = (root / path).read_text(encoding="utf-8")
        except UnicodeDecodeError:
            # A picture has no lines to read.
            continue
        yield from text_faults(path, text)


def main() -> int:
    """Print every fault; the exit code is 1 when there is one."""
    faults = list(tree_faults(Path(__file__).resolve().parents[2]))
    for fault in faults:
        print(fault)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
