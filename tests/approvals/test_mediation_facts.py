"""In which order the checks speak, and what an answer rests on: what is missing is denied, what is not read changes nothing."""

from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from approvals.change import (
    Action,
    Allowed,
    Denied,
    Obligations,
    Person,
    RequestId,
    Risk,
)
from approvals.mediation import Facts, authorize
from approvals.words import Sentence, say, spell
from tests.approvals.rules import ALLOWED, BILLING, GOOD, OBLIGATIONS, ORDER, POLICY, PROPOSAL, TOM, WRONG, judge
from tests.builders import HOUR, NOON

# What an answer binds to.


@pytest.mark.parametrize(
    ("risk", "bound"),
    [
        (Risk.LOW, Obligations(max_duration=8 * HOUR, lapses_after=timedelta(days=7), remind_after=24 * HOUR, escalate_after=72 * HOUR)),
        (Risk.MEDIUM, Obligations(max_duration=8 * HOUR, lapses_after=timedelta(days=3), remind_after=8 * HOUR, escalate_after=24 * HOUR)),
        (Risk.HIGH, OBLIGATIONS),
        (
            Risk.CRITICAL,
            Obligations(
                max_duration=8 * HOUR,
                lapses_after=8 * HOUR,
                ticket=True,
                step_up=True,
                look_again=True,
                notify=("maria", "jonas", "tom"),
                remind_after=HOUR,
                escalate_after=2 * HOUR,
            ),
        ),
    ],
)
def test_the_riskier_the_more_a_request_is_bound_to(risk: Risk, bound: Obligations) -> None:
    asked = replace(PROPOSAL, reference="INC-4711")

    answer = judge(Action.SUBMIT, asked, entitlement=replace(BILLING, risk=risk), manager=TOM)

    assert answer == replace(ALLOWED[Action.SUBMIT], obligations=bound, rules=(f"tier.{risk}",))


def test_the_policys_longest_holds_where_the_catalog_allows_more() -> None:
    answer = judge(
        Action.SUBMIT,
        replace(PROPOSAL, reference="INC-4711", duration=25 * HOUR),
        entitlement=replace(BILLING, risk=Risk.CRITICAL, max_duration=72 * HOUR),
    )

    assert answer == Denied(
        5, say("{asked} is too long: at most {most}. Please ask for less.", asked=timedelta(hours=25), most=timedelta(days=1))
    )


def test_6_where_the_policy_wants_a_ticket_none_is_a_denial() -> None:
    denied = judge(Action.SUBMIT, entitlement=replace(BILLING, risk=Risk.CRITICAL))

    assert denied == Denied(6, say("A ticket or incident number is needed for this, such as INC-4711. Please add it to your request."))


@pytest.mark.parametrize("action", ORDER)
def test_of_everything_that_is_wrong_the_first_check_in_order_speaks(action: Action) -> None:
    told = []
    for place in range(len(ORDER[action])):
        proposal, facts = PROPOSAL, GOOD[action]
        # The last to be applied wins where two faults concern the same fact, so the earliest check is applied last.
        for check in reversed(ORDER[action][place:]):
            amend, changes = WRONG[check]
            proposal, facts = amend(proposal), replace(facts, **changes)
        answer = authorize(action, proposal, facts=facts, policy=POLICY, now=NOON)
        told.append(answer.check if isinstance(answer, Denied) else 0)

    assert tuple(told) == ORDER[action]


# What is not known is denied; what is not read changes nothing.

