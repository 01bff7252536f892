"""The directory's records of people, as vocabulary."""

from functools import lru_cache

from sqlalchemy import Text, bindparam, cast, select

from approvals.change import Person, PersonId
from approvals.store.sqlite import Tx
from approvals.store.statements import Row, Statement
from approvals.store.tables import PersonRow

_PERSON = PersonRow.__table__  # type: ignore[attr-defined]


def people(tx: Tx, *ids: PersonId | str | None) -> dict[str, Person]:
    """The records of those among ``ids`` whom the directory knows. Each is read once in a transaction, afresh in the next."""
    read: dict[str, Person | None] = tx.info.setdefault("people", {})
    wanted = dict.fromkeys(str(one) for one in ids if one)
    missing = [one for one in wanted if one not in read]
    if missing:
        values = {f"id{place}": one for place, one in enumerate(missing)}
        found = {row.id: _person(row) for row in _find(len(missing)).rows(tx, values)}
        read.update((one, found.get(one)) for one in missing)
    return {one: person for one in wanted if (person := read[one]) is not None}


@lru_cache(maxsize=64)
def _find(count: int) -> Statement:
    """The statement that finds so many people: lists of another length are another statement."""
    return Statement(select(_PERSON).where(_PERSON.c.id.in_([bindparam(f"id{place}") for place in range(count)])))


def having_role(tx: Tx, role: str) -> tuple[Person, ...]:
    """The active people who have one of this product's own roles, by name."""
    holds = cast(_PERSON.c.roles, Text).contains(f'"{role}"', autoescape=True)
    return tuple(_person(row) for row in tx.run(select(_PERSON).where(holds, _PERSON.c.enabled).order_by(_PERSON.c.name)))


def _person(row: Row) -> Person:
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
