"""Every edge and every refusal leaves exactly one piece of evidence, in the transaction of what it proves."""

import json
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

import pytest

from approvals.change import PersonId, RequestId, State
from approvals.evidence import canonical
from approvals.lifecycle import EDGES, Event
from approvals.operations.audit import Entry, count, gaps, trail
from approvals.operations.reassign import reassign
from approvals.store.sqlite import Tx
from approvals.store.tables import EvidenceRow, RequestRow, TicketRow
from tests.approvals.northwind import ANA, BILLING_GROUP, JONAS, MARIA, TOM
from tests.approvals.story import REASON, Proof, Story
from tests.builders import HOUR, NOON


async def _two_must_agree(story: Story) -> RequestId:
    request = await story.asked()
    await story.needs(request, ("owner", (MARIA, JONAS), 2))
    return request


async def _lapses(story: Story, _request: RequestId) -> None:
    story.clock.advance(timedelta(days=1))
    await story.sweeps()


async def _fails(story: Story, request: RequestId) -> None:
    await story.leaves(MARIA)
    await story.executes(request)


async def _its_approver_leaves(story: Story, _request: RequestId) -> None:
    await story.leaves(MARIA)
    await story.looks_at_approvers()


async def _everybody_leaves(story: Story, _request: RequestId) -> None:
    await story.leaves(JONAS)
    await _its_approver_leaves(story, _request)


async def _nobody_answers(story: Story, request: RequestId) -> None:
    await story.is_changed(request, remind_at=None)
    story.clock.advance(8 * HOUR)
    await story.sweeps()


async def _is_given_to_jonas(story: Story, request: RequestId) -> None:
    seen, act = await story.seen_now(request), story.act(MARIA)
    await story.desk.store.write(lambda tx: reassign(tx, request, JONAS, seen=seen, act=act, desk=story.desk))


async def _more_is_asked_for(story: Story) -> RequestId:
    request = await story.brought_to(State.GRANTED)
    await story.asks_for_more(request)
    return request


def _at(state: State) -> Callable[[Story], Any]:
    return lambda story: story.brought_to(state)


def _spelled(moment: datetime) -> str:
    return moment.isoformat(timespec="microseconds")


def _stages(*approvers: PersonId) -> list[dict[str, object]]:
    return [{"name": "owner", "approvers": [*approvers], "quorum": 1}]


def _asked_anew(now: datetime) -> dict[str, object]:
    return {
        "health_at": _spelled(now + HOUR),
        "remind_at": _spelled(now + 4 * HOUR),
        "reminded": 0,
        "escalate_at": _spelled(now + 8 * HOUR),
        "escalated_at": None,
    }


