"""Access that is to end is taken away, read back, and said to be gone only then. So is what a failed attempt may have left behind."""

from collections.abc import Mapping
from datetime import timedelta

from approvals import evidence, outbox, tickets
from approvals.change import EndCause, PersonId, RequestId, State
from approvals.connectors import Change
from approvals.connectors.breaker import HeldBack, Way, admit, note_answer
from approvals.errors import ConnectorError, NotShownError
from approvals.evidence import Trace
from approvals.lifecycle import Event
from approvals.operations.desk import Desk, by_time
from approvals.operations.execute import change_for, held_back, note_failed_call, note_held_back
from approvals.operations.facts import for_request
from approvals.operations.transition import move, named
from approvals.store.requests import find, id_of
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.words import Sentence, say


async def revoke(request: RequestId, *, desk: Desk) -> None:
    """Undo the change of ``request``; nothing, if it is neither ending nor failed.

    Raises:
        ConnectorError: the system refused or did not answer, or still shows the access: it is *not* revoked, and the job runs again.
    """
    change = await desk.store.write(lambda tx: _intend(tx, request, desk=desk))
    if change is None:
        return
    if isinstance(change, HeldBack):
        raise held_back(change)
    connector = desk.connectors.get(change.connector)
    if connector is None:
        raise ConnectorError(f"no connector named {change.connector} is set up; {change.person} still has {change.target}")
    try:
        keeps = await connector.revert(change)
        still_there = await connector.read_back(change)
        if still_there and not await desk.store.read(lambda tx: _may_stay(find(tx, request), keeps=keeps)):
            raise NotShownError(f"{change.target} still shows {change.person} after the removal; trying again")
    except ConnectorError as error:
        failed = error
        await desk.store.write(lambda tx: note_failed_call(tx, request, change, way=Way.TAKE, error=failed, desk=desk))
        raise
    calls = {"connector": change.connector, "key": change.key, "revert": {"keeps": keeps}, "read_back": still_there}
    await desk.store.write(lambda tx: _record(tx, request, calls, still_there=still_there, desk=desk))


def linger(tx: Tx, request: RequestId, *, attempts: int, why: str, desk: Desk) -> None:
    """Say, once, that access which is to end is not gone after so many attempts: on the card, on the ticket, to everybody concerned.

    The removal is tried on all the same: nothing else takes the access away.
    """
    row = find(tx, request)
    if row.state is not State.ENDING or row.failure is not None:
        return
    now = desk.now()
    facts = for_request(tx, row, actor=None, desk=desk, now=now)
    failure = say(
        "It could not be removed from {target} in {attempts} attempts, so it counts as live.", target=row.target, attempts=attempts
    )
    sentence = say("Not gone after {attempts} attempts: {why}. The helpdesk has to look.", attempts=attempts, why=why)
    move(tx, row, Event.LINGER, desk=desk, act=by_time(now), facts=facts, sentence=sentence, changes={"failure": failure})
    told = say(
        "{what} is to end, but the access is not gone: it could not be removed from {target}. "
        "Countersign keeps trying, and the helpdesk has to look; you are told when it is gone.",
        what=named(row, desk),
        target=row.target,
    )
    outbox.tell(tx, _concerned(row), told, request=id_of(row), about="lingers", now=now)


def _intend(tx: Tx, request: RequestId, *, desk: Desk) -> Change | HeldBack | None:
    row = find(tx, request)
    if row.state not in (State.ENDING, State.FAILED):
        return None
    now = desk.now()
    held = admit(tx, row.connector, Way.TAKE, now=now)
    if held is not None:
        note_held_back(tx, row, held, desk=desk)
        return held
    evidence.record(
        tx,
        Trace.REVOKE_INTENDED,
        at=now,
        request=request,
        actor=None,
        trigger=by_time(now).trigger,
        sentence=say("Removing from {target}.", target=row.target),
        policy=desk.policy,
        version=row.version,
        result={"key": change_for(row).key, "connector": row.connector, "target": row.target, "person": row.beneficiary},
    )
    return change_for(row)


def _may_stay(row: RequestRow, *, keeps: bool) -> bool:
    """Whether access is left as it was. The word of the grant counts; where there was none, the connector's."""
    return keeps if row.state is State.FAILED else row.had_before


def _record(tx: Tx, request: RequestId, calls: Mapping[str, object], *, still_there: bool, desk: Desk) -> None:
    row = find(tx, request)
    note_answer(tx, row.connector, Way.TAKE)
    if row.state is State.FAILED:
        _note_undone(tx, row, calls, still_there=still_there, desk=desk)
    if row.state is not State.ENDING:
        return
    now = desk.now()
    facts = for_request(tx, row, actor=None, desk=desk, now=now)
    lag = _lag(row, desk)
    sentence = say("The access is gone, as read back from {target}, {lag} s after its end.", target=row.target, lag=lag)
    if row.had_before:
        sentence = say("The time is over. The access from before, which did not come from here, was left as it was.")
    told, ended = _told(row, desk), {"ended_at": now, "failure": None}
    move(tx, row, Event.CONFIRM, desk=desk, act=by_time(now), facts=facts, sentence=sentence, changes=ended, calls=calls)
    outbox.tell(tx, _concerned(row), told, request=id_of(row), about="ended", now=now)


def _concerned(row: RequestRow) -> tuple[PersonId, ...]:
    return (PersonId(row.requester), PersonId(row.beneficiary), *((PersonId(row.decided_by),) if row.decided_by else ()))


def _note_undone(tx: Tx, row: RequestRow, calls: Mapping[str, object], *, still_there: bool, desk: Desk) -> None:
    now = desk.now()
    sentence = say("What the failed attempt may have added to {target} is gone, as read back.", target=row.target)
    if still_there:
        sentence = say("The access from before, which did not come from here, was left as it was.")
    evidence.record(
        tx,
        Trace.UNDONE,
        at=now,
        request=id_of(row),
        actor=None,
        trigger=by_time(now).trigger,
        sentence=sentence,
        policy=desk.policy,
        version=row.version,
        result={"key": change_for(row).key, "target": row.target, "person": row.beneficiary, "still_there": still_there, "calls": calls},
    )
    tickets.touch_ticket(tx, id_of(row), now=now, is_final=False)


def _lag(row: RequestRow, desk: Desk) -> int:
    """Whole seconds between the end that was promised and now; 0 where access was ended early."""
    late = desk.now() - row.ends_at if row.ends_at and row.end_cause is EndCause.TIME else timedelta()
    return max(0, int(late.total_seconds()))


def _told(row: RequestRow, desk: Desk) -> Sentence:
    what = named(row, desk)
    if row.failure is not None:
        return say("{what} is over at last: the access is gone, as a check of {target} has shown.", what=what, target=row.target)
    if row.end_cause is EndCause.HANDED_BACK:
        return say("{what} was handed back early; the access is gone.", what=what)
    if row.end_cause is EndCause.REVOKED:
        return say("{what} was taken back early; the access is gone.", what=what)
    return say("{what} has ended as planned; the access is gone.", what=what)
