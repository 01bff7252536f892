"""Why something was refused or denied, told to somebody who has a part in it: what was said then, and what they could do about it.

Nobody is told what others tried, or how another person would have to change.
"""

from sqlalchemy import select

from approvals.change import Action, Denied, Entitlement, EntitlementId, PersonId, Proposal, RequestId, State
from approvals.errors import PolicyError, ReplayError
from approvals.evidence import Trace
from approvals.evidence.pieces import Piece, of_request, pieces
from approvals.lifecycle import Event
from approvals.mediation.turning import Asked, Turn, turns
from approvals.operations.explaining import explained
from approvals.operations.submit import Prospect
from approvals.operations.transition import named
from approvals.store.people import people
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.store.tables import EvidenceRow, RequestRow
from approvals.words import Sentence, say
from bot.counter import Counter
from bot.theirs import concerns, not_yours, request_id, view_for

_ENTRY, _REQUEST = EvidenceRow.__table__, RequestRow.__table__  # type: ignore[attr-defined]
_OVER = (State.DENIED, State.FAILED, State.LAPSED, State.REFUSED)
_NO = (Event.DENY.value, Event.FAIL.value, Event.LAPSE.value, Event.REFUSE.value)
_LAST = 20
"""So many refusals of one person are looked through for one that is about a thing."""


def of(tx: Tx, argument: str, *, by: PersonId, counter: Counter) -> tuple[Sentence, ...]:
    """Why the request ``REQ-1042`` came to nothing, or why ``by`` was refused something on it."""
    request = request_id(argument)
    view = view_for(tx, request, reader=by, counter=counter) if request else None
    if view is None or not concerns(view):
        return (not_yours(argument),)
    found = [piece for piece in of_request(tx, view.id) if _is_no(piece, by=by)]
    if not found:
        return (say("{request} was not denied. Say “status {request}” to see where it stands.", request=view.number),)
    return _told(tx, found[-1], counter=counter)


def last(tx: Tx, about: tuple[EntitlementId, ...], *, by: PersonId, counter: Counter) -> tuple[Sentence, ...]:
    """Why ``by`` was last refused something, or a request of theirs came to nothing; empty where neither is known.

    Where ``about`` names anything, only of that.
    """
    found = [*_refused(tx, about, by=by), *_came_to_nothing(tx, about, by=by)]
    return _told(tx, max(found, key=lambda piece: piece.id), counter=counter) if found else ()


def now(found: Prospect, proposal: Proposal, entry: Entitlement, *, counter: Counter) -> tuple[Sentence, ...]:
    """What would stand against asking for ``entry`` now."""
    if not isinstance(found.answer, Denied):
        return (say("Nothing stands against “{name}”: you can ask for it. Say “I need …”.", name=entry.name),)
    desk = counter.desk
    asked = Asked(action=Action.SUBMIT, proposal=proposal, facts=found.facts, policy=desk.policy, now=found.facts.read_at)
    return found.answer.reason, *_ways(turns(asked, departments=()), rules=found.answer.rules)


def _refused(tx: Tx, about: tuple[EntitlementId, ...], *, by: PersonId) -> tuple[Piece, ...]:
    mine = select(_ENTRY.c.id).where(_ENTRY.c.kind == Trace.REFUSED.value, _ENTRY.c.actor == by).order_by(_ENTRY.c.id.desc())
    latest = pieces(tx, _ENTRY.c.id.in_(tx.run(mine.limit(_LAST if about else 1)).scalars().all()))
    return tuple(piece for piece in latest if not about or piece.body.get("decision", {}).get("asked", {}).get("entitlement") in about)


def _came_to_nothing(tx: Tx, about: tuple[EntitlementId, ...], *, by: PersonId) -> tuple[Piece, ...]:
    mine = select(_REQUEST.c.id).where(_REQUEST.c.requester == by, _REQUEST.c.state.in_(_OVER))
    wanted = mine.where(_REQUEST.c.entitlement.in_(about)) if about else mine
    request = tx.run(wanted.order_by(_REQUEST.c.id.desc()).limit(1)).scalar()
    return tuple(piece for piece in of_request(tx, RequestId(request)) if piece.kind in _NO) if request else ()


def _is_no(piece: Piece, *, by: PersonId) -> bool:
    return piece.kind in _NO or (piece.kind == Trace.REFUSED and piece.actor == by)


def _told(tx: Tx, piece: Piece, *, counter: Counter) -> tuple[Sentence, ...]:
    what = _what(tx, piece, counter=counter)
    if piece.kind == Event.LAPSE:
        return (say("Nobody decided on {what} in time, so it has lapsed. That is no denial: you can ask again.", what=what),)
    if piece.kind == Event.DENY:
        known = people(tx, piece.actor)
        who = known[piece.actor].name if piece.actor in known else ""
        return say(
            "{who} denied {what} on {at}. It was their decision: no rule stood against it.", who=who, what=what, at=piece.at
        ), piece.sentence
    if piece.kind == Event.REFUSE:
        return say("Nobody could decide on {what} any more, on {at}. That is no denial:", what=what, at=piece.at), piece.sentence
    if piece.kind == Event.FAIL:
        return say("{what} was approved, but nothing was changed, on {at}:", what=what, at=piece.at), piece.sentence
    return say("{what} was refused on {at}:", what=what, at=piece.at), piece.sentence, *_ways_through(tx, piece)


def _what(tx: Tx, piece: Piece, *, counter: Counter) -> str:
    if piece.request is not None:
        return named(find(tx, RequestId(piece.request)), counter.desk)
    asked = piece.body.get("decision", {}).get("asked", {}).get("entitlement", "")
    entry = counter.desk.catalog.find(EntitlementId(asked))
    return f"“{entry.name}”" if entry else asked or str(say("What you did"))


def _ways_through(tx: Tx, piece: Piece) -> tuple[Sentence, ...]:
    try:
        one = explained(tx, piece)
    except (ReplayError, PolicyError):
        # An older release recorded it: what was said then is all that is known.
        return ()
    return _ways(one.turns, rules=one.answer.rules) if one else ()


def _ways(found: tuple[Turn, ...], *, rules: tuple[str, ...]) -> tuple[Sentence, ...]:
    """The rule, for whoever asks the helpdesk about it; and what the person could do themselves."""
    behind = (say("The rule behind this is {rules}.", rules=rules),) if rules else ()
    theirs = tuple(turn.says for turn in found if turn.is_theirs)
    return (*behind, say("Any one of these would let it through:"), *theirs) if theirs else behind
