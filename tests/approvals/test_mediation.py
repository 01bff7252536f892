"""Every numbered check of mediation, each way that it can fail, for each action that makes it."""

from collections.abc import Callable, Mapping
from dataclasses import fields, replace
from datetime import timedelta
from typing import Any

import pytest

from approvals.change import (
    Action,
    Allowed,
    Decision,
    Denied,
    Entitlement,
    EntitlementId,
    Obligations,
    Person,
    PersonId,
    Proposal,
    RequestId,
    Risk,
    Stage,
    Verdict,
)
from approvals.mediation import Facts, authorize
from approvals.policy import Policy
from approvals.words import Sentence, say, spell
from tests.builders import HOUR, NOON

POLICY = Policy(version="1")


def somebody(name: str, **changes: Any) -> Person:
    """A person whose id is their first name."""
    first = name.split()[0].lower()
    return Person(**{"id": PersonId(first), "name": name, "email": f"{first}@northwind.example", "department": "Payments", **changes})


ANA = somebody("Ana Ferreira")
MARIA = somebody("Maria Lindqvist")
JONAS = somebody("Jonas Weber")
TOM = somebody("Tom Okafor", department="Customer Care")
BILLING = Entitlement(
    id=EntitlementId("billing-db-write"),
    name="Write access to billing-db",
    system="billing-db",
    level="write",
    description="Change rows in the production billing database.",
    opens="Correct or delete every invoice.",
    risk=Risk.HIGH,
    owner=MARIA.id,
    deputy=JONAS.id,
    usual_duration=4 * HOUR,
    max_duration=8 * HOUR,
    target="grp-billing-db-write",
)
PROPOSAL = Proposal(requester=ANA.id, beneficiary=ANA.id, entitlement=BILLING.id, duration=4 * HOUR, reason="Fix INC-4711")
STAGES = (Stage(name="owner", approvers=(MARIA.id,), quorum=1),)
ALLOWED = Allowed(stages=STAGES, obligations=Obligations(max_duration=8 * HOUR, lapses_after=timedelta(days=1)))

YES = Decision(approver=MARIA.id, verdict=Verdict.APPROVE, at=NOON, duration=4 * HOUR)
NO = Decision(approver=MARIA.id, verdict=Verdict.DENY, at=NOON, reason="Use the replica.")

_KNOWN = Facts(read_at=NOON, actor=ANA, requester=ANA, beneficiary=ANA, entitlement=BILLING, owners=(MARIA, JONAS))
_ASKED = replace(_KNOWN, actor=MARIA, stages=STAGES, approvers=(MARIA,), lapses_at=NOON + HOUR)
GOOD: Mapping[Action, Facts] = {
    Action.SUBMIT: _KNOWN,
    Action.APPROVE: replace(_ASKED, word=YES),
    Action.DENY: replace(_ASKED, word=NO),
    Action.WITHDRAW: replace(_ASKED, actor=ANA),
    Action.EXECUTE: replace(_ASKED, actor=None, is_by_time=True, decisions=(YES,)),
    Action.REVOKE: replace(_ASKED, actor=ANA, decisions=(YES,)),
}
"""For each action the facts under which it is allowed."""


def judge(action: Action, proposal: Proposal = PROPOSAL, *, policy: Policy = POLICY, **changes: Any) -> Allowed | Denied:
    """The answer on the good facts of ``action``, with ``changes``."""
    return authorize(action, proposal, facts=replace(GOOD[action], **changes), policy=policy, now=NOON)


@pytest.mark.parametrize("action", Action)
def test_each_action_is_allowed_on_good_facts(action: Action) -> None:
    assert judge(action) == ALLOWED


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
    assert judge(Action.EXECUTE, actor=None) == ALLOWED
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
    assert denied == Denied(4, say(text, entitlement="Write access to billing-db", departments="Finance, Data", own="Payments"))


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE, Action.EXECUTE])
def test_4_the_beneficiarys_department_counts_and_no_departments_are_everybodys(action: Action) -> None:
    assert judge(action, entitlement=replace(BILLING, departments=("Finance", "Payments"))) == ALLOWED
    assert judge(action, entitlement=replace(BILLING, departments=())) == ALLOWED


