"""An approver gives a decision to somebody else who could take it; the evidence names both."""

from dataclasses import asdict, replace

from approvals import outbox
from approvals.change import Action, Allowed, Denied, Person, PersonId, RequestId, State
from approvals.lifecycle import Event
from approvals.mediation import authorize
from approvals.mediation.case import Case
from approvals.operations.desk import Act, Desk, Done, Outcome
from approvals.operations.facts import for_request
from approvals.operations.staleness import STALE, Seen, staleness
from approvals.operations.transition import move, named, refuse
from approvals.operations.waiting import timers
from approvals.store.people import people
from approvals.store.requests import find, id_of, proposal_of
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.words import say


def who_else(tx: Tx, row: RequestRow, *, by: PersonId, desk: Desk) -> tuple[Person, ...]:
    """Who could decide in the place of ``by``; nobody where it is not theirs to give."""
    now = desk.now()
    facts = for_request(tx, row, actor=by, desk=desk, now=now)
    if facts.stage >= len(facts.stages) or by not in facts.stages[facts.stage].approvers:
        return ()
    return Case(action=Action.REASSIGN, proposal=proposal_of(row), facts=facts, policy=desk.policy, now=now).others


def reassign(tx: Tx, request: RequestId, to: PersonId | None, *, seen: Seen | None, act: Act, desk: Desk) -> Outcome:
    """Have ``to`` decide in the place of whoever acts. ``seen`` is what was on their card, where they pressed one.

    Raises:
        UnknownRequestError: there is no such request.
    """
    row = find(tx, request)
    facts = replace(for_request(tx, row, actor=act.actor, desk=desk, now=act.at), given_to=people(tx, to).get(to or ""))
    stale = staleness(tx, row, seen=seen or Seen(version=row.version, fits=lambda _terms: True), presser=act.actor, desk=desk)
    answer = authorize(Action.REASSIGN, proposal_of(row), facts=facts, policy=desk.policy, now=act.at)
    if stale is not None:
        answer = Denied(STALE, stale)
    elif isinstance(answer, Allowed) and row.state is not State.WAITING:
        # Whoever was asked beside the one who decided: the request is decided, and what waits is a word about more time.
        answer = Denied(
            STALE, say("This request is decided, and only whoever is asked for more time can agree to it. Nothing was changed.")
        )
    if isinstance(answer, Denied):
        return refuse(tx, answer, act=act, row=row, desk=desk, facts=facts, doing=Action.REASSIGN)
    who, whose = facts.given_to, facts.actor
    if who is None or whose is None:
        raise AssertionError("mediation lets nobody give anything to nobody")
    changes = {
        "stages": [asdict(stage) for stage in answer.stages],
        "relieved": [*(one for one in row.relieved if one not in (who.id, whose.id)), whose.id],
        **timers(remind_after=row.remind_after, escalate_after=row.escalate_after, now=act.at),
    }
    outbox.show_anew(tx, id_of(row), who.id)
    sentence = say("Given to {name}, who decides in the place of {whose}.", name=who.name, whose=whose.name)
    move(tx, row, Event.REASSIGN, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes=changes)
    told = say("{whose} has given {what} to {name}, who decides now.", whose=whose.name, what=named(row, desk), name=who.name)
    outbox.tell(tx, (PersonId(row.requester),), told, request=request, about=f"reassigned/{row.version}", now=act.at)
    return Done(request)
