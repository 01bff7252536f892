"""The directory's records of people, as vocabulary."""

from typing import Any

from sqlalchemy import Row, bindparam, select

from approvals.change import Person, PersonId
from approvals.store.sqlite import Tx
from approvals.store.tables import PersonRow

_PERSON = PersonRow.__table__  # type: ignore[attr-defined]
_FIND = select(_PERSON).where(_PERSON.c.id.in_(bindparam("ids", expanding=True)))


def people(tx: Tx, *ids: PersonId | str | None) -> dict[str, Person]:
    """The records of those among ``ids`` whom the directory knows. Each is read once in a transaction, afresh in the next."""
    read: dict[str, Person | None] = tx.info.setdefault("people", {})
    wanted = dict.fromkeys(str(one) for one in ids if one)
    missing = [one for one in wanted if one not in read]
    if missing:
        found = {row.id: _person(row) for row in tx.run(_FIND, {"ids": missing})}
        read.update((one, found.get(one)) for one in missing)
    return {one: person for one in wanted if (person := read[one]) is not None}


def _person(row: Row[Any]) -> Person:
    return Person(
        id=PersonId(row.id),
        name=row.name,
        email=row.email,
        title=row.title,
        department=row.department,
        manager=PersonId(row.manager) if row.manager else None,
        enabled=row.enabled,
        locale=row.locale,
        time_zone=row.time_zone,
        roles=tuple(row.roles),
    )
