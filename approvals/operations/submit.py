"""A proposal becomes a request: authorized, recorded, ticketed and put to its approvers, all in one transaction."""

from dataclasses import asdict, dataclass

from sqlalchemy import insert
from sqlmodel import select

from approvals import evidence, outbox, tickets
from approvals.change import Action, Allowed, Denied, Proposal, RequestId, State
from approvals.jobs.embedded import Kind, ask_for
from approvals.lifecycle import Event
from approvals.mediation import Facts, authorize
from approvals.mediation.case import Case
from approvals.operations.desk import Act, Desk, Done, Outcome, by_policy
from approvals.operations.facts import for_proposal
from approvals.operations.transition import move, refuse
from approvals.operations.waiting import timers
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.words import say

_REQUEST = RequestRow.__table__  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True, kw_only=True)
class Prospect:
    """What would become of a proposal if it were submitted now: the answer of mediation and the facts behind it."""

    answer: Allowed | Denied
    facts: Facts


def prospect(tx: Tx, proposal: Proposal, *, desk: Desk) -> Prospect:
    """Ask mediation about a proposal without submitting it: the preview shows who would be asked."""
    now = desk.now()
    facts = for_proposal(tx, proposal, actor=proposal.requester, desk=desk, now=now)
    return Prospect(answer=authorize(Action.SUBMIT, proposal, facts=facts, policy=desk.policy, now=now), facts=facts)


def wants_ticket(tx: Tx, proposal: Proposal, *, desk: Desk) -> bool:
    """Whether the policy wants a ticket for what is proposed, whatever else stands in its way."""
    now = desk.now()
    facts = for_proposal(tx, proposal, actor=proposal.requester, desk=desk, now=now)
    return Case(action=Action.SUBMIT, proposal=proposal, facts=facts, policy=desk.policy, now=now).conditions.ticket


def submit(tx: Tx, proposal: Proposal, *, draft: int, act: Act, desk: Desk) -> Outcome:
    """Make the proposal of ``draft`` a request. The same draft submitted twice is one request.

    The ticket is opened here, before anybody is asked; the approvers' cards and the requester's follow as jobs.
    """
    already = tx.exec(select(RequestRow).where(RequestRow.draft == draft)).first()
    if already is not None:
        return Done(RequestId(already.id or 0))
    facts = for_proposal(tx, proposal, actor=act.actor, desk=desk, now=act.at)
    answer = authorize(Action.SUBMIT, proposal, facts=facts, policy=desk.policy, now=act.at)
    if isinstance(answer, Denied):
        return refuse(tx, answer, act=act, row=None, desk=desk, facts=facts, doing=Action.SUBMIT)
    request = _insert(tx, proposal, answer=answer, draft=draft, act=act, desk=desk)
    _record(tx, request, proposal, answer=answer, facts=facts, act=act, desk=desk)
    tickets.open_ticket(tx, request, now=act.at)
    if not answer.needs_nobody:
        outbox.show(tx, request, *answer.stages[0].approvers)
    _adopt_the_preview(tx, request, act=act, proposal=proposal)
    if answer.needs_nobody:
        _approve_by_policy(tx, request, answer=answer, facts=facts, act=act, desk=desk)
    ask_for(tx, (Kind.REDRAW, request), now=act.at)
    return Done(request)


def _insert(tx: Tx, proposal: Proposal, *, answer: Allowed, draft: int, act: Act, desk: Desk) -> RequestId:
    offer = desk.catalog.find(proposal.entitlement)
    if offer is None or answer.obligations is None:
        raise AssertionError("mediation allows nothing that is not in the catalog")
    values = {
        "draft": draft,
        "version": 1,
        "state": State.WAITING,
        "requester": proposal.requester,
        "beneficiary": proposal.beneficiary,
        "entitlement": proposal.entitlement,
        "connector": offer.connector,
        "target": offer.target,
        "asked_duration": proposal.duration,
        "duration": proposal.duration,
        "reason": proposal.reason,
        "reference": proposal.reference,
        "stages": [asdict(stage) for stage in answer.stages],
        "stage": 0,
        "look_again": answer.obligations.look_again,
        "asked_at": act.at,
        "lapses_at": act.at + answer.obligations.lapses_after,
        "at_most": answer.obligations.max_duration,
        "remind_after": answer.obligations.remind_after,
        "escalate_after": answer.obligations.escalate_after,
        **timers(remind_after=answer.obligations.remind_after, escalate_after=answer.obligations.escalate_after, now=act.at),
        "decision_reason": "",
        "had_before": False,
    }
    return RequestId(tx.execute(insert(_REQUEST).returning(_REQUEST.c.id), values).scalar_one())


def _record(tx: Tx, request: RequestId, proposal: Proposal, *, answer: Allowed, facts: Facts, act: Act, desk: Desk) -> None:
    offer = facts.entitlement
    evidence.record(
        tx,
        Event.SUBMIT,
        at=act.at,
        request=request,
        actor=act.actor,
        trigger=act.trigger,
        sentence=say("Asked for {entitlement}.", entitlement=offer.name if offer else ""),
        policy=desk.policy,
        facts=facts,
        answer=answer,
        version=1,
        result={"from": None, "to": State.WAITING.value, "asked": proposal},
    )


def _approve_by_policy(tx: Tx, request: RequestId, *, answer: Allowed, facts: Facts, act: Act, desk: Desk) -> None:
    """Nobody is asked: a transition of its own all the same, so that evidence says which policies approved."""
    sentence = say("Approved by the policy ({rules}); nobody had to be asked.", rules=", ".join(answer.rules))
    changes = {"decided_at": act.at}
    move(
        tx,
        find(tx, request),
        Event.APPROVE,
        desk=desk,
        act=by_policy(act),
        facts=facts,
        sentence=sentence,
        changes=changes,
        work=(Kind.GRANT,),
    )


def _adopt_the_preview(tx: Tx, request: RequestId, *, act: Act, proposal: Proposal) -> None:
    """The card on which Submit was pressed becomes the requester's living card; without one, a new card is posted."""
    if act.trigger.card:
        outbox.adopt(tx, request, person=proposal.requester, trigger=act.trigger)
        return
    outbox.show(tx, request, proposal.requester)
