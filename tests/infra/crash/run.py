"""One story with one death in it, and all of them."""

import asyncio
import shutil
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from approvals.jobs.embedded import LEASE
from infra.serving import free_port, local_settings
from infra.simulator import Organisation, Simulator
from tests.infra.crash import outside
from tests.infra.crash.bot import Bot, Nursery
from tests.infra.crash.outside import Told
from tests.infra.crash.people import HELD_FOR, Again, People
from tests.infra.crash.points import kind

LANES = 3
_ATTEMPTS = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What one story came to. ``died_at`` is None where its point was not met: two works then fell into one commit, say."""

    fatal: str | None
    again: Again
    died_at: str | None
    passed: tuple[str, ...]
    duplicates: tuple[Told, ...]
    wrongs: tuple[str, ...]


@dataclass(kw_only=True)
class Ground:
    """What all stories share: the process that forks, records to begin from, the organisation, and a folder to be in."""

    nursery: Nursery
    records: Path
    organisation: Organisation
    folder: Path
    begun: int = field(default=0)

    def fresh_folder(self) -> Path:
        """A folder for one story, with its records."""
        self.begun += 1
        folder = self.folder / str(self.begun)
        folder.mkdir()
        shutil.copy(self.records, folder / "countersign.db")
        return folder


async def run(ground: Ground, *, fatal: str | None, again: Again) -> Run:
    """Tell the story once; the bot dies at ``fatal``."""
    folder = ground.fresh_folder()
    port = free_port()
    async with Simulator(ground.organisation, bot_url=f"http://127.0.0.1:{port}/api/messages", folder=folder) as sim:
        settings = local_settings(folder, sim, port=port)
        moments: list[datetime] = []
        doubt: set[Told] = set()

        def died() -> None:
            doubt.update(outside.in_doubt(settings.database, people))

        def back() -> None:
            doubt.intersection_update(outside.posted(people))
            moments.append(sim.clock.now())
            # What the dead one had claimed is free again when its lease has run out. Nobody waits for that here: the clock is moved.
            sim.advance(LEASE + timedelta(seconds=1))

        bot = Bot(ground.nursery, settings, fatal=fatal, heard=sim.events.touch, died=died, back=back)
        people = People(sim=sim, bot=bot, again=again)
        wrongs: list[str] = []
        passed: tuple[str, ...] = ()
        try:
            async with bot:
                await people.ask_and_get()
                moments.append(sim.clock.now() + HELD_FOR)
                sim.advance(HELD_FOR)
                await people.see(lambda: bot.is_well and outside.is_settled(settings.database), what="an end with nothing left to do")
                passed = tuple(bot.passed)
                wrongs += await outside.unfinished_screens(people)
                await people.see(lambda: bot.is_well and outside.is_settled(settings.database), what="nothing left to do after all that")
                wrongs += await outside.unaccounted(settings.database)
                wrongs += outside.wrongs(settings.database, people, passed=bot.passed, doubt=frozenset(doubt), not_before=moments)
        except (AssertionError, LookupError) as error:
            wrongs.append(f"{error}; {_left(settings.database)}")
        return Run(
            fatal=fatal,
            again=again,
            died_at=bot.died_at,
            passed=passed,
            duplicates=outside.duplicates(people),
            wrongs=tuple(wrongs),
        )


async def run_until_met(ground: Ground, *, fatal: str, again: Again) -> Run:
    """Tell it until its point is met, a few times at most: what falls into one commit is not the same every time."""
    for _ in range(_ATTEMPTS):
        told = await run(ground, fatal=fatal, again=again)
        if told.died_at or told.wrongs:
            break
    return told


async def run_each(ground: Ground, points: Iterable[str]) -> list[Run]:
    """A story for each point, a few at a time; what is repeated is repeated alternately as the same and anew."""
    lanes = asyncio.Semaphore(LANES)

    async def one(number: int, point: str) -> Run:
        async with lanes:
            return await run_until_met(ground, fatal=point, again=list(Again)[number % 2])

    return list(await asyncio.gather(*(one(number, point) for number, point in enumerate(points))))


def summary(clean: Run, runs: list[Run], *, took_s: float) -> str:
    """The closing line."""
    died = [told for told in runs if told.died_at]
    twice = Counter(kind(told.died_at) for told in died if told.died_at for _ in told.duplicates)
    where = "; ".join(f"{point} ×{times}" for point, times in sorted(twice.items()))
    kinds = set(map(kind, clean.passed))
    return (
        f"crash: {len(clean.passed)} points of {len(kinds)} kinds, {len(died)} deaths and restarts in {took_s:.0f} s, "
        f"{len(runs) - len(died)} points not met again; {twice.total()} messages seen twice ({where or 'none'}); "
        f"{sum(bool(told.wrongs) for told in runs)} stories went wrong"
    )


def _left(database: Path) -> str:
    state = outside.rows(database, "SELECT id, state, version FROM request")
    jobs = outside.rows(database, "SELECT kind, subject, attempts, error FROM job")
    return f"requests {state}, jobs {jobs}"
