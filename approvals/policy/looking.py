"""What a policy looks at: the attributes that its conditions name, and what each was in one question."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from approvals.policy.question import Attribute, Entity, Question
from approvals.policy.rules import Rule


@dataclass(frozen=True, slots=True, kw_only=True)
class Looked:
    """One attribute, as a policy writes it (``context.beneficiary.department``), and its value; None where there was none."""

    path: str
    value: Attribute | None


def looked_at(rule: Rule, question: Question) -> tuple[Looked, ...]:
    """What ``rule`` looks at in ``question``, in the order in which it names it, each once."""
    conditions = json.loads(rule.meaning)["conditions"]
    paths = dict.fromkeys(path for one in conditions for path in _paths(one["body"]))
    # Of context.beneficiary and context.beneficiary.department, the longer one says it all.
    whole = [path for path in paths if not any(other[: len(path)] == path and other != path for other in paths)]
    return tuple(Looked(path=".".join(path), value=_value(path, question)) for path in whole)


def _paths(expression: Any) -> Iterator[tuple[str, ...]]:
    """Every path from a variable over attributes within a condition, in Cedar's JSON (https://docs.cedarpolicy.com/policies/json-format.html)."""
    path = _path(expression)
    if path is not None:
        yield path
        return
    parts = expression.values() if isinstance(expression, dict) else expression if isinstance(expression, list) else ()
    for part in parts:
        yield from _paths(part)


def _path(expression: Any) -> tuple[str, ...] | None:
    if not isinstance(expression, dict):
        return None
    if "Var" in expression:
        return (expression["Var"],)
    step = expression.get(".") or expression.get("has")
    before = _path(step["left"]) if isinstance(step, dict) else None
    return (*before, step["attr"]) if isinstance(step, dict) and before else None


def _value(path: tuple[str, ...], question: Question) -> Attribute | None:
    known = {(one.type, one.id): one for one in (*question.others, question.resource, question.principal)}
    here: Any = {"principal": question.principal, "resource": question.resource, "context": question.context}.get(path[0])
    for name in path[1:]:
        if isinstance(here, Mapping) and "type" in here:
            here = known.get((here["type"], here["id"]))
        attributes = here.attributes if isinstance(here, Entity) else here
        here = attributes.get(name) if isinstance(attributes, Mapping) else None
    found: Attribute | None = here.uid if isinstance(here, Entity) else here
    return found
