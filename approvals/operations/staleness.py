"""Whether a pressed card still showed the truth; and if not, what has happened since."""

from collections.abc import Callable
from dataclasses import dataclass

from approvals.change import PersonId, State
from approvals.operations.desk import Desk
from approvals.reading import terms
from approvals.store.people import people
from approvals.store.requests import waits_for_a_word
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.views import Terms
from approvals.words import Sentence, say

STALE = 0
"""The check number that evidence gives to a press on an outdated card: it comes before any check of mediation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the presser saw: the version on the card, and whether given terms were shown there; ``shown`` is their digest."""

    version: int
    fits: Callable[[Terms], bool]
    shown: str = ""


def staleness(tx: Tx, row: RequestRow, *, seen: Seen, presser: PersonId | None, desk: Desk) -> Sentence | None:
    """What happened since the card was drawn, said to the one who pressed it; None if the card was up to date."""
    if waits_for_a_word(row) and seen.version == row.version and seen.fits(terms(row, catalog=desk.catalog)):
        return None
    if row.state is State.LAPSED:
        return say("This request has lapsed: nobody decided in time. Your press changed nothing.")
    if row.state is State.REFUSED:
        return say("Nobody was left who could decide on this request, so it was refused. Your press changed nothing.")
    if row.state is State.WITHDRAWN:
        return _withdrawn(tx, row, presser=presser)
    if row.decided_by:
        return _decided(tx, row, presser=presser)
    return say("This card was out of date. Here is the request as it stands now; please look again.")


def _withdrawn(tx: Tx, row: RequestRow, *, presser: PersonId | None) -> Sentence:
    if presser == row.requester:
        return say("You have withdrawn this request yourself. This press changed nothing more.")
    return say("{who} has withdrawn this request. Your press changed nothing.", who=_name(tx, row.requester))


def _decided(tx: Tx, row: RequestRow, *, presser: PersonId | None) -> Sentence:
    at, was_denied = row.decided_at or "", row.state is State.DENIED
    if presser == row.decided_by:
        if was_denied:
            return say("You have already denied this, on {at}. This press changed nothing more.", at=at)
        return say("You have already approved this, on {at}. This press changed nothing more.", at=at)
    who = _name(tx, row.decided_by)
    if was_denied:
        return say("{who} has already denied this, on {at}. Your press changed nothing.", who=who, at=at)
    return say("{who} has already approved this, on {at}. Your press changed nothing.", who=who, at=at)


def _name(tx: Tx, person: str | None) -> str:
    known = people(tx, person)
    return known[person].name if person in known else ""
