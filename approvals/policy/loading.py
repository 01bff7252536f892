"""The files of a policy folder → the Policy that they mean, or one line that says which file, which policy and what to do."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Annotated, Any

import cedarpy
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from approvals.catalog import Duration
from approvals.errors import PolicyError
from approvals.files import read_yaml, reason
from approvals.policy.conditions import KNOWN, Conditions, read_annotations
from approvals.policy.question import Phase
from approvals.policy.rules import Limits, Policy, Rule
from approvals.policy.schema import declared
from approvals.words import names_in, say

SCHEMA, LIMITS = "schema.cedarschema", "limits.yaml"
VALUES = frozenset({"entitlement", "system", "risk", "departments", "own", "conflicts"})
"""What the words of a forbid may name; mediation fills them in."""
_MOST = 1_000_000
_OF_APPROVERS = frozenset({Phase.REQUEST, Phase.AUTO_APPROVE, Phase.APPROVE})
"""Where a demand on approvers is heard: for the request as a whole, or a stage of it. What makes one approves nothing by itself."""
_ID = re.compile(r"[a-z][a-z0-9.-]{0,63}")


def _recent(span: timedelta) -> timedelta:
    if span > timedelta(hours=1):
        raise ValueError("a sign-in of more than 1h ago is not fresh; write less")
    return span


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid")

    shortest: Duration
    reason_at_most: int = Field(ge=20, le=10_000)
    # Policies from before there were budgets, as evidence keeps them, do not name these; nor, from before there were sign-ins, the last.
    submissions_per_hour: int = Field(default=30, ge=1, le=_MOST)
    submissions_per_day: int = Field(default=100, ge=1, le=_MOST)
    submissions_per_hour_of_one: int = Field(default=200, ge=1, le=_MOST)
    open_requests: int = Field(default=50, ge=1, le=_MOST)
    approvals_per_minute: int = Field(default=30, ge=1, le=_MOST)
    step_up_within: Annotated[Duration, AfterValidator(_recent)] = timedelta(minutes=5)


def load_policy(texts: Mapping[str, str]) -> Policy:
    """The policy that ``texts`` (file name → content) mean: ``*.cedar`` in order of name, the schema and the table of limits.

    Raises:
        PolicyError: one line that names the file or the policy, and what to do.
    """
    schema = _schema(texts)
    cedar = "\n".join(texts[name] for name in sorted(texts) if name.endswith(".cedar"))
    parsed = _parsed(texts)
    rules = {name: _rule(each) for name, each in parsed.items()}
    _refuse_twins(rules)
    _validate(cedar, schema, rules)
    _refuse_open_ends(rules)
    _refuse_the_unheard(rules)
    limits = _limits(texts)
    return Policy(
        version=_version(rules, schema, _read_limits(texts)),
        limits=limits,
        rules=rules,
        declared=declared(schema),
        texts=dict(texts),
        policies=cedarpy.PolicySet.from_str(cedar),
        schema=schema,
    )


def _schema(texts: Mapping[str, str]) -> cedarpy.Schema:
    if SCHEMA not in texts:
        raise PolicyError(say("{file} is missing: it declares what policies may look at", file=SCHEMA))
    try:
        return cedarpy.Schema.from_str(texts[SCHEMA])
    except ValueError as error:
        raise PolicyError(f"{SCHEMA}: {_line(error)}") from error


def _parsed(texts: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Each policy as Cedar's JSON, under the name that Cedar gives it when all files are read as one."""
    names = [name for name in sorted(texts) if name.endswith(".cedar")]
    each = [policy for name in names for policy in _policies_of(name, texts[name])]
    if not each:
        raise PolicyError(say("there is no policy: nothing could be asked for; add a .cedar file with at least one permit"))
    return {f"policy{place}": policy for place, policy in enumerate(each)}


def _policies_of(name: str, text: str) -> list[dict[str, Any]]:
    try:
        found = json.loads(cedarpy.policies_to_json_str(text))
    except ValueError as error:
        raise PolicyError(f"{name}: {_line(error)}") from error
    if found["templates"]:
        raise PolicyError(say("{name}: has a template (?principal or ?resource); write the policy out", name=name))
    statics = found["staticPolicies"]
    # Cedar numbers them as they stand in the file.
    return [statics[key] for key in sorted(statics, key=lambda key: int(key.removeprefix("policy")))]


def _rule(policy: Mapping[str, Any]) -> Rule:
    notes: dict[str, str] = {key: value or "" for key, value in policy.get("annotations", {}).items()}
    name = notes.get("id", "")
    if not _ID.fullmatch(name):
        raise PolicyError(
            say(
                "a policy has @id({name}); give each its own, of small letters, digits, dots and hyphens, such as tier.high",
                name=repr(name),
            )
        )
    unknown = sorted(set(notes) - KNOWN)
    if unknown:
        raise PolicyError(
            say(
                "policy {name}: @{unknown} is no annotation that is read; known are {known}",
                name=name,
                unknown=unknown[0],
                known=", ".join(sorted(KNOWN)),
            )
        )
    is_permit = policy["effect"] == "permit"
    return Rule(
        id=name,
        is_permit=is_permit,
        says=_words(name, notes, is_permit=is_permit),
        doc=notes.get("doc", ""),
        phases=frozenset(_phases(policy["action"])),
        demands=_demands(name, notes, is_permit=is_permit),
        meaning=json.dumps(policy, sort_keys=True),
    )


