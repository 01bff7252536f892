"""Facts, read afresh from the directory and the records in the transaction of the act that rests on them."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import select

from approvals.change import Decision, Entitlement, EntitlementId, Look, NotSignedIn, Person, PersonId, Proposal, RequestId, Stage
from approvals.mediation import Facts
from approvals.operations.desk import Desk
from approvals.operations.spending import of_approving, of_asking
from approvals.policy.conditions import Kind
from approvals.store.people import people
from approvals.store.requests import decisions_of, stages_of, who_gives_more
from approvals.store.sqlite import Tx
from approvals.store.tables import MembershipRow, RequestRow
from approvals.words import Personal

_OPEN_STATES = ("waiting", "approved", "granted", "ending")


def for_proposal(tx: Tx, proposal: Proposal, *, actor: PersonId | None, desk: Desk, now: datetime) -> Facts:
    """What is known before anything is asked of anybody."""
    offer = desk.catalog.find(proposal.entitlement)
    known = people(tx, actor, proposal.requester, proposal.beneficiary, *_owner_ids(offer), offer.steward if offer else None)
    beneficiary = known.get(proposal.beneficiary)
    manager = _manager(tx, beneficiary)
    can_decide = manager is not None and manager.enabled and manager.id != proposal.requester
    return Facts(
        read_at=now,
        actor=known.get(actor) if actor else None,
        requester=known.get(proposal.requester),
        beneficiary=beneficiary,
        entitlement=offer,
        owners=_owners(offer, known),
        manager=manager,
        manager_above=None if can_decide else _manager(tx, manager),
        steward=known.get(offer.steward) if offer and offer.steward else None,
        on_call=desk.catalog.on_call(proposal.requester, now=now),
        conflicts=_conflicts(tx, offer, (proposal.requester, proposal.beneficiary), desk=desk),
        open_request=_open_request(tx, proposal),
        holds=offer is not None and _holds(tx, offer.target, proposal.beneficiary),
        spending=of_asking(tx, proposal, desk=desk),
    )


def for_request(
    tx: Tx,
    row: RequestRow,
    *,
    actor: PersonId | None,
    desk: Desk,
    now: datetime,
    word: Decision | None = None,
    looked: Look | None = None,
    step_up: NotSignedIn | None = None,
    why: str = "",
) -> Facts:
    """What is known about a request that exists. ``actor`` is None when time acts.

    ``word`` is what the actor decides, ``looked`` what they say they allow, ``step_up`` why no sign-in of theirs can count; ``why`` is what
    they say why they take access back.
    """
    offer = desk.catalog.find(EntitlementId(row.entitlement))
    stages = stages_of(row)
    approver_ids = tuple(one for stage in stages for one in stage.approvers)
    known = people(tx, actor, row.requester, row.beneficiary, *_owner_ids(offer), offer.steward if offer else None, *approver_ids)
    beneficiary, requester = known.get(row.beneficiary), PersonId(row.requester)
    manager = _manager(tx, beneficiary)
    return Facts(
        read_at=now,
        actor=known.get(actor) if actor else None,
        requester=known.get(row.requester),
        beneficiary=beneficiary,
        entitlement=offer,
        owners=_owners(offer, known),
        manager=manager,
        manager_above=_manager(tx, manager) if any(stage.name == Kind.MANAGER for stage in stages) else None,
        steward=known.get(offer.steward) if offer and offer.steward else None,
        on_call=desk.catalog.on_call(requester, now=now),
        conflicts=_conflicts(tx, offer, (requester, PersonId(row.beneficiary)), desk=desk),
        asked_at=row.asked_at,
        stages=stages,
        stage=row.stage,
        decisions=decisions_of(tx, row),
        approvers=tuple(known[one] for one in approver_ids if one in known),
        lapses_at=row.lapses_at,
        word=word,
        is_by_time=actor is None,
        step_up=step_up,
        looked=looked,
        why=Personal(why, of=actor) if actor and why else "",
        spending=of_approving(tx, actor, desk=desk) if actor and word else (),
    )


def of_more_time(facts: Facts, row: RequestRow) -> Facts:
    """The same facts where more time is decided on: whoever decided before is asked again, else the owner; until the access ends.

    What was said about the time that runs already says nothing about more.
    """
    known: dict[str, Person] = {one.id: one for one in (*facts.approvers, *facts.owners)}
    giver = who_gives_more(row, offer=facts.entitlement, known=known)
    asked = (giver,) if giver else ()
    is_of_last_stage = giver is not None and bool(facts.stages) and giver.id in facts.stages[-1].approvers
    name = facts.stages[-1].name if is_of_last_stage else Kind.OWNER.value
    stage = Stage(name=name, approvers=tuple(one.id for one in asked))
    return replace(facts, stages=(stage,), stage=0, decisions=(), approvers=asked, lapses_at=row.ends_at)


def _owner_ids(offer: Entitlement | None) -> tuple[PersonId, ...]:
    if offer is None:
        return ()
    return (offer.owner, offer.deputy) if offer.deputy else (offer.owner,)


def _owners(offer: Entitlement | None, known: Mapping[str, Person]) -> tuple[Person, ...]:
    return tuple(known[one] for one in _owner_ids(offer) if one in known)


def _manager(tx: Tx, person: Person | None) -> Person | None:
    return people(tx, person.manager).get(person.manager) if person and person.manager else None


def _conflicts(tx: Tx, offer: Entitlement | None, chain: tuple[PersonId, ...], *, desk: Desk) -> tuple[Entitlement, ...]:
    """What must not come together with the offer and somebody in the chain has, or has asked for."""
    others = tuple(other for each in (offer.conflicts if offer else ()) if (other := desk.catalog.find(each)))
    if not others:
        return ()
    whose = or_(RequestRow.requester.in_(chain), RequestRow.beneficiary.in_(chain))  # type: ignore[attr-defined]
    pending = select(RequestRow.entitlement).where(whose, RequestRow.state.in_(_OPEN_STATES))  # type: ignore[attr-defined]
    held = select(MembershipRow.target).where(MembershipRow.person.in_(chain))  # type: ignore[attr-defined]
    asked, has = frozenset(tx.exec(pending)), frozenset(tx.exec(held))
    return tuple(other for other in others if other.id in asked or other.target in has)


def _open_request(tx: Tx, proposal: Proposal) -> RequestId | None:
    same = (RequestRow.beneficiary == proposal.beneficiary, RequestRow.entitlement == proposal.entitlement)
    row = tx.exec(select(RequestRow.id).where(*same, RequestRow.state.in_(_OPEN_STATES))).first()  # type: ignore[attr-defined]
    return RequestId(row) if row else None


def _holds(tx: Tx, target: str, person: PersonId) -> bool:
    here = select(MembershipRow.person).where(MembershipRow.target == target, MembershipRow.person == person)
    return tx.exec(here).first() is not None
