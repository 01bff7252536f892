"""The rows of a card: what a decision needs to know, a label and a value each, in the order in which people ask for it."""

from dataclasses import dataclass

from approvals.change import Risk, State
from approvals.views import EntitlementView, PersonView, PreviewView, RequestView, Standing
from approvals.words import Sentence, say
from cards.language import Language
from cards.text import line


@dataclass(frozen=True, slots=True)
class Fact:
    """One row; ``url`` makes its value a link."""

    label: str
    value: str
    url: str | None = None


def person(who: PersonView, *, language: Language) -> str:
    """A name with what the directory says beside it, since names alone can be alike."""
    name, title, department = line(who.name), line(who.title), line(who.department)
    if title and department:
        return language.text("{name}, {title}, {department}", name=name, title=title, department=department)
    if title or department:
        return language.text("{name}, {role}", name=name, role=title or department)
    return name


def risk(entitlement: EntitlementView) -> Sentence:
    """The risk in words, for lists."""
    return {
        Risk.LOW: say("Low risk"),
        Risk.MEDIUM: say("Medium risk"),
        Risk.HIGH: say("High risk"),
        Risk.CRITICAL: say("Critical risk"),
    }[entitlement.risk]


def risk_heading(entitlement: EntitlementView) -> Sentence:
    """The risk in words, above what the entitlement opens."""
    return {
        Risk.LOW: say("Low risk. What it opens:"),
        Risk.MEDIUM: say("Medium risk. What it opens:"),
        Risk.HIGH: say("High risk. What it opens:"),
        Risk.CRITICAL: say("Critical risk. What it opens:"),
    }[entitlement.risk]


def request_facts(view: RequestView, *, language: Language) -> list[Fact]:
    """The rows of a request card: all that a decision needs while one is needed, and little once it is history."""
    text = language.text
    rows: list[Fact] = []
    is_own = view.standing is Standing.REQUESTER and view.requester.id == view.beneficiary.id
    if not is_own:
        rows.append(Fact(text("For"), person(view.beneficiary, language=language)))
    if view.requester.id != view.beneficiary.id:
        rows.append(Fact(text("Asked by"), person(view.requester, language=language)))
    was_given = view.state not in (State.DENIED, State.LAPSED, State.WITHDRAWN, State.REFUSED, State.FAILED)
    rows.append(Fact(text("How long") if was_given else text("Asked for"), _how_long(view, language=language)))
    if view.granted_at and view.state in (State.GRANTED, State.ENDING, State.ENDED):
        rows.append(Fact(text("Started"), language.moment(view.granted_at)))
    if view.lapses_at and view.state is State.WAITING:
        rows.append(Fact(text("Answer by"), text("{moment}, or it lapses", moment=language.moment(view.lapses_at))))
    if view.standing is Standing.APPROVER and view.state is State.WAITING:
        rows += _decision_context(view, language=language)
    if view.reference:
        claim = line(view.reference) if is_own else text("{reference} (their word, not checked)", reference=view.reference)
        rows.append(Fact(text("Reference"), claim))
    rows.append(Fact(text("Ticket"), view.ticket, _web(view.ticket_url)))
    return rows


def _how_long(view: RequestView, *, language: Language) -> str:
    if view.state is State.WAITING:
        return language.text("{duration}, from when access starts", duration=language.duration(view.duration))
    if view.duration < view.asked_duration:
        return language.text(
            "{duration} ({asked} were asked)", duration=language.duration(view.duration), asked=language.duration(view.asked_duration)
        )
    return language.duration(view.duration)


def _decision_context(view: RequestView, *, language: Language) -> list[Fact]:
    holders = language.plural("{count} other person", "{count} other people", view.peers) if view.peers else language.text("Nobody else")
    last = language.moment(view.last_held_at) if view.last_held_at else language.text("Never before")
    rows = [Fact(language.text("Held now by"), holders), Fact(language.text("Last had it"), last)]
    if view.relieved:
        rows.insert(0, Fact(language.text("In place of"), language.value(tuple(each.name for each in view.relieved))))
    return rows


def _web(url: str | None) -> str | None:
    return url if url and url.startswith(("https://", "http://")) else None


def preview_facts(view: PreviewView, *, language: Language) -> list[Fact]:
    """The rows of the card that a requester checks before sending."""
    text = language.text
    rows = [
        Fact(text("For"), text("You, {name}", name=view.requester.name)),
        Fact(text("How long"), text("{duration}, from when access starts", duration=language.duration(view.duration))),
        Fact(text("Will be asked"), language.any_of(each.name for each in view.will_be_asked) or text("Nobody: the policy approves it")),
    ]
    if view.will_be_asked:
        lapses = language.duration(view.lapses_after)
        rows.append(Fact(text("No answer"), text("After {duration} it lapses, and nothing changes", duration=lapses)))
    if view.reference:
        rows.append(Fact(text("Reference"), line(view.reference)))
    return rows
