"""An approver's word on a request: checked for staleness first, then for right, then written once."""

from dataclasses import dataclass, replace
from datetime import timedelta

from sqlalchemy import insert, update

from approvals import outbox
from approvals.change import Action, Allowed, Decision, Denied, Look, PersonId, RequestId, State, Verdict
from approvals.jobs.embedded import Kind
from approvals.lifecycle import Event
from approvals.mediation import Facts, authorize
from approvals.operations.desk import Act, Desk, Done, Outcome
from approvals.operations.extend import give_more, refuse_more
from approvals.operations.facts import for_request, of_more_time
from approvals.operations.healing import heal
from approvals.operations.sign_in import NOT_SET_UP, SIGN_IN, SignInNeeded, ask_to_sign_in, fetched
from approvals.operations.staleness import STALE, Seen, staleness
from approvals.operations.transition import move, named, refuse
from approvals.operations.waiting import timers
from approvals.step_up import Sought
from approvals.store.requests import decisions_of, find, for_the_whole, id_of, stages_of, stored_step_up, whole_of
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import DecisionRow, RequestRow
from approvals.words import say

SECOND_LOOK = 18
"""The check of mediation that a chosen line satisfies."""
_INSERT = Statement(insert(DecisionRow.__table__))  # type: ignore[attr-defined]
_REQUEST = RequestRow.__table__  # type: ignore[attr-defined]


def decide(
    tx: Tx,
    request: RequestId,
    word: Decision,
    *,
    seen: Seen,
    act: Act,
    desk: Desk,
    looked: Look | None = None,
    code: str | None = None,
) -> Outcome | SignInNeeded:
    """Approve (perhaps for less time) or deny. ``looked`` is what the presser says they allow; ``code`` is that of their sign-in.

    Of any number of simultaneous decisions one wins; the others are refused with the name of who decided and when.

    Raises:
        UnknownRequestError: there is no such request.
    """
    row = find(tx, request)
    case = _case(tx, row, word, looked=looked, act=act, desk=desk)
    # Staleness before legality: "already decided by Maria at 14:02" is true where "you may not decide" would not be.
    stale = staleness(tx, row, seen=seen, presser=act.actor, desk=desk)
    if stale is not None:
        return refuse(tx, Denied(STALE, stale), act=act, row=row, desk=desk, facts=case.facts, doing=case.doing)
    answer = _judged(row, case, act=act, desk=desk)
    if isinstance(answer, Denied) and answer.check == SIGN_IN and desk.vouching is not None:
        # All else is right: only now is the sign-in looked for, and asked for where there is none.
        sought = _sought(row, case.word, seen=seen)
        found = fetched(tx, sought, code=code, vouching=desk.vouching)
        case = replace(case, facts=replace(case.facts, step_up=found.step_up), word=replace(case.word, step_up=found.proved))
        answer = _judged(row, case, act=act, desk=desk)
        if isinstance(answer, Denied) and answer.check == SIGN_IN:
            return ask_to_sign_in(tx, answer, row=row, sought=sought, found=found, facts=case.facts, act=act, desk=desk)
    if isinstance(answer, Denied):
        _show_the_lines(tx, row, answer)
        return refuse(tx, answer, act=act, row=row, desk=desk, facts=case.facts, doing=case.doing)
    _write(tx, row, case.word)
    _FOLLOWS[row.more is not None, case.word.verdict](tx, row, case.word, answer=answer, facts=case.facts, act=act, desk=desk)
    return Done(request)


def still_asks(
    tx: Tx, request: RequestId, word: Decision, *, seen: Seen, act: Act, desk: Desk, looked: Look | None = None
) -> SignInNeeded | None:
    """What a press that was asked to sign in is answered when it is delivered once more: the same. Records nothing.

    Raises:
        UnknownRequestError: there is no such request.
    """
    row = find(tx, request)
    if desk.vouching is None or staleness(tx, row, seen=seen, presser=act.actor, desk=desk) is not None:
        return None
    case = _case(tx, row, word, looked=looked, act=act, desk=desk)
    answer = _judged(row, case, act=act, desk=desk)
    if not isinstance(answer, Denied) or answer.check != SIGN_IN:
        return None
    return SignInNeeded(request, _sought(row, case.word, seen=seen), answer.reason)


