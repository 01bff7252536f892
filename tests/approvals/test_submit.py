"""A proposal becomes a request: once, with its ticket, its evidence and its questions, or not at all."""

import asyncio
import sqlite3
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import insert
from sqlalchemy.exc import IntegrityError
from sqlmodel import select

from approvals.change import FINAL, Allowed, Denied, RequestId, Stage, State
from approvals.operations.desk import Done, Refused
from approvals.operations.facts import _OPEN_STATES
from approvals.operations.submit import prospect
from approvals.store.tables import _OPEN, RequestRow, TicketRow
from approvals.words import say
from tests.approvals.northwind import ANA, BILLING_GROUP, JONAS, MARIA, STRANGER, TOM
from tests.approvals.rules import OBLIGATIONS
from tests.approvals.story import REASON, Story, a_proposal, a_trigger
from tests.builders import HOUR, NOON


async def test_a_request_begins_at_1001_and_holds_what_was_asked(story: Story) -> None:
    outcome = await story.submits(draft=7)

    row = await story.row(RequestId(1001))

    assert outcome == Done(RequestId(1001))
    assert row.model_dump() == {
        "id": 1001,
        "draft": 7,
        "version": 1,
        "state": State.WAITING,
        "requester": ANA,
        "beneficiary": ANA,
        "entitlement": "billing-db-write",
        "connector": "local",
        "target": BILLING_GROUP,
        "asked_duration": 4 * HOUR,
        "duration": 4 * HOUR,
        "reason": REASON,
        "reference": "INC-4711",
        "stages": [{"name": "owner", "approvers": [MARIA], "quorum": 1}],
        "stage": 0,
        "relieved": [],
        "look_again": False,
        "asked_at": NOON,
        "lapses_at": NOON + timedelta(days=1),
        "health_at": NOON + HOUR,
        "remind_after": 4 * HOUR,
        "remind_at": NOON + 4 * HOUR,
        "reminded": 0,
        "escalate_after": 8 * HOUR,
        "escalate_at": NOON + 8 * HOUR,
        "escalated_at": None,
        "decided_at": None,
        "decided_by": None,
        "decision_reason": "",
        "granted_at": None,
        "ends_at": None,
        "at_most": 8 * HOUR,
        "warn_at": None,
        "more": None,
        "end_reason": "",
        "had_before": False,
        "ended_at": None,
        "end_cause": None,
        "ended_by": None,
        "failure": None,
    }


async def test_the_ticket_the_evidence_and_the_work_are_there_with_the_request(story: Story) -> None:
    request = await story.asked()

    ticket = await story.ticket(request)
    assert ticket is not None
    assert ticket.model_dump() == {"id": 1001, "request": 1001, "opened_at": NOON, "updated_at": NOON, "closed_at": None}
    assert [(one.kind, one.request, one.actor, one.version, one.says) for one in await story.evidence()] == [
        ("request:submit", 1001, ANA, 1, "Asked for Write access to billing-db.")
    ]
    assert await story.jobs() == [("request:redraw", 1001)]


async def test_request_ticket_evidence_and_work_are_one_commit(path: Path, story: Story) -> None:
    seen: list[list[int]] = []
    questions = [f"SELECT count(*) FROM {table}" for table in ("request", "ticket", "evidence", "copy", "job")]  # noqa: S608 — our own names

    def look_from_outside() -> None:
        with closing(sqlite3.connect(path)) as other:
            seen.append([other.execute(question).fetchone()[0] for question in questions])

    story.desk.store.when_committed(look_from_outside)
    await story.asked()

    assert seen == [[1, 1, 1, 2, 1]]


async def test_the_owner_and_the_requester_get_their_cards(story: Story) -> None:
    request = await story.asked()

    copies = [(copy.person, copy.conversation, copy.activity, copy.shown) for copy in await story.copies(request)]

    assert copies == [(MARIA, None, None, 0), (ANA, None, None, 0)]


async def test_the_preview_that_was_pressed_becomes_the_requesters_card(story: Story) -> None:
    outcome = await story.submits(trigger=a_trigger(card="card-9"))

    assert outcome.request is not None
    copies = [(copy.person, copy.conversation, copy.activity, copy.service_url) for copy in await story.copies(outcome.request)]
    assert copies == [(MARIA, None, None, None), (ANA, "a:ana", "card-9", "https://teams.example/")]


async def test_the_same_draft_twice_is_one_request(story: Story) -> None:
    first = await story.submits(draft=7)
    again = await story.submits(draft=7)

    assert (first, again) == (Done(RequestId(1001)), Done(RequestId(1001)))
    assert [one.kind for one in await story.evidence()] == ["request:submit"]


async def test_of_two_submits_at_once_one_is_a_request_and_one_is_told_so(story: Story) -> None:
    outcomes = [*await asyncio.gather(story.submits(draft=7), story.submits(draft=8))]

    asked = "You have already asked for this: {request}. Say “status {request}” to see it."
    assert outcomes == [Done(RequestId(1001)), Refused(say(asked, request="REQ-1001"), None)]


