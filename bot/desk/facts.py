"""The facts of a ticket, in groups, in the order in which somebody on the telephone asks for them."""

from dataclasses import dataclass

from approvals.views import RequestView, TicketView
from approvals.words import Sentence, say
from cards.facts import person, risk
from cards.language import Language


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One fact. ``is_quote`` when the value is somebody's own words, line breaks and all."""

    label: str
    value: str
    is_quote: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Facts that belong together, under a heading."""

    heading: str
    rows: tuple[Row, ...]


def ticket_facts(ticket: TicketView, *, language: Language) -> tuple[Group, ...]:
    """What is known about the ticket's request, its name and its reason apart; what has not happened is left out."""
    told = _Teller(language)
    view = ticket.request
    return tuple(
        Group(heading=language.words(heading), rows=rows)
        for heading, rows in (
            (say("What was asked"), _asked(view, told)),
            (say("Decision"), _decided(view, told)),
            (say("Access"), _access(view, told)),
            (say("Ticket"), _ticket(ticket, told)),
        )
        if rows
    )


class _Teller:
    """Makes rows in one reader's language."""

    def __init__(self, language: Language) -> None:
        self.language = language

    def row(self, label: Sentence, value: str | None, *, is_quote: bool = False) -> tuple[Row, ...]:
        """One row, or none where there is no value."""
        return (Row(label=self.language.words(label), value=value, is_quote=is_quote),) if value else ()


def _asked(view: RequestView, told: _Teller) -> tuple[Row, ...]:
    language, offer = told.language, view.entitlement
    asked_by = person(view.requester, language=language) if view.requester.id != view.beneficiary.id else None
    return (
        *told.row(say("For"), person(view.beneficiary, language=language)),
        *told.row(say("Asked by"), asked_by),
        *told.row(say("What it opens"), offer.opens),
        *told.row(say("Risk"), language.words(risk(offer))),
        *told.row(say("For how long"), language.duration(view.asked_duration)),
        *told.row(say("Asked"), language.moment_short(view.asked_at)),
    )


def _decided(view: RequestView, told: _Teller) -> tuple[Row, ...]:
    language = told.language
    approved = language.duration(view.duration) if view.granted_at or view.duration != view.asked_duration else None
    return (
        *told.row(say("Waiting for"), language.any_of(each.name for each in view.waiting_for) if view.waiting_for else None),
        *told.row(say("Lapses"), language.moment_short(view.lapses_at) if view.lapses_at else None),
        *told.row(say("Decided by"), _decider(view, language)),
        *told.row(say("Decided"), language.moment_short(view.decided_at) if view.decided_at else None),
        *told.row(say("Approved for"), approved),
        *told.row(say("In their words"), view.decision_reason, is_quote=True),
    )


def _decider(view: RequestView, language: Language) -> str | None:
    if view.decided_by is not None:
        return person(view.decided_by, language=language)
    return language.text("The policy; nobody had to be asked") if view.decided_at else None


def _access(view: RequestView, told: _Teller) -> tuple[Row, ...]:
    language = told.language
    return (
        *told.row(say("Began"), language.moment_short(view.granted_at) if view.granted_at else None),
        *told.row(say("Ends by itself"), language.moment_short(view.ends_at) if view.ends_at and not view.ended_at else None),
        *told.row(say("Ended"), language.moment_short(view.ended_at) if view.ended_at else None),
        *told.row(say("Ended by"), person(view.ended_by, language=language) if view.ended_by else None),
        *told.row(say("In their words"), view.end_reason, is_quote=True),
        *told.row(say("What went wrong"), language.words(view.failure) if view.failure else None),
    )


def _ticket(ticket: TicketView, told: _Teller) -> tuple[Row, ...]:
    language = told.language
    return (
        *told.row(say("Request"), ticket.request.number),
        *told.row(say("Opened"), language.moment_short(ticket.opened_at)),
        *told.row(say("Last change"), language.moment_short(ticket.updated_at)),
        *told.row(say("Closed"), language.moment_short(ticket.closed_at) if ticket.closed_at else language.text("Still open")),
    )