# Each edge: how to come to its beginning, what takes it, by whom, what its evidence says came of it, and the work that follows.
_DRIVEN: dict[tuple[State | None, Event], tuple[Any, Any, PersonId | None, dict[str, object], list[str]]] = {
    (State.WAITING, Event.AGREE): (_two_must_agree, Story.approves, MARIA, {"duration": 14_400}, []),
    (State.WAITING, Event.APPROVE): (
        _at(State.WAITING),
        Story.approves,
        MARIA,
        {"duration": 14_400, "decided_at": "2025-11-22T12:00:00.000000+00:00", "decided_by": MARIA, "decision_reason": ""},
        ["grant:execute"],
    ),
    (State.WAITING, Event.DENY): (
        _at(State.WAITING),
        Story.denies,
        MARIA,
        {"decided_at": "2025-11-22T12:00:00.000000+00:00", "decided_by": MARIA, "decision_reason": "Use the replica."},
        ["message:send"],
    ),
    (State.WAITING, Event.LAPSE): (_at(State.WAITING), _lapses, None, {}, ["message:send"]),
    (State.WAITING, Event.REROUTE): (
        _at(State.WAITING),
        _its_approver_leaves,
        None,
        {"stages": _stages(JONAS), "relieved": [MARIA], **_asked_anew(NOON + HOUR)},
        ["message:send"],
    ),
    (State.WAITING, Event.ESCALATE): (
        _at(State.WAITING),
        _nobody_answers,
        None,
        {
            "stages": _stages(MARIA, JONAS),
            "relieved": [],
            "escalated_at": _spelled(NOON + 8 * HOUR),
            "escalate_at": _spelled(NOON + 16 * HOUR),
            "remind_at": _spelled(NOON + 12 * HOUR),
        },
        ["message:send"],
    ),
    (State.WAITING, Event.REASSIGN): (
        _at(State.WAITING),
        _is_given_to_jonas,
        MARIA,
        {"stages": _stages(JONAS), "relieved": [MARIA], **_asked_anew(NOON)},
        ["message:send"],
    ),
    (State.WAITING, Event.REFUSE): (_at(State.WAITING), _everybody_leaves, None, {}, ["message:send"]),
    (State.WAITING, Event.WITHDRAW): (_at(State.WAITING), Story.withdraws, ANA, {}, []),
    (State.APPROVED, Event.GRANT): (
        _at(State.APPROVED),
        Story.executes,
        None,
        {
            "granted_at": "2025-11-22T12:00:00.000000+00:00",
            "ends_at": "2025-11-22T16:00:00.000000+00:00",
            "warn_at": "2025-11-22T15:20:00.000000+00:00",
            "had_before": False,
            "calls": {"connector": "local", "key": "grant/1001", "apply": {"had_before": False}, "read_back": True},
        },
        ["message:send"],
    ),
    (State.APPROVED, Event.FAIL): (
        _at(State.APPROVED),
        _fails,
        None,
        {},
        ["message:send"],
    ),
    (State.GRANTED, Event.ASK_MORE): (_at(State.GRANTED), Story.asks_for_more, ANA, {"more": 7_200}, []),
    (State.GRANTED, Event.EXTEND): (
        _more_is_asked_for,
        Story.approves,
        MARIA,
        {
            "duration": 21_600,
            "ends_at": "2025-11-22T18:00:00.000000+00:00",
            "warn_at": "2025-11-22T17:00:00.000000+00:00",
            "more": None,
        },
        ["message:send"],
    ),
    (State.GRANTED, Event.REFUSE_MORE): (_more_is_asked_for, Story.denies, MARIA, {"more": None}, ["message:send"]),
    (State.GRANTED, Event.END): (_at(State.GRANTED), Story.ends, ANA, {"end_cause": "handed_back", "ended_by": ANA}, ["grant:revoke"]),
    (State.ENDING, Event.LINGER): (
        _at(State.ENDING),
        Story.lingers,
        None,
        {},
        ["message:send", "message:send"],
    ),
    (State.ENDING, Event.CONFIRM): (
        _at(State.ENDING),
        Story.revokes,
        None,
        {
            "ended_at": "2025-11-22T12:00:00.000000+00:00",
            "failure": None,
            "calls": {"connector": "local", "key": "grant/1001", "revert": {"keeps": False}, "read_back": False},
        },
        ["message:send", "message:send"],
    ),
}


def test_every_edge_is_driven() -> None:
    assert {*_DRIVEN, (None, Event.SUBMIT)} == {*EDGES}


