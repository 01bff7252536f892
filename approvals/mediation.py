"""Who may do what: the one place that says yes or no. Pure: no clock, no I/O, no database; the same facts give the same answer.

Checks, in this order; a denial carries the number of the one that failed. What is not known is denied.

    (1)  Everybody concerned is in the directory and enabled, the actor included.      NIST SP 800-53 AC-2; control 9
    (2)  The entitlement is in the catalog.                                            control 8
    (3)  A person acts for themselves: requester, beneficiary and submitter are one.   requests for others come later
    (4)  The beneficiary's department may have the entitlement.                        AC-3
    (5)  The duration is at least the policy's shortest and at most the entitlement's. AC-2(6), control 23
    (6)  A reason is given, and fits.                                                  PCI DSS 7.2
    (7)  No other request for the same thing is open, and it is not held already.      peers.md, "duplicate guard"
    (8)  Somebody other than requester and beneficiary can be asked at each stage.     AC-5; peers.md, "approver health"
    (9)  Nobody decides on their own request.                                          AC-5, ISO 27001 A.5.3, control 17
    (10) Only an approver of the open stage decides, and once.                         AC-3(2), control 16
    (11) The question is still open in time.
    (12) An approver may shorten the duration, never lengthen it.                      control 6
    (13) A denial carries a reason.
    (14) Only the requester withdraws.
    (15) Each stage has the approvals that it needs, from people who may still give them. control 9: again at the effect
    (16) Access is ended by time, by its holder, or by its owner.                      AC-2(3)
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from approvals.change import (
    Action,
    Allowed,
    Decision,
    Denied,
    Entitlement,
    Obligations,
    Person,
    Proposal,
    RequestId,
    Stage,
    Verdict,
    number,
)
from approvals.policy import Policy
from approvals.words import say


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Everything that an answer may rest on, read afresh from the directory and the records at ``read_at``.

    ``actor`` is None when time itself acts. ``stages`` and ``decisions`` are empty before submit. ``word`` is what the actor decides now.
    """

    read_at: datetime
    actor: Person | None
    requester: Person | None
    beneficiary: Person | None
    entitlement: Entitlement | None
    owners: tuple[Person, ...]
    """The owner, then the deputy, of the entitlement: as far as the directory knows them."""
    open_request: RequestId | None = None
    """Another request of the beneficiary for the same entitlement that has not ended."""
    holds: bool = False
    """Whether the directory already shows the beneficiary in the entitlement's group."""
    stages: tuple[Stage, ...] = ()
    stage: int = 0
    decisions: tuple[Decision, ...] = ()
    approvers: tuple[Person, ...] = ()
    """The directory's records of everybody in ``stages``."""
    lapses_at: datetime | None = None
    word: Decision | None = None
    is_by_time: bool = False


_Check = Callable[[Proposal, Facts, Policy, datetime], Denied | None]


def authorize(action: Action, proposal: Proposal, *, facts: Facts, policy: Policy, now: datetime) -> Allowed | Denied:
    """Decide whether ``action`` on ``proposal`` may go on, and who must agree to it first."""
    for check in _CHECKS[action]:
        denied = check(proposal, facts, policy, now)
        if denied is not None:
            return denied
    offer = facts.entitlement
    limits = Obligations(max_duration=offer.max_duration, lapses_after=policy.lapse(offer.risk)) if offer else None
    return Allowed(stages=facts.stages or stages_for(proposal, facts), obligations=limits)


def stages_for(proposal: Proposal, facts: Facts) -> tuple[Stage, ...]:
    """Who must agree: the entitlement's owner, or the deputy where the owner cannot be asked, in one stage; possibly with nobody in it."""
    able = tuple(person.id for person in facts.owners if person.enabled and person.id not in (proposal.requester, proposal.beneficiary))
    return (Stage(name="owner", approvers=able[:1], quorum=1),)