# (5) Duration.


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE, Action.EXECUTE])
def test_5_more_than_the_entitlement_allows_is_denied(action: Action) -> None:
    denied = judge(action, replace(PROPOSAL, duration=8 * HOUR + timedelta(minutes=1)))

    text = "{asked} is too long: at most {most}. Please ask for less."
    assert denied == Denied(5, say(text, asked=timedelta(hours=8, minutes=1), most=timedelta(hours=8)))


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE, Action.EXECUTE])
@pytest.mark.parametrize("duration", [timedelta(minutes=4), timedelta(), timedelta(seconds=-1)])
def test_5_less_than_the_policys_shortest_is_denied(action: Action, duration: timedelta) -> None:
    denied = judge(action, replace(PROPOSAL, duration=duration))

    assert denied == Denied(5, say("{asked} is too short: at least {least}.", asked=duration, least=timedelta(minutes=5)))


@pytest.mark.parametrize("duration", [timedelta(minutes=5), 8 * HOUR])
def test_5_the_limits_themselves_are_allowed(duration: timedelta) -> None:
    assert judge(Action.SUBMIT, replace(PROPOSAL, duration=duration)) == ALLOWED


# (6) Reason.


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE, Action.EXECUTE])
@pytest.mark.parametrize("reason", ["", "  \n\t"])
def test_6_a_reason_is_needed(action: Action, reason: str) -> None:
    denied = judge(action, replace(PROPOSAL, reason=reason))

    assert denied == Denied(6, say("A reason is needed: the approver sees only what you write."))


@pytest.mark.parametrize("action", [Action.SUBMIT, Action.APPROVE, Action.EXECUTE])
def test_6_a_reason_fits_in_a_thousand_characters(action: Action) -> None:
    text = "The reason has {length} characters; at most {most}. Please shorten it."

    assert judge(action, replace(PROPOSAL, reason="x" * 1_000)) == ALLOWED
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
        "Nobody can decide on {entitlement} for you: it has no other active owner or deputy. Ask the helpdesk to name one.",
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

    assert answer == replace(ALLOWED, stages=(Stage(name="owner", approvers=(asked.id,), quorum=1),))


def test_8_a_stage_without_its_quorum_is_denied() -> None:
    assert judge(Action.SUBMIT, stages=(Stage(name="owner", approvers=(MARIA.id,), quorum=2),)) == _NOBODY


# (9) Self-approval.


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
def test_9_nobody_decides_on_their_own_request_even_as_its_approver(action: Action) -> None:
    own = (Stage(name="owner", approvers=(ANA.id, MARIA.id), quorum=1),)

    denied = judge(action, actor=ANA, stages=own)

    assert denied == Denied(9, say("This is your own request. Somebody else has to decide on it."))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
def test_9_nobody_decides_on_what_they_are_to_have(action: Action) -> None:
    denied = judge(action, replace(PROPOSAL, beneficiary=MARIA.id), beneficiary=MARIA)

    assert denied == Denied(9, say("This is your own request. Somebody else has to decide on it."))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
def test_9_time_decides_nothing(action: Action) -> None:
    denied = judge(action, actor=None, is_by_time=True)

    assert denied == Denied(9, say("This is your own request. Somebody else has to decide on it."))


# (10) Approver of the open stage, once.


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
def test_10_a_stranger_is_told_who_can_decide(action: Action) -> None:
    assert judge(action, actor=TOM) == Denied(10, say("Only {names} can decide on this request.", names="Maria Lindqvist"))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
