"""Who decides instead: of somebody who cannot any more, beside somebody who does not answer, and as an approver wants it.

Whoever can still decide stays; the next in line come in until the quorum can be reached again. A stage that comes out with too few people
in it is what check (8) refuses: nobody waits on nobody, and nothing is approved for want of an approver.
"""

from dataclasses import replace

from approvals.change import Person, PersonId, Proposal, Stage
from approvals.mediation.facts import Facts
from approvals.mediation.stages import Permits, able, filled, line
from approvals.policy.rules import Verdict


def healed(stage: Stage, proposal: Proposal, facts: Facts, *, stays: Permits, permits: Permits) -> Stage:
    """``stage`` with those who can decide in it now; itself where all of them can. ``stays`` is asked of those who are in it already."""
    kept = tuple(one.id for one in able(_known(stage, facts), proposal) if stays(one, stage.name))
    if kept == stage.approvers:
        return stage
    return replace(stage, approvers=filled(kept, stage.name, proposal, facts, quorum=stage.quorum, permits=permits))


def beside(stage: Stage, proposal: Proposal, facts: Facts, *, permits: Permits) -> Stage:
    """``stage`` with the next in line beside those who are in it; itself where nobody is left in line. Its quorum stays as it is."""
    more = filled(stage.approvers, stage.name, proposal, facts, quorum=len(stage.approvers) + 1, permits=permits)
    return replace(stage, approvers=more)


def given(stage: Stage, facts: Facts) -> Stage:
    """``stage`` with whom it is given to in the actor's place."""
    to = facts.given_to.id if facts.given_to else None
    swapped = (to if facts.actor and one == facts.actor.id else one for one in stage.approvers)
    return replace(stage, approvers=tuple(one for one in swapped if one is not None))


def concerned(stage: Stage, facts: Facts) -> tuple[Person, ...]:
    """Everybody of whom the policy is asked: those in the stage, and those in line."""
    return tuple({one.id: one for one in (*_known(stage, facts), *line(stage.name, facts))}.values())


def may_stay(ruling: Verdict) -> bool:
    """Whether an approver stays in their stage: not where no policy is about them any more.

    A forbid, or an error, speaks against the request and everybody who could decide on it. Another approver would be no help.
    """
    return ruling.allowed or bool(ruling.rules) or bool(ruling.errors)


def _known(stage: Stage, facts: Facts) -> tuple[Person, ...]:
    by_id: dict[PersonId, Person] = {person.id: person for person in facts.approvers}
    return tuple(by_id[one] for one in stage.approvers if one in by_id)
