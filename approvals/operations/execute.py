"""An approved request becomes access: authorized a third time, intended durably, made, read back, recorded.

A crash between any two of these lines is repaired by running the job again: each step first finds out whether it has been done.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlmodel import select

from approvals import evidence, outbox, tickets
from approvals.change import Action, Denied, PersonId, RequestId, State
from approvals.connectors import Change
from approvals.connectors.breaker import HeldBack, Way, admit, note_answer, note_failure
from approvals.errors import ConnectorError, HeldBackError, NotShownError
from approvals.evidence import Trace
from approvals.jobs.embedded import Kind, ask_for
from approvals.lifecycle import Event
from approvals.mediation import Facts, authorize
from approvals.operations.desk import Desk, by_time
from approvals.operations.extend import warned_at
from approvals.operations.facts import for_request
from approvals.operations.transition import move, named
from approvals.store.requests import find, id_of, proposal_of
from approvals.store.sqlite import Tx
from approvals.store.tables import EvidenceRow, RequestRow
from approvals.words import Personal, Sentence, say


@dataclass(frozen=True, slots=True, kw_only=True)
class _Intended:
    """A change that may be made, and whom the policy that allowed it wants told when it works."""

    change: Change
    notify: tuple[PersonId, ...]


async def execute(request: RequestId, *, desk: Desk) -> None:
    """Make the change that ``request`` was approved for; nothing, if it is not waiting to be made.

    Raises:
        ConnectorError: the system refused or did not answer; the job is to run again.
    """
    intended = await desk.store.write(lambda tx: _intend(tx, request, desk=desk))
    if intended is None:
        return
    if isinstance(intended, HeldBack):
        raise held_back(intended)
    change = intended.change
    connector = desk.connectors[change.connector]
    try:
        had_before = await connector.apply(change)
        if not await connector.read_back(change):
            raise NotShownError(f"{change.target} does not show {change.person} after the change; reading it again later")
    except ConnectorError as error:
        failed = error
        await desk.store.write(lambda tx: note_failed_call(tx, request, change, way=Way.GIVE, error=failed, desk=desk))
        raise
    await desk.store.write(lambda tx: _record(tx, request, intended, had_before=had_before, desk=desk))


def change_for(row: RequestRow) -> Change:
    """The change behind a request, under the key that makes it happen once."""
    return Change(key=f"grant/{row.id}", connector=row.connector, target=row.target, person=PersonId(row.beneficiary))


def held_back(held: HeldBack) -> HeldBackError:
    """What a job fails with that is not to be tried before the system has been left alone for a while."""
    return HeldBackError(f"the system has failed {held.failures} times in a row, and is left alone for a while", until=held.until)


def note_held_back(tx: Tx, row: RequestRow, held: HeldBack, *, desk: Desk) -> None:
    """Write, once for each step of a request, that it waits for a system which keeps failing: the ticket tells why nothing happens."""
    known = (EvidenceRow.request == row.id, EvidenceRow.kind == Trace.HELD_BACK.value, EvidenceRow.version == row.version)
    if tx.exec(select(EvidenceRow.id).where(*known).limit(1)).first() is not None:
        return
    now = desk.now()
    evidence.record(
        tx,
        Trace.HELD_BACK,
        at=now,
        request=id_of(row),
        actor=None,
        trigger=by_time(now).trigger,
        sentence=say(
            "{connector} has failed {failures} times in a row, so it is asked only now and then until it answers. Nothing is lost.",
            connector=row.connector,
            failures=held.failures,
        ),
        policy=desk.policy,
        version=row.version,
        result={"connector": row.connector, "until": held.until},
    )
    tickets.touch_ticket(tx, id_of(row), now=now, is_final=False)


def note_failed_call(tx: Tx, request: RequestId, change: Change, *, way: Way, error: ConnectorError, desk: Desk) -> None:
    """Write what came back of a call that was not done: what a system answers belongs to the story too. Its breaker counts it."""
    now = desk.now()
    if isinstance(error, NotShownError):
        note_answer(tx, change.connector, way)
    else:
        note_failure(tx, change.connector, way, now=now)
    evidence.record(
        tx,
        Trace.CALL_FAILED,
        at=now,
        request=request,
        actor=None,
        trigger=by_time(now).trigger,
        # Another system's words may name the person.
        sentence=say("{connector}: {problem}.", connector=change.connector, problem=Personal(str(error), of=change.person)),
        policy=desk.policy,
        result={"key": change.key, "connector": change.connector, "target": change.target, "person": change.person},
    )


def give_up(tx: Tx, request: RequestId, *, why: str, desk: Desk) -> None:
    """The system behind the connector refused for too long: the request has failed, and everybody concerned is told."""
    row = find(tx, request)
    if row.state is State.APPROVED:
        now = desk.now()
        facts = for_request(tx, row, actor=None, desk=desk, now=now)
        said = Personal(why, of=row.beneficiary)
        _fail(tx, row, say("The change could not be made: {why}.", why=said), facts=facts, desk=desk, now=now)


def _intend(tx: Tx, request: RequestId, *, desk: Desk) -> _Intended | HeldBack | None:
    row = find(tx, request)
    if row.state is not State.APPROVED:
        return None
    now = desk.now()
    facts = for_request(tx, row, actor=None, desk=desk, now=now)
    answer = authorize(Action.EXECUTE, proposal_of(row), facts=facts, policy=desk.policy, now=now)
    if isinstance(answer, Denied):
        _fail(tx, row, answer.reason, facts=facts, desk=desk, now=now, answer=answer)
        return None
    if row.connector not in desk.connectors:
        _fail(tx, row, say("No connector named {name} is set up.", name=row.connector), facts=facts, desk=desk, now=now)
        return None
    held = admit(tx, row.connector, Way.GIVE, now=now)
    if held is not None:
        note_held_back(tx, row, held, desk=desk)
        return held
    evidence.record(
        tx,
        Trace.GRANT_INTENDED,
        at=now,
        request=request,
        actor=None,
        trigger=by_time(now).trigger,
        sentence=say("Adding to {target}.", target=row.target),
        policy=desk.policy,
        facts=facts,
        answer=answer,
        version=row.version,
        result={"key": change_for(row).key, "connector": row.connector, "target": row.target, "person": row.beneficiary},
    )
    return _Intended(change=change_for(row), notify=answer.obligations.notify if answer.obligations else ())


def _record(tx: Tx, request: RequestId, intended: _Intended, *, had_before: bool, desk: Desk) -> None:
    """The grant and its end in one commit: there is no access without a time at which it is taken away."""
    row, change = find(tx, request), intended.change
    now = desk.now()
    note_answer(tx, change.connector, Way.GIVE)
    if row.state is State.FAILED:
        # Given up while the change was on its way, and then made after all: nobody else would ever take it away.
        ask_for(tx, (Kind.REVOKE, request), now=now)
    if row.state is not State.APPROVED:
        return
    facts = for_request(tx, row, actor=None, desk=desk, now=now)
    # Time starts now, when the access works, and not when it was asked for or approved.
    ends = now + row.duration
    changes = {"granted_at": now, "ends_at": ends, "warn_at": warned_at(ends, row.duration), "had_before": had_before}
    sentence = say("Access works, as read back from {target}. Its {duration} begin now.", target=row.target, duration=row.duration)
    calls = {"connector": change.connector, "key": change.key, "apply": {"had_before": had_before}, "read_back": True}
    move(tx, row, Event.GRANT, desk=desk, act=by_time(now), facts=facts, sentence=sentence, changes=changes, calls=calls)
    told = say(
        "{what} is live: you have it for {duration}. Say “I'm done” to hand it back early.", what=named(row, desk), duration=row.duration
    )
    _tell(tx, row, told, about="granted", now=now)
    who = facts.beneficiary.name if facts.beneficiary else ""
    begun = say("{who} now has {what}, for {duration}.", who=who, what=named(row, desk), duration=row.duration)
    outbox.tell(tx, intended.notify, begun, request=request, about="granted", now=now)


def _fail(tx: Tx, row: RequestRow, why: Sentence, *, facts: Facts, desk: Desk, now: datetime, answer: Denied | None = None) -> None:
    # An attempt that broke off may have made the change all the same: it is taken back, since no end would be kept for it.
    undo = (Kind.REVOKE,) if _was_begun(tx, row) else ()
    changes = {"failure": why}
    move(tx, row, Event.FAIL, desk=desk, act=by_time(now), facts=facts, sentence=why, changes=changes, work=undo, answer=answer)
    what = named(row, desk)
    told = say("{what} was approved, but nothing was changed. {why} The helpdesk sees it in your ticket.", what=what, why=str(why))
    if undo:
        told = say(
            "{what} was approved, but could not be given. {why} What was begun is being undone; the helpdesk sees it in your ticket.",
            what=what,
            why=str(why),
        )
    _tell(tx, row, told, about="failed", now=now)


def _was_begun(tx: Tx, row: RequestRow) -> bool:
    begun = select(EvidenceRow.id).where(EvidenceRow.request == row.id, EvidenceRow.kind == Trace.GRANT_INTENDED.value)
    return tx.exec(begun.limit(1)).first() is not None


def _tell(tx: Tx, row: RequestRow, sentence: Sentence, *, about: str, now: datetime) -> None:
    concerned = (PersonId(row.requester), PersonId(row.beneficiary))
    outbox.tell(tx, concerned, sentence, request=id_of(row), about=about, now=now)
