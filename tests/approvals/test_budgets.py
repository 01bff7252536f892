"""Check (20): how often something may be done; counted from the records, refused in words with the time to try again, and on record."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text

from approvals.change import EntitlementId, PersonId, RequestId, State
from approvals.mediation.budgets import SPAN, Budget, Spending
from approvals.operations import spending
from approvals.operations.desk import Done, Refused
from approvals.policy import Policy
from approvals.policy.loading import LIMITS, load_policy
from approvals.words import Sentence, say
from tests.approvals.northwind import ANA, JONAS, MARIA, POLICY, PRIYA, TOM
from tests.approvals.story import Story, a_proposal
from tests.builders import HOUR, NOON

MINUTE = timedelta(minutes=1)
READ, WRITE, ADMIN = (EntitlementId(f"billing-db-{level}") for level in ("read", "write", "admin"))


def allowing(**budgets: int) -> Policy:
    """The shipped policy with these budgets."""
    limits = POLICY.limits
    return replace(POLICY, limits=replace(limits, budgets={**limits.budgets, **budgets}))


async def asks(story: Story, what: EntitlementId, who: PersonId = ANA) -> Done | Refused:
    return await story.submits(a_proposal(requester=who, beneficiary=who, entitlement=what, duration=HOUR))


async def refused(story: Story, outcome: object, sentence: Sentence) -> None:
    """It was refused by check 20, in these words, and that is on record."""
    proof = (await story.evidence())[-1]
    assert isinstance(outcome, Refused)
    assert (outcome.reason, proof.kind, proof.check, proof.says) == (sentence, "act:refused", 20, str(sentence))


async def test_who_asks_too_often_within_an_hour_is_told_when_they_can_again(story: Story) -> None:
    story.desk = replace(story.desk, policy=allowing(submissions_per_hour=2))
    story.clock.advance(timedelta(seconds=30))
    await asks(story, READ)
    story.clock.advance(10 * MINUTE)
    await asks(story, WRITE)

    third = await asks(story, ADMIN)
    again = NOON + HOUR + MINUTE
    await refused(
        story,
        third,
        say("You have asked {most} times within an hour; that is the most. You can ask again on {again}.", most=2, again=again),
    )
    story.clock.at = again

    assert isinstance(await asks(story, ADMIN), Done)


async def test_within_a_day_too(story: Story) -> None:
    story.desk = replace(story.desk, policy=allowing(submissions_per_day=1))
    await asks(story, READ)
    story.clock.advance(23 * HOUR)

    second = await asks(story, WRITE)

    again = NOON + timedelta(days=1)
    await refused(
        story,
        second,
        say("You have asked {most} times within a day; that is the most. You can ask again on {again}.", most=1, again=again),
    )


async def test_one_thing_is_asked_for_only_so_often_whoever_asks(story: Story) -> None:
    story.desk = replace(story.desk, policy=allowing(submissions_per_hour_of_one=2))
    for who in (ANA, TOM):
        await asks(story, READ, who)

    third = await asks(story, READ, JONAS)

    sentence = say(
        "{what} was asked for {most} times within an hour; that is the most. Please ask for it again on {again}.",
        what="Read access to billing-db",
        most=2,
        again=NOON + HOUR,
    )
    await refused(story, third, sentence)
    assert isinstance(await asks(story, WRITE, JONAS), Done)


async def test_what_is_open_has_to_end_before_more_is_asked_for(story: Story) -> None:
    story.desk = replace(story.desk, policy=allowing(open_requests=1))
    first = await asks(story, READ)

    second = await asks(story, WRITE)
    sentence = say(
        "You have {most} requests that are not over; that is the most. Withdraw or hand back what you do not need, and ask again.", most=1
    )
    await refused(story, second, sentence)
    await story.withdraws(first.request or RequestId(0))

    assert isinstance(await asks(story, WRITE), Done)


async def test_who_approves_too_fast_waits_and_to_deny_spends_nothing_and_needs_nothing(story: Story) -> None:
    story.desk = replace(story.desk, policy=allowing(approvals_per_minute=1))
    one, two, three, four = [(await asks(story, READ, who)).request or RequestId(0) for who in (ANA, TOM, JONAS, PRIYA)]
    assert await story.denies(four) == Done(four)
    assert await story.presses_approve(one) == Done(one)

    too_fast = await story.presses_approve(two)
    sentence = say(
        "You have approved {most} requests within a minute; that is the most. Nothing was changed. Press Approve again on {again}.",
        most=1,
        again=NOON + MINUTE,
    )
    await refused(story, too_fast, sentence)
    assert (await story.row(two)).state is State.WAITING
    assert await story.denies(three) == Done(three)
    story.clock.advance(MINUTE)

    assert await story.presses_approve(two) == Done(two)


async def test_what_is_refused_is_not_counted(story: Story) -> None:
    story.desk = replace(story.desk, policy=allowing(submissions_per_hour=2))
    await asks(story, READ)
    for _ in range(5):
        await asks(story, READ)

    assert isinstance(await asks(story, WRITE), Done)


async def test_an_approval_that_is_over_budget_asks_nobody_to_sign_in(story: Story) -> None:
    story.desk = replace(story.desk, policy=allowing(approvals_per_minute=1))
    one, two = [(await asks(story, what)).request or RequestId(0) for what in (READ, WRITE)]
    await story.presses_approve(one)

    assert isinstance(await story.presses_approve(two), Refused)


def test_a_table_from_before_there_were_budgets_means_the_shipped_ones() -> None:
    older = load_policy({**POLICY.texts, LIMITS: "shortest: 5m\nreason_at_most: 1000"})

    assert older.limits == POLICY.limits
    assert set(POLICY.limits.budgets) == set(Budget)


@pytest.mark.parametrize("budget", SPAN)
def test_when_there_is_room_again_is_said_to_the_minute_and_never_too_early(budget: Budget) -> None:
    spent = Spending(budget=budget, most=1, since=NOON + timedelta(seconds=1))
    ends = spent.since + SPAN[budget]

    assert spent.free_at(NOON + timedelta(seconds=1)) == NOON + SPAN[budget] + MINUTE
    assert (spent.free_at(ends - timedelta(microseconds=1)), spent.free_at(ends)) == (NOON + SPAN[budget] + MINUTE, None)


COUNTED = {
    "_LAST_BY": "request_by_requester_in_time",
    "_LAST_OF": "request_by_entitlement_in_time",
    "_APPROVED": "decision_by_approver",
}


@pytest.mark.parametrize("name", COUNTED)
async def test_counting_walks_an_index_and_no_table(story: Story, name: str) -> None:
    counted = getattr(spending, name).core.compile()
    sql = f"EXPLAIN QUERY PLAN {counted}"

    plan = await story.desk.store.read(lambda tx: [row.detail for row in tx.run(text(sql), {**counted.params, "who": MARIA, "after": 29})])

    assert f"INDEX {COUNTED[name]} (" in plan[0]
    assert not any(line.startswith("SCAN") for line in plan)
