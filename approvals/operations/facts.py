"""Facts, read afresh from the directory and the records in the transaction of the act that rests on them."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import select

from approvals.change import Decision, Entitlement, EntitlementId, Person, PersonId, Proposal, RequestId
from approvals.mediation import Facts
from approvals.operations.desk import Desk
from approvals.store.people import people
from approvals.store.requests import decisions_of, stages_of
from approvals.store.sqlite import Tx
from approvals.store.tables import MembershipRow, RequestRow

_OPEN_STATES = ("waiting", "approved", "granted", "ending")


def for_proposal(tx: Tx, proposal: Proposal, *, actor: PersonId | None, desk: Desk, now: datetime) -> Facts:
    """What is known before anything is asked of anybody."""
    offer = desk.catalog.find(proposal.entitlement)
    known = people(tx, actor, proposal.requester, proposal.beneficiary, *_owner_ids(offer))
    return Facts(
        read_at=now,
        actor=known.get(actor) if actor else None,
        requester=known.get(proposal.requester),
        beneficiary=known.get(proposal.beneficiary),
        entitlement=offer,
        owners=_owners(offer, known),
        open_request=_open_request(tx, proposal),
        holds=offer is not None and _holds(tx, offer.target, proposal.beneficiary),
    )


def for_request(tx: Tx, row: RequestRow, *, actor: PersonId | None, desk: Desk, now: datetime, word: Decision | None = None) -> Facts:
    """What is known about a request that exists. ``actor`` is None when time acts; ``word`` is what the actor decides."""
    offer = desk.catalog.find(EntitlementId(row.entitlement))
    stages = stages_of(row)
    approver_ids = tuple(one for stage in stages for one in stage.approvers)
    known = people(tx, actor, row.requester, row.beneficiary, *_owner_ids(offer), *approver_ids)
    return Facts(
        read_at=now,
        actor=known.get(actor) if actor else None,
        requester=known.get(row.requester),
        beneficiary=known.get(row.beneficiary),
        entitlement=offer,
        owners=_owners(offer, known),
        stages=stages,
        stage=row.stage,
        decisions=decisions_of(tx, row),
        approvers=tuple(known[one] for one in approver_ids if one in known),
        lapses_at=row.lapses_at,
        word=word,
        is_by_time=actor is None,
    )


def _owner_ids(offer: Entitlement | None) -> tuple[PersonId, ...]:
    if offer is None:
        return ()
    return (offer.owner, offer.deputy) if offer.deputy else (offer.owner,)


def _owners(offer: Entitlement | None, known: Mapping[str, Person]) -> tuple[Person, ...]:
    return tuple(known[one] for one in _owner_ids(offer) if one in known)


def _open_request(tx: Tx, proposal: Proposal) -> RequestId | None:
    same = (RequestRow.beneficiary == proposal.beneficiary, RequestRow.entitlement == proposal.entitlement)
    row = tx.exec(select(RequestRow.id).where(*same, RequestRow.state.in_(_OPEN_STATES))).first()  # type: ignore[attr-defined]
    return RequestId(row) if row else None


def _holds(tx: Tx, target: str, person: PersonId) -> bool:
    here = select(MembershipRow.person).where(MembershipRow.target == target, MembershipRow.person == person)
    return tx.exec(here).first() is not None
