"""The timers of what waits: columns, set anew whenever others are asked."""

from datetime import datetime, timedelta

HEALTH_EVERY = timedelta(hours=1)
"""How often it is seen whether those who are asked can still decide: as old as the directory's word may be (schema.cedarschema)."""


def timers(*, remind_after: timedelta | None, escalate_after: timedelta | None, now: datetime) -> dict[str, object]:
    """The timers of a question that is put to somebody ``now``, by the columns of the request."""
    return {
        "health_at": now + HEALTH_EVERY,
        "remind_at": now + remind_after if remind_after else None,
        "reminded": 0,
        "escalate_at": now + escalate_after if escalate_after else None,
        "escalated_at": None,
    }