@pytest.mark.parametrize("edge", _DRIVEN, ids=lambda edge: f"{edge[0]} {edge[1]}")
async def test_an_edge_is_one_piece_of_evidence_with_everything_in_it(story: Story, edge: tuple[State, Event]) -> None:
    begin, go, actor, changed, work = _DRIVEN[edge]
    request = await begin(story)
    await story.jobs_done()
    before, version = len(await story.evidence(request)), (await story.row(request)).version

    await go(story, request)

    moved = [one for one in (await story.evidence(request))[before:] if one.kind in {event.value for event in Event}]
    by_a_person = {
        "source": "teams",
        "service_url": "https://teams.example/",
        "conversation": "a:ana",
        "activity": "activity-1",
        "card": "",
    }
    by_time = {"source": "timer", "service_url": "", "conversation": "", "activity": "", "card": ""}
    (proof,) = moved
    assert (proof.kind, proof.request, proof.actor, proof.at, proof.version) == (
        edge[1].value,
        request,
        actor,
        story.clock(),
        version + 1,
    )
    assert proof.result == {"from": edge[0].value, "to": EDGES[edge].value, **changed}
    assert proof.body["trigger"] == (by_a_person if actor else by_time)
    assert proof.body["policy"] == story.desk.policy.version
    assert (proof.body["facts"]["read_at"], proof.body["facts"]["requester"]["id"]) == (
        story.clock().isoformat(timespec="microseconds"),
        ANA,
    )
    assert sorted(kind for kind, _ in await story.jobs()) == sorted([*work, "request:redraw"])
    row, ticket = await story.row(request), await story.ticket(request)
    assert (row.state, row.version) == (EDGES[edge], version + 1)
    assert ticket is not None
    assert (ticket.updated_at, ticket.closed_at) == (story.clock(), story.clock() if row.state.is_final else None)


