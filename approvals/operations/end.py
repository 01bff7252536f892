"""Access is to end: by time, handed back by its holder, or taken back by its owner. The change itself is revoke's."""

from approvals.change import Action, Denied, EndCause, RequestId, State
from approvals.jobs.embedded import Kind
from approvals.lifecycle import Event
from approvals.mediation import authorize
from approvals.operations.desk import Act, Desk, Done, Outcome
from approvals.operations.facts import for_request
from approvals.operations.staleness import STALE
from approvals.operations.transition import move, refuse
from approvals.store.requests import find, proposal_of
from approvals.store.sqlite import Tx
from approvals.words import say

_SAID = {
    EndCause.TIME: say("The time is over; the access is being removed."),
    EndCause.HANDED_BACK: say("Handed back early; the access is being removed."),
    EndCause.REVOKED: say("Taken back early; the access is being removed."),
}


def end(tx: Tx, request: RequestId, *, act: Act, desk: Desk) -> Outcome:
    """Begin to end access that is live. Ending twice is ending once.

    Raises:
        UnknownRequestError: there is no such request.
    """
    row = find(tx, request)
    facts = for_request(tx, row, actor=act.actor, desk=desk, now=act.at)
    answer = authorize(Action.REVOKE, proposal_of(row), facts=facts, policy=desk.policy, now=act.at)
    if isinstance(answer, Denied):
        return refuse(tx, answer, act=act, row=row, desk=desk, facts=facts, doing=Action.REVOKE)
    if row.state in (State.ENDING, State.ENDED):
        return Done(request)
    if row.state is not State.GRANTED:
        nothing = Denied(STALE, say("There is no access to end: this request has none that is live."))
        return refuse(tx, nothing, act=act, row=row, desk=desk, facts=facts, doing=Action.REVOKE)
    cause = _cause(act, holder=row.beneficiary)
    changes, work = {"end_cause": cause, "ended_by": act.actor}, (Kind.REVOKE,)
    move(tx, row, Event.END, desk=desk, act=act, answer=answer, facts=facts, sentence=_SAID[cause], changes=changes, work=work)
    return Done(request)


def _cause(act: Act, *, holder: str) -> EndCause:
    if act.actor is None:
        return EndCause.TIME
    return EndCause.HANDED_BACK if act.actor == holder else EndCause.REVOKED
