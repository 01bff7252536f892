"""The embedded directory's people, as the organisation's file has them."""

from collections.abc import Sequence

from sqlalchemy import update
from sqlalchemy.dialects.sqlite import insert

from approvals.change import Person
from approvals.store.sqlite import Tx
from approvals.store.tables import PersonRow

_PERSON = PersonRow.__table__  # type: ignore[attr-defined]


def load(tx: Tx, people: Sequence[Person]) -> None:
    """Make the directory's people those of the file. Who is no longer in it is disabled, never deleted: evidence still names them."""
    rows = [
        {
            "id": person.id,
            "name": person.name,
            "email": person.email,
            "title": person.title,
            "department": person.department,
            "manager": person.manager,
            "enabled": person.enabled,
            "locale": person.locale,
            "time_zone": person.time_zone,
            "roles": list(person.roles),
        }
        for person in people
    ]
    tx.execute(update(_PERSON).where(_PERSON.c.id.not_in([person.id for person in people])).values(enabled=False))
    statement = insert(_PERSON)
    fresh = {name: statement.excluded[name] for name in rows[0] if name != "id"}
    tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=fresh), rows)