@pytest.mark.parametrize("edge", [edge for edge in _DRIVEN if edge[1] not in (Event.GRANT, Event.CONFIRM)], ids=lambda edge: f"{edge[1]}")
async def test_state_evidence_ticket_and_work_come_and_go_together(
    story: Story, edge: tuple[State, Event], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin, go, *_ = _DRIVEN[edge]
    request = await begin(story)
    if edge[1] is Event.FAIL:
        await story.leaves(MARIA)
    if edge[1] is Event.LAPSE:
        story.clock.advance(timedelta(days=1))
    before = await _everything(story, request)
    write = story.desk.store.write

    async def write_and_break(work: Callable[[Tx], object]) -> None:
        def breaks(tx: Tx) -> None:
            work(tx)
            raise RuntimeError("the machine stops here")

        await write(breaks)

    with monkeypatch.context() as broken:
        broken.setattr(story.desk.store, "write", write_and_break)
        step = Story.sweeps(story) if edge[1] is Event.LAPSE else story.executes(request) if edge[1] is Event.FAIL else go(story, request)
        with pytest.raises(RuntimeError, match="the machine stops here"):
            await step

    assert await _everything(story, request) == before


async def _everything(story: Story, request: RequestId) -> tuple[object, ...]:
    ticket = await story.ticket(request)
    return (
        (await story.row(request)).model_dump(),
        ticket and ticket.model_dump(),
        await story.evidence(),
        await story.jobs(),
        [one.model_dump() for one in await story.decisions(request)],
        await story.told(),
        [one.model_dump() for one in await story.copies(request)],
    )


async def test_a_refusal_names_who_what_which_check_and_what_was_known(story: Story) -> None:
    request = await story.asked()

    await story.approves(request, TOM)

    proof = (await story.evidence(request))[-1]
    assert proof == Proof(
        kind="act:refused",
        request=request,
        actor=TOM,
        at=NOON,
        version=1,
        says="Only Maria Lindqvist can decide on this request.",
        body={
            "trigger": {
                "source": "teams",
                "service_url": "https://teams.example/",
                "conversation": "a:ana",
                "activity": "activity-1",
                "card": "",
            },
            "facts": proof.body["facts"],
            "policy": story.desk.policy.version,
            "check": 10,
            "decision": {
                "action": "request:approve",
                "now": "2025-11-22T12:00:00.000000+00:00",
                "asked": {
                    "requester": ANA,
                    "beneficiary": ANA,
                    "entitlement": "billing-db-write",
                    "duration": 14_400,
                    "reason": len(REASON),
                    "reference": True,
                },
                "word": 0,
                "answer": {"check": 10, "rules": []},
                "policy": {},
                "digest": "",
            },
            "result": {"refused": "request:approve"},
        },
    )
    facts = proof.body["facts"]
    assert (facts["actor"]["id"], facts["word"]["duration"], facts["stages"], facts["is_by_time"]) == (
        TOM,
        14_400,
        [{"name": "owner", "approvers": [MARIA], "quorum": 1}],
        False,
    )


# Canonical JSON.


class _Kind(StrEnum):
    ONE = "one"


def test_the_same_evidence_is_the_same_bytes() -> None:
    value = {"b": [True, None, 4 * HOUR, _Kind.ONE], "a": {"y": NOON, "x": "é日"}}

    assert canonical(value) == ('{"a":{"x":"é日","y":"2025-11-22T12:00:00.000000+00:00"},"b":[true,null,14400,"one"]}')
    assert canonical(dict(reversed(value.items()))) == canonical(value)


@pytest.mark.parametrize("value", [{1, 2}, b"bytes", object(), 1j, 0.5])
def test_what_has_no_one_spelling_is_not_evidence(value: object) -> None:
    with pytest.raises(TypeError) as raised:
        canonical({"value": value})

    assert str(raised.value) == f"{type(value).__name__} has no canonical form; say it as text, whole number, time or duration"


async def test_every_body_is_canonical_and_holds_no_floating_number(story: Story) -> None:
    await story.brought_to(State.ENDED)

    def no_float(value: str) -> None:
        raise AssertionError(f"{value} is a float")

    for proof in await story.evidence():
        assert canonical(json.loads(json.dumps(proof.body), parse_float=no_float)) == canonical(proof.body)


# The auditor.


async def test_the_trail_of_a_request_is_its_story(story: Story) -> None:
    request = await story.asked()
    await story.approves(request, TOM)
    await story.approves(request)
    await story.executes(request)
    story.clock.advance(4 * HOUR)
    await story.sweeps()
    await story.revokes(request)

    entries: tuple[Entry, ...] = await story.desk.store.read(lambda tx: trail(tx, request))

    assert [f"{one.name}: {one.sentence}" for one in entries] == [
        "Ana Ferreira: Asked for Write access to billing-db.",
        "Tom Okafor: Only Maria Lindqvist can decide on this request.",
        "Maria Lindqvist: Approved for 4 h.",
        f"Countersign: Adding to {BILLING_GROUP}.",
        f"Countersign: Access works, as read back from {BILLING_GROUP}. Its 4 h begin now.",
        "Countersign: The time is over; the access is being removed.",
        f"Countersign: Removing from {BILLING_GROUP}.",
        f"Countersign: The access is gone, as read back from {BILLING_GROUP}, 0 s after its end.",
    ]


@pytest.mark.parametrize("state", State)
async def test_whatever_happened_is_accounted_for(story: Story, state: State) -> None:
    await story.brought_to(state)

    assert await _gaps(story) == []
    assert await story.desk.store.read(count) == 1


async def test_what_the_evidence_does_not_account_for_is_found(story: Story) -> None:
    request = await story.brought_to(State.GRANTED)

    def forge(tx: Tx) -> None:
        row = tx.get_one(RequestRow, request)
        row.state, row.version = State.ENDED, 4

    await story.desk.store.write(forge)

    assert await _gaps(story) == [
        "REQ-1001: is at version 4, but its transitions are recorded for versions [1, 2, 3]",
        "REQ-1001: is ended, but its evidence leads to granted",
        "REQ-1001: is ended, but its ticket is open",
    ]


async def test_evidence_that_was_taken_away_is_missed(story: Story) -> None:
    request = await story.brought_to(State.APPROVED)

    def erase(tx: Tx) -> None:
        tx.delete(tx.get_one(EvidenceRow, 1))
        tx.delete(tx.get_one(TicketRow, request))

    await story.desk.store.write(erase)

    assert await _gaps(story) == [
        "REQ-1001: is at version 2, but its transitions are recorded for versions [2]",
        "REQ-1001: evidence 2 tells of a move that cannot be: no edge request:approve from the beginning",
        "REQ-1001: is approved, but its evidence leads to nothing",
        "REQ-1001: has no ticket",
    ]


async def _gaps(story: Story) -> list[str]:
    return await story.desk.store.read(lambda tx: [*map(str, gaps(tx))])
