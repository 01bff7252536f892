"""Cases: a question in a file, and what must come of it. Those who change a policy read them first, and change them on purpose.

A case is YAML. It says what it shows and changes an everyday world only where the case is about something else:

    says: A colleague from another department is turned away.
    action: group:request
    entitlement: {departments: [Finance]}
    decided_by: [limit.department]

``person`` is who acts (an Agent where it has an ``owner``, Countersign where it is null), ``beneficiary`` the one who gets it;
``entitlement`` and ``context`` are as the schema declares them. Files in ALLOW must be allowed and files in DENY denied, by exactly the
policies in ``decided_by``; ``error: true`` where the question itself cannot be formed.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from approvals.errors import PolicyError
from approvals.files import read_yaml
from approvals.policy.rules import Policy, Verdict
from approvals.words import Sentence, say

_PERSON: Mapping[str, Any] = {"enabled": True, "department": "Payments", "manager": "grace", "roles": [], "on_call": []}
_OFFER: Mapping[str, Any] = {
    "risk": "medium",
    "level": "write",
    "system": "billing-db",
    "owners": ["maria", "jonas"],
    "departments": [],
    "hours": "any",
}
_ASKED: Mapping[str, Any] = {
    "requester": "ana",
    "beneficiary": "ana",
    "minutes": 240,
    "has_ticket": False,
    "stage": "",
    "approvers": [],
    "conflicts": [],
    "weekday": 2,
    "hour": 12,
}
_PEOPLE = ("requester", "beneficiary", "manager", "manager_above", "owner", "owners", "steward", "approvers")


class _File(BaseModel):
    model_config = ConfigDict(extra="forbid")

    says: Annotated[str, Field(min_length=10)]
    action: str
    person: dict[str, Any] | None = Field(default_factory=dict)
    beneficiary: dict[str, Any] = Field(default_factory=dict)
    entitlement: dict[str, Any] = Field(default_factory=dict)
    context: dict[str, Any] = Field(default_factory=dict)
    decided_by: tuple[str, ...] = ()
    error: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One question in Cedar's own form, and the answer that it must get."""

    name: str
    says: str
    is_allowed: bool
    decided_by: tuple[str, ...]
    is_error: bool
    request: Mapping[str, Any]
    entities: tuple[Mapping[str, Any], ...]

    def verdict(self, policy: Policy) -> Verdict:
        """The answer that ``policy`` gives."""
        return policy.judge_plain([self.request], json.dumps(self.entities))[0]

    def fault(self, policy: Policy) -> Sentence | None:
        """What is wrong with the answer that ``policy`` gives; None where it is as it must be."""
        got = self.verdict(policy)
        if (got.allowed, got.ids, bool(got.errors)) == (self.is_allowed, self.decided_by, self.is_error):
            return None
        wanted, found = _spelt(self.decided_by, is_error=self.is_error), _spelt(got.ids, is_error=bool(got.errors))
        told = {"name": self.name, "says": self.says, "wanted": wanted, "found": f"{found} ({got.errors[0]})" if got.errors else found}
        if self.is_allowed and got.allowed:
            return say("{name}: {says} Must be allowed by {wanted}; is allowed by {found}", **told)
        if self.is_allowed:
            return say("{name}: {says} Must be allowed by {wanted}; is denied by {found}", **told)
        if got.allowed:
            return say("{name}: {says} Must be denied by {wanted}; is allowed by {found}", **told)
        return say("{name}: {says} Must be denied by {wanted}; is denied by {found}", **told)


def _spelt(rules: tuple[str, ...], *, is_error: bool) -> str:
    return ", ".join(rules) or ("an error" if is_error else "no permit")


def read_case(name: str, text: str, *, is_allowed: bool) -> Case:
    """The case that a file describes. ``name`` is how the file is referred to.

    Raises:
        PolicyError: one line that names the file and the field.
    """
    try:
        file = _File.model_validate(read_yaml(text, where=name, wrong=PolicyError))
    except ValidationError as error:
        first = error.errors()[0]
        raise PolicyError(f"{name}: {'.'.join(str(part) for part in first['loc']) or 'file'}: {first['msg']}") from error
    principal = _principal(file)
    beneficiary = _entity("Person", "ana", {**_PERSON, **file.beneficiary})
    resource = _entity("Entitlement", "billing-db-write", {**_OFFER, **file.entitlement})
    world = {(one["uid"]["type"], one["uid"]["id"]): one for one in (beneficiary, principal, resource)}
    return Case(
        name=name,
        says=file.says,
        is_allowed=is_allowed,
        decided_by=file.decided_by,
        is_error=file.error,
        request={
            "principal": principal["uid"],
            "action": {"type": "Action", "id": file.action},
            "resource": resource["uid"],
            "context": json.dumps(_attributes({**_ASKED, **file.context})),
        },
        entities=tuple(world.values()),
    )


def _principal(file: _File) -> dict[str, Any]:
    if file.person is None:
        return _entity("Countersign", "countersign", {})
    given = dict(file.person)
    name = given.pop("id", "ana")
    if "owner" in given:
        return _entity("Agent", name, {"enabled": True, **given})
    return _entity("Person", name, {**_PERSON, **given})


def _entity(kind: str, name: str, attributes: Mapping[str, Any]) -> dict[str, Any]:
    return {"uid": {"type": kind, "id": name}, "attrs": _attributes(attributes), "parents": []}


def _attributes(given: Mapping[str, Any]) -> dict[str, Any]:
    """As Cedar's JSON; an attribute that a case sets to null is left out."""
    return {name: _person(value) if name in _PEOPLE else value for name, value in given.items() if value is not None}


def _person(value: Any) -> Any:
    return [_person(one) for one in value] if isinstance(value, list) else {"__entity": {"type": "Person", "id": value}}
