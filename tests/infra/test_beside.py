"""A long log is read by several processes at once, which find what one would find."""

from pathlib import Path

import pytest

from infra.audit import beside
from infra.serving import Local
from tests.approvals.evidence.attacker import bend
from tests.infra.scenes import ended, granted
from tests.infra.test_commands import DONE, FAILED, countersign


@pytest.mark.parametrize("cores", [1, 4])
async def test_private_values_are_looked_at_by_other_processes_up_to_the_last(
    local: Local, monkeypatch: pytest.MonkeyPatch, cores: int
) -> None:
    await granted(local)
    await ended(local)
    monkeypatch.setattr(beside, "_WORTH_IT", 1)
    monkeypatch.setattr(beside.os, "cpu_count", lambda: cores)
    settings = local.settings
    verify: tuple[str | Path, ...] = ("audit", "verify", "--database", settings.database, "--secret-file", settings.secret_file)

    well = await countersign(*verify)
    bend(settings.database, "UPDATE private SET held = '[\"Somebody Else\"]' WHERE entry IN (1, 9)")
    bent = await countersign(*verify)

    assert (well.exit_code, bent.exit_code) == (DONE, FAILED)
    found = [line.partition(": the values of")[0] for line in bent.stdout.splitlines()]
    assert found == ["edited: entry 1", *["edited: entry 9"] * 3]
