"""More time for access that is live: asked for by its holder, and decided by whoever decided before.

It is judged as if the whole time were asked for at once. Until somebody has agreed, its end stays where it is. Nothing changes in the
system behind it: only the end moves.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from approvals import outbox
from approvals.change import Action, Allowed, Decision, Denied, PersonId, RequestId, State
from approvals.jobs.embedded import Kind, ask_for
from approvals.lifecycle import Event
from approvals.mediation import Facts, authorize
from approvals.operations.desk import Act, Desk, Done, Outcome
from approvals.operations.facts import for_request, of_more_time
from approvals.operations.staleness import STALE
from approvals.operations.transition import move, named, refuse
from approvals.store.requests import find, id_of, proposal_of, was_refused_more, whole_of
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.words import Sentence, say

_LONGEST_WARNING, _SHORTEST_WARNED = timedelta(hours=1), timedelta(minutes=30)


def warned_at(ends_at: datetime, duration: timedelta) -> datetime | None:
    """When to remind the holder of the end: a sixth of the time before, an hour at most. What lasts less than half an hour has no room."""
    return ends_at - min(duration / 6, _LONGEST_WARNING) if duration >= _SHORTEST_WARNED else None


def ask_for_more(tx: Tx, request: RequestId, more: timedelta, *, act: Act, desk: Desk) -> Outcome:
    """Ask whoever decided before for ``more`` time. Asking twice for the same is asking once.

    Raises:
        UnknownRequestError: there is no such request.
    """
    row = find(tx, request)
    if row.state is State.GRANTED and row.more == more and act.actor == row.requester:
        return Done(request)
    facts = of_more_time(for_request(tx, row, actor=act.actor, desk=desk, now=act.at), row)
    wanted = replace(proposal_of(row), duration=row.duration + more)
    answer = authorize(Action.EXTEND, wanted, facts=facts, policy=desk.policy, now=act.at)
    if isinstance(answer, Denied):
        return refuse(tx, answer, act=act, row=row, desk=desk, facts=facts, doing=Action.EXTEND)
    hindrance = _hindrance(tx, row, more, least=desk.policy.limits.shortest)
    if hindrance is not None:
        return refuse(tx, Denied(STALE, hindrance), act=act, row=row, desk=desk, facts=facts, doing=Action.EXTEND)
    sentence = say("Asked for {more} more.", more=more)
    outbox.show(tx, request, *facts.stages[0].approvers)
    move(tx, row, Event.ASK_MORE, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes={"more": more})
    return Done(request)


def give_more(tx: Tx, row: RequestRow, word: Decision, *, answer: Allowed, facts: Facts, act: Act, desk: Desk) -> None:
    """Somebody agreed: the end moves, counted from when the access began to work."""
    duration, began = word.duration or whole_of(row), row.granted_at or act.at
    ends = began + duration
    changes = {"duration": duration, "ends_at": ends, "warn_at": warned_at(ends, duration), "more": None}
    who, more = facts.actor.name if facts.actor else "", row.more or timedelta()
    sentence = say("{more} more, {duration} in all: it ends on {ends}.", more=more, duration=duration, ends=ends)
    move(tx, row, Event.EXTEND, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes=changes)
    told = say("{who} gave you {more} more for {what}: it ends on {ends}.", who=who, more=more, what=named(row, desk), ends=ends)
    _tell(tx, row, told, now=act.at)


def refuse_more(tx: Tx, row: RequestRow, word: Decision, *, answer: Allowed, facts: Facts, act: Act, desk: Desk) -> None:
    """Somebody said no: it ends when it was to end."""
    sentence = say("No more time.")
    move(tx, row, Event.REFUSE_MORE, desk=desk, act=act, answer=answer, facts=facts, sentence=sentence, changes={"more": None})
    who = facts.actor.name if facts.actor else ""
    told = say("{who} gave no more time for {what}: “{reason}”. It ends as planned.", who=who, what=named(row, desk), reason=word.reason)
    _tell(tx, row, told, now=act.at)


def warn(tx: Tx, row: RequestRow, *, desk: Desk, now: datetime) -> None:
    """Remind the holder of the end, with the card that can ask for more at hand. It is no transition: nothing is decided or changed."""
    row.warn_at = None
    if row.ends_at is None:
        return
    told = say("{what} ends on {ends}. Need it longer? Ask on the card below.", what=named(row, desk), ends=row.ends_at)
    _tell(tx, row, told, now=now)
    outbox.show(tx, id_of(row), PersonId(row.beneficiary))
    ask_for(tx, (Kind.REDRAW, id_of(row)), now=now)


def _hindrance(tx: Tx, row: RequestRow, more: timedelta, *, least: timedelta) -> Sentence | None:
    """What stands in the way beside the rules of mediation, which judge the whole time."""
    if more < least:
        return say("{asked} is too short: at least {least}.", asked=more, least=least)
    if row.state is not State.GRANTED:
        return say("There is no access to extend: this request has none that is live.")
    if row.more is not None:
        return say("You have asked for {more} more already; it waits for a decision.", more=row.more)
    if was_refused_more(tx, row):
        return say("More time was refused. Still needed? Ask for it anew once it has ended.")
    return None


def _tell(tx: Tx, row: RequestRow, told: Sentence, *, now: datetime) -> None:
    # The end that is spoken of is part of the occasion: it can move more than once.
    outbox.tell(tx, (PersonId(row.beneficiary),), told, request=id_of(row), about=f"time/{row.version}", now=now)