_DROPPED: Mapping[str, Any] = {
    "actor": None,
    "requester": None,
    "beneficiary": None,
    "entitlement": None,
    "owners": (),
    "stages": (),
    "decisions": (),
    "approvers": (),
    "lapses_at": None,
    "word": None,
    "is_by_time": False,
    "step_up": None,
    "looked": None,
    "given_to": None,
}
"""Each fact that can be missing, and how that looks."""
_RESTS_ON: Mapping[Action, tuple[str, ...]] = {
    Action.SUBMIT: ("actor", "requester", "beneficiary", "entitlement", "owners"),
    Action.APPROVE: ("actor", "requester", "beneficiary", "entitlement", "stages", "lapses_at", "word", "step_up"),
    Action.DENY: ("actor", "requester", "beneficiary", "stages", "lapses_at", "word"),
    Action.WITHDRAW: ("actor", "requester", "beneficiary"),
    Action.REASSIGN: ("actor", "requester", "beneficiary", "entitlement", "owners", "stages", "lapses_at", "given_to"),
    Action.ESCALATE: ("requester", "beneficiary", "entitlement", "is_by_time"),
    Action.REROUTE: ("requester", "beneficiary", "entitlement", "is_by_time"),
    Action.EXECUTE: ("requester", "beneficiary", "entitlement", "stages", "decisions", "approvers", "is_by_time"),
    Action.EXTEND: ("actor", "requester", "beneficiary", "entitlement"),
    Action.REVOKE: ("actor",),
}
_FACTS = [(action, name) for action in Action for name in _DROPPED]


@pytest.mark.parametrize(("action", "name"), [pair for pair in _FACTS if pair[1] in _RESTS_ON[pair[0]]])
def test_a_missing_fact_is_a_denial(action: Action, name: str) -> None:
    assert isinstance(judge(action, **{name: _DROPPED[name]}), Denied)


@pytest.mark.parametrize(("action", "name"), [pair for pair in _FACTS if pair[1] not in _RESTS_ON[pair[0]]])
def test_a_fact_that_an_action_does_not_rest_on_changes_no_decision(action: Action, name: str) -> None:
    answer = judge(action, **{name: _DROPPED[name]})

    assert isinstance(answer, Allowed)


def test_every_fact_is_accounted_for() -> None:
    harmless_when_absent = {
        *("read_at", "open_request", "holds", "stage", "manager", "on_call", "conflicts", "asked_at", "older", "spending"),
        *("manager_above", "steward", "why"),
    }

    assert {field.name for field in fields(Facts)} == {*_DROPPED} | harmless_when_absent


@pytest.mark.parametrize("action", Action)
def test_a_decision_rests_on_nothing_that_an_attribute_of_a_person_says_that_the_schema_does_not_declare(action: Action) -> None:
    def masked(person: Person | None) -> Person | None:
        return person and replace(
            person,
            name="Somebody",
            email="x@evil.example",
            title="CISO",
            locale="xx",
        )

    facts = GOOD[action]
    tainted: dict[str, Any] = {
        "actor": masked(facts.actor),
        "requester": masked(facts.requester),
        "beneficiary": masked(facts.beneficiary),
        "given_to": masked(facts.given_to),
        "owners": tuple(masked(one) for one in facts.owners),
        "approvers": tuple(masked(one) for one in facts.approvers),
    }

    assert judge(action, **tainted) == judge(action)


# Words.


@pytest.mark.parametrize(
    ("duration", "spelt"),
    [
        (timedelta(), "0 min"),
        (timedelta(seconds=59), "0 min"),
        (timedelta(minutes=45), "45 min"),
        (4 * HOUR, "4 h"),
        (timedelta(days=1, hours=12), "1 d 12 h"),
        (timedelta(days=30), "30 d"),
        (timedelta(days=1, minutes=5), "1 d 5 min"),
    ],
)
def test_a_duration_is_spelt_the_same_everywhere(duration: timedelta, spelt: str) -> None:
    assert spell(duration) == spelt


def test_a_denial_is_a_sentence_with_its_values() -> None:
    denied = judge(Action.SUBMIT, open_request=RequestId(7))

    assert isinstance(denied, Denied)
    pattern = "You have already asked for this: {request}. Say “status {request}” to see it."
    assert denied.reason == Sentence(pattern, (("request", "REQ-7"),))
    assert str(denied.reason) == "You have already asked for this: REQ-7. Say “status REQ-7” to see it."
