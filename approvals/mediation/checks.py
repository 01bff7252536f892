"""The numbered checks. What the policy says is one of them; the others no policy can lift.

They are made in this order; a denial carries the number of the one that failed. What is not known is denied.

    (1)  Everybody concerned is in the directory and enabled, the actor included.      NIST SP 800-53 AC-2; control 9
    (2)  The entitlement is in the catalog.                                            control 8
    (3)  A person acts for themselves: requester, beneficiary and submitter are one.   requests for others come later
    (4)  The policy in force permits it: the request, the approver, the change.        AC-3, controls 8 to 10
    (5)  The duration is at least the shortest and at most the policy's and the entitlement's. AC-2(6), control 23
    (6)  A reason is given, and fits; a ticket too, where the policy wants one.        PCI DSS 7.2
    (7)  No other request for the same thing is open, and it is not held already.      peers.md, "duplicate guard"
    (8)  Somebody other than requester and beneficiary can be asked at each stage.     AC-5; peers.md, "approver health"
    (9)  Nobody decides on their own request.                                          AC-5, ISO 27001 A.5.3, control 17
    (10) Only an approver of the open stage decides, and once.                         AC-3(2), control 16
    (11) The question is still open in time.
    (12) An approver may shorten the duration, never lengthen it.                      control 6
    (13) A denial carries a reason.
    (14) Only the requester withdraws.
    (15) Each stage has the approvals that it needs, from people who may still give them. control 9: again at the effect
    (16) Access is ended by time, by its holder, or by whom the policy lets end it.    AC-2(3)
    (17) Where the policy wants it, the approver has signed in afresh for this decision. control 18, IA-2; platform.md A6
    (18) Where the policy wants it, the approver says first who gets what for how long. ASI09, "no approval on autopilot"
    (19) Nothing that the decision rests on is older than the schema allows.           control 9: stale is read again, or refused
    (20) Nobody asks or approves more often than the budgets of limits.yaml allow.      control 40, SC-5, ASI08
    (21) Who takes back access that is somebody else's says why.                        AC-2(3), control 13
    (22) It is given only to somebody in line for it whom the policy lets approve.      control 16; peers.md, "reassign"
"""

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType

from approvals.change import Action, Denied, PersonId, Stage, Verdict, number
from approvals.mediation.case import NO, Case
from approvals.mediation.demands import has_looked_again, has_signed_in, is_within_budget, was_proved
from approvals.mediation.facts import Facts
from approvals.policy.conditions import Kind
from approvals.policy.question import Phase
from approvals.policy.rules import Verdict as Ruling
from approvals.words import Sentence, names_in, say

Check = Callable[[Case], Denied | None]


def _is_everybody_here(case: Case) -> Denied | None:
    # (1) The directory's word is read at each step: somebody who left this morning can neither decide nor be given anything.
    facts = case.facts
    for person in (facts.requester, facts.beneficiary, *(() if _is_time(facts) else (facts.actor,))):
        if person is None:
            return Denied(1, say("The directory does not know everybody concerned, so nothing can be done. Ask the helpdesk."))
        if not person.enabled:
            return Denied(1, say("{name} is not an active member of the organisation any more.", name=person.name))
    return None


def _is_in_catalog(case: Case) -> Denied | None:
    # (2) Entitlement.
    if case.facts.entitlement is None:
        return Denied(2, say("{entitlement} is not in the catalog any more.", entitlement=case.proposal.entitlement))
    return None


def _is_for_oneself(case: Case) -> Denied | None:
    # (3) Requester, beneficiary and submitter.
    actor, proposal = case.facts.actor, case.proposal
    if actor is None or actor.id != proposal.requester or proposal.beneficiary != proposal.requester:
        return Denied(3, say("Access can be asked for by the person who will have it, and by nobody else."))
    return None


