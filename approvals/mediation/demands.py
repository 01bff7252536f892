"""Checks (17), (18) and (20): what asking and approving need beside the right to do it: a fresh sign-in, a second look, room in a budget.

They are listed with the others in checks.py. What a policy demands of an approver is read from the permits that applied; where none did,
nobody knows what it demands, and everything is.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from types import MappingProxyType

from approvals.change import Decision, Denied, Look, NotSignedIn, PersonId, Stage, StepUp
from approvals.mediation.budgets import Budget, Spending
from approvals.mediation.case import Case
from approvals.words import Sentence, Value, names_in, say


def was_proved(case: Case, decision: Decision, stage: Stage) -> bool:
    """Whether the decision came with the sign-in that it needs."""
    if not case.needs_sign_in(decision.approver, stage=stage.name):
        return True
    return _is_recent(decision.step_up, person=decision.approver, case=case)


def has_signed_in(case: Case) -> Denied | None:
    """Step-up (17). Told nothing, it refuses."""
    actor, step_up, within = case.facts.actor, case.facts.step_up, case.policy.limits.step_up_within
    if actor is not None and not case.needs_sign_in(actor.id, stage=case.open_stage):
        return None
    if isinstance(step_up, NotSignedIn):
        return Denied(17, step_up.reason)
    if step_up is None:
        return Denied(17, say("To approve this, show that it is you: sign in once more with your own account."))
    if actor is None or not _is_recent(step_up, person=actor.id, case=case):
        return Denied(17, say("You signed in for this more than {within} ago. Nothing was changed; please sign in again.", within=within))
    return None


def _is_recent(step_up: StepUp | None, *, person: PersonId, case: Case) -> bool:
    within = case.policy.limits.step_up_within
    return step_up is not None and step_up.person == person and timedelta() <= step_up.age <= within


def has_looked_again(case: Case) -> Denied | None:
    """Look again (18). Before (17): nobody signs in for what they have not read."""
    actor, asked = case.facts.actor, case.proposal
    if actor is not None and not case.needs_second_look(actor.id, stage=case.open_stage):
        return None
    if case.facts.looked is None:
        return Denied(18, say("Nothing was approved yet. Choose the line that says who gets what, and for how long; then approve."))
    if case.facts.looked != Look(beneficiary=asked.beneficiary, entitlement=asked.entitlement, duration=case.agreed_duration):
        return Denied(18, say("The line that you chose is not what is asked for, so nothing was approved. Please read the card again."))
    return None


def is_within_budget(case: Case) -> Denied | None:
    """Budgets (20). Last of what is asked: nobody is sent away for an hour who could not ask anyway."""
    for spent in case.facts.spending:
        again = spent.free_at(case.now)
        if again is not None:
            offer = case.facts.entitlement
            return Denied(20, _too_often(spent, again=again, what=offer.name if offer else case.proposal.entitlement))
    return None


def _too_often(spent: Spending, *, again: datetime, what: str) -> Sentence:
    says = _SAID[spent.budget].msgid
    values: dict[str, Value] = {"most": spent.most, "again": again, "what": what}
    return Sentence(says, tuple(sorted((name, values[name]) for name in names_in(says))))


_SAID: Mapping[Budget, Sentence] = MappingProxyType(
    {
        Budget.ASKED_IN_AN_HOUR: say("You have asked {most} times within an hour; that is the most. You can ask again on {again}."),
        Budget.ASKED_IN_A_DAY: say("You have asked {most} times within a day; that is the most. You can ask again on {again}."),
        Budget.ONE_ASKED_FOR_IN_AN_HOUR: say(
            "{what} was asked for {most} times within an hour; that is the most. Please ask for it again on {again}."
        ),
        Budget.OPEN: say(
            "You have {most} requests that are not over; that is the most. Withdraw or hand back what you do not need, and ask again."
        ),
        Budget.APPROVED_IN_A_MINUTE: say(
            "You have approved {most} requests within a minute; that is the most. Nothing was changed. Press Approve again on {again}."
        ),
    }
)
