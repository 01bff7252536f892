"""The policy is asked about everything that an act rests on, and what several permits demand holds all at once."""

from dataclasses import replace
from datetime import timedelta

import pytest

from approvals.change import Action, Allowed, Denied, EntitlementId, Risk, Stage
from approvals.operations.desk import Refused
from approvals.policy import Policy
from approvals.policy.conditions import Conditions, Kind, StageRule, strictest
from approvals.policy.loading import load_policy
from approvals.words import say
from tests.approvals.northwind import POLICY, person
from tests.approvals.rules import BILLING, MARIA, TOM, judge
from tests.approvals.story import Story, a_proposal
from tests.builders import HOUR

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
