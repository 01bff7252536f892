"""The rules are pure: the same facts give the same answer, in any process; and no facts at all get round them."""

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st

from approvals.change import Action, Allowed, Decision, NotSignedIn, Person, Proposal, Stage, StepUp, Verdict
from approvals.mediation import Facts, authorize
from approvals.words import say
from tests.approvals.answers import everything_that_is_answered
from tests.approvals.rules import ANA, BILLING, GOOD, JONAS, MARIA, POLICY, PROPOSAL, SIGNED_IN, TOM, judge
from tests.builders import HOUR, NOON

_ROOT = Path(__file__).parents[2]


def test_the_same_facts_give_the_same_bytes_under_every_hash_seed() -> None:
    code = "from tests.approvals.answers import everything_that_is_answered as say; print(say())"
    running = [
        subprocess.Popen(
            [sys.executable, "-c", code], cwd=_ROOT, env={**os.environ, "PYTHONHASHSEED": seed}, stdout=subprocess.PIPE, encoding="utf-8"
        )
        for seed in ("0", "42")
    ]
    told = [process.communicate()[0].strip() for process in running]

    assert told == [everything_that_is_answered()] * 2


def test_asking_twice_is_answered_twice_the_same() -> None:
    assert [judge(action) for action in Action] == [judge(action) for action in Action]


# Facts of every kind, consistent or not, against what must hold in words other than the code's.

_PEOPLE = st.sampled_from([ANA, MARIA, JONAS, TOM]).flatmap(lambda one: st.booleans().map(lambda here: replace(one, enabled=here)))
_SOMEBODY = st.none() | _PEOPLE
_IDS = st.sampled_from([ANA.id, MARIA.id, JONAS.id, TOM.id])
_DURATIONS = st.sampled_from([-HOUR, 0 * HOUR, HOUR, 4 * HOUR, 8 * HOUR, 9 * HOUR])
_WORDS = st.builds(
    Decision,
    approver=_IDS,
    verdict=st.sampled_from(Verdict),
    at=st.just(NOON),
    stage=st.integers(0, 2),
    duration=st.none() | _DURATIONS,
    reason=st.sampled_from(["", "No."]),
)
_STAGES = st.builds(Stage, name=st.just("owner"), approvers=st.lists(_IDS, max_size=3, unique=True).map(tuple), quorum=st.integers(1, 2))
_OFFERS = st.none() | st.sampled_from([BILLING, replace(BILLING, departments=("Finance",)), replace(BILLING, max_duration=HOUR)])
_FACTS = st.builds(
    Facts,
    read_at=st.just(NOON),
    actor=_SOMEBODY,
    requester=_SOMEBODY,
    beneficiary=_SOMEBODY,
    entitlement=_OFFERS,
    owners=st.lists(_PEOPLE, max_size=2).map(tuple),
    open_request=st.none() | st.just(7),
    holds=st.booleans(),
    stages=st.lists(_STAGES, max_size=2).map(tuple),
    stage=st.integers(0, 2),
    decisions=st.lists(_WORDS, max_size=3).map(tuple),
    approvers=st.lists(_PEOPLE, max_size=3).map(tuple),
    lapses_at=st.none() | st.sampled_from([NOON - HOUR, NOON, NOON + HOUR]),
    word=st.none() | _WORDS,
    given_to=_SOMEBODY,
    is_by_time=st.booleans(),
    step_up=st.sampled_from([None, SIGNED_IN, NotSignedIn(why="person", reason=say("No.")), replace(SIGNED_IN, person=TOM.id)]),
)
_PROPOSALS = st.builds(
    replace, st.just(PROPOSAL), duration=_DURATIONS, beneficiary=_IDS, requester=_IDS, reason=st.sampled_from(["", "Why."])
)


def _mostly_good(facts: Facts, action: Action, kept: frozenset[str]) -> Facts:
    """The good facts of ``action``, except for those that ``kept`` names: so that some are allowed and the rest nearly are."""
    return replace(GOOD[action], **{name: getattr(facts, name) for name in kept})


_KEPT = st.frozensets(st.sampled_from([name for name in Facts.__slots__ if name != "read_at"]), max_size=6)


@settings(max_examples=300, deadline=None)
@given(action=st.sampled_from(Action), facts=_FACTS, kept=_KEPT, proposal=st.just(PROPOSAL) | _PROPOSALS)
def test_whatever_is_allowed_keeps_the_promises(action: Action, facts: Facts, kept: frozenset[str], proposal: Proposal) -> None:
    facts = _mostly_good(facts, action, kept)

    answer = authorize(action, proposal, facts=facts, policy=POLICY, now=NOON)

    if isinstance(answer, Allowed):
        broken = [promise.__name__ for promise in _PROMISES[action] if not promise(proposal, facts)]
        assert broken == []


