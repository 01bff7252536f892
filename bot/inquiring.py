"""Answers to questions: who owns what, from the catalog and the directory; and to any other question, what can be asked."""

from approvals.change import Entitlement
from approvals.store.people import people
from approvals.store.sqlite import Tx
from approvals.words import Sentence, say
from bot.counter import Counter
from bot.understanding.outcome import Inquiry

_MOST = 5


def answer(tx: Tx, inquiry: Inquiry, *, counter: Counter) -> tuple[Sentence, ...]:
    """The answer, and after it what was open before the question came."""
    following = (inquiry.following,) if inquiry.following else ()
    return (*_whose(tx, inquiry, counter=counter), *following) if inquiry.is_whose else (_what_can_be_asked(counter), *following)


def _whose(tx: Tx, inquiry: Inquiry, *, counter: Counter) -> tuple[Sentence, ...]:
    catalog = counter.desk.catalog
    entries = [entry for entry in map(catalog.find, inquiry.about) if entry is not None]
    if not entries:
        return (say("I cannot tell what that is about. Name it as the catalog does: “catalog” shows what there is."),)
    told = tuple(_owner(tx, entry) for entry in entries[:_MOST])
    return (*told, say("There are more of them; “catalog” shows what there is.")) if len(entries) > _MOST else told


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


def _what_can_be_asked(counter: Counter) -> Sentence:
    return say(
        "That is a question that I have no answer to. You can ask me “who owns {example}?”, “what can I ask for?”, “my access”, "
        "“my requests” and “status REQ-1042”. To get access, say “I need …”; “help” shows more.",
        example="".join(entry.system for entry in counter.desk.catalog.entitlements[:1]),
    )
