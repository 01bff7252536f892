"""The answer: every check of the action in order, and then what the policy binds the caller to."""

from dataclasses import replace
from datetime import datetime

from approvals.change import Action, Allowed, Denied, Obligations, Proposal
from approvals.mediation.case import Case
from approvals.mediation.checks import CHECKS
from approvals.mediation.facts import Facts
from approvals.mediation.stages import told
from approvals.policy import Policy


def authorize(action: Action, proposal: Proposal, *, facts: Facts, policy: Policy, now: datetime) -> Allowed | Denied:
    """Decide whether ``action`` on ``proposal`` may go on, and who must agree to it first. The answer carries what it was given on."""
    case = Case(action=action, proposal=proposal, facts=facts, policy=policy, now=now)
    return replace(_answer(case), grounds=case.grounds)


def _answer(case: Case) -> Allowed | Denied:
    facts, action = case.facts, case.action
    for check in CHECKS[action]:
        denied = check(case)
        if denied is not None:
            return denied
    if action not in (Action.SUBMIT, Action.APPROVE, Action.EXECUTE):
        return Allowed(stages=case.stages if case.is_about_approvers else facts.stages, obligations=None, rules=_ids(case))
    return Allowed(stages=case.stages, obligations=_obligations(case), rules=_ids(case), needs_nobody=case.needs_nobody)


def _obligations(case: Case) -> Obligations | None:
    offer, bound = case.facts.entitlement, case.conditions
    if offer is None or bound.lapses_after is None:
        return None
    return Obligations(
        max_duration=min(offer.max_duration, bound.at_most or offer.max_duration),
        lapses_after=bound.lapses_after,
        ticket=bound.ticket,
        step_up=bound.step_up,
        look_again=bound.look_again,
        notify=told(case.proposal, case.facts, bound),
        remind_after=bound.remind_after,
        escalate_after=bound.escalate_after,
    )


def _ids(case: Case) -> tuple[str, ...]:
    """The policies that let it through. One that was asked for nothing but its no is not among them."""
    permits = (rule.id for ruling in case.rulings.values() if ruling.allowed for rule in ruling.rules)
    return tuple(dict.fromkeys(permits))