@pytest.mark.parametrize("stage", [0, 1])
def test_10_only_the_open_stage_is_decided(action: Action, stage: int) -> None:
    stages = (Stage(name="owner", approvers=(MARIA.id,)), Stage(name="security", approvers=(JONAS.id,)))
    early_or_late = (JONAS, MARIA)[stage]

    denied = judge(action, actor=early_or_late, stages=stages, stage=stage, approvers=(MARIA, JONAS))

    assert denied == Denied(10, say("Only {names} can decide on this request.", names="Maria Lindqvist, Jonas Weber"))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
@pytest.mark.parametrize("before", [YES, NO])
def test_10_an_approver_speaks_once(action: Action, before: Decision) -> None:
    assert judge(action, decisions=(before,)) == Denied(10, say("You have already decided on this request."))


def test_10_an_approver_of_two_stages_speaks_once_in_each() -> None:
    stages = (Stage(name="owner", approvers=(MARIA.id,)), Stage(name="security", approvers=(MARIA.id,)))

    assert judge(Action.APPROVE, stages=stages, stage=1, decisions=(YES,)) == replace(ALLOWED, stages=stages)


# (11) Lapse.


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
@pytest.mark.parametrize("lapses_at", [NOON, NOON - HOUR, None])
def test_11_nobody_decides_when_the_time_is_over_or_not_known(action: Action, lapses_at: object) -> None:
    denied = judge(action, lapses_at=lapses_at)

    assert denied == Denied(11, say("This request has lapsed: it was not decided in time. It has to be asked for again."))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
def test_11_the_last_moment_is_in_time(action: Action) -> None:
    assert judge(action, lapses_at=NOON + timedelta(microseconds=1)) == ALLOWED


# (12) Narrowing only.


@pytest.mark.parametrize("duration", [4 * HOUR + timedelta(seconds=1), timedelta(minutes=4), timedelta(), -HOUR, None])
def test_12_an_approver_allows_neither_more_than_was_asked_nor_next_to_nothing(duration: timedelta | None) -> None:
    denied = judge(Action.APPROVE, word=replace(YES, duration=duration))

    text = "The duration has to be from {least} to {most}, which was asked for."
    assert denied == Denied(12, say(text, least=timedelta(minutes=5), most=timedelta(hours=4)))


@pytest.mark.parametrize("duration", [4 * HOUR, 2 * HOUR, timedelta(minutes=5)])
def test_12_an_approver_may_allow_less(duration: timedelta) -> None:
    assert judge(Action.APPROVE, word=replace(YES, duration=duration)) == ALLOWED


# (13) A denial carries a reason.


@pytest.mark.parametrize("reason", ["", " \n", "x" * 1_001])
def test_13_a_denial_says_why_and_briefly(reason: str) -> None:
    denied = judge(Action.DENY, word=replace(NO, reason=reason))

    text = "Please say why you deny it, in at most {most} characters: the requester will read it."
    assert denied == Denied(13, say(text, most=1_000))


def test_13_an_approval_needs_no_reason() -> None:
    assert judge(Action.APPROVE, word=replace(YES, reason="")) == ALLOWED


# (14) Withdrawal.


@pytest.mark.parametrize("actor", [MARIA, TOM])
def test_14_only_the_requester_withdraws(actor: Person) -> None:
    assert judge(Action.WITHDRAW, actor=actor) == Denied(14, say("Only the person who asked can withdraw this request."))


def test_14_time_withdraws_nothing() -> None:
    denied = judge(Action.WITHDRAW, actor=None, is_by_time=True)

    assert denied == Denied(14, say("Only the person who asked can withdraw this request."))


# (15) Quorum, counted again.


def _short(stage: str, quorum: int, count: int) -> Denied:
    text = "Stage “{stage}” needs {quorum} approval(s) from people who may still give them, and has {count}."
    return Denied(15, say(text, stage=stage, quorum=quorum, count=count))


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"decisions": ()}, id="nobody approved"),
        pytest.param({"decisions": (NO,)}, id="it was denied"),
        pytest.param({"decisions": (replace(YES, approver=TOM.id),)}, id="somebody else approved"),
        pytest.param({"decisions": (replace(YES, stage=1),)}, id="another stage was approved"),
        pytest.param({"approvers": (replace(MARIA, enabled=False),)}, id="the approver has left"),
        pytest.param({"approvers": ()}, id="the directory does not know the approver any more"),
    ],
)
def test_15_an_approval_that_does_not_count_any_more_grants_nothing(changes: dict[str, Any]) -> None:
    assert judge(Action.EXECUTE, **changes) == _short("owner", 1, 0)


