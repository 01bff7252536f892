"""An approver's word on a request: checked for staleness first, then for right, then written once."""

from dataclasses import replace

from sqlalchemy import insert

from approvals import outbox
from approvals.change import Action, Allowed, Decision, Denied, PersonId, RequestId, Verdict
from approvals.jobs.embedded import Kind
from approvals.lifecycle import Event
from approvals.mediation import Facts, authorize
from approvals.operations.desk import Act, Desk, Done, Outcome
from approvals.operations.facts import for_request
from approvals.operations.staleness import STALE, Seen, staleness
from approvals.operations.transition import move, named, refuse
from approvals.store.requests import find, id_of, proposal_of
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import DecisionRow, RequestRow
from approvals.words import say

_INSERT = Statement(insert(DecisionRow.__table__))  # type: ignore[attr-defined]


def decide(tx: Tx, request: RequestId, word: Decision, *, seen: Seen, act: Act, desk: Desk) -> Outcome:
    """Approve (perhaps for less time) or deny.

    Of any number of simultaneous decisions one wins; the others are refused with the name of who decided and when.

    Raises:
        UnknownRequestError: there is no such request.
    """
    row = find(tx, request)
    doing = Action.APPROVE if word.verdict is Verdict.APPROVE else Action.DENY
    word = _settled(word, row, act=act)
    facts = for_request(tx, row, actor=act.actor, desk=desk, now=act.at, word=word)
    # Staleness before legality: "already decided by Maria at 14:02" is true where "you may not decide" would not be.
    stale = staleness(tx, row, seen=seen, presser=act.actor, desk=desk)
    if stale is not None:
        return refuse(tx, Denied(STALE, stale), act=act, row=row, desk=desk, facts=facts, doing=doing)
    answer = authorize(doing, proposal_of(row), facts=facts, policy=desk.policy, now=act.at)
    if isinstance(answer, Denied):
        return refuse(tx, answer, act=act, row=row, desk=desk, facts=facts, doing=doing)
    _write(tx, row, word)
    if word.verdict is Verdict.DENY:
        _deny(tx, row, word, answer=answer, facts=facts, act=act, desk=desk)
        return Done(request)
    _approve(tx, row, word, answer=answer, facts=facts, act=act, desk=desk)
    return Done(request)


def _settled(word: Decision, row: RequestRow, *, act: Act) -> Decision:
    """The word as it is judged and written: the actor's own, now, on the open stage; an approval that names no duration means all of it."""
    whole = row.asked_duration if word.duration is None else word.duration
    duration = whole if word.verdict is Verdict.APPROVE else None
    return replace(word, approver=act.actor or PersonId(""), at=act.at, stage=row.stage, duration=duration)


def _write(tx: Tx, row: RequestRow, word: Decision) -> None:
    values = {"request": row.id, "stage": word.stage, "approver": word.approver, "verdict": word.verdict}
    _INSERT.run(tx, {**values, "duration": word.duration, "reason": word.reason, "at": word.at})


def _deny(tx: Tx, row: RequestRow, word: Decision, *, answer: Allowed, facts: Facts, act: Act, desk: Desk) -> None:
    decided = {"decided_at": act.at, "decided_by": act.actor, "decision_reason": word.reason}
    sentence = say("Denied: “{reason}”", reason=word.reason)
    move(tx, row, Event.DENY, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes=decided)
    who = facts.actor.name if facts.actor else ""
    told = say("{who} denied {what}: “{reason}”", who=who, what=named(row, desk), reason=word.reason)
    outbox.tell(tx, (PersonId(row.requester),), told, request=id_of(row), about="denied", now=act.at)


def _approve(tx: Tx, row: RequestRow, word: Decision, *, answer: Allowed, facts: Facts, act: Act, desk: Desk) -> None:
    duration = min(word.duration or row.duration, row.duration)
    stage = facts.stages[row.stage]
    agreed = 1 + sum(1 for one in facts.decisions if one.stage == row.stage and one.verdict is Verdict.APPROVE)
    if agreed < stage.quorum:
        sentence, changes = say("Approved; more approvals are needed."), {"duration": duration}
        move(tx, row, Event.AGREE, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes=changes)
        return
    if row.stage + 1 < len(facts.stages):
        sentence, onward = say("Approved; the next approvers are asked."), {"duration": duration, "stage": row.stage + 1}
        outbox.show(tx, id_of(row), *facts.stages[row.stage + 1].approvers)
        move(tx, row, Event.AGREE, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes=onward)
        return
    decided = {"duration": duration, "decided_at": act.at, "decided_by": act.actor, "decision_reason": word.reason}
    sentence, work = say("Approved for {duration}.", duration=duration), (Kind.GRANT,)
    move(tx, row, Event.APPROVE, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes=decided, work=work)
