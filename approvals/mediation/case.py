"""One question to mediation, with the policy's answers to it: asked once, however many checks look at them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from approvals.change import Action, Grounds, Person, PersonId, Proposal, Risk, Ruled, Stage, Verdict
from approvals.mediation.facts import Facts
from approvals.mediation.healing import beside, concerned, given, healed, may_stay
from approvals.mediation.questions import About
from approvals.mediation.stages import able, line, stages_for
from approvals.policy import Policy
from approvals.policy.conditions import Conditions, strictest
from approvals.policy.question import Phase, Question, Sent
from approvals.policy.rules import Verdict as Ruling

NO = Ruling(allowed=False, rules=())
"""The ruling on what was not asked."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """Who wants what, what is known, and by which rules. ``rulings`` are the policy's, by what was asked."""

    action: Action
    proposal: Proposal
    facts: Facts
    policy: Policy
    now: datetime

    @cached_property
    def rulings(self) -> dict[str, Ruling]:
        """The policy's answers by what was asked: ``request``, ``auto-approve``, ``approve/STAGE/PERSON``, ``execute``, ``extend``
        or ``revoke``."""
        return dict(zip(self.questions, self.policy.judge_sent(self._sent), strict=True)) if self.questions else {}

    @property
    def grounds(self) -> Grounds:
        """What an answer rests on beside the facts. Asks nothing: of a policy that no check has needed, nothing is said."""
        known: dict[str, Ruling] = vars(self).get("rulings", {})
        ruled = tuple(Ruled(about=key, allowed=one.allowed, rules=one.ids, errors=one.errors) for key, one in sorted(known.items()))
        digest = self._sent.digest if ruled else ""
        return Grounds(action=self.action, proposal=self.proposal, now=self.now, ruled=ruled, digest=digest)

    def ruling(self, key: str) -> Ruling:
        """One of them; what was not asked is a no."""
        return self.rulings.get(key, NO)

    @property
    def asking(self) -> Ruling:
        """Whether the request itself may be made, by who made it and when they did."""
        return self.ruling(Phase.REQUEST)

    def approving(self, approver: PersonId, *, stage: str) -> Ruling:
        """Whether this person may approve it in this stage."""
        return self.ruling(_approval(stage, approver))

    def would_approve(self, person: Person, *, stage: str) -> Ruling:
        """Whether the policy would let this person approve it in this stage, if they were asked."""
        about = self._about()
        return self.policy.judge(about.an_approver(person, stage=stage))[0] if about else NO

    @property
    def is_about_approvers(self) -> bool:
        """Whether it is asked who decides, and not whether something may be done."""
        return self.action in (Action.REROUTE, Action.ESCALATE, Action.REASSIGN)

    @property
    def open_stage(self) -> str:
        """The name of the stage that is decided now; empty where none is open."""
        facts = self.facts
        return facts.stages[facts.stage].name if facts.stage < len(facts.stages) else ""

    @property
    def duration(self) -> timedelta:
        """How long it is to last: what was asked; when the change is made, the least that anybody approved."""
        return self.agreed_duration if self.action is Action.EXECUTE else self.proposal.duration

    @property
    def agreed_duration(self) -> timedelta:
        """The least that anybody has approved so far, else what was asked: how long it would last, as the card shows it."""
        return min((word.duration for word in self.facts.decisions if word.duration is not None), default=self.proposal.duration)

    def needs_sign_in(self, approver: PersonId, *, stage: str) -> bool:
        """Whether this person's approval counts only with their own fresh sign-in. Of what is not permitted nobody knows, so it does."""
        return any(not ruling.allowed or ruling.conditions.step_up for ruling in (self.asking, self.approving(approver, stage=stage)))

    def needs_second_look(self, approver: PersonId, *, stage: str) -> bool:
        """Whether this person says first who gets what for how long; as above."""
        return any(not ruling.allowed or ruling.conditions.look_again for ruling in (self.asking, self.approving(approver, stage=stage)))

    @cached_property
    def needs_nobody(self) -> bool:
        """Whether the policy approves by itself.

        What is of high risk or worse is given by no policy alone, whatever it says; nor what a person would sign in for, or look at twice.
        """
        ruling, offer = self.ruling(Phase.AUTO_APPROVE), self.facts.entitlement
        demands = strictest((self.asking.conditions, ruling.conditions))
        longest = ruling.conditions.at_most
        is_short = longest is None or self.proposal.duration <= longest
        is_a_click = not demands.step_up and not demands.look_again
        return ruling.allowed and is_short and is_a_click and offer is not None and offer.risk in (Risk.LOW, Risk.MEDIUM)

    @cached_property
    def conditions(self) -> Conditions:
        """What the policy binds the request to; with what it demands for approving by itself, where it does."""
        if not self.needs_nobody:
            return self.asking.conditions
        return strictest((self.asking.conditions, self.ruling(Phase.AUTO_APPROVE).conditions))

    @property
    def stages(self) -> tuple[Stage, ...]:
        """Who must agree: as settled at submit, or as the policy demands now; where it is about them, with who can decide now."""
        if self.is_about_approvers:
            return self._healed
        if self.facts.stages or self.needs_nobody:
            return self.facts.stages
        return stages_for(self.proposal, self.facts, self.asking.conditions, permits=lambda who, stage: self._would(who, stage).allowed)

    @cached_property
    def _healed(self) -> tuple[Stage, ...]:
        """The stages, the open one with who can decide in it now. Those before it are over, those after it have not been asked."""
        return tuple(self._open_now(stage) if place == self.facts.stage else stage for place, stage in enumerate(self.facts.stages))

    @cached_property
    def others(self) -> tuple[Person, ...]:
        """Who else could decide in the open stage: in line for it, and let by the policy."""
        facts, name = self.facts, self.open_stage
        asked = facts.stages[facts.stage].approvers if name else ()
        spare = (person for person in able(line(name, facts), self.proposal) if person.id not in asked)
        return tuple(person for person in spare if self._would(person, name).allowed)

    def _open_now(self, stage: Stage) -> Stage:
        if self.action is Action.REASSIGN:
            return given(stage, self.facts)

        def permits(person: Person, name: str) -> bool:
            return self._would(person, name).allowed

        here = healed(stage, self.proposal, self.facts, stays=lambda person, name: may_stay(self._would(person, name)), permits=permits)
        return beside(here, self.proposal, self.facts, permits=permits) if self.action is Action.ESCALATE else here

    def _would(self, person: Person, stage: str) -> Ruling:
        """What the policy says to this person's approval; asked beside the others where it was not asked with them."""
        return self.rulings.get(_approval(stage, person.id)) or self.would_approve(person, stage=stage)

    @cached_property
    def _sent(self) -> Sent:
        return Sent.of(*self.questions.values())

    @cached_property
    def questions(self) -> dict[str, Question]:
        """What the policy is asked, by the names of :attr:`rulings`."""
        facts, about = self.facts, self._about()
        if about is None or self.action in (Action.DENY, Action.WITHDRAW):
            # Neither gives anybody anything, so no policy is needed for it.
            return {}
        if self.action is Action.REVOKE:
            return {Phase.REVOKE: about.an_end(facts.actor)} if facts.actor else {}
        if self.is_about_approvers:
            # Whether it may be asked for is not asked again: it waits already.
            return {_approval(stage, person.id): about.an_approver(person, stage=stage) for person, stage in self._approving()}
        asked: dict[str, Question] = {Phase.REQUEST: about.the_request()}
        if not facts.stages and self.policy.has_rules_for(Phase.AUTO_APPROVE):
            asked[Phase.AUTO_APPROVE] = about.the_request(Phase.AUTO_APPROVE)
        if self.action is Action.EXECUTE:
            asked[Phase.EXECUTE] = about.the_change()
        if self.action is Action.EXTEND:
            asked[Phase.EXTEND] = about.the_request(Phase.EXTEND)
        for person, stage in self._approving():
            asked[_approval(stage, person.id)] = about.an_approver(person, stage=stage)
        return asked

    def _about(self) -> About | None:
        facts = self.facts
        if facts.entitlement is None:
            return None
        return About(
            proposal=self.proposal,
            facts=facts,
            requester=facts.requester or _gone(self.proposal.requester),
            beneficiary=facts.beneficiary or _gone(self.proposal.beneficiary),
            entitlement=facts.entitlement,
            now=self.now,
            declares=self.policy.declares,
        )

    def _approving(self) -> tuple[tuple[Person, str], ...]:
        """Whose approvals the answer rests on: the actor's now, everybody's who could decide, or who approved, when the change is made."""
        facts = self.facts
        if self.is_about_approvers and self.open_stage:
            return tuple((person, self.open_stage) for person in concerned(facts.stages[facts.stage], facts))
        if self.action is Action.APPROVE and facts.actor and facts.stage < len(facts.stages):
            return ((facts.actor, self.open_stage),)
        if self.action is not Action.EXECUTE:
            return ()
        known = {person.id: person for person in facts.approvers}
        return tuple(
            (known[word.approver], facts.stages[word.stage].name)
            for word in facts.decisions
            if word.verdict is Verdict.APPROVE and word.approver in known and word.stage < len(facts.stages)
        )


def _approval(stage: str, approver: PersonId) -> str:
    return f"{Phase.APPROVE}/{stage}/{approver}"


def _gone(person: PersonId) -> Person:
    """Somebody whom the directory does not know: to the policy, nobody who is active."""
    return Person(id=person, name="", email="", enabled=False)
