"""The policy is asked about everything that an act rests on, and what several permits demand holds all at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from approvals.change import Action, Allowed, Denied, EntitlementId, PersonId, Risk, Stage
from approvals.mediation.case import Case
from approvals.operations.desk import Refused
from approvals.policy import Policy
from approvals.policy.conditions import Conditions, Kind, StageRule, strictest
from approvals.policy.loading import load_policy
from approvals.words import say
from tests.approvals.northwind import POLICY, person
from tests.approvals.rules import ALLOWED, BILLING, GOOD, MARIA, PROPOSAL, SIGNED_IN, TOM, judge
from tests.approvals.story import Story, a_proposal
from tests.builders import HOUR, NOON

_NO_POLICY = Denied(
    4,
    say(
        "No policy permits this for {entitlement}. Ask the helpdesk if you think that one should.", entitlement="Write access to billing-db"
    ),
)
_AUTO = """
@id("auto.short") @at_most("2h")
permit (principal is Person, action in Action::"auto-approve", resource) when { principal.enabled };
"""
_TWO = """
@id("tier.extra") @stages("manager") @lapses_after("2h") @at_most("6h")
permit (principal is Person, action in Action::"request", resource) when { principal.enabled && resource.risk == "high" };
"""


def with_policy(text: str) -> Policy:
    """The shipped policy and some more."""
    return load_policy({**POLICY.texts, "90-more.cedar": text})


def test_a_policy_from_before_a_question_named_the_approvers_is_asked_as_it_always_was() -> None:
    schema, acting = POLICY.texts["schema.cedarschema"], POLICY.texts["40-acting.cedar"]
    declared = '  // Who has approved it so far.\n  @source("records") @within("1m")\n  approvers: Set<Person>,\n'
    permit = '@id("revoke.approver")\npermit (principal is Person, action in Action::"revoke", resource)\n'
    when = "when { principal.enabled && context.approvers.contains(principal) };\n"
    assert declared in schema
    assert permit + when in acting
    old = {"schema.cedarschema": schema.replace(declared, ""), "40-acting.cedar": acting.replace(permit + when, "")}

    answer = judge(Action.REVOKE, actor=MARIA, why="Stolen.", policy=load_policy({**POLICY.texts, **old}))

    assert answer == replace(ALLOWED[Action.REVOKE], rules=("revoke.owner",))


def test_the_manager_above_is_named_where_a_manager_decides() -> None:
    above = replace(TOM, id=PersonId("ingrid"))
    stages = (Stage(name="manager", approvers=(above.id,)),)

    answer = judge(
        Action.APPROVE, actor=above, stages=stages, approvers=(above,), manager_above=above, step_up=replace(SIGNED_IN, person=above.id)
    )

    assert isinstance(answer, Allowed)
    assert answer.rules == ("tier.high", "approve.manager-above")


def test_4_whom_the_policy_does_not_let_approve_decides_nothing_though_they_were_asked() -> None:
    stages = (Stage(name="security", approvers=(MARIA.id,)),)

    assert judge(Action.APPROVE, stages=stages) == _NO_POLICY


def test_4_a_change_that_no_policy_lets_countersign_make_is_not_made() -> None:
    acting = POLICY.texts["40-acting.cedar"].replace(
        'Action::"execute", resource);', 'Action::"execute", resource) when { context.minutes < 0 };'
    )
    policy = load_policy({**POLICY.texts, "40-acting.cedar": acting})

    assert policy.version != POLICY.version
    assert judge(Action.EXECUTE, policy=policy) == _NO_POLICY


def test_4_a_policy_that_meets_an_error_is_a_no_that_says_so() -> None:
    policy = with_policy(
        '@id("too.much") @says("No.") forbid (principal, action in Action::"request", resource) '
        "when { context.minutes * 9223372036854775807 > 0 };"
    )

    answer = judge(Action.SUBMIT, policy=policy)

    told = say("The policy could not be asked, so the answer is no. Nothing was changed; please tell the helpdesk.")
    assert answer == Denied(4, told, ("tier.high",))


async def test_a_permit_that_does_not_say_how_long_the_question_stays_open_makes_no_request(story: Story) -> None:
    """Such a policy cannot be loaded; one that was put together by other means binds nobody, and so opens nothing."""
    endless = {name: replace(rule, demands=replace(rule.demands, lapses_after=None)) for name, rule in POLICY.rules.items()}
    story.desk.policy = replace(POLICY, rules=endless)

    assert judge(Action.SUBMIT, policy=story.desk.policy) == replace(ALLOWED[Action.SUBMIT], obligations=None)
    with pytest.raises(AssertionError):
        await story.submits()
    assert (await story.evidence(), await story.told()) == ([], [])


def test_whoever_could_approve_is_found_without_asking_them() -> None:
    case = Case(action=Action.SUBMIT, proposal=PROPOSAL, facts=GOOD[Action.SUBMIT], policy=POLICY, now=NOON)
    gone = replace(case, facts=replace(case.facts, entitlement=None))

    could = [one.would_approve(who, stage="owner") for one in (case, gone) for who in (MARIA, TOM)]

    assert [(one.allowed, one.ids) for one in could] == [(True, ("approve.owner",)), (False, ()), (False, ()), (False, ())]


def test_4_what_may_not_be_asked_for_any_more_is_not_made_though_it_was_approved() -> None:
    policy = with_policy('@id("closed") @says("Nothing is given this week.") forbid (principal, action in Action::"request", resource);')

    assert judge(Action.EXECUTE, policy=policy) == Denied(4, say("Nothing is given this week."), ("closed",))


@pytest.mark.parametrize(("hours", "needs_nobody"), [(2, True), (3, False)])
def test_what_a_policy_approves_by_itself_is_no_longer_than_it_says(hours: int, *, needs_nobody: bool) -> None:
    asked = a_proposal(requester="ana", beneficiary="ana", duration=hours * HOUR)

    answer = judge(Action.SUBMIT, asked, policy=with_policy(_AUTO), entitlement=replace(BILLING, risk=Risk.LOW))

    assert isinstance(answer, Allowed)
    assert (answer.needs_nobody, len(answer.stages)) == (needs_nobody, 0 if needs_nobody else 1)


def test_of_two_permits_every_stage_and_the_shortest_times_hold() -> None:
    answer = judge(Action.SUBMIT, policy=with_policy(_TWO), manager=TOM)

    assert isinstance(answer, Allowed)
    assert answer.obligations is not None
    assert [(stage.name, stage.approvers) for stage in answer.stages] == [("owner", (MARIA.id,)), ("manager", (TOM.id,))]
    assert (answer.obligations.lapses_after, answer.obligations.max_duration) == (2 * HOUR, 6 * HOUR)


def test_the_strictest_of_all_demands_is_all_of_them() -> None:
    one = Conditions(stages=(StageRule(kind=Kind.OWNER),), lapses_after=timedelta(days=1), ticket=True)
    other = Conditions(stages=(StageRule(kind=Kind.MANAGER),), lapses_after=timedelta(hours=2), at_most=HOUR, notify=(Kind.OWNERS,))

    assert strictest((one, other)) == Conditions(
        stages=(StageRule(kind=Kind.OWNER), StageRule(kind=Kind.MANAGER)),
        lapses_after=timedelta(hours=2),
        at_most=HOUR,
        ticket=True,
        notify=(Kind.OWNERS,),
    )


async def test_what_conflicts_with_an_entry_is_refused_from_its_side_too(story: Story) -> None:
    emily = person("emily.carter").id
    await story.is_given("grp-ledger-post", emily)

    refused = await story.submits(
        a_proposal(requester=emily, beneficiary=emily, entitlement=EntitlementId("supplier-bank-details"), duration=HOUR)
    )

    assert isinstance(refused, Refused)
    assert str(refused.reason).startswith("Change suppliers' bank details must not come together with Post to the general ledger")
