"""What a reader may see, read from the records: rows in, views out. The only place that makes views."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy
from sqlalchemy import Text, bindparam, cast, func
from sqlmodel import select

from approvals.catalog import Catalog
from approvals.change import SECURITY, Entitlement, EntitlementId, Person, PersonId, RequestId, Risk, State, number, ticket_number
from approvals.evidence import Trace
from approvals.evidence.pieces import of_request
from approvals.looking import lines
from approvals.store.people import people
from approvals.store.requests import id_of, stages_of, waits_for_a_word, was_refused_more, who_gives_more, whole_of
from approvals.store.searching import fits
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import ChatRow, MembershipRow, PersonRow, RequestRow, TicketRow
from approvals.views import EntitlementView, GrantView, Moment, PersonView, RequestView, Standing, Terms, TicketView
from approvals.words import say

_MOST_LISTED = 20
_SHORTEST_OFFERED = timedelta(minutes=15)

# Statements of every card, made once: putting one together costs more than running it.
_MEMBERSHIP, _REQUEST = MembershipRow.__table__, RequestRow.__table__  # type: ignore[attr-defined]
_TICKET, _CHAT = TicketRow.__table__, ChatRow.__table__  # type: ignore[attr-defined]
_PEERS = (
    select(func.count())
    .select_from(_MEMBERSHIP)
    .where(_MEMBERSHIP.c.target == bindparam("target"), _MEMBERSHIP.c.person != bindparam("holder"))
)
_LAST_HELD = (
    select(_REQUEST.c.ended_at)
    .where(_REQUEST.c.beneficiary == bindparam("holder"), _REQUEST.c.entitlement == bindparam("what"))
    .where(_REQUEST.c.id != bindparam("this"), _REQUEST.c.ended_at.is_not(None))
    .order_by(_REQUEST.c.ended_at.desc())
    .limit(1)
)
_TICKET_OF = select(_TICKET.c.id).where(_TICKET.c.request == bindparam("this"))
_AROUND = Statement(
    sqlalchemy.select(
        _TICKET_OF.scalar_subquery().label("ticket"),
        _PEERS.scalar_subquery().label("peers"),
        _LAST_HELD.scalar_subquery().label("last_held"),
    )
)
_MET = select(_CHAT.c.teams_id).where(_CHAT.c.person.in_(bindparam("persons", expanding=True))).limit(60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """Where names are looked up: the catalog in force, and the address of the helpdesk's pages for links."""

    catalog: Catalog
    url: str


def terms(row: RequestRow, *, catalog: Catalog) -> Terms:
    """What a press on this request is bound to, as it stands now."""
    offer = _entitlement(row, catalog)
    return Terms(
        request=id_of(row),
        version=row.version,
        requester=PersonId(row.requester),
        beneficiary=PersonId(row.beneficiary),
        entitlement=offer.id,
        name=offer.name,
        opens=offer.opens,
        risk=offer.risk,
        asked_duration=row.asked_duration if row.more is None else whole_of(row),
        reason=row.reason,
        reference=row.reference,
    )


def request_view(tx: Tx, row: RequestRow, *, reader: PersonId, shelf: Shelf) -> RequestView:
    """The request as ``reader`` may see it now."""
    offer = _entitlement(row, shelf.catalog)
    is_open = waits_for_a_word(row)
    concerned = (row.requester, row.beneficiary, row.decided_by, row.ended_by, offer.owner, offer.deputy, *_asked(row), *row.relieved)
    known = people(tx, reader, *concerned)
    asked = _asked_now(row, offer=offer, known=known)
    looks_again = row.look_again and is_open and _standing(row, reader) is Standing.APPROVER
    (around,) = _AROUND.rows(tx, {"this": row.id, "target": row.target, "holder": row.beneficiary, "what": row.entitlement})
    return RequestView(
        id=id_of(row),
        number=number(id_of(row)),
        version=row.version,
        state=row.state,
        standing=_standing(row, reader),
        ticket=ticket_number(around.ticket),
        ticket_url=_ticket_url(around.ticket, reader=known.get(reader), shelf=shelf),
        requester=_view(row.requester, known),
        beneficiary=_view(row.beneficiary, known),
        entitlement=entitlement_view(offer, known),
        asked_duration=row.asked_duration,
        duration=row.duration,
        reason=row.reason,
        reference=row.reference,
        asked_at=row.asked_at,
        lapses_at=row.lapses_at if row.state is State.WAITING else None,
        waiting_for=tuple(_view(one, known) for one in asked) if is_open else (),
        decided_by=_view(row.decided_by, known) if row.decided_by else None,
        decided_at=row.decided_at,
        decision_reason=row.decision_reason,
        granted_at=row.granted_at,
        ends_at=row.ends_at,
        ended_at=row.ended_at,
        end_cause=row.end_cause,
        ended_by=_view(row.ended_by, known) if row.ended_by else None,
        end_reason=row.end_reason,
        failure=row.failure,
        peers=around.peers,
        last_held_at=around.last_held,
        terms=terms(row, catalog=shelf.catalog),
        more=row.more if is_open else None,
        may_ask_more=_more(tx, row, reader=reader, offer=offer),
        may_take_back=_may_take_back(row, known.get(reader), offer=offer),
        lines=lines(tx, row, offer=offer, reader=reader, catalog=shelf.catalog) if looks_again else (),
        escalated_at=row.escalated_at if row.state is State.WAITING else None,
        relieved=tuple(_view(one, known) for one in row.relieved) if row.state is State.WAITING else (),
    )


