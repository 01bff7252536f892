"""Working hours, where a person is: Monday to Friday, 7 to 19 o'clock, as the shipped policy has them for asking (20-limits.cedar)."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

_OPENS, _CLOSES, _SATURDAY = 7, 19, 6


def is_working(time_zone: str, *, now: datetime) -> bool:
    """Whether it is within working hours in this time zone."""
    here = now.astimezone(ZoneInfo(time_zone))
    return here.isoweekday() < _SATURDAY and _OPENS <= here.hour < _CLOSES


def opens(time_zone: str, *, now: datetime) -> datetime:
    """When working hours begin next in this time zone; ``now`` where they have."""
    if is_working(time_zone, now=now):
        return now
    here = now.astimezone(ZoneInfo(time_zone))
    morning = here.replace(hour=_OPENS, minute=0, second=0, microsecond=0)
    days = (morning + timedelta(days=each) for each in range(8))
    return next(day for day in days if day > here and day.isoweekday() < _SATURDAY).astimezone(now.tzinfo)