def _show_the_lines(tx: Tx, row: RequestRow, denied: Denied) -> None:
    """The policy wants a second look, and did not when it was asked for: from now on the card has the lines to choose from."""
    if denied.check == SECOND_LOOK and not row.look_again:
        tx.run(update(_REQUEST).where(_REQUEST.c.id == row.id).values(look_again=True))
        row.look_again = True


@dataclass(frozen=True, slots=True, kw_only=True)
class _Case:
    """What is to be judged."""

    doing: Action
    word: Decision
    facts: Facts


def _case(tx: Tx, row: RequestRow, word: Decision, *, looked: Look | None, act: Act, desk: Desk) -> _Case:
    settled = _settled(word, row, act=act)
    step_up = None if desk.vouching else NOT_SET_UP
    known = for_request(tx, row, actor=act.actor, desk=desk, now=act.at, word=settled, looked=looked, step_up=step_up)
    facts = known if row.more is None else of_more_time(known, row)
    return _Case(doing=Action.APPROVE if word.verdict is Verdict.APPROVE else Action.DENY, word=settled, facts=facts)


def _judged(row: RequestRow, case: _Case, *, act: Act, desk: Desk) -> Allowed | Denied:
    return authorize(case.doing, for_the_whole(row), facts=case.facts, policy=desk.policy, now=act.at)


def _sought(row: RequestRow, word: Decision, *, seen: Seen) -> Sought:
    """The decision that a sign-in has to be made for: exactly this one, on exactly what was shown."""
    return Sought(
        request=id_of(row),
        version=seen.version,
        shown=seen.shown,
        verdict=word.verdict,
        duration=word.duration or timedelta(),
        person=word.approver,
    )


def _settled(word: Decision, row: RequestRow, *, act: Act) -> Decision:
    """The word as it is judged and written: the actor's own, now, on the open stage; without a duration it approves all that is asked."""
    # More time is given whole or not at all: less than what runs already would be an end, which is another thing.
    whole = whole_of(row) if word.duration is None or row.more is not None else word.duration
    duration = whole if word.verdict is Verdict.APPROVE else None
    return replace(word, approver=act.actor or PersonId(""), at=act.at, stage=0 if row.more else row.stage, duration=duration)


def _write(tx: Tx, row: RequestRow, word: Decision) -> None:
    # Words about more time stand behind those of the stages, each round in a place of its own.
    said = [one.stage for one in decisions_of(tx, row)] if row.more is not None else []
    stage = word.stage if row.more is None else max([len(row.stages), *(one + 1 for one in said)])
    values = {"request": row.id, "stage": stage, "approver": word.approver, "verdict": word.verdict}
    proved = stored_step_up(word.step_up)
    _INSERT.run(tx, {**values, "duration": word.duration, "reason": word.reason, "at": word.at, "step_up": proved})


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
    # Not of those who have left the stage since: their approval opens nothing any more (15).
    earlier = (one for one in facts.decisions if one.stage == row.stage and one.approver in stage.approvers)
    agreed = 1 + sum(1 for one in earlier if one.verdict is Verdict.APPROVE)
    if agreed < stage.quorum:
        sentence, changes = say("Approved; more approvals are needed."), {"duration": duration}
        move(tx, row, Event.AGREE, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes=changes)
        return
    if row.stage + 1 < len(facts.stages):
        sentence, onward = (
            say("Approved; the next approvers are asked."),
            {
                "duration": duration,
                "stage": row.stage + 1,
                **timers(remind_after=row.remind_after, escalate_after=row.escalate_after, now=act.at),
            },
        )
        move(tx, row, Event.AGREE, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes=onward)
        # They were chosen when it was asked for, and somebody may have left since: nobody gets a card in their place, but who decides now.
        heal(tx, row, act=act, desk=desk)
        if row.state is State.WAITING:
            outbox.show_anew(tx, id_of(row), *stages_of(row)[row.stage].approvers)
        return
    decided = {"duration": duration, "decided_at": act.at, "decided_by": act.actor, "decision_reason": word.reason}
    sentence, work = say("Approved for {duration}.", duration=duration), (Kind.GRANT,)
    move(tx, row, Event.APPROVE, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes=decided, work=work)


_FOLLOWS = {
    (False, Verdict.APPROVE): _approve,
    (False, Verdict.DENY): _deny,
    (True, Verdict.APPROVE): give_more,
    (True, Verdict.DENY): refuse_more,
}
"""What follows from a word, by whether it is about more time."""
