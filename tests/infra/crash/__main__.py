"""``python -m tests.infra.crash [POINT …]``: the story with a death at each POINT; without any, the points."""

import asyncio
import sys
import tempfile
from pathlib import Path
from time import monotonic

from infra.simulator import read_organisation
from tests.infra.crash.bot import Nursery
from tests.infra.crash.outside import empty_records
from tests.infra.crash.people import Again
from tests.infra.crash.run import Ground, run


async def _main(points: list[str]) -> None:
    with tempfile.TemporaryDirectory(prefix="countersign-crash-") as folder:
        async with Nursery() as nursery:
            records = empty_records(Path(folder) / "records.db")
            ground = Ground(nursery=nursery, records=records, organisation=read_organisation(), folder=Path(folder))
            for point in points or [None]:
                for again in Again:
                    began = monotonic()
                    told = await run(ground, fatal=point, again=again)
                    print(*(told.passed if point is None else ()), sep="\n")
                    print(f"{point or 'no death'} ({again}): {monotonic() - began:.1f} s, died at {told.died_at}")
                    print(f"  seen twice {told.duplicates}; {list(told.wrongs) or 'nothing wrong'}")


asyncio.run(_main(sys.argv[1:]))
