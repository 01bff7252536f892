"""The policy in force: asks Cedar one question at a time. Whatever goes wrong, the answer is no.

Cedar skips a policy that meets an error, so a forbid that errs would let the request through: any error at all is a denial here, and the
schema is always passed, so that a missing or an undeclared attribute is an error (both proved in tests/approvals/policy).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property

import cedarpy

from approvals.policy.conditions import Conditions, strictest
from approvals.policy.question import Phase, Question, Sent
from approvals.policy.schema import Declared


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One policy as people refer to it: its ``@id``, its words for who is denied, and what it demands of who is not."""

    id: str
    is_permit: bool
    says: str
    doc: str
    """Why it is so, for whoever reviews it; mostly empty."""
    phases: frozenset[str]
    demands: Conditions
    meaning: str
    """The whole policy as Cedar's JSON: what a comment does not change."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The reviewed table beside the policies: limits that hold for every request."""

    shortest: timedelta
    reason_at_most: int
    """Characters."""
    budgets: Mapping[str, int]
    """How often something may be done, by the names of limits.yaml; mediation counts."""
    step_up_within: timedelta
    """The most that may lie between an approver's sign-in and the decision that it is for."""


@dataclass(frozen=True, kw_only=True)
class Verdict:
    """The policy's answer. ``rules`` decided, in the order of the files: permits that applied, or forbids. ``errors`` make it a no."""

    allowed: bool
    rules: tuple[Rule, ...]
    errors: tuple[str, ...] = ()

    @cached_property
    def conditions(self) -> Conditions:
        """What the permits that applied demand, all of them at once."""
        return strictest(rule.demands for rule in self.rules if rule.is_permit)

    @property
    def ids(self) -> tuple[str, ...]:
        """How evidence and people name what decided."""
        return tuple(rule.id for rule in self.rules)


@dataclass(frozen=True, kw_only=True)
class Policy:
    """Policies, schema and limits, parsed once; ``version`` names their meaning: it survives a comment and no other change.

    ``texts`` are the files that it was made from: kept with the evidence, so that a decision can be judged again in ten years.
    """

    version: str
    limits: Limits
    rules: Mapping[str, Rule]
    """By Cedar's own name of each policy (``policy0``), in the order of the files."""
    declared: tuple[Declared, ...]
    texts: Mapping[str, str]
    policies: cedarpy.PolicySet
    schema: cedarpy.Schema

    @cached_property
    def _attributes(self) -> frozenset[tuple[str, str]]:
        return frozenset((one.owner, one.name) for one in self.declared)

    def declares(self, owner: str, name: str) -> bool:
        """Whether the schema knows the attribute. One that it does not know would be an error, and the error a denial of everything."""
        return (owner, name) in self._attributes

    def judge(self, *questions: Question) -> tuple[Verdict, ...]:
        """The answer to each question."""
        return self.judge_sent(Sent.of(*questions))

    def judge_sent(self, sent: Sent) -> tuple[Verdict, ...]:
        """The answer to each question in ``sent``."""
        return self.judge_plain(sent.requests, sent.entities)

    def judge_plain(self, requests: Sequence[Mapping[str, object]], entities: str) -> tuple[Verdict, ...]:
        """The answers to questions in Cedar's own form. Never raises: what Cedar cannot read is a no."""
        results = cedarpy.is_authorized_batch([dict(request) for request in requests], self.policies, entities, self.schema)
        return tuple(self._verdict(result) for result in results)

    def has_rules_for(self, phase: Phase) -> bool:
        """Whether any permit is about this phase: where none is, nobody needs to ask."""
        return any(rule.is_permit and phase in rule.phases for rule in self.rules.values())

    def _verdict(self, result: cedarpy.AuthzResult) -> Verdict:
        errors = tuple(str(error) for error in result.diagnostics.errors)
        decided = frozenset(result.diagnostics.reasons)
        # In the order of the files, not in Cedar's: that one has no meaning.
        rules = tuple(rule for name, rule in self.rules.items() if name in decided)
        return Verdict(allowed=result.allowed and not errors and bool(rules), rules=rules, errors=errors)
