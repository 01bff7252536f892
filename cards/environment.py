"""The jinja2 environment in which cards are written: a value can become a JSON value and nothing else.

Rules, held when a template is loaded:
    (1) A placeholder is never quoted: no tag of any kind stands inside a JSON string.
    (2) Parts are shared by ``{% include %}``. Macros, calls, filter blocks and imports are refused: their output is not one value.
Held when a card is rendered:
    (3) Every placeholder goes through the JSON encoder (``finalize``).
    (4) A name that is not there raises (``StrictUndefined``).
    (5) The text is parsed again, and a repeated key is refused: JSON parsers keep the last one, so the second ``id`` would win.
"""

import json
import re
from collections.abc import Callable
from functools import cache
from json.encoder import encode_basestring_ascii
from pathlib import Path
from typing import cast

import orjson
from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template, Undefined, nodes

from approvals.errors import CountersignError
from cards.text import line, visible

TEMPLATES = Path(__file__).parent / "templates"
Json = str | int | float | bool | None | list["Json"] | dict[str, "Json"]
Card = dict[str, Json]

_INCLUDE = re.compile(r"""\{% include "([a-z/]+\.json\.j2)" %\}""")
_INDENT = re.compile(r"^[ ]+", re.MULTILINE)
"""JSON strings hold no line break, so what begins a line is never inside one."""
_REFUSED = (nodes.Macro, nodes.CallBlock, nodes.FilterBlock, nodes.Import, nodes.FromImport, nodes.Extends, nodes.ScopedEvalContextModifier)


class UnsafeTemplate(CountersignError):
    """A template could let a value leave its place; the message says the file, the line and the rule."""


class UnsafeCard(CountersignError):
    """A rendered template is no JSON object with unique keys: a bug in the template, never a person's mistake."""


def encode(value: object) -> str:
    """``value`` as JSON; text is made visible first (text.py), so that no template can forget it."""
    if isinstance(value, str):
        return encode_basestring_ascii(visible(value))
    if isinstance(value, Undefined):
        return str(value)  # StrictUndefined raises, naming the name
    return orjson.dumps(value).decode()


class CheckedLoader(FileSystemLoader):
    """Reads a template from a folder and refuses an unsafe one before it is compiled.

    Included parts are spliced in, each checked on its own: a card is one compiled function, which halves the time that drawing it takes.
    """

    def get_source(self, environment: Environment, template: str) -> tuple[str, str, Callable[[], bool]]:
        """The source of a card with its parts in place, once it has passed :func:`refuse_unsafe`."""
        source, filename, is_fresh = super().get_source(environment, template)
        refuse_unsafe(source, name=template, environment=environment)
        spliced = _INCLUDE.sub(lambda part: self.get_source(environment, part[1])[0], source)
        return _INDENT.sub("", spliced), filename, is_fresh


def refuse_unsafe(source: str, *, name: str, environment: Environment) -> None:
    """Check rules (1) and (2).

    Raises:
        UnsafeTemplate: the first place that breaks one.
    """
    for lineno, token, text in environment.lex(source, name):
        if token == "data" and _ends_inside_string(text):  # noqa: S105  a token of the lexer
            raise UnsafeTemplate(
                f"{name}:{lineno + text.count(chr(10))}: a tag stands inside a JSON string; write the placeholder without quotes"
            )
    for node in environment.parse(source, name).find_all(_REFUSED):
        raise UnsafeTemplate(f"{name}:{node.lineno}: {type(node).__name__} is refused; share parts by {{% include %}}")


def _ends_inside_string(text: str) -> bool:
    # Each stretch of text begins outside a string, since the one before it has to end outside one.
    inside = escaped = False
    for character in text:
        if escaped:
            escaped = False
        elif inside and character == "\\":
            escaped = True
        elif character == '"':
            inside = not inside
    return inside


def safe_environment(folder: Path = TEMPLATES) -> Environment:
    """An environment that keeps the rules of this module for the templates in ``folder``, each compiled once."""
    environment = Environment(
        loader=CheckedLoader(folder),
        autoescape=False,  # noqa: S701  cards are JSON: rule (3) encodes every value
        auto_reload=False,
        finalize=encode,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        cache_size=-1,
    )
    environment.filters["line"] = line
    return environment


def parse_card(text: str) -> Card:
    """The object that ``text`` holds (rule 5).

    Raises:
        UnsafeCard: it is no JSON object, or a key stands twice in one object.
    """
    try:
        card = orjson.loads(text)
        # A repeated key takes its colon with it, and nothing else changes how many there are.
        if orjson.dumps(card).count(b":") != text.count(":"):
            card = json.loads(text, object_pairs_hook=_unique)
    except json.JSONDecodeError as error:
        raise UnsafeCard(f"the rendered card is no JSON: {error.msg} at {text[max(0, error.pos - 60) : error.pos + 20]!r}") from error
    if not isinstance(card, dict):
        raise UnsafeCard("the rendered card is no JSON object")
    return cast(Card, card)


def _unique(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    made = dict(pairs)
    if len(made) != len(pairs):
        keys = [key for key, _ in pairs]
        twice = next(key for key in keys if keys.count(key) > 1)
        raise UnsafeCard(f"the key {twice!r} stands twice in one object; a parser would keep only the last")
    return made


_environment = safe_environment()


@cache
def template(name: str) -> Template:
    """The compiled template with this file name."""
    found = _environment.get_template(name)
    # A chain of mappings, as it comes; copied at every drawing, which takes longer than one draws a line.
    found.globals = dict(found.globals)
    return found