def test_15_the_requesters_own_approval_does_not_count() -> None:
    own = (Stage(name="owner", approvers=(ANA.id,)),)

    denied = judge(Action.EXECUTE, stages=own, approvers=(ANA,), decisions=(replace(YES, approver=ANA.id),))

    assert denied == _short("owner", 1, 0)


def test_15_one_person_twice_is_one_approval() -> None:
    two = (Stage(name="owner", approvers=(MARIA.id, JONAS.id), quorum=2),)

    denied = judge(Action.EXECUTE, stages=two, approvers=(MARIA, JONAS), decisions=(YES, replace(YES, at=NOON + HOUR)))

    assert denied == _short("owner", 2, 1)


def test_15_every_stage_needs_its_quorum() -> None:
    stages = (Stage(name="owner", approvers=(MARIA.id,)), Stage(name="security", approvers=(JONAS.id,)))
    second = Decision(approver=JONAS.id, verdict=Verdict.APPROVE, at=NOON, stage=1)

    assert judge(Action.EXECUTE, stages=stages, approvers=(MARIA, JONAS)) == _short("security", 1, 0)
    assert judge(Action.EXECUTE, stages=stages, approvers=(MARIA, JONAS), decisions=(YES, second)) == replace(ALLOWED, stages=stages)


def test_15_one_denial_outweighs_a_full_quorum() -> None:
    stages = (Stage(name="owner", approvers=(MARIA.id, JONAS.id)),)

    denied = judge(Action.EXECUTE, stages=stages, approvers=(MARIA, JONAS), decisions=(YES, replace(NO, approver=JONAS.id)))

    assert denied == Denied(15, say("The request was not approved."))


def test_15_a_request_without_stages_was_not_approved() -> None:
    assert judge(Action.EXECUTE, stages=()) == Denied(15, say("The request was not approved."))


# (16) Ending.

_NOT_THEIRS = Denied(16, say("Only the person who has the access, or its owner, can end it."))


@pytest.mark.parametrize("actor", [ANA, MARIA, JONAS])
def test_16_the_holder_the_owner_and_the_deputy_end_access(actor: Person) -> None:
    assert judge(Action.REVOKE, actor=actor) == ALLOWED


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"actor": TOM}, id="a stranger"),
        pytest.param({"actor": None}, id="nobody that the directory knows"),
        pytest.param({"actor": replace(ANA, enabled=False)}, id="a holder who has left"),
        pytest.param({"actor": replace(MARIA, enabled=False), "owners": (replace(MARIA, enabled=False),)}, id="an owner who has left"),
        pytest.param({"actor": MARIA, "owners": ()}, id="an owner of nothing any more"),
        pytest.param({"actor": TOM, "is_by_time": True}, id="a stranger who says that he is time"),
    ],
)
def test_16_nobody_else_ends_access(changes: dict[str, Any]) -> None:
    assert judge(Action.REVOKE, **changes) == _NOT_THEIRS


def test_16_time_ends_access_whoever_has_left() -> None:
    nobody: dict[str, Any] = {"actor": None, "requester": None, "beneficiary": None, "entitlement": None, "owners": (), "approvers": ()}

    assert judge(Action.REVOKE, is_by_time=True, **nobody) == Allowed(stages=STAGES, obligations=None)


# What an answer binds to.


