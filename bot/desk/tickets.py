"""The two pages of the desk: the list, and one ticket with its whole timeline."""

from dataclasses import dataclass

from aiohttp import web

from approvals import reading
from approvals.operations.desk import Desk
from approvals.views import Moment, TicketView
from approvals.words import Sentence, say
from bot.desk.asked import LIST, LONGEST_SEARCH, Asked, Show, read_asked, read_ticket_number
from bot.desk.door import Reader
from bot.desk.facts import ticket_facts
from bot.desk.listing import listing
from bot.desk.pages import notice, page
from cards.language import Language
from cards.wording import Tone, told

_SHOWN = {Show.ALL: say("All"), Show.OPEN: say("Open"), Show.CLOSED: say("Closed")}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """One row of the list, in the reader's language."""

    number: str
    address: str
    request: str
    access: str
    who: str
    department: str
    badge: str
    tone: Tone
    opened: str
    opened_at: str
    changed: str | None
    """None when nothing has happened since."""
    changed_at: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Event:
    """One entry of a timeline, in the reader's language. ``who`` is None for Countersign itself."""

    at: str
    moment: str
    who: str | None
    was_refused: bool
    what: str


class TicketPages:
    """Shows tickets to readers whom the door let in."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def list(self, request: web.Request, reader: Reader) -> web.Response:
        """The tickets, newest first, narrowed by what the address asks for."""
        asked, language, shelf = read_asked(request.query), reader.language, self._desk.shelf
        found = await self._desk.store.read(lambda tx: listing(tx, asked, shelf=shelf))
        return page(
            "tickets",
            language=language,
            who=reader.person.name,
            asked=asked,
            filters=[(words, asked.showing(show), show is asked.show) for show, words in _filters(language)],
            note=language.words(asked.note) if asked.note else None,
            lines=[_line(each, reader=reader) for each in found.tickets],
            nothing=[language.words(each) for each in _nothing(asked)],
            newer=found.newer,
            older=found.older,
            now=language.moment(self._desk.now()),
            longest=LONGEST_SEARCH,
        )

    async def one(self, request: web.Request, reader: Reader) -> web.Response:
        """One ticket: where it stands, its timeline, its facts."""
        number, language, shelf = request.match_info["number"], reader.language, self._desk.shelf
        ticket_id = read_ticket_number(number)
        if ticket_id is None:
            return _missing(reader)
        ticket = await self._desk.store.read(lambda tx: reading.ticket(tx, ticket_id, shelf=shelf))
        if ticket is None:
            return _missing(reader)
        heading = told(ticket.request, language=language, viewer=reader.person.id)
        return page(
            "ticket",
            language=language,
            who=reader.person.name,
            ticket=ticket,
            badge=language.words(heading.badge),
            tone=heading.tone,
            headline=language.words(heading.headline),
            sentences=[language.words(each) for each in (heading.happened, heading.then) if each],
            events=[_event(each, language=language) for each in ticket.timeline],
            groups=ticket_facts(ticket, language=language),
            list_address=LIST,
            now=language.moment(self._desk.now()),
        )

    async def missing(self, _request: web.Request, reader: Reader) -> web.Response:
        """An address of the desk at which there is nothing."""
        return notice(
            say("There is no such page"),
            say("The helpdesk has a list of tickets, and a page for each of them."),
            link=(LIST, say("Go to the tickets")),
            status=404,
            language=reader.language,
            who=reader.person.name,
        )


def _missing(reader: Reader) -> web.Response:
    return notice(
        say("There is no such ticket"),
        say("Ticket numbers look like TCK-1042. Tickets are never deleted, so the number may have a slip in it."),
        link=(LIST, say("Go to the tickets")),
        status=404,
        language=reader.language,
        who=reader.person.name,
    )


def _filters(language: Language) -> list[tuple[Show, str]]:
    return [(show, language.words(words)) for show, words in _SHOWN.items()]


def _nothing(asked: Asked) -> tuple[Sentence, ...]:
    """What is said in place of an empty list: what would be here, and what to do."""
    if asked.search:
        return (
            say("Nothing matches “{search}”.", search=asked.search),
            say("A ticket is found by its number, by its request's number, a person's name or e-mail address, or what was asked for."),
        )
    if asked.show is Show.OPEN:
        return (say("No ticket is open."), say("Every request so far has come to its end."))
    if asked.show is Show.CLOSED:
        return (say("No ticket is closed yet."), say("A ticket closes by itself when its access has ended, or when it was not given."))
    return (
        say("No tickets yet."),
        say("When somebody asks for access in Teams, their ticket appears here, before anybody is asked to approve it."),
    )


def _line(ticket: TicketView, *, reader: Reader) -> _Line:
    view, language = ticket.request, reader.language
    heading = told(view, language=language, viewer=reader.person.id)
    opened, changed = language.moment_short(ticket.opened_at), language.moment_short(ticket.updated_at)
    return _Line(
        number=ticket.number,
        address=f"{LIST}/tickets/{ticket.number}",
        request=view.number,
        access=view.entitlement.name,
        who=view.beneficiary.name,
        department=view.beneficiary.department,
        badge=language.words(heading.badge),
        tone=heading.tone,
        opened=opened,
        opened_at=ticket.opened_at.isoformat(timespec="seconds"),
        changed=changed if ticket.updated_at != ticket.opened_at else None,
        changed_at=ticket.updated_at.isoformat(timespec="seconds"),
    )


def _event(moment: Moment, *, language: Language) -> _Event:
    return _Event(
        at=moment.at.isoformat(timespec="seconds"),
        moment=language.moment_short(moment.at),
        who=moment.who.name if moment.who else None,
        was_refused=moment.was_refused,
        what=language.words(moment.what),
    )
