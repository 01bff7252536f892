"""Who is on call: people who take turns, a week each, from a first handover on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from approvals.change import PersonId

TURN = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rota:
    """One rota. Nobody is on call before ``since``, the moment at which the first of ``people`` takes over."""

    id: str
    since: datetime
    people: tuple[PersonId, ...]

    def is_on_call(self, person: PersonId, *, now: datetime) -> bool:
        """Whether it is this person's turn."""
        if now < self.since:
            return False
        return self.people[(now - self.since) // TURN % len(self.people)] == person


def on_call(rotas: Sequence[Rota], person: PersonId, *, now: datetime) -> tuple[str, ...]:
    """The ids of the rotas on which this person is on call now."""
    return tuple(rota.id for rota in rotas if rota.is_on_call(person, now=now))
