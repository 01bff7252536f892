"""The lines that an approver chooses from before they approve what is critical: the right one among others that could as well be asked for.

The others are drawn from the records, the same each time for one version of a request: another person, another entitlement of the same
system, another length. Each of the two persons, entitlements and lengths stands in two of the four lines, so that no line can be told from
the rest by counting; which is right, only who reads the card knows.
"""

import hashlib
from collections.abc import Iterable
from datetime import timedelta

from sqlalchemy import bindparam, select

from approvals.catalog import Catalog
from approvals.change import Entitlement, EntitlementId, Look, PersonId
from approvals.store.people import people
from approvals.store.requests import whole_of
from approvals.store.sqlite import Tx
from approvals.store.tables import PersonRow, RequestRow
from approvals.views import LineView

_PERSON = PersonRow.__table__  # type: ignore[attr-defined]
_SHORTEST = timedelta(minutes=15)
_MOST_READ = 50
_SOMEBODY = (
    select(_PERSON.c.id)
    .where(_PERSON.c.enabled, _PERSON.c.id.not_in(bindparam("but", expanding=True)))
    .order_by(_PERSON.c.department != bindparam("department"), _PERSON.c.id)
    .limit(_MOST_READ)
)


def lines(tx: Tx, row: RequestRow, *, offer: Entitlement, reader: PersonId, catalog: Catalog) -> tuple[LineView, ...]:
    """Four lines, the right one first: whoever shows them puts them in another order. Fewer where there is too little to draw from."""
    person, length = PersonId(row.beneficiary), whole_of(row)
    other = _somebody_else(tx, row, reader=reader) or person
    another = _another(offer, row, catalog=catalog) or offer
    asked = Look(beneficiary=person, entitlement=offer.id, duration=length)
    rest = (
        Look(beneficiary=person, entitlement=another.id, duration=_other(length, offer)),
        Look(beneficiary=other, entitlement=offer.id, duration=_other(length, offer)),
        Look(beneficiary=other, entitlement=another.id, duration=length),
    )
    known = people(tx, person, other)
    names = {each.id: each.name for each in (offer, another)}
    return tuple(
        LineView(look=look, name=known[look.beneficiary].name, entitlement=names[look.entitlement])
        for look in dict.fromkeys((asked, *rest))
        if look.beneficiary in known
    )


def _somebody_else(tx: Tx, row: RequestRow, *, reader: PersonId) -> PersonId | None:
    """Somebody whom the right name could be mistaken for: of the same department, where there is one."""
    holder = people(tx, row.beneficiary).get(row.beneficiary)
    but = [row.beneficiary, row.requester, reader]
    found = list(tx.run(_SOMEBODY, {"but": but, "department": holder.department if holder else ""}).scalars())
    near = [one for one in people(tx, *found).values() if holder is None or one.department == holder.department]
    drawn = _drawn((one.id for one in near), row) or _drawn(found, row)
    return PersonId(drawn) if drawn else None


def _another(offer: Entitlement, row: RequestRow, *, catalog: Catalog) -> Entitlement | None:
    """Another level of the same system, else another entitlement of the same owner, else any."""
    others = [each for each in catalog.entitlements if each.id != offer.id and each.name != offer.name]
    same_system = [each.id for each in others if each.system == offer.system]
    same_owner = [each.id for each in others if each.owner == offer.owner]
    drawn = _drawn(same_system or same_owner or (each.id for each in others), row)
    return catalog.find(EntitlementId(drawn)) if drawn else None


def _other(length: timedelta, offer: Entitlement) -> timedelta:
    """Twice as long, where that could be asked for; else half as long."""
    return length * 2 if length * 2 <= offer.max_duration or length / 2 < _SHORTEST else length / 2


def _drawn(ids: Iterable[str], row: RequestRow) -> str | None:
    """One of them: the same for the same version of a request, and no other way foreseeable."""
    return min(ids, key=lambda one: hashlib.sha256(f"{row.id}/{row.version}/{one}".encode()).digest(), default=None)