async def test_one_draft_pressed_a_hundred_times_at_once_is_one_request(story: Story) -> None:
    outcomes = await asyncio.gather(*(story.submits(draft=7) for _ in range(100)))

    assert outcomes == [Done(RequestId(1001))] * 100


async def test_the_index_refuses_a_second_open_request_whatever_the_code_believes(story: Story) -> None:
    row = (await story.row(await story.asked())).model_dump()

    with pytest.raises(IntegrityError, match=r"UNIQUE constraint failed: request\.beneficiary, request\.entitlement"):
        await story.desk.store.write(lambda tx: tx.execute(insert(RequestRow), [{**row, "id": 2000, "draft": 2000}]))


async def test_the_index_refuses_a_second_request_of_one_draft(story: Story) -> None:
    row = (await story.row(await story.asked())).model_dump()

    with pytest.raises(IntegrityError, match=r"UNIQUE constraint failed: request\.draft"):
        await story.desk.store.write(lambda tx: tx.execute(insert(RequestRow), [{**row, "id": 2000, "beneficiary": TOM}]))


def test_the_code_and_the_index_mean_the_same_by_open() -> None:
    still_open = tuple(state.value for state in State if state not in FINAL)

    assert still_open == _OPEN_STATES
    assert f"state IN {still_open}" == _OPEN


@pytest.mark.parametrize("state", FINAL)
async def test_what_is_over_can_be_asked_for_again(story: Story, state: State) -> None:
    first = await story.brought_to(state)
    if state in (State.FAILED, State.REFUSED):
        await story.returns(MARIA)

    assert await story.submits() == Done(RequestId(first + 1))


@pytest.mark.parametrize("state", [state for state in State if state not in FINAL])
async def test_what_is_open_cannot_be_asked_for_again(story: Story, state: State) -> None:
    await story.brought_to(state)

    outcome = await story.submits()

    asked = "You have already asked for this: {request}. Say “status {request}” to see it."
    assert outcome == Refused(say(asked, request="REQ-1001"), None)


async def test_what_somebody_has_from_elsewhere_is_not_asked_for(story: Story) -> None:
    await story.is_given(BILLING_GROUP, ANA)

    outcome = await story.submits()

    assert outcome == Refused(say("You have this access already, from outside of Countersign; there is nothing to ask for."), None)


async def test_where_nobody_can_be_asked_nothing_is_asked(story: Story) -> None:
    await story.leaves(MARIA)
    await story.leaves(JONAS)

    outcome = await story.submits()

    text = "Nobody can decide on {entitlement} for you: it has no other active owner, deputy or steward. Ask the helpdesk to name one."
    assert outcome == Refused(say(text, entitlement="Write access to billing-db"), None)
    assert await _tables(story) == ([], [], [])


async def test_the_deputy_is_asked_when_the_owner_asks(story: Story) -> None:
    request = await story.asked(a_proposal(requester=MARIA, beneficiary=MARIA))

    assert (await story.row(request)).stages == [{"name": "owner", "approvers": [JONAS], "quorum": 1}]


async def test_a_refusal_is_evidence_and_nothing_else(story: Story) -> None:
    outcome = await story.submits(a_proposal(duration=9 * HOUR))

    text = "{asked} is too long: at most {most}. Please ask for less."
    assert outcome == Refused(say(text, asked=timedelta(hours=9), most=timedelta(hours=8)), None)
    (proof,) = await story.evidence()
    assert (proof.kind, proof.request, proof.actor, proof.check, proof.result) == (
        "act:refused",
        None,
        ANA,
        5,
        {"refused": "request:submit"},
    )
    assert await _tables(story) == ([], [], [])


async def test_somebody_whom_the_directory_does_not_know_asks_for_nothing(story: Story) -> None:
    outcome = await story.submits(a_proposal(requester=STRANGER, beneficiary=STRANGER))

    assert outcome == Refused(say("The directory does not know everybody concerned, so nothing can be done. Ask the helpdesk."), None)


async def test_a_preview_is_told_what_a_submit_would_be(story: Story) -> None:
    ahead = await story.desk.store.read(lambda tx: prospect(tx, a_proposal(), desk=story.desk))
    too_long = await story.desk.store.read(lambda tx: prospect(tx, a_proposal(duration=9 * HOUR), desk=story.desk))

    assert ahead.answer == Allowed(
        stages=(Stage(name="owner", approvers=(MARIA,), quorum=1),),
        obligations=OBLIGATIONS,
        rules=("tier.high",),
    )
    assert isinstance(too_long.answer, Denied)
    assert too_long.answer.check == 5
    assert await _tables(story) == ([], [], [])


async def test_the_reason_is_kept_letter_for_letter(story: Story) -> None:
    reason = '"; DROP TABLE request; -- {who} é 日本 \u202e 🚲 \n</b>'

    request = await story.asked(replace(a_proposal(), reason=reason))

    assert (await story.row(request)).reason == reason


async def _tables(story: Story) -> tuple[list[object], list[object], list[object]]:
    """Requests, tickets and jobs: what must be empty after a refusal."""
    rows = await story.desk.store.read(lambda tx: (list(tx.exec(select(RequestRow))), list(tx.exec(select(TicketRow)))))
    return ([*rows[0]], [*rows[1]], [*(await story.jobs())])