def my_requests(tx: Tx, person: PersonId, *, shelf: Shelf, most: int = _MOST_LISTED) -> tuple[RequestView, ...]:
    """What this person has asked for, newest first, at most ``most``."""
    mine = select(RequestRow).where(RequestRow.requester == person).order_by(RequestRow.id.desc())  # type: ignore[union-attr]
    return tuple(request_view(tx, row, reader=person, shelf=shelf) for row in tx.exec(mine.limit(most)).all())


def my_access(tx: Tx, person: PersonId, *, shelf: Shelf) -> tuple[GrantView, ...]:
    """What this person holds through Countersign now, what ends first on top."""
    live = select(RequestRow).where(RequestRow.beneficiary == person, RequestRow.state == State.GRANTED).order_by(RequestRow.ends_at)  # type: ignore[arg-type]
    rows = tx.exec(live).all()
    owners = people(tx, *(_entitlement(row, shelf.catalog).owner for row in rows))
    return tuple(_grant(row, row.granted_at, row.ends_at, owners, shelf) for row in rows if row.granted_at and row.ends_at)


def request_of_draft(tx: Tx, draft: int, *, requester: PersonId) -> RequestId | None:
    """The request that this person's draft became, if it was submitted."""
    became = select(RequestRow.id).where(RequestRow.draft == draft, RequestRow.requester == requester)
    found = tx.exec(became).first()
    return RequestId(found) if found else None


def teams_ids(tx: Tx, *persons: PersonId) -> tuple[str, ...]:
    """How Teams names these people, as far as they have been met; at most sixty, which is all that a refresh may name."""
    return tuple(tx.run(_MET, {"persons": persons}).scalars())


def offers(tx: Tx, entitlements: Sequence[Entitlement]) -> tuple[EntitlementView, ...]:
    """Entries of the catalog with their owners' names."""
    known = people(tx, *(offer.owner for offer in entitlements))
    return tuple(entitlement_view(offer, known) for offer in entitlements)


def person_view(person: Person) -> PersonView:
    """What is shown of a person."""
    return PersonView(id=person.id, name=person.name, title=person.title, department=person.department)


def entitlement_view(offer: Entitlement, known: Mapping[str, Person]) -> EntitlementView:
    """What is shown of an entitlement."""
    return EntitlementView(
        id=offer.id,
        name=offer.name,
        system=offer.system,
        description=offer.description,
        opens=offer.opens,
        risk=offer.risk,
        owner=_view(offer.owner, known),
        usual_duration=offer.usual_duration,
        max_duration=offer.max_duration,
    )


def tickets(
    tx: Tx,
    *,
    shelf: Shelf,
    before: int | None = None,
    after: int | None = None,
    is_open: bool | None = None,
    search: str = "",
    most: int = 50,
) -> tuple[TicketView, ...]:
    """The helpdesk's list, newest first. ``before`` and ``after`` are ticket ids: the ``most`` tickets next to that one, on either side.

    Every word of ``search`` has to fit: store/searching.py says to what.
    """
    wanted = select(TicketRow, RequestRow).join(RequestRow, RequestRow.id == TicketRow.request)  # type: ignore[arg-type]
    if before is not None:
        wanted = wanted.where(TicketRow.id < before)  # type: ignore[operator]
    if after is not None:
        wanted = wanted.where(TicketRow.id > after)  # type: ignore[operator]
    if is_open is not None:
        wanted = wanted.where(TicketRow.closed_at.is_(None) if is_open else TicketRow.closed_at.is_not(None))  # type: ignore[union-attr]
    wanted = wanted.where(*fits(search, catalog=shelf.catalog))
    nearest_first = TicketRow.id.desc() if after is None else TicketRow.id.asc()  # type: ignore[union-attr]
    rows = tx.exec(wanted.order_by(nearest_first).limit(most)).all()
    newest_first = rows if after is None else rows[::-1]
    return tuple(_ticket(tx, ticket, row, shelf=shelf) for ticket, row in newest_first)


def holders(tx: Tx, role: str, *, most: int = 5) -> tuple[PersonView, ...]:
    """Some of the people who have one of this product's own roles now, by name."""
    has_role = cast(PersonRow.roles, Text).contains(f'"{role}"', autoescape=True)
    rows = tx.exec(select(PersonRow).where(has_role, PersonRow.enabled).order_by(PersonRow.name).limit(most)).all()
    return tuple(PersonView(id=PersonId(row.id), name=row.name, title=row.title, department=row.department) for row in rows)


