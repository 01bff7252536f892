"""The embedded directory's people, as the organisation's file has them."""

from collections.abc import Sequence

from sqlalchemy import Text, cast, select, update
from sqlalchemy.dialects.sqlite import insert

from approvals.change import Person, State
from approvals.store.sqlite import Tx
from approvals.store.tables import PersonRow, RequestRow

_PERSON, _REQUEST = PersonRow.__table__, RequestRow.__table__  # type: ignore[attr-defined]


def load(tx: Tx, people: Sequence[Person]) -> None:
    """Make the directory's people those of the file. Who is no longer in it is disabled, never deleted: evidence still names them.

    What waits for somebody who has left is due to be looked at: the next sweep finds who decides instead.
    """
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
    were_here = tx.run(select(_PERSON.c.id).where(_PERSON.c.enabled)).scalars().all()
    tx.execute(update(_PERSON).where(_PERSON.c.id.not_in([person.id for person in people])).values(enabled=False))
    statement = insert(_PERSON)
    fresh = {name: statement.excluded[name] for name in rows[0] if name != "id"}
    tx.execute(statement.on_conflict_do_update(index_elements=["id"], set_=fresh), rows)
    are_here = frozenset(person.id for person in people if person.enabled)
    for person_id in were_here:
        if person_id not in are_here:
            _have_looked_at(tx, person_id)


def _have_looked_at(tx: Tx, person: str) -> None:
    """Reads all that waits, for each person who has left: they are few, and it is done once, at the start."""
    asks_them = cast(_REQUEST.c.stages, Text).contains(f'"{person}"', autoescape=True)
    # Due since it was asked for: no clock is needed, and it comes before all else.
    tx.run(update(_REQUEST).where(_REQUEST.c.state == State.WAITING, asks_them).values(health_at=_REQUEST.c.asked_at))
