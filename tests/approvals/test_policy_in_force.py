"""What the shipped policy makes of requests on a real desk: on call, working hours, separation of duties, notices."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from approvals.change import Action, Allowed, EntitlementId, PersonId, Proposal, Risk, State
from approvals.connectors import Change
from approvals.operations.desk import Done, Refused
from approvals.policy.loading import load_policy
from tests.approvals.northwind import POLICY, person
from tests.approvals.rules import BILLING, judge
from tests.approvals.story import Story, a_proposal
from tests.builders import HOUR

RAVI, FATIMA = person("ravi.subramanian").id, person("fatima.benali").id
ROBERT, EMILY = (person(name).id for name in ("robert.hughes", "emily.carter"))
TOM, MAREK = person("tom.okafor").id, person("marek.dvorak").id
_RAVIS_WEEK = datetime(2026, 1, 6, 3, 0, tzinfo=UTC)
_FATIMAS_WEEK = _RAVIS_WEEK + timedelta(days=7)


def asks(who: PersonId, what: str, **changes: object) -> Proposal:
    return a_proposal(requester=who, beneficiary=who, entitlement=EntitlementId(what), **changes)


async def test_whoever_is_on_call_gets_what_the_rota_needs_without_asking_and_its_owners_are_told(story: Story) -> None:
    story.clock.at = _RAVIS_WEEK

    request = await story.asked(asks(RAVI, "k8s-prod-view"))
    await story.executes(request)

    row = await story.row(request)
    assert (row.state, row.decided_by, row.stages, row.ends_at) == (State.GRANTED, None, [], _RAVIS_WEEK + 4 * HOUR)
    (approved,) = await story.evidence(request, kind="request:approve")
    assert (approved.actor, approved.says) == (None, "Approved by the policy (tier.medium, auto.on-call); nobody had to be asked.")
    assert (FATIMA, "Ravi Subramanian now has REQ-1001 (View the production cluster), for 4 h.") in await story.told()


async def test_those_are_told_whom_the_policy_names_that_let_the_change_be_made(story: Story) -> None:
    story.clock.at = _RAVIS_WEEK
    request = await story.asked(asks(RAVI, "k8s-prod-view"))
    texts = {name: text.replace('@notify("owners")', "") for name, text in POLICY.texts.items()}
    directory = story.desk.connectors["local"]

    class Meanwhile:
        """A directory; while it is asked, another policy comes into force, which wants nobody told."""

        async def apply(self, change: Change) -> bool:
            story.desk.policy = load_policy(texts)
            return await directory.apply(change)

        read_back, revert = directory.read_back, directory.revert

    story.desk.connectors = {"local": Meanwhile()}  # type: ignore[dict-item]
    await story.executes(request)

    assert story.desk.policy.version != POLICY.version
    assert (FATIMA, "Ravi Subramanian now has REQ-1001 (View the production cluster), for 4 h.") in await story.told()


async def test_a_week_later_a_person_is_asked_again(story: Story) -> None:
    story.clock.at = _FATIMAS_WEEK

    request = await story.asked(asks(RAVI, "k8s-prod-view"))

    row = await story.row(request)
    assert (row.state, row.stages) == (State.WAITING, [{"name": "owner", "approvers": [FATIMA], "quorum": 1}])


async def test_whoever_is_off_call_when_the_change_is_made_gets_nothing(story: Story) -> None:
    story.clock.at = _RAVIS_WEEK
    request = await story.asked(asks(RAVI, "k8s-prod-view"))
    story.clock.at = _FATIMAS_WEEK

    await story.executes(request)

    row = await story.row(request)
    assert (row.state, str(row.failure), await story.members()) == (State.FAILED, "The request was not approved.", [])


def test_what_is_of_high_risk_is_approved_by_no_policy() -> None:
    text = '@id("auto.all") permit (principal is Person, action in Action::"auto-approve", resource) when { principal.enabled };'
    policy = load_policy({**POLICY.texts, "99.cedar": text})

    low, high = (judge(Action.SUBMIT, policy=policy, entitlement=replace(BILLING, risk=risk)) for risk in (Risk.LOW, Risk.HIGH))

    assert isinstance(low, Allowed)
    assert isinstance(high, Allowed)
    assert (low.needs_nobody, low.stages, high.needs_nobody, len(high.stages)) == (True, (), False, 1)


@pytest.mark.parametrize("demand", ["step_up", "look_again"])
@pytest.mark.parametrize("of", ["request", "auto-approve"])
def test_what_a_person_would_sign_in_for_or_look_at_twice_is_approved_by_no_policy(demand: str, of: str) -> None:
    on = {"request": "", "auto-approve": "", of: f'@{demand}("yes")'}
    policy = load_policy(
        {
            **POLICY.texts,
            "98.cedar": '@id("auto.all") '
            + on["auto-approve"]
            + ' permit (principal is Person, action in Action::"auto-approve", resource);',
            "99.cedar": '@id("tier.more") @stages("owner") @lapses_after("1d") '
            + on["request"]
            + ' permit (principal is Person, action in Action::"request", resource);',
        }
    )

    answer = judge(Action.SUBMIT, policy=policy, entitlement=replace(BILLING, risk=Risk.LOW))

    assert isinstance(answer, Allowed)
    assert (answer.needs_nobody, len(answer.stages)) == (False, 1)


@pytest.mark.parametrize("first", ["held", "asked for"])
async def test_what_must_not_come_together_is_refused_while_the_other_is(first: str, story: Story) -> None:
    if first == "held":
        await story.is_given("grp-supplier-bank-details", EMILY)
    else:
        await story.asked(asks(EMILY, "supplier-bank-details", duration=HOUR))

    refused = await story.submits(asks(EMILY, "ledger-post"))

    assert isinstance(refused, Refused)
    assert str(refused.reason).startswith("Post to the general ledger must not come together with Change suppliers' bank details")
    assert (await story.evidence(kind="act:refused"))[-1].check == 4


async def test_a_conflict_that_arose_since_stops_the_approval(story: Story) -> None:
    request = await story.asked(asks(EMILY, "ledger-post"))
    await story.is_given("grp-supplier-bank-details", EMILY)

    refused = await story.approves(request, ROBERT)

    assert isinstance(refused, Refused)
    assert (await story.row(request)).state is State.WAITING


async def test_what_is_kept_to_working_hours_is_asked_for_in_them_and_decided_at_any_time(story: Story) -> None:
    story.clock.at = datetime(2025, 11, 21, 18, 59, tzinfo=UTC)
    request = await story.asked(asks(TOM, "care-desk-export"))
    story.clock.at = datetime(2025, 11, 21, 19, 1, tzinfo=UTC)

    late = await story.submits(asks(MAREK, "care-desk-export"))
    decided = await story.approves(request, person("rosa.delgado").id)

    assert (type(late), decided) == (Refused, Done(request))
