"""The shipped catalog, and one Friday morning in Lisbon."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from approvals.catalog import Catalog, read_catalog

ROOT = Path(__file__).parents[3]
FRIDAY = datetime(2026, 11, 20, 10, 30, tzinfo=UTC)
LISBON = "Europe/Lisbon"


def shipped_catalog() -> Catalog:
    """The catalog that the repository ships."""
    folder = ROOT / "infra" / "catalog"
    texts = [(folder / name).read_text(encoding="utf-8") for name in ("people.yaml", "entitlements.yaml", "rotas.yaml")]
    return read_catalog(*texts)[1]


@pytest.fixture(scope="session")
def catalog() -> Catalog:
    return shipped_catalog()
