"""Access is to end: by time, handed back by its holder, or taken back by its owner. The change itself is revoke's."""

from approvals import outbox
from approvals.change import Action, Denied, EndCause, PersonId, RequestId, State
from approvals.jobs.embedded import Kind
from approvals.lifecycle import Event
from approvals.mediation import Facts, authorize
from approvals.operations.desk import Act, Desk, Done, Outcome
from approvals.operations.facts import for_request
from approvals.operations.staleness import STALE
from approvals.operations.transition import move, named, refuse
from approvals.store.requests import find, id_of, proposal_of
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.words import say

_SAID = {
    EndCause.TIME: say("The time is over; the access is being removed."),
    EndCause.HANDED_BACK: say("Handed back early; the access is being removed."),
    EndCause.REVOKED: say("Taken back early; the access is being removed."),
}


def end(tx: Tx, request: RequestId, *, act: Act, desk: Desk, why: str = "") -> Outcome:
    """Begin to end access that is live. Ending twice is ending once. ``why`` is said by whoever takes back what somebody else has.

    Raises:
        UnknownRequestError: there is no such request.
    """
    row = find(tx, request)
    facts = for_request(tx, row, actor=act.actor, desk=desk, now=act.at, why=why.strip())
    answer = authorize(Action.REVOKE, proposal_of(row), facts=facts, policy=desk.policy, now=act.at)
    if isinstance(answer, Denied):
        return refuse(tx, answer, act=act, row=row, desk=desk, facts=facts, doing=Action.REVOKE)
    if row.state in (State.ENDING, State.ENDED):
        return Done(request)
    if row.state is not State.GRANTED:
        nothing = Denied(STALE, say("There is no access to end: this request has none that is live."))
        return refuse(tx, nothing, act=act, row=row, desk=desk, facts=facts, doing=Action.REVOKE)
    cause = _cause(act, holder=row.beneficiary)
    taken: dict[str, object] = {"end_reason": facts.why} if cause is EndCause.REVOKED else {}
    changes, work = {"end_cause": cause, "ended_by": act.actor, **taken}, (Kind.REVOKE,)
    move(tx, row, Event.END, desk=desk, act=act, answer=answer, facts=facts, sentence=_SAID[cause], changes=changes, work=work)
    if cause is EndCause.REVOKED:
        _tell(tx, row, facts=facts, act=act, desk=desk)
    return Done(request)


def _tell(tx: Tx, row: RequestRow, *, facts: Facts, act: Act, desk: Desk) -> None:
    """Whoever loses access before its time reads at once who took it, and why."""
    who = facts.actor.name if facts.actor else ""
    told = say("{who} took back {what}: “{reason}”. It is being removed now.", who=who, what=named(row, desk), reason=facts.why)
    outbox.tell(tx, (PersonId(row.requester), PersonId(row.beneficiary)), told, request=id_of(row), about="taken back", now=act.at)


def _cause(act: Act, *, holder: str) -> EndCause:
    if act.actor is None:
        return EndCause.TIME
    return EndCause.HANDED_BACK if act.actor == holder else EndCause.REVOKED
