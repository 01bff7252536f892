"""What the policy demands, as people: who must agree, in order, who takes the place of whom, and who is told."""

from collections.abc import Callable, Mapping, Sequence

from approvals.change import Person, PersonId, Proposal, Stage
from approvals.mediation.facts import Facts
from approvals.policy.conditions import Conditions, Kind, StageRule

Permits = Callable[[Person, str], bool]
"""Whether the policy would let somebody approve in the stage of a name."""


def stages_for(proposal: Proposal, facts: Facts, conditions: Conditions, *, permits: Permits) -> tuple[Stage, ...]:
    """Who must agree. A stage may come out with too few people in it: check (8) sees to that."""
    stages = (_stage(rule, proposal, facts, permits=permits) for rule in conditions.stages)
    # Whoever is asked twice in a row for the same thing would press without reading.
    kept: dict[tuple[PersonId, ...], Stage] = {}
    for stage in stages:
        kept.setdefault(stage.approvers, stage)
    return tuple(kept.values())


def line(stage: str, facts: Facts) -> tuple[Person, ...]:
    """Those who may be asked in the stage of this name, in the order in which they stand in for each other; the steward last of all."""
    above = (facts.manager_above,) if stage == Kind.MANAGER and facts.manager_above else ()
    steward = (facts.steward,) if facts.steward else ()
    named = _named(Kind(stage), facts) if stage in tuple(Kind) else ()
    return tuple({person.id: person for person in (*named, *above, *steward)}.values())


def able(people: Sequence[Person], proposal: Proposal) -> tuple[Person, ...]:
    """Those among ``people`` who are here and whose own request it is not."""
    return tuple(person for person in people if person.enabled and person.id not in (proposal.requester, proposal.beneficiary))


def filled(
    asked: Sequence[PersonId], stage: str, proposal: Proposal, facts: Facts, *, quorum: int, permits: Permits
) -> tuple[PersonId, ...]:
    """``asked``, and where they are too few for the quorum, the next in line whom the policy would let approve."""
    found = list(asked)
    for person in able(line(stage, facts), proposal):
        if len(found) < quorum and person.id not in found and permits(person, stage):
            found.append(person.id)
    return tuple(found)


def told(proposal: Proposal, facts: Facts, conditions: Conditions) -> tuple[PersonId, ...]:
    """Who is told when access begins: those able to be, and nobody twice."""
    named = (person for kind in conditions.notify for person in _named(kind, facts))
    return tuple(dict.fromkeys(person.id for person in named if person.enabled and person.id != proposal.requester))


def _stage(rule: StageRule, proposal: Proposal, facts: Facts, *, permits: Permits) -> Stage:
    """The stage as it would be asked now: of one owner, the owner where able and else the deputy; never the one who asks or gets."""
    here = tuple(person.id for person in able(_named(rule.kind, facts), proposal))
    asked = here[:1] if rule.kind is Kind.OWNER else here
    return Stage(
        name=rule.kind.value,
        approvers=filled(asked, rule.kind, proposal, facts, quorum=rule.quorum, permits=permits),
        quorum=rule.quorum,
    )


def _named(kind: Kind, facts: Facts) -> tuple[Person, ...]:
    manager = (facts.manager,) if facts.manager else ()
    by_kind: Mapping[Kind, tuple[Person, ...]] = {Kind.OWNER: facts.owners, Kind.OWNERS: facts.owners, Kind.MANAGER: manager}
    return by_kind[kind]