def _is_everybody_here(_proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (1) The directory's word is read at each step: somebody who left this morning can neither decide nor be given anything.
    for person in (facts.requester, facts.beneficiary, *(() if _is_time(facts) else (facts.actor,))):
        if person is None:
            return Denied(1, say("The directory does not know everybody concerned, so nothing can be done. Ask the helpdesk."))
        if not person.enabled:
            return Denied(1, say("{name} is not an active member of the organisation any more.", name=person.name))
    return None


def _is_in_catalog(proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (2) Entitlement.
    if facts.entitlement is None:
        return Denied(2, say("{entitlement} is not in the catalog any more.", entitlement=proposal.entitlement))
    return None


def _is_for_oneself(proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (3) Requester, beneficiary and submitter.
    if facts.actor is None or facts.actor.id != proposal.requester or proposal.beneficiary != proposal.requester:
        return Denied(3, say("Access can be asked for by the person who will have it, and by nobody else."))
    return None


def _is_for_the_department(_proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (4) Department.
    offer, beneficiary = facts.entitlement, facts.beneficiary
    if offer is None or beneficiary is None or (offer.departments and beneficiary.department not in offer.departments):
        name = offer.name if offer else ""
        wanted = ", ".join(offer.departments) if offer else ""
        own = beneficiary.department if beneficiary else ""
        return Denied(4, say("{entitlement} is for {departments} only; you are in {own}.", entitlement=name, departments=wanted, own=own))
    return None


def _fits_the_duration(proposal: Proposal, facts: Facts, policy: Policy, _now: datetime) -> Denied | None:
    # (5) Duration.
    longest = facts.entitlement.max_duration if facts.entitlement else timedelta()
    if proposal.duration > longest:
        asked, most = proposal.duration, longest
        return Denied(5, say("{asked} is too long: at most {most}. Please ask for less.", asked=asked, most=most))
    if proposal.duration < policy.shortest:
        asked, least = proposal.duration, policy.shortest
        return Denied(5, say("{asked} is too short: at least {least}.", asked=asked, least=least))
    return None


def _has_a_reason(proposal: Proposal, _facts: Facts, policy: Policy, _now: datetime) -> Denied | None:
    # (6) Reason.
    if not proposal.reason.strip():
        return Denied(6, say("A reason is needed: the approver sees only what you write."))
    if len(proposal.reason) > policy.reason_at_most:
        most, length = policy.reason_at_most, len(proposal.reason)
        return Denied(6, say("The reason has {length} characters; at most {most}. Please shorten it.", length=length, most=most))
    return None


def _is_the_only_one(_proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (7) Duplicate guard.
    if facts.open_request is not None:
        asked = number(facts.open_request)
        return Denied(7, say("You have already asked for this: {request}. Say “status {request}” to see it.", request=asked))
    if facts.holds:
        return Denied(7, say("You have this access already, from outside of Countersign; there is nothing to ask for."))
    return None


def _has_somebody_to_ask(proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (8) Approver health: nobody to ask is a refusal with its reason, never an approval and never a wait for nobody.
    for stage in facts.stages or stages_for(proposal, facts):
        if len(stage.approvers) < stage.quorum:
            name = facts.entitlement.name if facts.entitlement else proposal.entitlement
            sentence = say(
                "Nobody can decide on {entitlement} for you: it has no other active owner or deputy. Ask the helpdesk to name one.",
                entitlement=name,
            )
            return Denied(8, sentence)
    return None


def _is_not_their_own(proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (9) Self-approval. Before (10), since "this is your own request" says more than "you are not an approver".
    if facts.actor is None or facts.actor.id in (proposal.requester, proposal.beneficiary):
        return Denied(9, say("This is your own request. Somebody else has to decide on it."))
    return None


def _is_an_open_approver(_proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (10) Approver of the open stage, once.
    stage = facts.stages[facts.stage] if facts.stage < len(facts.stages) else None
    if facts.actor is None or stage is None or facts.actor.id not in stage.approvers:
        names = ", ".join(person.name for person in facts.approvers)
        return Denied(10, say("Only {names} can decide on this request.", names=names))
    if any(decision.approver == facts.actor.id and decision.stage == facts.stage for decision in facts.decisions):
        return Denied(10, say("You have already decided on this request."))
    return None


def _is_in_time(_proposal: Proposal, facts: Facts, _policy: Policy, now: datetime) -> Denied | None:
    # (11) Lapse.
    if facts.lapses_at is None or now >= facts.lapses_at:
        return Denied(11, say("This request has lapsed: it was not decided in time. It has to be asked for again."))
    return None


def _is_not_longer(proposal: Proposal, facts: Facts, policy: Policy, _now: datetime) -> Denied | None:
    # (12) Narrowing only.
    allowed = facts.word.duration if facts.word else None
    if allowed is None or allowed > proposal.duration or allowed < policy.shortest:
        least, most = policy.shortest, proposal.duration
        return Denied(12, say("The duration has to be from {least} to {most}, which was asked for.", least=least, most=most))
    return None


def _has_a_denial_reason(_proposal: Proposal, facts: Facts, policy: Policy, _now: datetime) -> Denied | None:
    # (13) The requester is told why.
    reason = facts.word.reason.strip() if facts.word else ""
    if not reason or len(reason) > policy.reason_at_most:
        most = policy.reason_at_most
        return Denied(13, say("Please say why you deny it, in at most {most} characters: the requester will read it.", most=most))
    return None


def _is_the_requester(proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (14) Withdrawal.
    if facts.actor is None or facts.actor.id != proposal.requester:
        return Denied(14, say("Only the person who asked can withdraw this request."))
    return None


def _has_its_approvals(proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (15) Quorum, counted again from the decisions, over approvers whom the directory still knows as enabled.
    live = tuple(person.id for person in facts.approvers if person.enabled)
    for place, stage in enumerate(facts.stages):
        agreed = dict.fromkeys(
            decision.approver
            for decision in facts.decisions
            if decision.stage == place
            and decision.verdict is Verdict.APPROVE
            and decision.approver in stage.approvers
            and decision.approver in live
            and decision.approver not in (proposal.requester, proposal.beneficiary)
        )
        if len(agreed) < stage.quorum:
            sentence = say(
                "Stage “{stage}” needs {quorum} approval(s) from people who may still give them, and has {count}.",
                stage=stage.name,
                quorum=stage.quorum,
                count=len(agreed),
            )
            return Denied(15, sentence)
    if not facts.stages or any(decision.verdict is Verdict.DENY for decision in facts.decisions):
        return Denied(15, say("The request was not approved."))
    return None


def _may_end_it(proposal: Proposal, facts: Facts, _policy: Policy, _now: datetime) -> Denied | None:
    # (16) Time needs nobody's leave: neither a person who left nor a missing owner keeps access alive.
    if _is_time(facts):
        return None
    enders = (proposal.requester, proposal.beneficiary, *(person.id for person in facts.owners if person.enabled))
    if facts.actor is None or not facts.actor.enabled or facts.actor.id not in enders:
        return Denied(16, say("Only the person who has the access, or its owner, can end it."))
    return None


def _is_time(facts: Facts) -> bool:
    """Whether time itself acts: a person who is known is never taken for it."""
    return facts.is_by_time and facts.actor is None


_THERE = (_is_everybody_here, _is_in_catalog)
_ASKABLE = (_is_for_the_department, _fits_the_duration, _has_a_reason)
_CHECKS: dict[Action, tuple[_Check, ...]] = {
    Action.SUBMIT: (*_THERE, _is_for_oneself, *_ASKABLE, _is_the_only_one, _has_somebody_to_ask),
    Action.APPROVE: (*_THERE, _is_not_their_own, _is_an_open_approver, _is_in_time, *_ASKABLE, _is_not_longer),
    Action.DENY: (_is_everybody_here, _is_not_their_own, _is_an_open_approver, _is_in_time, _has_a_denial_reason),
    Action.WITHDRAW: (_is_everybody_here, _is_the_requester),
    Action.EXECUTE: (*_THERE, *_ASKABLE, _has_its_approvals),
    Action.REVOKE: (_may_end_it,),
}
