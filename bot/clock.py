"""The one place that reads the clock for the product's own time."""

from collections.abc import Callable
from datetime import UTC, datetime

Now = Callable[[], datetime]
"""Answers the present moment as an aware UTC datetime."""


def system_now() -> datetime:
    """The machine's clock."""
    return datetime.now(UTC)
