"""What would have to be different for another answer: each value in turn, replaced by others that the policies or the world speak of.

One change at a time, and only values that could matter: what a policy compares with, what stands elsewhere in the same question, the other
truth value, the nearest number on the other side. Nothing here decides anything; it asks the same policy again.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import cedarpy

from approvals.policy.rules import Policy

_MOST = 12
"""As many as a person reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One value that, had it been ``to``, would have turned the answer. ``of`` names the entity, or is empty for the context."""

    of: str
    name: str
    was: Any
    to: Any

    def __str__(self) -> str:
        where = f"{self.name} of {self.of}" if self.of else self.name
        return f"{where}: {_short(self.to)} instead of {_short(self.was)}"


def what_would_change(policy: Policy, request: Mapping[str, Any], entities: str) -> tuple[Change, ...]:
    """Single changes that would turn the answer, at most a dozen, each value's nearest first."""
    (now,) = policy.judge_plain([request], entities)
    world, context = json.loads(entities), json.loads(request["context"])
    texts, numbers = _literals(policy)
    texts = (texts | set(_texts([context, [one["attrs"] for one in world]]))) - {""}
    found: dict[tuple[str, str], Change] = {}
    for change, changed_request, changed_world in _variants(request, world, context, tuple(sorted(texts)), tuple(sorted(numbers))):
        place = (change.of, change.name)
        if place in found:
            continue
        (then,) = policy.judge_plain([changed_request], json.dumps(changed_world))
        if then.allowed is not now.allowed and not then.errors:
            found[place] = change
        if len(found) == _MOST:
            break
    return tuple(found.values())


def _variants(
    request: Mapping[str, Any], world: list[Any], context: dict[str, Any], texts: tuple[str, ...], numbers: tuple[int, ...]
) -> Iterator[tuple[Change, Mapping[str, Any], list[Any]]]:
    for name, was in context.items():
        for to in _others(was, texts, numbers):
            yield Change(of="", name=name, was=was, to=to), {**request, "context": json.dumps({**context, name: to})}, world
    for place, one in enumerate(world):
        for name, was in one["attrs"].items():
            for to in _others(was, texts, numbers):
                changed = [*world[:place], {**one, "attrs": {**one["attrs"], name: to}}, *world[place + 1 :]]
                yield Change(of=one["uid"]["id"], name=name, was=was, to=to), request, changed


def _others(was: Any, texts: tuple[str, ...], numbers: tuple[int, ...]) -> Iterator[Any]:
    if isinstance(was, bool):
        yield not was
    elif isinstance(was, int):
        near = {edge for number in numbers for edge in (number - 1, number, number + 1) if edge >= 0 and edge != was}
        yield from sorted(near, key=lambda number: (abs(number - was), number))
    elif isinstance(was, str):
        yield from (text for text in texts if text != was)
    elif isinstance(was, list) and all(isinstance(one, str) for one in was):
        if was:
            yield []
        yield from ([*was, text] for text in texts if text not in was)


def _literals(policy: Policy) -> tuple[set[str], set[int]]:
    """The texts and numbers that the policies compare with."""
    cedar = "\n".join(policy.texts[name] for name in sorted(policy.texts) if name.endswith(".cedar"))
    found = list(_values(json.loads(cedarpy.policies_to_json_str(cedar))["staticPolicies"]))
    return {value for value in found if isinstance(value, str)}, {value for value in found if type(value) is int}


def _values(node: Any) -> Iterator[Any]:
    if isinstance(node, dict):
        if "Value" in node and not isinstance(node["Value"], dict):
            yield node["Value"]
        for key, child in node.items():
            if key != "annotations":
                yield from _values(child)
    elif isinstance(node, list):
        for child in node:
            yield from _values(child)


def _texts(node: Any) -> Iterator[str]:
    if isinstance(node, str):
        yield node
    elif isinstance(node, list):
        for child in node:
            yield from _texts(child)
    elif isinstance(node, dict) and "__entity" not in node:
        for child in node.values():
            yield from _texts(child)


def _short(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return f"[{', '.join(_short(one) for one in value)}]"
    if isinstance(value, dict):
        return str(value.get("__entity", {}).get("id", value))
    return str(value) or "nothing"