def _is_permitted(case: Case) -> Denied | None:
    # (4) The policy, on everything that this act rests on. An error is a no like any other, and says so.
    actor = case.facts.actor
    asked = {
        Action.SUBMIT: (case.asking,),
        Action.APPROVE: (case.asking, case.approving(actor.id, stage=case.open_stage) if actor else NO),
        Action.EXECUTE: (case.asking, case.ruling(Phase.EXECUTE)),
        Action.EXTEND: (case.asking, case.ruling(Phase.EXTEND)),
    }[case.action]
    for ruling in asked:
        if not ruling.allowed:
            return Denied(4, _why(ruling, case), ruling.ids)
    return None


def _fits_the_duration(case: Case) -> Denied | None:
    # (5) Duration: what was approved, once that is known.
    asked, least = case.duration, case.policy.limits.shortest
    offer, policys = case.facts.entitlement, case.conditions.at_most
    longest = min(filter(None, (offer.max_duration if offer else None, policys)), default=timedelta())
    if asked > longest:
        return Denied(5, say("{asked} is too long: at most {most}. Please ask for less.", asked=asked, most=longest))
    if asked < least:
        return Denied(5, say("{asked} is too short: at least {least}.", asked=asked, least=least))
    return None


def _has_a_reason(case: Case) -> Denied | None:
    # (6) Reason, and the ticket that the policy wants.
    reason, most = case.proposal.reason, case.policy.limits.reason_at_most
    if not reason.strip():
        return Denied(6, say("A reason is needed: the approver sees only what you write."))
    if len(reason) > most:
        return Denied(6, say("The reason has {length} characters; at most {most}. Please shorten it.", length=len(reason), most=most))
    if case.conditions.ticket and not case.proposal.reference:
        return Denied(6, say("A ticket or incident number is needed for this, such as INC-4711. Please add it to your request."))
    return None


def _is_the_only_one(case: Case) -> Denied | None:
    # (7) Duplicate guard.
    if case.facts.open_request is not None:
        asked = number(case.facts.open_request)
        return Denied(7, say("You have already asked for this: {request}. Say “status {request}” to see it.", request=asked))
    if case.facts.holds:
        return Denied(7, say("You have this access already, from outside of Countersign; there is nothing to ask for."))
    return None


def _has_somebody_to_ask(case: Case) -> Denied | None:
    # (8) Approver health: nobody to ask is a refusal with its reason, never an approval and never a wait for nobody.
    if case.needs_nobody:
        return None
    offer = case.facts.entitlement
    name = offer.name if offer else case.proposal.entitlement
    for stage in case.stages:
        if len(stage.approvers) < stage.quorum:
            if stage.name == Kind.MANAGER:
                return Denied(
                    8, say("Your manager has to agree to {entitlement}, and you have none who could. Ask the helpdesk.", entitlement=name)
                )
            sentence = say(
                "Nobody can decide on {entitlement} for you: it has no other active owner, deputy or steward. "
                "Ask the helpdesk to name one.",
                entitlement=name,
            )
            return Denied(8, sentence)
    return None


def _is_not_their_own(case: Case) -> Denied | None:
    # (9) Self-approval. Before (10), since "this is your own request" says more than "you are not an approver".
    actor = case.facts.actor
    if actor is None or actor.id in (case.proposal.requester, case.proposal.beneficiary):
        return Denied(9, say("This is your own request. Somebody else has to decide on it."))
    return None


def _is_an_open_approver(case: Case) -> Denied | None:
    # (10) Approver of the open stage, once.
    facts = case.facts
    stage = facts.stages[facts.stage] if facts.stage < len(facts.stages) else None
    if facts.actor is None or stage is None or facts.actor.id not in stage.approvers:
        names = tuple(person.name for person in facts.approvers)
        return Denied(10, say("Only {names} can decide on this request.", names=names))
    if any(decision.approver == facts.actor.id and decision.stage == facts.stage for decision in facts.decisions):
        return Denied(10, say("You have already decided on this request."))
    return None


