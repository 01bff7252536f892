"""One question to the policy, in the words of its schema: who (principal), does what (action), to what (resource), in which context."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256

import orjson

from approvals.change import Task

Uid = dict[str, str]
Attribute = bool | int | str | tuple[str, ...] | Uid | tuple[Uid, ...]


class Phase(StrEnum):
    """When a question is asked. Each task class has an action of its own in each phase (schema.cedarschema)."""

    REQUEST = "request"
    AUTO_APPROVE = "auto-approve"
    APPROVE = "approve"
    EXECUTE = "execute"
    EXTEND = "extend"
    REVOKE = "revoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """Something that policies know by type and id, with the attributes that the schema declares for it."""

    type: str
    id: str
    attributes: Mapping[str, Attribute]

    @property
    def uid(self) -> Uid:
        """How Cedar refers to it."""
        return {"type": self.type, "id": self.id}


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Asked once, answered once. ``others`` are the entities that the context names; nobody else is known to the policy."""

    task: Task
    phase: Phase
    principal: Entity
    resource: Entity
    context: Mapping[str, Attribute]
    others: tuple[Entity, ...] = ()

    @property
    def action(self) -> str:
        """The action's name, ``group:approve``."""
        return f"{self.task}:{self.phase}"

    @property
    def request(self) -> dict[str, object]:
        """As Cedar takes it, with the context as JSON."""
        return {
            "principal": self.principal.uid,
            "action": {"type": "Action", "id": self.action},
            "resource": self.resource.uid,
            "context": orjson.dumps({name: _as_json(value) for name, value in self.context.items()}).decode(),
        }


@dataclass(frozen=True, slots=True)
class Sent:
    """What the policy engine is sent: the questions, and the part of the world that they are about."""

    requests: tuple[Mapping[str, object], ...]
    entities: str

    @classmethod
    def of(cls, *questions: Question) -> "Sent":
        """``questions`` as Cedar's JSON. They are about one world: an entity that two of them name is the same, and stands there once."""
        known = {(one.type, one.id): one for each in questions for one in (*each.others, each.resource, each.principal)}
        return cls(tuple(one.request for one in questions), orjson.dumps([_entity(one) for one in known.values()]).decode())

    @property
    def digest(self) -> str:
        """A short name for exactly this: evidence keeps it instead of the bytes, which follow from the facts."""
        return sha256(orjson.dumps([self.requests, self.entities])).hexdigest()[:32]


def person_uid(person: str) -> Uid:
    """A reference to somebody by object id."""
    return {"type": "Person", "id": person}


def _entity(one: Entity) -> dict[str, object]:
    return {"uid": one.uid, "attrs": {name: _as_json(value) for name, value in one.attributes.items()}, "parents": []}


def _as_json(value: Attribute) -> object:
    if isinstance(value, dict):
        return {"__entity": value}
    return [_as_json(one) for one in value] if isinstance(value, tuple) else value
