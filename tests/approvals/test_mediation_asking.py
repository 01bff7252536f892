"""Checks (1) to (8) of mediation, each way that they can fail, for each action that makes them."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from approvals.change import (
    Action,
    Allowed,
    Denied,
    Person,
    Proposal,
    RequestId,
    Stage,
)
from approvals.words import say
from tests.approvals.rules import ALLOWED, ANA, BILLING, GOOD, JONAS, MARIA, PROPOSAL, STAGES, TOM, YES, judge
from tests.builders import HOUR


@pytest.mark.parametrize("action", Action)
def test_each_action_is_allowed_on_good_facts(action: Action) -> None:
    assert judge(action) == ALLOWED[action]


# (1) Everybody concerned is in the directory and enabled.

_CONCERNED = [
    (action, role)
    for action in (Action.SUBMIT, Action.APPROVE, Action.DENY, Action.EXECUTE, Action.WITHDRAW)
    for role in ("requester", "beneficiary", "actor")
    if (action, role) != (Action.EXECUTE, "actor")
]


@pytest.mark.parametrize(("action", "role"), _CONCERNED)
def test_1_somebody_whom_the_directory_does_not_know_stops_everything(action: Action, role: str) -> None:
    missing: dict[str, Any] = {role: None}

    denied = judge(action, **missing)

    assert denied == Denied(1, say("The directory does not know everybody concerned, so nothing can be done. Ask the helpdesk."))


@pytest.mark.parametrize(("action", "role"), _CONCERNED)
def test_1_somebody_who_has_left_stops_everything(action: Action, role: str) -> None:
    left = replace(getattr(GOOD[action], role), enabled=False)

    denied = judge(action, **{role: left})

    assert denied == Denied(1, say("{name} is not an active member of the organisation any more.", name=left.name))


def test_1_time_that_acts_needs_no_actor_and_still_nobody_who_left_is_given_anything() -> None:
    assert judge(Action.EXECUTE, actor=None) == ALLOWED[Action.EXECUTE]
    assert judge(Action.EXECUTE, beneficiary=replace(ANA, enabled=False)) == Denied(
        1, say("{name} is not an active member of the organisation any more.", name="Ana Ferreira")
    )


def test_1_an_actor_who_has_left_does_not_pass_as_time() -> None:
    denied = judge(Action.APPROVE, actor=replace(MARIA, enabled=False), is_by_time=True)

    assert denied == Denied(1, say("{name} is not an active member of the organisation any more.", name="Maria Lindqvist"))


# (2) The entitlement is in the catalog.


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE, Action.EXECUTE])
def test_2_what_left_the_catalog_cannot_be_given(action: Action) -> None:
    denied = judge(action, entitlement=None)

    assert denied == Denied(2, say("{entitlement} is not in the catalog any more.", entitlement="billing-db-write"))


@pytest.mark.parametrize("action", [Action.DENY, Action.WITHDRAW, Action.REVOKE])
def test_2_what_left_the_catalog_can_still_be_denied_withdrawn_and_ended(action: Action) -> None:
    assert judge(action, entitlement=None) == Allowed(stages=STAGES, obligations=None)


# (3) A person acts for themselves.


@pytest.mark.parametrize(
    ("proposal", "changes"),
    [
        (PROPOSAL, {"actor": TOM}),
        (replace(PROPOSAL, beneficiary=TOM.id), {"beneficiary": TOM}),
        (replace(PROPOSAL, requester=TOM.id), {"requester": TOM}),
    ],
)
def test_3_nobody_asks_for_somebody_else(proposal: Proposal, changes: dict[str, Any]) -> None:
    denied = judge(Action.SUBMIT, proposal, **changes)

    assert denied == Denied(3, say("Access can be asked for by the person who will have it, and by nobody else."))


def test_3_time_asks_for_nothing() -> None:
    denied = judge(Action.SUBMIT, actor=None, is_by_time=True)

    assert denied == Denied(3, say("Access can be asked for by the person who will have it, and by nobody else."))


# (4) Department.

_FOR_FINANCE = replace(BILLING, departments=("Finance", "Data"))


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE, Action.EXECUTE])
def test_4_another_department_is_denied(action: Action) -> None:
    denied = judge(action, entitlement=_FOR_FINANCE)

    text = "{entitlement} is for {departments} only; you are in {own}."
    assert denied == Denied(
        4, say(text, entitlement="Write access to billing-db", departments="Finance, Data", own="Payments"), ("limit.department",)
    )


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE, Action.EXECUTE])
def test_4_the_beneficiarys_department_counts_and_no_departments_are_everybodys(action: Action) -> None:
    assert judge(action, entitlement=replace(BILLING, departments=("Finance", "Payments"))) == ALLOWED[action]
    assert judge(action, entitlement=replace(BILLING, departments=())) == ALLOWED[action]


# (5) Duration.


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE])
def test_5_more_than_the_entitlement_allows_is_denied(action: Action) -> None:
    denied = judge(action, replace(PROPOSAL, duration=8 * HOUR + timedelta(minutes=1)))

    text = "{asked} is too long: at most {most}. Please ask for less."
    assert denied == Denied(5, say(text, asked=timedelta(hours=8, minutes=1), most=timedelta(hours=8)))


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE])
@pytest.mark.parametrize("duration", [timedelta(minutes=4), timedelta(), timedelta(seconds=-1)])
def test_5_less_than_the_policys_shortest_is_denied(action: Action, duration: timedelta) -> None:
    denied = judge(action, replace(PROPOSAL, duration=duration))

    assert denied == Denied(5, say("{asked} is too short: at least {least}.", asked=duration, least=timedelta(minutes=5)))


@pytest.mark.parametrize("duration", [timedelta(minutes=5), 8 * HOUR])
def test_5_the_limits_themselves_are_allowed(duration: timedelta) -> None:
    assert judge(Action.SUBMIT, replace(PROPOSAL, duration=duration)) == ALLOWED[Action.SUBMIT]


@pytest.mark.parametrize(
    ("approved", "told"),
    [(9 * HOUR, "{asked} is too long: at most {most}. Please ask for less."), (timedelta(), "{asked} is too short: at least {least}.")],
)
def test_5_when_the_change_is_made_what_was_approved_is_judged(approved: timedelta, told: str) -> None:
    denied = judge(Action.EXECUTE, decisions=(replace(YES, duration=approved),))

    assert isinstance(denied, Denied)
    assert (denied.check, denied.reason.msgid) == (5, told)


def test_5_less_that_was_approved_is_enough_where_more_was_asked_than_may_be_had() -> None:
    assert judge(Action.EXECUTE, replace(PROPOSAL, duration=9 * HOUR)) == ALLOWED[Action.EXECUTE]


# (6) Reason.


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE, Action.EXECUTE])
@pytest.mark.parametrize("reason", ["", "  \n\t"])
def test_6_a_reason_is_needed(action: Action, reason: str) -> None:
    denied = judge(action, replace(PROPOSAL, reason=reason))

    assert denied == Denied(6, say("A reason is needed: the approver sees only what you write."))


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE, Action.EXECUTE])
def test_6_a_reason_fits_in_a_thousand_characters(action: Action) -> None:
    text = "The reason has {length} characters; at most {most}. Please shorten it."

    assert judge(action, replace(PROPOSAL, reason="x" * 1_000)) == ALLOWED[action]
    assert judge(action, replace(PROPOSAL, reason="x" * 1_001)) == Denied(6, say(text, length=1_001, most=1_000))


# (7) Duplicate guard.


def test_7_what_is_asked_for_already_is_not_asked_for_twice() -> None:
    denied = judge(Action.SUBMIT, open_request=RequestId(1042))

    assert denied == Denied(7, say("You have already asked for this: {request}. Say “status {request}” to see it.", request="REQ-1042"))


def test_7_what_somebody_has_from_elsewhere_is_not_asked_for() -> None:
    denied = judge(Action.SUBMIT, holds=True)

    assert denied == Denied(7, say("You have this access already, from outside of Countersign; there is nothing to ask for."))


# (8) Somebody can be asked.

_NOBODY = Denied(
    8,
    say(
        "Nobody can decide on {entitlement} for you: it has no other active owner, deputy or steward. Ask the helpdesk to name one.",
        entitlement="Write access to billing-db",
    ),
)


@pytest.mark.parametrize(
    "owners",
    [
        pytest.param((), id="nobody known"),
        pytest.param((replace(MARIA, enabled=False), replace(JONAS, enabled=False)), id="both have left"),
        pytest.param((ANA,), id="only the requester"),
    ],
)
def test_8_nobody_to_ask_is_a_denial(owners: tuple[Person, ...]) -> None:
    assert judge(Action.SUBMIT, owners=owners) == _NOBODY


@pytest.mark.parametrize(
    ("owners", "asked"),
    [
        pytest.param((MARIA, JONAS), MARIA, id="the owner"),
        pytest.param((replace(MARIA, enabled=False), JONAS), JONAS, id="the deputy of an owner who left"),
        pytest.param((ANA, JONAS), JONAS, id="the deputy of an owner who asks"),
        pytest.param((JONAS,), JONAS, id="the deputy of an owner whom nobody knows"),
    ],
)
def test_8_the_owner_is_asked_and_else_the_deputy(owners: tuple[Person, ...], asked: Person) -> None:
    answer = judge(Action.SUBMIT, owners=owners)

    assert answer == replace(ALLOWED[Action.SUBMIT], stages=(Stage(name="owner", approvers=(asked.id,), quorum=1),))


def test_8_a_stage_without_its_quorum_is_denied() -> None:
    assert judge(Action.SUBMIT, stages=(Stage(name="owner", approvers=(MARIA.id,), quorum=2),)) == _NOBODY
