"""Which single facts would have turned an answer, found by asking again."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from approvals.change import Action, Allowed, EntitlementId, Hours, Proposal, Risk
from approvals.mediation.turning import Asked, turns
from tests.approvals.rules import ANA, BILLING, GOOD, JONAS, MARIA, NO, POLICY, PROPOSAL, TOM, YES
from tests.approvals.test_policy_is_asked import with_policy
from tests.builders import HOUR, NOON

_DEPARTMENTS = ("", "Data", "Finance", "Payments")
_TOO_OLD = {"older": ((POLICY.declared[0].source, NOON - timedelta(days=900)),)}
_GONE = replace(ANA, enabled=False)


def told(action: Action, proposal: Proposal = PROPOSAL, **changes: Any) -> list[str]:
    asked = Asked(action=action, proposal=proposal, facts=replace(GOOD[action], **changes), policy=POLICY, now=NOON)
    return [str(one.says) for one in turns(asked, departments=_DEPARTMENTS)]


@pytest.mark.parametrize(
    ("proposal", "changes", "would_let_it_through"),
    [
        ({"duration": 9 * HOUR}, {}, ["Asking for 8 h, not 9 h"]),
        ({"duration": timedelta(minutes=1)}, {}, ["Asking for 5 min, not 1 min"]),
        ({"reason": " "}, {}, ["Giving a reason, of at most 1000 characters"]),
        ({}, {"open_request": 7}, ["REQ-7 being over"]),
        ({}, {"holds": True}, ["Not having it already"]),
        ({}, _TOO_OLD, ["Facts that are read anew"]),
        ({}, {"actor": _GONE, "requester": _GONE, "beneficiary": _GONE}, ["Ana Ferreira being an active member"]),
        (
            {},
            {"entitlement": replace(BILLING, risk=Risk.CRITICAL)},
            ["Naming a ticket or incident", "A risk of low, medium, high in the catalog, not critical"],
        ),
        (
            {},
            {"entitlement": replace(BILLING, departments=("Finance", "Data"))},
            ["Ana Ferreira being in Data, Finance, not in Payments", "Being open to every department in the catalog"],
        ),
        (
            {},
            {"conflicts": (replace(BILLING, id=EntitlementId("crm"), name="Read the CRM"),)},
            ["Neither having nor having asked for Read the CRM"],
        ),
        (
            {},
            {"entitlement": replace(BILLING, hours=Hours.WORKING)},
            ["Asking on 2025-11-24 09:00 UTC", "Not being kept to working hours in the catalog"],
        ),
    ],
)
def test_a_refused_request_names_each_fact_that_alone_would_have_let_it_through(
    proposal: dict[str, Any], changes: dict[str, Any], would_let_it_through: list[str]
) -> None:
    assert told(Action.SUBMIT, replace(PROPOSAL, **proposal), **changes) == would_let_it_through


@pytest.mark.parametrize(
    ("action", "changes", "would_let_it_through"),
    [
        (Action.APPROVE, {"actor": TOM}, ["Being done by Maria Lindqvist, not by Tom Okafor"]),
        (Action.APPROVE, {"actor": ANA}, ["Being done by Maria Lindqvist, not by Ana Ferreira"]),
        (Action.APPROVE, {"lapses_at": NOON}, ["Being decided before 2025-11-22 12:00 UTC"]),
        (Action.APPROVE, {"word": replace(YES, duration=5 * HOUR)}, ["Asking for 8 h, not 4 h", "Being approved for 4 h"]),
        (Action.DENY, {"word": replace(NO, reason="")}, ["Giving a reason for the denial, of at most 1000 characters"]),
        (Action.WITHDRAW, {"actor": MARIA}, ["Being done by Ana Ferreira, not by Maria Lindqvist"]),
        (Action.APPROVE, {"step_up": None}, ["A risk of low, medium in the catalog, not high", "Signing in afresh for this approval"]),
        (Action.EXECUTE, {"decisions": ()}, ["The approval of Maria Lindqvist"]),
        (Action.REVOKE, {"actor": MARIA}, ["Being done by Ana Ferreira, not by Maria Lindqvist", "Saying why it is taken back"]),
        (Action.REVOKE, {"actor": TOM, "why": "Stolen."}, ["Being done by Ana Ferreira, Maria Lindqvist, Jonas Weber, not by Tom Okafor"]),
    ],
)
def test_so_does_a_refused_act(action: Action, changes: dict[str, Any], would_let_it_through: list[str]) -> None:
    assert told(action, **changes) == would_let_it_through


def test_what_two_things_stand_against_no_single_fact_lets_through() -> None:
    assert told(Action.SUBMIT, replace(PROPOSAL, reason=""), holds=True) == []


@pytest.mark.parametrize("missing", ["entitlement", "beneficiary"])
def test_what_nobody_knows_no_other_fact_makes_up_for(missing: str) -> None:
    assert told(Action.SUBMIT, **{missing: None}) == []


_MANAGERS = with_policy(
    '@id("tier.extra") @stages("manager") @lapses_after("2h") '
    'permit (principal is Person, action in Action::"request", resource) when { resource.risk == "high" };'
)


def test_a_manager_who_has_left_would_be_back_and_no_other_is_thought_of() -> None:
    facts = replace(GOOD[Action.SUBMIT], manager=replace(TOM, enabled=False))
    asked = Asked(action=Action.SUBMIT, proposal=PROPOSAL, facts=facts, policy=_MANAGERS, now=NOON)

    assert [str(one.says) for one in turns(asked, departments=())] == [
        "Tom Okafor being an active member",
        "A risk of low, medium in the catalog, not high",
    ]


def test_a_stage_without_a_manager_would_have_one() -> None:
    asked = Asked(action=Action.SUBMIT, proposal=PROPOSAL, facts=GOOD[Action.SUBMIT], policy=_MANAGERS, now=NOON)

    assert [str(one.says) for one in turns(asked, departments=())] == [
        "Having a manager who is an active member",
        "A risk of low, medium in the catalog, not high",
    ]


def test_somebody_off_call_would_be_on_it() -> None:
    rota = with_policy(
        '@id("only.rota") @says("No.") forbid (principal is Person, action in Action::"request", resource) '
        "unless { resource has rota && principal.on_call.contains(resource.rota) };"
    )
    facts = replace(GOOD[Action.SUBMIT], entitlement=replace(BILLING, rota="platform"))
    asked = Asked(action=Action.SUBMIT, proposal=PROPOSAL, facts=facts, policy=rota, now=NOON)

    assert [str(one.says) for one in turns(asked, departments=())] == ["Being on call for platform"]


def test_what_was_allowed_names_what_would_have_stopped_it() -> None:
    reference = replace(PROPOSAL, reference="INC-4711")
    critical = replace(BILLING, risk=Risk.CRITICAL)

    assert told(Action.SUBMIT, reference, entitlement=critical) == [
        "Asking for 9 h, not 4 h",
        "Naming no ticket or incident",
        "Having it already",
        "Ana Ferreira having left",
        "Being kept to working hours in the catalog",
    ]


def test_what_whoever_asked_can_see_to_themselves_is_told_apart() -> None:
    friday_night = datetime(2025, 11, 21, 20, tzinfo=UTC)
    facts = replace(GOOD[Action.SUBMIT], entitlement=replace(BILLING, hours=Hours.WORKING), read_at=friday_night)
    asked = Asked(action=Action.SUBMIT, proposal=PROPOSAL, facts=facts, policy=POLICY, now=friday_night)

    found = [(str(one.says), one.is_theirs) for one in turns(asked, departments=())]

    assert found == [("Asking on 2025-11-24 09:00 UTC", True), ("Not being kept to working hours in the catalog", False)]


def test_a_request_is_judged_at_the_hour_of_its_making_so_that_hour_turns_its_approval() -> None:
    on_saturday = {"entitlement": replace(BILLING, hours=Hours.WORKING), "asked_at": NOON - HOUR}

    assert told(Action.APPROVE, **on_saturday) == ["Asking on 2025-11-24 09:00 UTC", "Not being kept to working hours in the catalog"]


@pytest.mark.parametrize("action", Action)
def test_each_fact_that_is_named_does_turn_the_answer(action: Action) -> None:
    """The good facts with each person gone, as the words say it: another way round than by the code under test."""
    facts = GOOD[action]
    named = [said for said in told(action) if said.endswith("having left")]

    for who in (ANA, MARIA, JONAS):
        left = {
            name: replace(person, enabled=False)
            for name in ("actor", "requester", "beneficiary")
            if (person := getattr(facts, name)) is not None and person.id == who.id
        }
        groups = {name: tuple(replace(one, enabled=one.id != who.id) for one in getattr(facts, name)) for name in ("approvers", "owners")}
        gone = replace(facts, **left, **groups)
        other = Asked(action=action, proposal=PROPOSAL, facts=gone, policy=POLICY, now=NOON)
        assert (f"{who.name} having left" in named) is not isinstance(other.answer, Allowed)
