"""What the worker does beside its jobs: it holds the leases of those that take long, and forgets old marks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from datetime import timedelta
from typing import cast

from sqlalchemy import func
from sqlmodel import select

from approvals.jobs.embedded import LEASE, Job, Kind, ask_for, claim
from approvals.operations.desk import Desk
from approvals.operations.due import forget
from approvals.store.sqlite import Tx
from approvals.store.tables import InboxRow
from bot.counter import Counter
from bot.delivery import Delivery
from bot.publishing.publisher import Publisher
from bot.teams.sender import Sender
from bot.worker import Worker
from tests.approvals.story import Clock
from tests.builders import NOON


class Slow(Worker):
    """A worker whose removals take as long as a test wants."""

    def __init__(self, *, desk: Desk) -> None:
        # Nothing is drawn or sent here.
        delivery = Delivery(counter=cast(Counter, None), sender=cast(Sender, None), tenant="", service_url="")
        super().__init__(desk=desk, delivery=delivery, publisher=Publisher(desk=desk, outlets={}))
        self.begun: asyncio.Queue[int] = asyncio.Queue()
        self.let_go = asyncio.Event()

        async def remove(job: Job) -> None:
            self.begun.put_nowait(job.subject)
            await self.let_go.wait()

        self._do[Kind.REVOKE] = remove


@asynccontextmanager
async def at_work(worker: Worker) -> AsyncIterator[None]:
    working = asyncio.create_task(worker.run())
    try:
        yield
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working


async def marks(desk: Desk) -> int:
    return await desk.store.read(lambda tx: tx.exec(select(func.count()).select_from(InboxRow)).one())


async def until(is_so: Callable[[int], bool], desk: Desk) -> None:
    for _ in range(200):
        if is_so(await marks(desk)):
            return
        await asyncio.sleep(0.1)
    raise AssertionError(f"{await marks(desk)} marks after twenty seconds")


def remember(tx: Tx, *, count: int, age: timedelta) -> None:
    tx.add_all(InboxRow(conversation=f"a:{age}", activity=str(number), at=NOON - age) for number in range(count))


async def test_a_job_that_takes_long_is_not_started_by_another_worker(desk: Desk, clock: Clock) -> None:
    worker = Slow(desk=desk)
    await desk.store.write(lambda tx: ask_for(tx, (Kind.REVOKE, 7), now=clock()))
    taken: list[Job] = []
    async with at_work(worker):
        await worker.begun.get()
        for _ in range(8):
            clock.advance(LEASE / 2)
            await asyncio.sleep(0.6)  # the worker looks at the clock four times a second
            taken += await desk.store.write(lambda tx: claim(tx, lease="other", now=clock(), most=10))
        worker.let_go.set()

    assert (taken, worker.begun.qsize()) == ([], 0)


async def test_marks_of_a_week_ago_are_forgotten_once_an_hour_and_younger_ones_kept(desk: Desk, clock: Clock) -> None:
    await desk.store.write(lambda tx: remember(tx, count=2_500, age=timedelta(days=8)))
    await desk.store.write(lambda tx: remember(tx, count=10, age=timedelta(days=6)))
    async with at_work(Slow(desk=desk)):
        await asyncio.sleep(0.6)
        early = await marks(desk)
        clock.advance(timedelta(hours=1))
        await until(lambda left: left == 10, desk)

    assert early == 2_510


async def test_one_lot_of_forgetting_is_small(desk: Desk) -> None:
    await desk.store.write(lambda tx: remember(tx, count=1_200, age=timedelta(days=8)))

    lots = [await desk.store.write(lambda tx: forget(tx, desk=desk)) for _ in range(3)]

    assert lots == [1_000, 200, 0]
