"""Whether a pressed card still showed the truth; and if not, what has happened since."""

from collections.abc import Callable
from dataclasses import dataclass

from approvals.change import State
from approvals.operations.desk import Desk
from approvals.reading import terms
from approvals.store.people import people
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.views import Terms
from approvals.words import Sentence, say

STALE = 0
"""The check number that evidence gives to a press on an outdated card: it comes before any check of mediation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """What the presser saw: the version on the card, and whether given terms are those that were shown there."""

    version: int
    fits: Callable[[Terms], bool]


def staleness(tx: Tx, row: RequestRow, *, seen: Seen, desk: Desk) -> Sentence | None:
    """What happened since the card was drawn, for the person who pressed it; None if the card was up to date."""
    if row.state is State.WAITING and seen.version == row.version and seen.fits(terms(row, catalog=desk.catalog)):
        return None
    known = people(tx, row.decided_by, row.requester)
    who = known[row.decided_by].name if row.decided_by in known else ""
    at = row.decided_at or ""
    if row.state is State.DENIED:
        return say("{who} has already denied this, on {at}. Your press changed nothing.", who=who, at=at)
    if row.state is State.LAPSED:
        return say("This request has lapsed: nobody decided in time. Your press changed nothing.")
    if row.state is State.WITHDRAWN:
        requester = known[row.requester].name if row.requester in known else ""
        return say("{who} has withdrawn this request. Your press changed nothing.", who=requester)
    if row.decided_by:
        return say("{who} has already approved this, on {at}. Your press changed nothing.", who=who, at=at)
    return say("This card was out of date. Here is the request as it stands now; please look again.")
