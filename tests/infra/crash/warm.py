"""What every bot would otherwise do for itself after its start, done once before the first fork: templates, languages, dates."""

from datetime import UTC, datetime

from bot.understanding.read import understand
from infra.house import organisation
from infra.simulator import SAMPLE
from tests.infra.crash.people import ASK


def warm() -> None:
    """Fill the caches of whatever reads text and draws cards."""
    _people, catalog = organisation(SAMPLE)
    understand(ASK, draft=None, catalog=catalog, now=datetime.now(UTC), time_zone="UTC")
