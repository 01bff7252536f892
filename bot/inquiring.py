"""Answers to questions: who owns what, who would be asked, why something was refused; and to any other question, what can be asked."""

from approvals.change import Denied, Entitlement, PersonId, Proposal, Stage
from approvals.operations.submit import prospect
from approvals.store.people import people
from approvals.store.sqlite import Tx
from approvals.words import Sentence, say
from bot import because
from bot.counter import Counter
from bot.theirs import concerns, not_yours, request_id, view_for
from bot.understanding.outcome import Inquiry, Wanted

_MOST = 5
_WHAT = say("I cannot tell what that is about. Name it as the catalog does: “catalog” shows what there is.")
_SOMETHING = "a reason"
"""Stands for what a question does not hold and a request needs, so that nothing but who it is about speaks against it."""


def answer(tx: Tx, inquiry: Inquiry, *, by: PersonId, counter: Counter) -> tuple[Sentence, ...]:
    """The answer for whoever asks, and after it what was open before the question came. Reads only."""
    following = (inquiry.following,) if inquiry.following else ()
    match inquiry.wants:
        case Wanted.OWNER:
            return *_of_each(tx, inquiry, by=by, counter=counter), *following
        case Wanted.APPROVERS if inquiry.request is not None:
            return *_waits_for(tx, inquiry.request, by=by, counter=counter), *following
        case Wanted.APPROVERS:
            return *_of_each(tx, inquiry, by=by, counter=counter), *following
        case Wanted.WHY:
            return *_why(tx, inquiry, by=by, counter=counter), *following
        case Wanted.WHY_LAST:
            nothing = say("You have not been refused anything. “my requests” shows where yours stand.")
            return *(because.last(tx, (), by=by, counter=counter) or (nothing,)), *following
        case Wanted.OTHER:
            return _what_can_be_asked(counter), *following


def _of_each(tx: Tx, inquiry: Inquiry, *, by: PersonId, counter: Counter) -> tuple[Sentence, ...]:
    catalog = counter.desk.catalog
    entries = [entry for entry in map(catalog.find, inquiry.about) if entry is not None]
    if not entries:
        return (_WHAT,)
    told: list[Sentence] = []
    for entry in entries[:_MOST]:
        told += _approvers(tx, entry, by=by, counter=counter) if inquiry.wants is Wanted.APPROVERS else (_owner(tx, entry),)
    return (*told, say("There are more of them; “catalog” shows what there is.")) if len(entries) > _MOST else tuple(told)


def _owner(tx: Tx, entry: Entitlement) -> Sentence:
    """Who decides on ``entry`` now. Somebody who has left is not named: they cannot be asked."""
    here = {one: person.name for one, person in people(tx, entry.owner, entry.deputy).items() if person.enabled}
    owner, deputy = here.get(entry.owner), here.get(entry.deputy or "")
    if owner and deputy:
        return say("{owner} owns “{name}” and decides who gets it; {deputy} stands in.", owner=owner, name=entry.name, deputy=deputy)
    if owner:
        return say("{owner} owns “{name}” and decides who gets it.", owner=owner, name=entry.name)
    if deputy:
        return say("{deputy} decides who gets “{name}”: its owner has left.", deputy=deputy, name=entry.name)
    return say("Nobody can decide on “{name}” now: its owner has left. Ask the helpdesk to name another.", name=entry.name)


def _approvers(tx: Tx, entry: Entitlement, *, by: PersonId, counter: Counter) -> tuple[Sentence, ...]:
    """Who would be asked, in order, if whoever asks wanted ``entry`` for as long as is usual."""
    found = prospect(tx, _proposal(entry, by=by), desk=counter.desk).answer
    if isinstance(found, Denied):
        return say("You could not have “{name}” now, so nobody would be asked.", name=entry.name), found.reason
    if found.needs_nobody:
        return (say("Nobody would be asked: the policy would give you “{name}” at once ({rules}).", name=entry.name, rules=found.rules),)
    first, *later = found.stages
    return _asked(tx, first, entry), *(say("After that: {stage}", stage=str(_asked(tx, stage, entry))) for stage in later)


def _asked(tx: Tx, stage: Stage, entry: Entitlement) -> Sentence:
    names = _names(tx, stage)
    if stage.quorum == 1 and len(names) == 1:
        return say("{names} would decide on “{name}” for you.", name=entry.name, names=names)
    return say("{count} of these would have to agree to “{name}”: {names}.", count=stage.quorum, name=entry.name, names=names)


def _proposal(entry: Entitlement, *, by: PersonId) -> Proposal:
    return Proposal(
        requester=by, beneficiary=by, entitlement=entry.id, duration=entry.usual_duration, reason=_SOMETHING, reference=_SOMETHING
    )


def _waits_for(tx: Tx, argument: str, *, by: PersonId, counter: Counter) -> tuple[Sentence, ...]:
    request = request_id(argument)
    view = view_for(tx, request, reader=by, counter=counter) if request else None
    if view is None or not concerns(view):
        return (not_yours(argument),)
    if not view.waiting_for:
        return (say("{request} waits for nobody. Say “status {request}” to see where it stands.", request=view.number),)
    names = tuple(person.name for person in view.waiting_for)
    return (say("{request} waits for the word of {names}.", request=view.number, names=names),)


def _why(tx: Tx, inquiry: Inquiry, *, by: PersonId, counter: Counter) -> tuple[Sentence, ...]:
    if inquiry.request is not None:
        return because.of(tx, inquiry.request, by=by, counter=counter)
    entries = [entry for entry in map(counter.desk.catalog.find, inquiry.about[:_MOST]) if entry is not None]
    if not entries:
        return (_WHAT,)
    found = because.last(tx, inquiry.about, by=by, counter=counter)
    if found:
        return found
    told: list[Sentence] = []
    for entry in entries:
        proposal = _proposal(entry, by=by)
        told += because.now(prospect(tx, proposal, desk=counter.desk), proposal, entry, counter=counter)
    return tuple(told)


def _names(tx: Tx, stage: Stage) -> tuple[str, ...]:
    known = people(tx, *stage.approvers)
    return tuple(known[one].name for one in stage.approvers if one in known)


def _what_can_be_asked(counter: Counter) -> Sentence:
    return say(
        "That is a question that I have no answer to. You can ask me “who owns {example}?”, “what can I ask for?”, “my access”, "
        "“my requests” and “status REQ-1042”. To get access, say “I need …”; “help” shows more.",
        example="".join(entry.system for entry in counter.desk.catalog.entitlements[:1]),
    )
