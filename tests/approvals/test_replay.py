"""Every recorded decision can be made again, and comes out the same."""

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from approvals.change import Action, Denied, EntitlementId, PersonId, RequestId, State
from approvals.operations.erase import erase, find_person
from approvals.operations.policies import keep
from approvals.operations.replay import Replayed, TooOld, replay
from approvals.policy.loading import load_policy
from tests.approvals.northwind import ANA, JONAS, MARIA, POLICY, TOM, WIDE, person
from tests.approvals.story import Story, a_proposal
from tests.approvals.test_erase import everything_is_sent
from tests.builders import HOUR

_STRICT = load_policy({**POLICY.texts, "90.cedar": '@id("no.more") @says("No more.") forbid (principal, action, resource);'})


async def replayed(story: Story, request: RequestId | None = None, **by: Any) -> list[Replayed | TooOld]:
    return await story.desk.store.read(lambda tx: list(replay(tx, request=request, **by)))


def bend(path: Path, statement: str, *values: object) -> None:
    with closing(sqlite3.connect(path, timeout=5)) as records, records:
        records.execute(statement, values)


def what_differs(found: list[Replayed | TooOld]) -> list[Replayed | TooOld]:
    return [one for one in found if not (isinstance(one, Replayed) and one.is_same_throughout)]


async def test_every_decision_on_a_requests_way_is_answered_again_as_it_was(story: Story) -> None:
    request = await story.brought_to(State.ENDED)

    found = await replayed(story, request)

    assert what_differs(found) == []
    assert [one.then.grounds.action for one in found if isinstance(one, Replayed) and one.then] == [
        Action.SUBMIT,
        Action.APPROVE,
        Action.EXECUTE,
        Action.REVOKE,
    ]


@pytest.mark.parametrize("state", [State.DENIED, State.WITHDRAWN, State.LAPSED, State.FAILED])
async def test_so_is_every_decision_on_its_other_ways(story: Story, state: State) -> None:
    request = await story.brought_to(state)

    found = await replayed(story, request)

    assert (what_differs(found), len(found)) == ([], {State.LAPSED: 1, State.FAILED: 3}.get(state, 2))


async def test_more_time_is_answered_again_as_it_was_asked_for_and_given_or_not(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request, more=HOUR)
    await story.approves(request)
    await story.asks_for_more(request, more=9 * HOUR)
    await story.asks_for_more(request)
    await story.denies(request)

    found = await replayed(story, request)

    actions = [one.then.grounds.action for one in found if isinstance(one, Replayed) and one.then]
    assert what_differs(found) == []
    assert actions[-5:] == [Action.EXTEND, Action.APPROVE, Action.EXTEND, Action.EXTEND, Action.DENY]


async def test_taking_back_is_answered_again_as_it_was_also_when_its_reason_was_too_long(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)
    await story.ends(request, MARIA, why="x" * 1001)
    await story.ends(request, MARIA, why="The laptop was stolen.")

    found = await replayed(story, request)

    assert what_differs(found) == []
    assert [one.then.answer.check for one in found if isinstance(one, Replayed) and one.then and isinstance(one.then.answer, Denied)] == [
        21
    ]


async def test_refusals_are_answered_again_with_the_check_that_refused(story: Story) -> None:
    request = await story.asked()
    await story.approves(request, TOM)
    await story.approves(request, ANA)
    await story.denies(request, reason=" ")
    await story.submits(a_proposal(reason=" "))
    await story.submits(a_proposal(entitlement=EntitlementId("billing-db-read"), reason="x" * 1001))
    await story.submits(a_proposal(entitlement=EntitlementId("gone")))

    found = await replayed(story)

    checks = [one.now.check for one in found if isinstance(one, Replayed) and one.now and hasattr(one.now, "check")]
    assert (what_differs(found), checks) == ([], [10, 9, 13, 6, 6, 2])


@pytest.mark.parametrize("late_s", [0.0, 299.4, 300.4, 301.0])
async def test_a_sign_in_is_as_old_when_it_is_judged_again(story: Story, late_s: float) -> None:
    request = await story.asked()
    await story.presses_approve(request)
    await story.signs_in(request, oid=TOM)
    await story.signs_in(request)
    story.real_time_passes(timedelta(seconds=late_s))
    await story.presses_approve(request)

    found = await replayed(story, request)

    checks = [one.now.check if isinstance(one.now, Denied) else None for one in found if isinstance(one, Replayed)]
    assert (what_differs(found), checks) == ([], [None, 17, None if late_s <= 300 else 17])


async def test_a_press_on_an_outdated_card_was_no_decision(story: Story) -> None:
    request = await story.brought_to(State.DENIED)
    before = len(await replayed(story))

    await story.approves(request)

    assert len(await replayed(story)) == before


async def test_a_decision_is_made_again_by_the_policy_of_its_time(story: Story) -> None:
    request = await story.asked()
    story.desk = replace(story.desk, policy=_STRICT)
    await story.desk.store.write(lambda tx: keep(tx, _STRICT, now=story.clock()))
    await story.approves(request)

    found = await replayed(story)

    assert what_differs(found) == []
    assert [one.then.policy for one in found if isinstance(one, Replayed) and one.then] == [POLICY.version, _STRICT.version]


