"""The policy in force: the reviewed limits by which mediation decides, and a version that names them exactly.

Cedar policies take this place with the mediation issue; until then the limits are these fields, and the version is a hash over them and the
catalog, so that each decision can say by which rules it was taken.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import timedelta

from approvals.catalog import Catalog
from approvals.change import Risk


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """Limits that hold for every entitlement, beside those that its own entry in the catalog sets."""

    version: str
    shortest: timedelta = timedelta(minutes=5)
    reason_at_most: int = 1_000
    """Characters."""
    lapses_after: tuple[tuple[Risk, timedelta], ...] = (
        (Risk.LOW, timedelta(days=7)),
        (Risk.MEDIUM, timedelta(days=3)),
        (Risk.HIGH, timedelta(days=1)),
        (Risk.CRITICAL, timedelta(hours=8)),
    )

    def lapse(self, risk: Risk) -> timedelta:
        """How long a question of this risk may stay unanswered."""
        return dict(self.lapses_after)[risk]


def policy_for(catalog: Catalog) -> Policy:
    """The shipped limits over ``catalog``, with the version that names both."""
    unnamed = Policy(version="")
    content = json.dumps([asdict(unnamed), [asdict(entry) for entry in catalog.entitlements]], sort_keys=True, default=str)
    return Policy(version=hashlib.sha256(content.encode()).hexdigest()[:16])