def ticket(tx: Tx, ticket_id: int, *, shelf: Shelf) -> TicketView | None:
    """One ticket with its whole timeline, or None if there is none with that number."""
    found = tx.get(TicketRow, ticket_id)
    row = tx.get(RequestRow, found.request) if found else None
    if found is None or row is None:
        return None
    return _ticket(tx, found, row, shelf=shelf, timeline=timeline(tx, row))


def timeline(tx: Tx, row: RequestRow) -> tuple[Moment, ...]:
    """Everything that is recorded of a request itself, oldest first; what was written before it was sent is for the auditor."""
    found = [piece for piece in of_request(tx, id_of(row)) if piece.request is not None]
    known = people(tx, *(piece.actor for piece in found))
    return tuple(
        Moment(
            at=piece.at,
            who=_view(piece.actor, known) if piece.actor else None,
            what=piece.sentence,
            was_refused=piece.kind == Trace.REFUSED,
        )
        for piece in found
    )


def _ticket(tx: Tx, found: TicketRow, row: RequestRow, *, shelf: Shelf, timeline: tuple[Moment, ...] = ()) -> TicketView:
    return TicketView(
        number=ticket_number(found.id or 0),
        request=request_view(tx, row, reader=PersonId(""), shelf=shelf),
        is_open=found.closed_at is None,
        opened_at=found.opened_at,
        updated_at=found.updated_at,
        closed_at=found.closed_at,
        timeline=timeline,
    )


def _grant(row: RequestRow, granted_at: datetime, ends_at: datetime, owners: Mapping[str, Person], shelf: Shelf) -> GrantView:
    return GrantView(
        request=id_of(row),
        number=number(id_of(row)),
        version=row.version,
        entitlement=entitlement_view(_entitlement(row, shelf.catalog), owners),
        granted_at=granted_at,
        ends_at=ends_at,
    )


def _ticket_url(ticket: int, *, reader: Person | None, shelf: Shelf) -> str | None:
    """The ticket's page, for those whom it would let in: a link that ends at a closed door is worse than none."""
    if reader is None or not reader.may_read_tickets or not shelf.url:
        return None
    return f"{shelf.url}/tickets/{ticket_number(ticket)}"


def _standing(row: RequestRow, reader: PersonId) -> Standing:
    if reader in (row.requester, row.beneficiary):
        return Standing.REQUESTER
    if any(reader in stage.approvers for stage in stages_of(row)):
        return Standing.APPROVER
    if reader in row.relieved:
        return Standing.RELIEVED
    return Standing.ONLOOKER


def _asked_now(row: RequestRow, *, offer: Entitlement, known: Mapping[str, Person]) -> tuple[PersonId, ...]:
    if row.more is None:
        return _asked(row)
    giver = who_gives_more(row, offer=offer, known=known)
    return (giver.id,) if giver else ()


def _asked(row: RequestRow) -> tuple[PersonId, ...]:
    return tuple(one for stage in stages_of(row)[row.stage : row.stage + 1] for one in stage.approvers)


def _more(tx: Tx, row: RequestRow, *, reader: PersonId, offer: Entitlement) -> timedelta | None:
    """How much more the holder is offered to ask for: the usual time, as far as there is room for it."""
    if row.state is not State.GRANTED or row.more is not None or reader != row.requester or was_refused_more(tx, row):
        return None
    room = min(row.at_most or offer.max_duration, offer.max_duration) - row.duration
    more = min(offer.usual_duration, room)
    return more if more >= _SHORTEST_OFFERED else None


def _may_take_back(row: RequestRow, reader: Person | None, *, offer: Entitlement) -> bool:
    """Whether it is worth asking: whose it is, who said yes, and security. The holder hands back instead."""
    if row.state is not State.GRANTED or reader is None or reader.id in (row.requester, row.beneficiary):
        return False
    return reader.id in (offer.owner, offer.deputy, row.decided_by) or SECURITY in reader.roles


def _entitlement(row: RequestRow, catalog: Catalog) -> Entitlement:
    """The catalog's entry; for one that left the catalog since, what the request itself still knows."""
    known = catalog.find(EntitlementId(row.entitlement))
    if known is not None:
        return known
    gone = str(say("This entitlement is not in the catalog any more."))
    return Entitlement(
        id=EntitlementId(row.entitlement),
        name=row.entitlement,
        system=row.target,
        level="",
        description=gone,
        opens=gone,
        risk=Risk.CRITICAL,
        owner=PersonId(""),
        deputy=None,
        usual_duration=row.asked_duration,
        max_duration=timedelta(),
        target=row.target,
        connector=row.connector,
    )


def _view(person: str, known: Mapping[str, Person]) -> PersonView:
    found = known.get(person)
    return person_view(found) if found else PersonView(id=PersonId(person), name=str(say("somebody who left")), title="", department="")