def _is_in_time(case: Case) -> Denied | None:
    # (11) Lapse.
    if case.facts.lapses_at is None or case.now >= case.facts.lapses_at:
        return Denied(11, say("This request has lapsed: it was not decided in time. It has to be asked for again."))
    return None


def _is_not_longer(case: Case) -> Denied | None:
    # (12) Narrowing only.
    allowed = case.facts.word.duration if case.facts.word else None
    least, most = case.policy.limits.shortest, case.proposal.duration
    if allowed is None or not least <= allowed <= most:
        return Denied(12, say("The duration has to be from {least} to {most}, which was asked for.", least=least, most=most))
    return None


def _has_a_denial_reason(case: Case) -> Denied | None:
    # (13) The requester is told why.
    reason, most = case.facts.word.reason.strip() if case.facts.word else "", case.policy.limits.reason_at_most
    if not reason or len(reason) > most:
        return Denied(13, say("Please say why you deny it, in at most {most} characters: the requester will read it.", most=most))
    return None


def _is_the_requester(case: Case) -> Denied | None:
    # (14) Withdrawal.
    if case.facts.actor is None or case.facts.actor.id != case.proposal.requester:
        return Denied(14, say("Only the person who asked can withdraw this request."))
    return None


def _has_its_approvals(case: Case) -> Denied | None:
    # (15) Quorum, counted again from the decisions, over approvers whom the directory and the policy still let approve; and where they had
    # to sign in, only over those who did: a decision that got into the records by another way opens nothing.
    facts = case.facts
    for place, stage in enumerate(facts.stages):
        count = len(_agreed(case, place, stage))
        if count < stage.quorum:
            sentence = say(
                "Stage “{stage}” needs {quorum} approval(s) from people who may still give them, and has {count}.",
                stage=stage.name,
                quorum=stage.quorum,
                count=count,
            )
            return Denied(15, sentence)
    is_denied = any(decision.verdict is Verdict.DENY for decision in facts.decisions)
    if is_denied or not (facts.stages or case.needs_nobody):
        return Denied(15, say("The request was not approved."))
    return None


def _agreed(case: Case, place: int, stage: Stage) -> tuple[PersonId, ...]:
    """Whose approvals of a stage count now: each person's once."""
    live = tuple(person.id for person in case.facts.approvers if person.enabled)
    agreed = (
        decision.approver
        for decision in case.facts.decisions
        if decision.stage == place
        and decision.verdict is Verdict.APPROVE
        and decision.approver in stage.approvers
        and decision.approver in live
        and decision.approver not in (case.proposal.requester, case.proposal.beneficiary)
        and case.approving(decision.approver, stage=stage.name).allowed
        and was_proved(case, decision, stage)
    )
    return tuple(dict.fromkeys(agreed))


def _may_end_it(case: Case) -> Denied | None:
    # (16) Time and the holder need nobody's leave: neither a person who left nor a policy keeps access alive.
    facts, actor = case.facts, case.facts.actor
    if _is_time(facts):
        return None
    if actor is None or not actor.enabled:
        return Denied(16, _NOT_YOURS)
    if actor.id in (case.proposal.requester, case.proposal.beneficiary):
        return None
    ruling = case.ruling(Phase.REVOKE)
    return None if ruling.allowed else Denied(16, _why(ruling, case) if ruling.rules else _NOT_YOURS, ruling.ids)


def _says_why(case: Case) -> Denied | None:
    # (21) The holder reads it; and so does whoever has to judge later whether it was right.
    facts, most = case.facts, case.policy.limits.reason_at_most
    if facts.actor is None or facts.actor.id in (case.proposal.requester, case.proposal.beneficiary):
        return None
    if not facts.why.strip() or len(facts.why) > most:
        return Denied(21, say("Please say why you take it back, in at most {most} characters: whoever has it will read it.", most=most))
    return None


