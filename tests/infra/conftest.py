"""A whole Countersign on loopback: the bot in its production form, the simulator as its Teams."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from infra.migrations.upgrade import upgrade
from infra.serving import Local, beside_simulator


@pytest.fixture
async def local(tmp_path: Path) -> AsyncIterator[Local]:
    """Bot and simulator, wired to each other over HTTP, with empty records."""
    async with beside_simulator(tmp_path) as running:
        yield running


@pytest.fixture
def migrated_file(tmp_path: Path) -> Path:
    """Empty records in today's shape."""
    path = tmp_path / "empty.db"
    upgrade(path)
    return path
