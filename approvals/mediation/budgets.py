"""How often something may be done, as limits.yaml has it: numbers that nobody meets by working, and that a loop, a stolen session or a
mistake runs into (control 40; OWASP Agentic AI ASI08).

What was done is counted from the records, in the transaction of the act: nothing is forgotten by a restart, and no two presses at once
pass where one may. What is refused is not counted, so nobody keeps themselves out by trying.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType


class Budget(StrEnum):
    """What is counted, under its name in limits.yaml."""

    ASKED_IN_AN_HOUR = "submissions_per_hour"
    ASKED_IN_A_DAY = "submissions_per_day"
    ONE_ASKED_FOR_IN_AN_HOUR = "submissions_per_hour_of_one"
    OPEN = "open_requests"
    APPROVED_IN_A_MINUTE = "approvals_per_minute"


SPAN: Mapping[Budget, timedelta] = MappingProxyType(
    {
        Budget.ASKED_IN_AN_HOUR: timedelta(hours=1),
        Budget.ASKED_IN_A_DAY: timedelta(days=1),
        Budget.ONE_ASKED_FOR_IN_AN_HOUR: timedelta(hours=1),
        Budget.APPROVED_IN_A_MINUTE: timedelta(minutes=1),
    }
)
"""Over what time each is counted. What is not here is counted as it stands now."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spending:
    """That there were once as many as the budget allows. ``since`` is when the earliest of the last ``most`` was."""

    budget: Budget
    most: int
    since: datetime

    def free_at(self, now: datetime) -> datetime | None:
        """When there is room again, to the whole minute; None where there is some now. What is open has none until some of it ends."""
        span = SPAN.get(self.budget)
        if span is None:
            return now
        again = self.since + span
        return None if again <= now else (again + timedelta(minutes=1, microseconds=-1)).replace(second=0, microsecond=0)