def _is_here(person: Person | None) -> bool:
    return person is not None and person.enabled


def _nobody_concerned_has_left(_proposal: Proposal, facts: Facts) -> bool:
    return _is_here(facts.requester) and _is_here(facts.beneficiary) and (facts.actor is None or facts.actor.enabled)


def _it_is_bounded(proposal: Proposal, facts: Facts) -> bool:
    return facts.entitlement is not None and POLICY.limits.shortest <= proposal.duration <= facts.entitlement.max_duration


def _what_was_approved_is_bounded(proposal: Proposal, facts: Facts) -> bool:
    approved = [word.duration for word in facts.decisions if word.duration is not None]
    return _it_is_bounded(replace(proposal, duration=min(approved, default=proposal.duration)), facts)


def _it_is_decided_by_another(proposal: Proposal, facts: Facts) -> bool:
    return facts.actor is not None and facts.actor.id != proposal.requester and facts.actor.id != proposal.beneficiary


def _it_is_decided_by_who_was_asked(_proposal: Proposal, facts: Facts) -> bool:
    asked = facts.stages[facts.stage].approvers if facts.stage < len(facts.stages) else ()
    return facts.actor is not None and facts.actor.id in asked


def _it_is_given_to_another(proposal: Proposal, facts: Facts) -> bool:
    return _is_here(facts.given_to) and facts.given_to is not None and facts.given_to.id not in (proposal.requester, proposal.beneficiary)


def _it_is_decided_in_time(_proposal: Proposal, facts: Facts) -> bool:
    return facts.lapses_at is not None and facts.lapses_at > NOON


def _it_is_signed_in_for(_proposal: Proposal, facts: Facts) -> bool:
    proved = facts.step_up if isinstance(facts.step_up, StepUp) else None
    return proved is not None and facts.actor is not None and proved.person == facts.actor.id and proved.age <= POLICY.limits.step_up_within


def _it_is_asked_for_oneself(proposal: Proposal, facts: Facts) -> bool:
    return facts.actor is not None and facts.actor.id == proposal.requester == proposal.beneficiary


def _somebody_else_can_be_asked(proposal: Proposal, facts: Facts) -> bool:
    return bool(facts.stages) or any(one.enabled and one.id not in (proposal.requester, proposal.beneficiary) for one in facts.owners)


def _enough_others_agreed(proposal: Proposal, facts: Facts) -> bool:
    here = {one.id for one in facts.approvers if one.enabled} - {proposal.requester, proposal.beneficiary}
    for place, stage in enumerate(facts.stages):
        agreed = {word.approver for word in facts.decisions if word.stage == place and word.verdict is Verdict.APPROVE}
        if len(agreed & here & {*stage.approvers}) < stage.quorum:
            return False
    return bool(facts.stages) and all(word.verdict is Verdict.APPROVE for word in facts.decisions)


def _it_is_ended_by_who_may(proposal: Proposal, facts: Facts) -> bool:
    offer = facts.entitlement
    agreed = {word.approver for word in facts.decisions if word.verdict is Verdict.APPROVE}
    may = {proposal.requester, proposal.beneficiary, *((offer.owner, offer.deputy) if offer else ()), *agreed}
    return facts.actor.enabled and facts.actor.id in may if facts.actor else facts.is_by_time


def _the_requester_acts(proposal: Proposal, facts: Facts) -> bool:
    return facts.actor is not None and facts.actor.id == proposal.requester


_PROMISES = {
    Action.SUBMIT: (_nobody_concerned_has_left, _it_is_bounded, _it_is_asked_for_oneself, _somebody_else_can_be_asked),
    Action.APPROVE: (
        _nobody_concerned_has_left,
        _it_is_bounded,
        _it_is_decided_by_another,
        _it_is_decided_by_who_was_asked,
        _it_is_decided_in_time,
        _it_is_signed_in_for,
    ),
    Action.DENY: (_nobody_concerned_has_left, _it_is_decided_by_another, _it_is_decided_by_who_was_asked, _it_is_decided_in_time),
    Action.WITHDRAW: (_the_requester_acts,),
    Action.REROUTE: (_nobody_concerned_has_left, _somebody_else_can_be_asked),
    Action.ESCALATE: (_nobody_concerned_has_left, _somebody_else_can_be_asked),
    Action.REASSIGN: (
        _nobody_concerned_has_left,
        _it_is_decided_by_another,
        _it_is_decided_by_who_was_asked,
        _it_is_decided_in_time,
        _it_is_given_to_another,
    ),
    Action.EXECUTE: (_nobody_concerned_has_left, _what_was_approved_is_bounded, _enough_others_agreed),
    Action.EXTEND: (_nobody_concerned_has_left, _it_is_bounded, _it_is_asked_for_oneself, _somebody_else_can_be_asked),
    Action.REVOKE: (_it_is_ended_by_who_may,),
}
