"""The requester takes a request back before anybody has decided."""

from approvals.change import Action, Denied, RequestId, State
from approvals.lifecycle import Event
from approvals.mediation import authorize
from approvals.operations.desk import Act, Desk, Done, Outcome
from approvals.operations.facts import for_request
from approvals.operations.staleness import STALE
from approvals.operations.transition import move, refuse
from approvals.store.requests import find, proposal_of
from approvals.store.sqlite import Tx
from approvals.words import say


def withdraw(tx: Tx, request: RequestId, *, act: Act, desk: Desk) -> Outcome:
    """Withdraw a request that still waits. Withdrawing twice is withdrawing once.

    Raises:
        UnknownRequestError: there is no such request.
    """
    row = find(tx, request)
    facts = for_request(tx, row, actor=act.actor, desk=desk, now=act.at)
    answer = authorize(Action.WITHDRAW, proposal_of(row), facts=facts, policy=desk.policy, now=act.at)
    if isinstance(answer, Denied):
        return refuse(tx, answer, act=act, row=row, desk=desk, facts=facts, doing=Action.WITHDRAW)
    if row.state is State.WITHDRAWN:
        return Done(request)
    if row.state is not State.WAITING:
        late = Denied(STALE, say("It is too late to withdraw this request: it does not wait for a decision any more."))
        return refuse(tx, late, act=act, row=row, desk=desk, facts=facts, doing=Action.WITHDRAW)
    sentence = say("Withdrawn by the person who asked.")
    move(tx, row, Event.WITHDRAW, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes={})
    return Done(request)