async def test_everything_is_answered_again_after_everybody_was_erased(story: Story) -> None:
    ended = await story.brought_to(State.ENDED)
    await story.denies(await story.asked(), reason="Ana Ferreira has it already.")
    await story.submits(a_proposal(reason="Because I, Ana Ferreira, say so." * 40))
    await everything_is_sent(story)
    for who in (ANA, MARIA):
        await story.leaves(who)
        await story.desk.store.write(lambda tx, who=who: erase(tx, find_person(tx, who), why="case 12", now=story.clock()))

    found = await replayed(story)

    assert (what_differs(found), len(found), len(await replayed(story, ended))) == ([], 7, 4)


async def test_a_fact_that_was_changed_is_found_by_what_the_policy_was_sent(story: Story, path: Path) -> None:
    request = await story.asked()
    await story.approves(request)
    bend(path, """UPDATE evidence SET body = replace(body, '"system":"billing-db"', '"system":"crm"') WHERE kind = 'request:approve'""")

    (differs,) = what_differs(await replayed(story))

    assert isinstance(differs, Replayed)
    assert (differs.entry, differs.is_same, differs.is_same_throughout) == (2, True, False)


async def test_an_answer_that_was_changed_is_found(story: Story, path: Path) -> None:
    request = await story.asked()
    await story.approves(request, TOM)
    bend(path, """UPDATE evidence SET body = replace(body, '"check":10,"rules"', '"check":1,"rules"') WHERE kind = 'act:refused'""")

    (differs,) = what_differs(await replayed(story))

    assert isinstance(differs, Replayed)
    assert (differs.entry, differs.is_same) == (2, False)


async def test_a_policy_that_was_not_kept_or_was_changed_since_is_said(story: Story, path: Path) -> None:
    await story.asked()
    bend(path, "UPDATE policy SET texts = ?", json.dumps(dict(WIDE.texts)))
    changed = what_differs(await replayed(story))
    bend(path, "DELETE FROM policy")

    lost = what_differs(await replayed(story))

    assert [one.problem for one in (*changed, *lost) if isinstance(one, Replayed)] == [
        f"the files of policy {POLICY.version} mean {WIDE.version}: they were changed since",
        f"the files of policy {POLICY.version} were not kept",
    ]


@pytest.mark.parametrize(
    ("found", "put", "problem"),
    [
        ('"read_at"', '"red_at"', "Facts.read_at was not recorded"),
        ('"enabled":true', '"enabled":"yes"', "'yes' stands where bool should"),
        ('"risk":"high"', '"risk":"none"', "'none' is not a valid Risk"),
        ('"owners":[', '"owners":7,"x":[', "7 stands where a list should"),
        ('"now"', '"new"', "Grounds.now was not recorded"),
        ('"asked":{', '"asked":3,"x":{', "what it keeps of the decision is not whole: 'int' object is not a mapping"),
        ('"decision":{', '"decision":3,"x":{', "what it keeps of the decision is no record of one"),
    ],
)
async def test_what_cannot_be_read_is_no_decision_that_was_confirmed(story: Story, path: Path, found: str, put: str, problem: str) -> None:
    await story.asked()
    bend(path, "UPDATE evidence SET body = replace(body, ?, ?)", found, put)

    (one,) = await replayed(story)

    assert isinstance(one, Replayed)
    assert (one.then, one.is_same, one.problem) == (None, False, problem)


async def test_what_an_older_release_recorded_is_counted_and_not_judged(story: Story, path: Path) -> None:
    request = await story.brought_to(State.ENDED)
    await story.approves(await story.asked(), TOM)
    await story.approves(request)
    bend(path, "UPDATE evidence SET body = json_remove(body, '$.decision')")

    assert await replayed(story) == [TooOld(1), TooOld(2), TooOld(3), TooOld(5), TooOld(8), TooOld(9)]


async def test_only_what_follows_an_entry_is_asked_for(story: Story) -> None:
    await story.brought_to(State.APPROVED)

    (last,) = await replayed(story, since=1)

    assert isinstance(last, Replayed)
    assert (last.entry, last.actor) == (2, MARIA)


async def test_who_approves_by_policy_is_answered_again_too(story: Story) -> None:
    ravi = person("ravi.subramanian").id
    story.clock.at = story.clock.at.replace(year=2026, month=1, day=6, hour=3)
    request = await story.asked(a_proposal(requester=ravi, beneficiary=ravi, entitlement=EntitlementId("k8s-prod-view")))
    await story.executes(request)

    found = await replayed(story)

    assert (what_differs(found), len(found)) == ([], 2)


async def test_of_two_stages_each_decision_is_answered_again(story: Story) -> None:
    request = await story.asked()
    await story.desk.store.write(lambda tx: keep(tx, WIDE, now=story.clock()))
    await story.needs(request, ("owner", (MARIA,), 1), ("manager", (JONAS, TOM), 2))
    for who in (MARIA, JONAS, TOM):
        story.clock.advance(timedelta(minutes=1))
        await story.approves(request, PersonId(who), duration=HOUR)
    await story.executes(request)

    found = await replayed(story)

    assert (what_differs(found), len(found)) == ([], 5)