def _words(name: str, notes: Mapping[str, str], *, is_permit: bool) -> str:
    says = notes.get("says", "")
    if not is_permit and not says:
        raise PolicyError(say("policy {name}: a forbid needs @says, the words for the person whom it denies", name=name))
    unknown = sorted(set(names_in(says)) - VALUES)
    if unknown:
        names = {"unknown": f"{{{unknown[0]}}}", "known": ", ".join(sorted(VALUES))}
        raise PolicyError(say("policy {name}: @says names {unknown}; it can name {known}", name=name, **names))
    return says


def _demands(name: str, notes: Mapping[str, str], *, is_permit: bool) -> Conditions:
    try:
        demands = read_annotations(notes)
    except ValueError as error:
        raise PolicyError(f"policy {name}: ", *error.args) from error
    if not is_permit and demands != Conditions():
        raise PolicyError(say("policy {name}: a forbid demands nothing; move its conditions to a permit", name=name))
    return demands


def _phases(action: Mapping[str, Any]) -> Iterator[str]:
    """The phases that a policy's head names: all of them where it names none."""
    named = [action["entity"]] if "entity" in action else action.get("entities", [])
    yield from (one["id"].split(":")[-1] for one in named) if named else tuple(Phase)


def _refuse_twins(rules: Mapping[str, Rule]) -> None:
    seen: set[str] = set()
    for rule in rules.values():
        if rule.id in seen:
            raise PolicyError(say("policy {id}: @id stands twice; each policy needs its own, since evidence refers to it", id=rule.id))
        seen.add(rule.id)


def _refuse_open_ends(rules: Mapping[str, Rule]) -> None:
    """Every permit of a request says who is asked and for how long: otherwise it would wait for nobody, or for ever."""
    for rule in rules.values():
        if rule.is_permit and Phase.REQUEST in rule.phases and not (rule.demands.stages and rule.demands.lapses_after):
            raise PolicyError(
                say("policy {id}: a permit of requests needs @stages and @lapses_after: who is asked, and for how long", id=rule.id)
            )


def _refuse_the_unheard(rules: Mapping[str, Rule]) -> None:
    """Nobody signs in or looks again but to approve: a demand anywhere else would be a guard that is not there."""
    for rule in rules.values():
        elsewhere = sorted(rule.phases - _OF_APPROVERS)
        if (rule.demands.step_up or rule.demands.look_again) and elsewhere:
            allowed = ", ".join(sorted(_OF_APPROVERS))
            raise PolicyError(
                say(
                    "policy {id}: @step_up and @look_again bind approvers; it permits {permitted}, and may permit {allowed}",
                    id=rule.id,
                    permitted=elsewhere[0],
                    allowed=allowed,
                )
            )


def _validate(cedar: str, schema: cedarpy.Schema, rules: Mapping[str, Rule]) -> None:
    result = cedarpy.validate_policies(cedar, schema)
    if not result.validation_passed:
        first = result.errors[0]
        name = rules[first.policy_id].id if first.policy_id in rules else "?"
        raise PolicyError(f"policy {name}: {_line(first.error)}")


def _limits(texts: Mapping[str, str]) -> Limits:
    if LIMITS not in texts:
        raise PolicyError(say("{file} is missing: it holds the limits that are no policy's", file=LIMITS))
    try:
        table = _Table.model_validate(_read_limits(texts))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise PolicyError(
            say("{file}: {where} is {given}: ", file=LIMITS, where=where, given=repr(first["input"])), reason(first)
        ) from error
    own = ("shortest", "reason_at_most", "step_up_within")
    return Limits(
        shortest=table.shortest,
        reason_at_most=table.reason_at_most,
        step_up_within=table.step_up_within,
        budgets={name: most for name, most in table if name not in own},
    )


def _read_limits(texts: Mapping[str, str]) -> object:
    return read_yaml(texts[LIMITS], where=LIMITS, wrong=PolicyError)


def _version(rules: Mapping[str, Rule], schema: cedarpy.Schema, limits: object) -> str:
    """A hash over what the files mean: the policies as Cedar's JSON, sorted by id, the schema as Cedar writes it, the table's values."""
    meaning = json.dumps([sorted(rule.meaning for rule in rules.values()), str(schema), limits], sort_keys=True)
    return hashlib.sha256(meaning.encode()).hexdigest()[:16]


def _line(error: object) -> str:
    return " ".join(str(error).split())[:300]
