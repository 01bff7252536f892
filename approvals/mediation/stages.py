"""What the policy demands, as people: who must agree, in order, and who is told."""

from collections.abc import Mapping

from approvals.change import Person, PersonId, Proposal, Stage
from approvals.mediation.facts import Facts
from approvals.policy.conditions import Conditions, Kind, StageRule


def stages_for(proposal: Proposal, facts: Facts, conditions: Conditions) -> tuple[Stage, ...]:
    """Who must agree. A stage may come out with too few people in it: check (8) sees to that."""
    stages = (_stage(rule, proposal, facts) for rule in conditions.stages)
    # Whoever is asked twice in a row for the same thing would press without reading.
    kept: dict[tuple[PersonId, ...], Stage] = {}
    for stage in stages:
        kept.setdefault(stage.approvers, stage)
    return tuple(kept.values())


def told(proposal: Proposal, facts: Facts, conditions: Conditions) -> tuple[PersonId, ...]:
    """Who is told when access begins: those able to be, and nobody twice."""
    named = (person for kind in conditions.notify for person in _named(kind, facts))
    return tuple(dict.fromkeys(person.id for person in named if person.enabled and person.id != proposal.requester))


def _stage(rule: StageRule, proposal: Proposal, facts: Facts) -> Stage:
    """The stage as it would be asked now: of one owner, the owner where able and else the deputy; never the one who asks or gets."""
    able = tuple(
        person.id for person in _named(rule.kind, facts) if person.enabled and person.id not in (proposal.requester, proposal.beneficiary)
    )
    asked = able[:1] if rule.kind is Kind.OWNER else able
    return Stage(name=rule.kind.value, approvers=asked, quorum=rule.quorum)


def _named(kind: Kind, facts: Facts) -> tuple[Person, ...]:
    manager = (facts.manager,) if facts.manager else ()
    by_kind: Mapping[Kind, tuple[Person, ...]] = {Kind.OWNER: facts.owners, Kind.OWNERS: facts.owners, Kind.MANAGER: manager}
    return by_kind[kind]
