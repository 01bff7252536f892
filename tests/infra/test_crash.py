"""SIGKILL at every commit and every effect of the loop: nothing is lost, and nothing is done twice."""

from pathlib import Path
from time import monotonic

import pytest

from infra.simulator import read_organisation
from tests.infra.crash.bot import Nursery
from tests.infra.crash.outside import empty_records
from tests.infra.crash.people import Again
from tests.infra.crash.points import kind
from tests.infra.crash.run import Ground, run, run_each, summary


@pytest.mark.slow
async def test_killed_at_any_commit_or_effect_the_loop_ends_with_nothing_lost_and_nothing_done_twice(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    began = monotonic()

    async with Nursery() as nursery:
        records = empty_records(tmp_path / "records.db")
        ground = Ground(nursery=nursery, records=records, organisation=read_organisation(), folder=tmp_path)
        clean = await run(ground, fatal=None, again=Again.SAME)
        runs = await run_each(ground, clean.passed)

    with capsys.disabled():
        print(f"\n{summary(clean, runs, took_s=monotonic() - began)}")
    assert (clean.wrongs, clean.duplicates) == ((), ())
    assert [f"{told.fatal} ({told.again}): {wrong}" for told in runs for wrong in told.wrongs] == []
    # Every kind of point was met, on both of its sides; single occurrences may fall into another commit in one run or the other.
    assert {kind(told.died_at) for told in runs if told.died_at} == {kind(point) for point in clean.passed}