@pytest.mark.parametrize(
    ("risk", "lapses_after"),
    [
        (Risk.LOW, timedelta(days=7)),
        (Risk.MEDIUM, timedelta(days=3)),
        (Risk.HIGH, timedelta(days=1)),
        (Risk.CRITICAL, timedelta(hours=8)),
    ],
)
def test_the_riskier_the_sooner_a_question_lapses(risk: Risk, lapses_after: timedelta) -> None:
    answer = judge(Action.SUBMIT, entitlement=replace(BILLING, risk=risk))

    assert answer == replace(ALLOWED, obligations=Obligations(max_duration=8 * HOUR, lapses_after=lapses_after))


# The order of the checks.

_WRONG: Mapping[int, tuple[Callable[[Proposal], Proposal], Mapping[str, Any]]] = {
    1: (lambda asked: asked, {"requester": replace(ANA, enabled=False)}),
    2: (lambda asked: asked, {"entitlement": None}),
    3: (lambda asked: asked, {"actor": TOM}),
    4: (lambda asked: asked, {"entitlement": replace(BILLING, departments=("Finance",))}),
    5: (lambda asked: replace(asked, duration=9 * HOUR), {}),
    6: (lambda asked: replace(asked, reason=""), {}),
    7: (lambda asked: asked, {"holds": True}),
    8: (lambda asked: asked, {"owners": ()}),
    9: (lambda asked: asked, {"actor": ANA}),
    10: (lambda asked: asked, {"actor": TOM}),
    11: (lambda asked: asked, {"lapses_at": None}),
    12: (lambda asked: asked, {"word": None}),
    13: (lambda asked: asked, {"word": None}),
    14: (lambda asked: asked, {"actor": TOM}),
    15: (lambda asked: asked, {"decisions": ()}),
}
ORDER: Mapping[Action, tuple[int, ...]] = {
    Action.SUBMIT: (1, 2, 3, 4, 5, 6, 7, 8),
    Action.APPROVE: (1, 2, 9, 10, 11, 4, 5, 6, 12),
    Action.DENY: (1, 9, 10, 11, 13),
    Action.WITHDRAW: (1, 14),
    Action.EXECUTE: (1, 2, 4, 5, 6, 15),
}


@pytest.mark.parametrize("action", ORDER)
def test_of_everything_that_is_wrong_the_first_check_in_order_speaks(action: Action) -> None:
    told = []
    for place in range(len(ORDER[action])):
        proposal, facts = PROPOSAL, GOOD[action]
        # The last to be applied wins where two faults concern the same fact, so the earliest check is applied last.
        for check in reversed(ORDER[action][place:]):
            amend, changes = _WRONG[check]
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
}
"""Each fact that can be missing, and how that looks."""
_RESTS_ON: Mapping[Action, tuple[str, ...]] = {
    Action.SUBMIT: ("actor", "requester", "beneficiary", "entitlement", "owners"),
    Action.APPROVE: ("actor", "requester", "beneficiary", "entitlement", "stages", "lapses_at", "word"),
    Action.DENY: ("actor", "requester", "beneficiary", "stages", "lapses_at", "word"),
    Action.WITHDRAW: ("actor", "requester", "beneficiary"),
    Action.EXECUTE: ("requester", "beneficiary", "entitlement", "stages", "decisions", "approvers", "is_by_time"),
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
    harmless_when_absent = {"read_at", "open_request", "holds", "stage"}

    assert {field.name for field in fields(Facts)} == {*_DROPPED} | harmless_when_absent


@pytest.mark.parametrize("action", Action)
def test_a_decision_rests_on_nothing_that_an_attribute_of_a_person_says_beside_id_enabled_and_department(action: Action) -> None:
    def masked(person: Person | None) -> Person | None:
        return person and replace(
            person,
            name="Somebody",
            email="x@evil.example",
            title="CISO",
            manager=ANA.id,
            locale="xx",
            time_zone="Mars",
            roles=("helpdesk",),
        )

    facts = GOOD[action]
    tainted: dict[str, Any] = {
        "actor": masked(facts.actor),
        "requester": masked(facts.requester),
        "beneficiary": masked(facts.beneficiary),
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
