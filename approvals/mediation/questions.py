"""What the policy is asked, made of the facts: only attributes that its schema declares leave this module.

The request is judged again at every step, by the person who asked and at the hour when they asked; beside it, at a decision, the approver;
and when the change is made, Countersign itself and everybody who approved.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from approvals.change import Entitlement, Person, Proposal, Verdict
from approvals.mediation.facts import Facts
from approvals.policy.question import Attribute, Entity, Phase, Question, person_uid

_MINUTE = timedelta(minutes=1)
_COUNTERSIGN = Entity(type="Countersign", id="countersign", attributes={})


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What every question of one case has in common. ``now`` is the moment of the act; a request is judged at the hour of its making.

    ``declares`` says what the schema knows: what came into it later is sent only to a policy that was written for it.
    """

    proposal: Proposal
    facts: Facts
    requester: Person
    beneficiary: Person
    entitlement: Entitlement
    now: datetime
    declares: Callable[[str, str], bool]

    def the_request(self, phase: Phase = Phase.REQUEST) -> Question:
        """May this be asked for; or with another phase: may it go on without a person's approval?"""
        return self._question(phase, self._person(self.requester), at=self.facts.asked_at or self.now)

    def an_approver(self, approver: Person, *, stage: str) -> Question:
        """May this person approve it, in the stage of this name?"""
        return self._question(Phase.APPROVE, self._person(approver), at=self.now, stage=stage)

    def the_change(self) -> Question:
        """May Countersign make the change?"""
        return self._question(Phase.EXECUTE, _COUNTERSIGN, at=self.now)

    def an_end(self, actor: Person) -> Question:
        """May this person end access that is not theirs?"""
        return self._question(Phase.REVOKE, self._person(actor), at=self.now)

    def _question(self, phase: Phase, principal: Entity, *, at: datetime, stage: str = "") -> Question:
        here = at.astimezone(ZoneInfo(self.beneficiary.time_zone))
        context: dict[str, Attribute] = {
            "requester": person_uid(self.requester.id),
            "beneficiary": person_uid(self.beneficiary.id),
            "minutes": self.proposal.duration // _MINUTE,
            "has_ticket": bool(self.proposal.reference),
            "stage": stage,
            "conflicts": tuple(one.id for one in self.facts.conflicts),
            "weekday": here.isoweekday(),
            "hour": here.hour,
        }
        if self.declares("Asked", "approvers"):
            context["approvers"] = tuple(person_uid(one.approver) for one in self.facts.decisions if one.verdict is Verdict.APPROVE)
        above = self.facts.manager_above
        if above is not None and self.declares("Asked", "manager_above"):
            context["manager_above"] = person_uid(above.id)
        return Question(
            task=self.entitlement.task,
            phase=phase,
            principal=principal,
            resource=self._entitlement(),
            context=context,
            others=(self._person(self.requester), self._person(self.beneficiary)),
        )

    def _person(self, person: Person) -> Entity:
        on_call = self.facts.on_call if person.id == self.requester.id else ()
        attributes: dict[str, Attribute] = {"enabled": person.enabled, "roles": person.roles, "on_call": on_call}
        if person.department:
            attributes["department"] = person.department
        if person.manager:
            attributes["manager"] = person_uid(person.manager)
        return Entity(type="Person", id=person.id, attributes=attributes)

    def _entitlement(self) -> Entity:
        offer = self.entitlement
        owners = (offer.owner, offer.deputy) if offer.deputy else (offer.owner,)
        attributes: dict[str, Attribute] = {
            "risk": offer.risk.value,
            "level": offer.level,
            "system": offer.system,
            "owners": tuple(person_uid(one) for one in owners),
            "departments": offer.departments,
            "hours": offer.hours.value,
        }
        if offer.rota:
            attributes["rota"] = offer.rota
        if offer.steward and self.declares("Entitlement", "steward"):
            attributes["steward"] = person_uid(offer.steward)
        return Entity(type="Entitlement", id=offer.id, attributes=attributes)
