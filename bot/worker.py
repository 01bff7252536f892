"""The worker: what is due is done, what fails is tried again later. The only retry loop of the product.

It sleeps until something is committed, and looks at the clock four times a second for timers that came due by themselves.
"""

import asyncio
import logging
import random
from collections.abc import Awaitable, Callable
from datetime import datetime, timedelta
from uuid import uuid4

from approvals.change import RequestId
from approvals.errors import AuditUnavailableError, ConnectorError, CountersignError, HeldBackError, PublishError
from approvals.jobs import embedded as jobs
from approvals.jobs.embedded import Job, Kind
from approvals.operations.desk import Desk
from approvals.operations.due import forget, is_anything_due, sweep
from approvals.operations.execute import execute, give_up
from approvals.operations.revoke import linger, revoke
from bot.delivery import Delivery
from bot.publishing.publisher import Publisher
from bot.teams.errors import SendError, Throttled, may_be_there

log = logging.getLogger("bot.worker")

_LOOK_EVERY_S = 0.25
_KEEP_EVERY = jobs.LEASE / 3
_TIDY_EVERY = timedelta(hours=1)
_AT_ONCE = 16
"""How many jobs run at the same time: a bulkhead between a slow dependency and everything else."""
GRANT_TRIES = 12
"""After so many refusals by the system behind a connector (an hour or so) a request has failed. A removal is never given up."""
LINGER_TRIES = 7
"""After so many failed removals (about a minute) people are told that the access is not gone."""
HELD_BACK_TRIES = 3
"""Where the system is left alone, a try is half a minute: people are told as early as they would be otherwise."""
_SEND_TRIES = 30
SENDS = 4
"""So often is one thing sent of which it is not known whether it arrived: once, and three times more, over any number of restarts."""
_AGAIN_AFTER = (timedelta(seconds=1), timedelta(seconds=3), timedelta(minutes=15))
"""How long to wait before each of the three: the last one is to come when what was wrong is over."""
_SPREAD_S = 5