def _can_be_given(case: Case) -> Denied | None:
    # (22) Reassignment. In line are neither the requester nor the beneficiary, and nobody who is asked already.
    to, names = case.facts.given_to, tuple(person.name for person in case.others)
    if to is not None and any(person.id == to.id for person in case.others):
        return None
    if not names:
        return Denied(22, say("Nobody else could decide on this request, so it stays with you."))
    return Denied(22, say("Nothing was changed: this request can only be given to {names}.", names=names))


def _is_fresh(case: Case) -> Denied | None:
    # (19) Age. A value from the future is as little worth: some clock is wrong.
    for one in case.policy.declared:
        age = case.now - case.facts.read_from(one.source)
        if not -_SKEW <= age <= one.within:
            sentence = say(
                "What is known from the {source} is too old to decide on. Please try again in a moment; if it stays so, ask the helpdesk.",
                source=one.source.value,
            )
            return Denied(19, sentence)
    return None


def _is_time(facts: Facts) -> bool:
    """Whether time itself acts: a person who is known is never taken for it."""
    return facts.is_by_time and facts.actor is None


def _why(ruling: Ruling, case: Case) -> Sentence:
    """The words of the first forbid that applied; or why there is no permit."""
    if ruling.errors:
        return say("The policy could not be asked, so the answer is no. Nothing was changed; please tell the helpdesk.")
    offer, beneficiary = case.facts.entitlement, case.facts.beneficiary
    if not ruling.rules or offer is None:
        name = offer.name if offer else case.proposal.entitlement
        return say("No policy permits this for {entitlement}. Ask the helpdesk if you think that one should.", entitlement=name)
    values = {
        "entitlement": offer.name,
        "system": offer.system,
        "risk": offer.risk.value,
        "departments": ", ".join(offer.departments),
        "own": beneficiary.department if beneficiary else "",
        "conflicts": ", ".join(one.name for one in case.facts.conflicts),
    }
    # A policy's words are a message id like any other: they are extracted from the policy files.
    says = ruling.rules[0].says
    return Sentence(says, tuple(sorted((name, values[name]) for name in dict.fromkeys(names_in(says)))))


_NOT_YOURS = say("Only the person who has the access, its owner, or whoever approved it can end it.")
_SKEW = timedelta(minutes=1)
_THERE = (_is_everybody_here, _is_in_catalog)
_ASKABLE = (_is_fresh, _is_permitted, _fits_the_duration, _has_a_reason)
CHECKS: Mapping[Action, tuple[Check, ...]] = MappingProxyType(
    {
        Action.SUBMIT: (*_THERE, _is_for_oneself, *_ASKABLE, _is_the_only_one, _has_somebody_to_ask, is_within_budget),
        Action.APPROVE: (
            *_THERE,
            _is_not_their_own,
            _is_an_open_approver,
            _is_in_time,
            *_ASKABLE,
            _is_not_longer,
            is_within_budget,
            has_looked_again,
            has_signed_in,
        ),
        Action.DENY: (_is_everybody_here, _is_not_their_own, _is_an_open_approver, _is_in_time, _has_a_denial_reason),
        Action.WITHDRAW: (_is_everybody_here, _is_the_requester),
        # Not (19): what is too old to decide on is no reason to end a request, and whoever decides on it is held to (19) themselves.
        Action.REROUTE: (*_THERE, _has_somebody_to_ask),
        Action.ESCALATE: (*_THERE, _has_somebody_to_ask),
        Action.REASSIGN: (*_THERE, _is_not_their_own, _is_an_open_approver, _is_in_time, _is_fresh, _can_be_given),
        Action.EXECUTE: (*_THERE, *_ASKABLE, _has_its_approvals),
        Action.EXTEND: (*_THERE, _is_for_oneself, *_ASKABLE, _has_somebody_to_ask),
        Action.REVOKE: (_may_end_it, _says_why),
    }
)
"""The checks of each action, in the order in which they are made."""
