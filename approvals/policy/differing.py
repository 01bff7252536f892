"""In which policies two folders differ."""

from collections.abc import Iterator

from approvals.policy.loading import LIMITS, SCHEMA
from approvals.policy.rules import Policy


def differing(old: Policy, new: Policy) -> Iterator[tuple[str, str]]:
    """Each policy that is new (``+``), gone (``-``) or changed (``~``), by name; then the table of limits and the schema."""
    before, after = ({rule.id: rule for rule in policy.rules.values()} for policy in (old, new))
    for name in sorted({*before, *after}):
        if name not in after:
            yield "-", name
        elif name not in before:
            yield "+", name
        elif before[name] != after[name]:
            yield "~", name
    if old.limits != new.limits:
        yield "~", LIMITS
    if str(old.schema) != str(new.schema):
        yield "~", SCHEMA