class Worker:
    """Runs jobs until it is stopped. Any number may run on one database: claims are leased."""

    def __init__(self, *, desk: Desk, delivery: Delivery, publisher: Publisher) -> None:
        self._desk = desk
        self._name = uuid4().hex[:12]
        self._claims = 0
        self._running: dict[Job, asyncio.Task[None]] = {}
        self._kept_at = self._tidied_at = desk.now()
        self._wake = asyncio.Event()
        self._do: dict[Kind, Callable[[Job], Awaitable[None]]] = {
            Kind.GRANT: lambda job: execute(RequestId(job.subject), desk=desk),
            Kind.REVOKE: lambda job: revoke(RequestId(job.subject), desk=desk),
            Kind.REDRAW: lambda job: delivery.redraw(RequestId(job.subject), may_post=job.unsure <= SENDS),
            Kind.SEND: lambda job: delivery.send(job.subject, may_post=job.unsure <= SENDS),
            Kind.PUBLISH: lambda job: publisher.publish(job.subject),
        }
        self._give_up: dict[Kind, Callable[[int, str], Awaitable[None]]] = {
            Kind.GRANT: lambda subject, why: desk.store.write(lambda tx: give_up(tx, RequestId(subject), why=why, desk=desk)),
            Kind.REDRAW: lambda subject, why: delivery.give_up_redrawing(RequestId(subject), why=why),
            Kind.SEND: lambda subject, why: delivery.give_up_sending(subject, why=why),
        }
        desk.store.when_committed(self._wake.set)

    async def run(self) -> None:
        """Work until cancelled; then let what has begun come to its end."""
        try:
            while True:
                self._wake.clear()
                if not await self._step():
                    await self._rest()
        finally:
            if self._running:
                await asyncio.wait(self._running.values(), timeout=10)

    async def _rest(self) -> None:
        try:
            async with asyncio.timeout(_LOOK_EVERY_S):
                await self._wake.wait()
        except TimeoutError:
            return

    async def _step(self) -> bool:
        """Sweep and claim once; whether there may be more to do at once."""
        try:
            await self._keep()
            await self._tidy()
            swept = await self._sweep()
            room = _AT_ONCE - len(self._running)
            claimed = await self._claim(room) if room > 0 else ()
        except CountersignError as error:
            # The database is away: nothing may happen without evidence, so nothing does, until it is back.
            log.warning("nothing can be done: %s", error)
            await asyncio.sleep(1)
            return False
        for job in claimed:
            self._running[job] = asyncio.create_task(self._run(job))
        return bool(swept or claimed)

    async def _keep(self) -> None:
        """Hold the leases of what is still running, however long it takes: nobody else may start it meanwhile."""
        desk, now = self._desk, self._desk.now()
        if abs(now - self._kept_at) < _KEEP_EVERY:
            return
        self._kept_at, running = now, tuple(self._running)
        if running:
            await desk.store.write(lambda tx: jobs.keep(tx, *running, now=now))

    async def _tidy(self) -> None:
        """Forget old marks once an hour, a small lot at a time: decisions do not wait long behind it."""
        desk, now = self._desk, self._desk.now()
        if abs(now - self._tidied_at) >= _TIDY_EVERY and not await desk.store.write(lambda tx: forget(tx, desk=desk)):
            self._tidied_at = now

    async def _sweep(self) -> int:
        desk = self._desk
        if not await desk.store.read(lambda tx: is_anything_due(tx, now=desk.now())):
            return 0
        return await desk.store.write(lambda tx: sweep(tx, desk=desk))

    async def _claim(self, room: int) -> tuple[Job, ...]:
        self._claims += 1
        lease, running = f"{self._name}/{self._claims}", tuple(job.id for job in self._running)
        now = self._desk.now()
        if not await self._desk.store.read(lambda tx: jobs.is_any_due(tx, now=now, running=running)):
            return ()
        return await self._desk.store.write(lambda tx: jobs.claim(tx, lease=lease, now=now, most=room, running=running))

    async def _run(self, job: Job) -> None:
        try:
            await self._do[job.kind](job)
            await self._desk.store.write(lambda tx: jobs.finish(tx, job))
        except (AuditUnavailableError, ConnectorError, PublishError, SendError) as error:
            await self._postpone(job, error)
        except Exception as error:
            # A mistake of ours in one job must not stop the others: it is logged, kept with the job and tried again, less and less often.
            log.exception("job %s of %s failed", job.kind, job.subject)
            await self._postpone(job, error)
        finally:
            self._running.pop(job, None)
            self._wake.set()

    async def _postpone(self, job: Job, error: Exception) -> None:
        desk = self._desk
        log.warning("%s of %s, attempt %d: %s", job.kind, job.subject, job.attempts, error)
        try:
            # That the records are down says nothing about the job itself: it is not given up for that.
            if self._is_hopeless(job) and not isinstance(error, AuditUnavailableError):
                await self._give_up[job.kind](job.subject, str(error))
                await desk.store.write(lambda tx: jobs.finish(tx, job))
                return
            if _lingers(job, error):
                request, attempts, why = RequestId(job.subject), job.attempts, str(error)
                await desk.store.write(lambda tx: linger(tx, request, attempts=attempts, why=why, desk=desk))
            until = desk.now() + _delay(job, error, now=desk.now())
            await desk.store.write(lambda tx: jobs.postpone(tx, job, until=until, error=str(error), is_unsure=may_be_there(error)))
        except CountersignError as lost:
            # Its lease runs out by itself, and then it is claimed again.
            log.warning("%s of %s could not be postponed: %s", job.kind, job.subject, lost)

    @staticmethod
    def _is_hopeless(job: Job) -> bool:
        if job.kind is Kind.GRANT:
            return job.attempts >= GRANT_TRIES
        return job.kind in (Kind.SEND, Kind.REDRAW) and job.attempts >= _SEND_TRIES


def _lingers(job: Job, error: Exception) -> bool:
    """Whether a removal has failed for about a minute."""
    tries = HELD_BACK_TRIES if isinstance(error, HeldBackError) else LINGER_TRIES
    return job.kind is Kind.REVOKE and job.attempts >= tries


def _delay(job: Job, error: Exception, *, now: datetime) -> timedelta:
    if isinstance(error, Throttled):
        return error.retry_after
    if isinstance(error, HeldBackError) and job.kind is Kind.REVOKE:
        # No backoff beside the breaker's: a removal goes on as soon as the system answers anybody.
        return max(error.until - now, timedelta()) + timedelta(seconds=random.uniform(0, _SPREAD_S))  # noqa: S311 — as below
    if job.kind in (Kind.SEND, Kind.REDRAW) and isinstance(error, SendError) and may_be_there(error):
        return _AGAIN_AFTER[min(job.unsure, len(_AGAIN_AFTER)) - 1]
    delay = jobs.backoff(job.attempts, jitter=random.uniform(0.5, 1.0))  # noqa: S311 — spreads retries, guards nothing
    return max(delay, error.until - now) if isinstance(error, HeldBackError) else delay
