"""Checks (9) to (18) of mediation: who decides and with what proof, what counts, and who ends it."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from approvals.change import Action, Allowed, Decision, Denied, EntitlementId, Look, NotSignedIn, Person, Risk, Stage, StepUp
from approvals.policy.loading import LIMITS
from approvals.words import say
from tests.approvals.northwind import WIDE
from tests.approvals.rules import (
    ALLOWED,
    ANA,
    BILLING,
    JONAS,
    MARIA,
    NO,
    PROPOSAL,
    REQUESTING,
    SIGNED_IN,
    STAGES,
    TOM,
    YES,
    judge,
    rewritten,
)
from tests.builders import HOUR, NOON

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
    assert judge(action, actor=TOM) == Denied(10, say("Only {names} can decide on this request.", names=("Maria Lindqvist",)))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
@pytest.mark.parametrize("stage", [0, 1])
def test_10_only_the_open_stage_is_decided(action: Action, stage: int) -> None:
    stages = (Stage(name="owner", approvers=(MARIA.id,)), Stage(name="security", approvers=(JONAS.id,)))
    early_or_late = (JONAS, MARIA)[stage]

    denied = judge(action, actor=early_or_late, stages=stages, stage=stage, approvers=(MARIA, JONAS))

    assert denied == Denied(10, say("Only {names} can decide on this request.", names=("Maria Lindqvist", "Jonas Weber")))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
@pytest.mark.parametrize("before", [YES, NO])
def test_10_an_approver_speaks_once(action: Action, before: Decision) -> None:
    assert judge(action, decisions=(before,)) == Denied(10, say("You have already decided on this request."))


def test_10_an_approver_of_two_stages_speaks_once_in_each() -> None:
    stages = (Stage(name="owner", approvers=(MARIA.id,)), Stage(name="security", approvers=(MARIA.id,)))

    answer = judge(Action.APPROVE, policy=WIDE, stages=stages, stage=1, decisions=(YES,))

    assert answer == replace(ALLOWED[Action.APPROVE], stages=stages, rules=("tier.high", "approve.anybody"))


# (11) Lapse.


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
@pytest.mark.parametrize("lapses_at", [NOON, NOON - HOUR, None])
def test_11_nobody_decides_when_the_time_is_over_or_not_known(action: Action, lapses_at: object) -> None:
    denied = judge(action, lapses_at=lapses_at)

    assert denied == Denied(11, say("This request has lapsed: it was not decided in time. It has to be asked for again."))


@pytest.mark.parametrize("action", [Action.APPROVE, Action.DENY])
def test_11_the_last_moment_is_in_time(action: Action) -> None:
    assert judge(action, lapses_at=NOON + timedelta(microseconds=1)) == ALLOWED[action]


# (12) Narrowing only.


@pytest.mark.parametrize("duration", [4 * HOUR + timedelta(seconds=1), timedelta(minutes=4), timedelta(), -HOUR, None])
def test_12_an_approver_allows_neither_more_than_was_asked_nor_next_to_nothing(duration: timedelta | None) -> None:
    denied = judge(Action.APPROVE, word=replace(YES, duration=duration))

    text = "The duration has to be from {least} to {most}, which was asked for."
    assert denied == Denied(12, say(text, least=timedelta(minutes=5), most=timedelta(hours=4)))


@pytest.mark.parametrize("duration", [4 * HOUR, 2 * HOUR, timedelta(minutes=5)])
def test_12_an_approver_may_allow_less(duration: timedelta) -> None:
    assert judge(Action.APPROVE, word=replace(YES, duration=duration)) == ALLOWED[Action.APPROVE]


# (13) A denial carries a reason.


@pytest.mark.parametrize("reason", ["", " \n", "x" * 1_001])
def test_13_a_denial_says_why_and_briefly(reason: str) -> None:
    denied = judge(Action.DENY, word=replace(NO, reason=reason))

    text = "Please say why you deny it, in at most {most} characters: the requester will read it."
    assert denied == Denied(13, say(text, most=1_000))


def test_13_an_approval_needs_no_reason() -> None:
    assert judge(Action.APPROVE, word=replace(YES, reason="")) == ALLOWED[Action.APPROVE]


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
    second = replace(YES, approver=JONAS.id, stage=1, step_up=replace(SIGNED_IN, person=JONAS.id))

    one, both = (
        judge(Action.EXECUTE, policy=WIDE, stages=stages, approvers=(MARIA, JONAS), decisions=words) for words in ((YES,), (YES, second))
    )

    assert one == _short("security", 1, 0)
    assert both == replace(
        ALLOWED[Action.EXECUTE], stages=stages, rules=("tier.high", "execute.decided", "approve.owner", "approve.anybody")
    )


def test_15_an_approval_by_somebody_who_owns_it_no_more_does_not_count() -> None:
    assert judge(Action.EXECUTE, entitlement=replace(BILLING, owner=TOM.id)) == _short("owner", 1, 0)


def test_15_one_denial_outweighs_a_full_quorum() -> None:
    stages = (Stage(name="owner", approvers=(MARIA.id, JONAS.id)),)

    denied = judge(Action.EXECUTE, stages=stages, approvers=(MARIA, JONAS), decisions=(YES, replace(NO, approver=JONAS.id)))

    assert denied == Denied(15, say("The request was not approved."))


def test_15_a_request_without_stages_was_not_approved() -> None:
    assert judge(Action.EXECUTE, stages=()) == Denied(15, say("The request was not approved."))


# (16) Ending.

_NOT_THEIRS = Denied(16, say("Only the person who has the access, its owner, or whoever approved it can end it."))


@pytest.mark.parametrize(
    ("actor", "rules"),
    [
        (ANA, ()),
        (MARIA, ("revoke.owner", "revoke.approver")),
        (JONAS, ("revoke.owner",)),
        (replace(TOM, roles=("security",)), ("revoke.security",)),
    ],
)
def test_16_the_holder_the_owner_the_deputy_and_security_end_access(actor: Person, rules: tuple[str, ...]) -> None:
    assert judge(Action.REVOKE, actor=actor, why="Stolen.") == replace(ALLOWED[Action.REVOKE], rules=rules)


def test_16_whoever_approved_it_ends_access_though_it_is_not_theirs_any_more() -> None:
    answer = judge(Action.REVOKE, actor=MARIA, entitlement=replace(BILLING, owner=TOM.id), why="Stolen.")

    assert answer == replace(ALLOWED[Action.REVOKE], rules=("revoke.approver",))


# (8) More time.


def test_8_where_nobody_is_left_to_decide_on_more_time_it_is_not_asked_for() -> None:
    answer = judge(Action.EXTEND, stages=(Stage(name="owner", approvers=()),))

    assert isinstance(answer, Denied)
    assert answer.check == 8


# (21) Saying why.


@pytest.mark.parametrize("why", ["", " \t", "x" * 1001])
def test_21_who_takes_back_access_says_why(why: str) -> None:
    asked = say("Please say why you take it back, in at most {most} characters: whoever has it will read it.", most=1000)

    assert judge(Action.REVOKE, actor=MARIA, why=why) == Denied(21, asked, ())


@pytest.mark.parametrize(
    "changes",
    [
        pytest.param({"actor": TOM}, id="a stranger"),
        pytest.param({"actor": None}, id="nobody that the directory knows"),
        pytest.param({"actor": replace(ANA, enabled=False)}, id="a holder who has left"),
        pytest.param({"actor": replace(MARIA, enabled=False), "owners": (replace(MARIA, enabled=False),)}, id="an owner who has left"),
        pytest.param({"actor": MARIA, "entitlement": replace(BILLING, owner=TOM.id), "decisions": ()}, id="an owner of nothing any more"),
        pytest.param({"actor": TOM, "is_by_time": True}, id="a stranger who says that he is time"),
    ],
)
def test_16_nobody_else_ends_access(changes: dict[str, Any]) -> None:
    assert judge(Action.REVOKE, **changes) == _NOT_THEIRS


def test_16_time_ends_access_whoever_has_left() -> None:
    nobody: dict[str, Any] = {"actor": None, "requester": None, "beneficiary": None, "entitlement": None, "owners": (), "approvers": ()}

    assert judge(Action.REVOKE, is_by_time=True, **nobody) == Allowed(stages=STAGES, obligations=None)


# (17) Step-up.

_RISKY = pytest.mark.parametrize("risk", [Risk.HIGH, Risk.CRITICAL])
_WITH_TICKET = replace(PROPOSAL, reference="INC-4711")
_MAY_NOT = Denied(17, say("To approve this, show that it is you: sign in once more with your own account."))
_LATE = Denied(
    17, say("You signed in for this more than {within} ago. Nothing was changed; please sign in again.", within=timedelta(minutes=5))
)
_NO_SIGN_IN = rewritten(REQUESTING, '@step_up("yes")\n', "")
_NO_LOOK = rewritten(REQUESTING, '@look_again("yes")\n', "")
_OWNERS_SIGN_IN = rewritten("30-deciding.cedar", '@id("approve.owner")', '@id("approve.owner") @step_up("yes")')


@_RISKY
def test_17_what_is_of_high_risk_is_not_approved_without_a_sign_in(risk: Risk) -> None:
    assert judge(Action.APPROVE, _WITH_TICKET, policy=_NO_LOOK, entitlement=replace(BILLING, risk=risk), step_up=None) == _MAY_NOT


@pytest.mark.parametrize("risk", [Risk.LOW, Risk.MEDIUM])
def test_17_what_is_of_less_risk_stays_one_click(risk: Risk) -> None:
    assert isinstance(judge(Action.APPROVE, entitlement=replace(BILLING, risk=risk), step_up=None), Allowed)


@pytest.mark.parametrize(
    "step_up",
    [
        pytest.param(replace(SIGNED_IN, age=timedelta(minutes=5, seconds=1)), id="too long ago"),
        pytest.param(replace(SIGNED_IN, age=timedelta(seconds=-1)), id="in the future"),
        pytest.param(replace(SIGNED_IN, person=JONAS.id), id="somebody else's"),
    ],
)
def test_17_a_sign_in_is_fresh_and_the_actors_own(step_up: StepUp) -> None:
    assert judge(Action.APPROVE, step_up=step_up) == _LATE
    assert judge(Action.EXECUTE, decisions=(replace(YES, step_up=step_up),)) == _short("owner", 1, 0)


def test_17_why_a_sign_in_does_not_count_is_passed_on() -> None:
    assert judge(Action.APPROVE, step_up=NotSignedIn(why="person", reason=say("No."))) == Denied(17, say("No."))


def test_17_the_policy_says_what_needs_a_sign_in_and_how_fresh() -> None:
    strict = rewritten(LIMITS, "step_up_within: 5m", "step_up_within: 1m")

    assert isinstance(judge(Action.APPROVE, policy=strict, step_up=replace(SIGNED_IN, age=timedelta(seconds=61))), Denied)
    assert isinstance(judge(Action.APPROVE, policy=_NO_SIGN_IN, step_up=None), Allowed)


def test_17_a_permit_of_approvals_can_want_it_too() -> None:
    low = replace(BILLING, risk=Risk.LOW)

    assert judge(Action.APPROVE, policy=_OWNERS_SIGN_IN, entitlement=low, step_up=None) == _MAY_NOT
    assert judge(Action.EXECUTE, policy=_OWNERS_SIGN_IN, entitlement=low, decisions=(replace(YES, step_up=None),)) == _short("owner", 1, 0)


@_RISKY
def test_15_an_approval_of_high_risk_without_its_sign_in_is_none(risk: Risk) -> None:
    denied = judge(Action.EXECUTE, _WITH_TICKET, entitlement=replace(BILLING, risk=risk), decisions=(replace(YES, step_up=None),))

    assert denied == _short("owner", 1, 0)


# (18) Look again.

_CRITICAL = replace(BILLING, risk=Risk.CRITICAL)
_LOOKED = Look(beneficiary=ANA.id, entitlement=BILLING.id, duration=4 * HOUR)


def test_18_who_says_what_they_allow_may_approve_it() -> None:
    assert isinstance(judge(Action.APPROVE, _WITH_TICKET, entitlement=_CRITICAL, looked=_LOOKED), Allowed)


def test_18_nobody_approves_what_is_critical_without_looking() -> None:
    sentence = say("Nothing was approved yet. Choose the line that says who gets what, and for how long; then approve.")

    assert judge(Action.APPROVE, _WITH_TICKET, entitlement=_CRITICAL, looked=None) == Denied(18, sentence)


@pytest.mark.parametrize("wrong", [{"beneficiary": TOM.id}, {"entitlement": EntitlementId("billing-db-read")}, {"duration": 8 * HOUR}])
def test_18_a_wrong_line_approves_nothing(wrong: dict[str, Any]) -> None:
    sentence = say("The line that you chose is not what is asked for, so nothing was approved. Please read the card again.")

    answer = judge(Action.APPROVE, _WITH_TICKET, entitlement=_CRITICAL, looked=replace(_LOOKED, **wrong))

    assert answer == Denied(18, sentence)


def test_18_where_an_earlier_stage_allowed_less_that_is_what_is_looked_at() -> None:
    stages = (Stage(name="owner", approvers=(JONAS.id,)), Stage(name="owners", approvers=(MARIA.id,)))
    earlier = replace(YES, approver=JONAS.id, duration=HOUR)
    stage_2: dict[str, Any] = {"stages": stages, "stage": 1, "decisions": (earlier,), "entitlement": _CRITICAL}

    asked, narrowed = (judge(Action.APPROVE, _WITH_TICKET, looked=replace(_LOOKED, duration=one), **stage_2) for one in (4 * HOUR, HOUR))

    assert (isinstance(asked, Denied) and asked.check, isinstance(narrowed, Allowed)) == (18, True)


def test_18_a_permit_of_approvals_can_want_it_too() -> None:
    looking = rewritten("30-deciding.cedar", '@id("approve.owner")', '@id("approve.owner") @look_again("yes")')
    without, looked = (judge(Action.APPROVE, policy=looking, looked=one) for one in (None, _LOOKED))

    assert (isinstance(without, Denied) and without.check, isinstance(looked, Allowed)) == (18, True)
