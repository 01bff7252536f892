"""Whatever people, time, faults and crashes do: no access without an end, no access without a yes, nothing unaccounted for.

A random walk over everything that can happen at a desk, held against statements in other words than the code's. The worker here is the real
job engine with the shortest of loops; what it is given fails now and then. A seed names a walk, so what was found once is found again.
"""

import random
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import replace

import pytest
from sqlmodel import select

from approvals.change import EntitlementId, RequestId, State, Verdict
from approvals.errors import ConnectorError
from approvals.jobs.embedded import Job, Kind, claim, finish, postpone
from approvals.operations.audit import gaps
from approvals.operations.staleness import Seen
from approvals.store.tables import DecisionRow, RequestRow
from tests.approvals.northwind import ANA, CATALOG, JONAS, MARIA, TOM
from tests.approvals.story import Story, a_proposal
from tests.approvals.unreliable import Fault, Unreliable, forgets, loses_the_reply, refuses, shows_nothing, shows_the_old
from tests.builders import HOUR

_PEOPLE = (ANA, TOM, MARIA, JONAS)
_THINGS = (EntitlementId("billing-db-write"), EntitlementId("billing-db-read"))
_GROUPS = ("grp-billing-db-write", "grp-billing-db-read")
_CHANGES: tuple[Fault, ...] = (refuses, loses_the_reply, forgets)
_READINGS: tuple[Fault, ...] = (shows_nothing, shows_the_old)
_TRIES = 2
_STEPS = 60


class Walk:
    """One desk, a handful of people, two things to ask for, and a worker whose systems fail."""

    def __init__(self, story: Story, seed: int) -> None:
        self.story = story
        self.chance = random.Random(seed)  # noqa: S311 — a seed names a walk; nothing secret comes of it
        self.system = Unreliable(story.desk.connectors["local"])
        story.desk = replace(story.desk, connectors={"local": self.system})
        self.elsewhere: set[tuple[str, str]] = set()
        self.leases = 0
        self.ways: dict[Callable[[], Awaitable[object]], int] = {
            self.asks: 3,
            self.is_allowed: 6,
            self.works: 10,
            self.decides: 2,
            self.withdraws: 1,
            self.ends: 2,
            self.all_is_ended: 1,
            self.leaves: 1,
            self.everybody_is_back: 1,
            self.time_passes: 2,
            self.is_given_from_elsewhere: 1,
        }

    async def step(self) -> None:
        """One thing happens, by chance."""
        (way,) = self.chance.choices([*self.ways], weights=[*self.ways.values()])
        await way()

    # What happens.

    async def asks(self) -> None:
        who, thing, hours = self.chance.choice(_PEOPLE), self.chance.choice(_THINGS), self.chance.choice([1, 4, 4, 9])
        await self.story.submits(a_proposal(requester=who, beneficiary=who, entitlement=thing, duration=hours * HOUR))

    async def is_allowed(self) -> None:
        """Whoever is asked says yes, perhaps for less."""
        for row in await self.rows(State.WAITING):
            (approver,) = row.stages[0]["approvers"]
            await self.story.approves(_id(row), approver, duration=self.chance.choice([None, HOUR]))

    async def decides(self) -> None:
        """Anybody says anything, on any card of any request."""
        for row in await self.any_of(await self.rows()):
            by, seen = self.chance.choice(_PEOPLE), self.chance.choice([None, Seen(version=1, fits=lambda _terms: True)])
            if self.chance.random() < 0.2:
                await self.story.denies(_id(row), by, seen=seen)
            else:
                await self.story.approves(_id(row), by, duration=self.chance.choice([None, HOUR, 5 * HOUR]), seen=seen)

    async def withdraws(self) -> None:
        for row in await self.any_of(await self.rows()):
            await self.story.withdraws(_id(row), self.chance.choice(_PEOPLE))

    async def ends(self) -> None:
        for row in await self.any_of(await self.rows()):
            await self.story.ends(_id(row), self.chance.choice(_PEOPLE))

    async def all_is_ended(self) -> None:
        for row in await self.rows(State.GRANTED):
            await self.story.ends(_id(row), MARIA)

    async def leaves(self) -> None:
        await self.story.leaves(self.chance.choice(_PEOPLE))

    async def everybody_is_back(self) -> None:
        for who in _PEOPLE:
            await self.story.returns(who)

    async def time_passes(self) -> None:
        self.story.clock.advance(self.chance.choice([1, 2, 5, 30]) * HOUR)
        await self.story.sweeps()

    async def is_given_from_elsewhere(self) -> None:
        """Somebody is put into a group by other means; not while it is being taken from them, which would never be confirmed."""
        group, who = self.chance.choice(_GROUPS), self.chance.choice(_PEOPLE)
        removed = [row for row in await self.rows() if row.state in (State.ENDING, State.FAILED)]
        if (group, who) not in await self.story.members() and (group, who) not in [(row.target, row.beneficiary) for row in removed]:
            await self.story.is_given(group, who)
            self.elsewhere.add((group, who))

    async def works(self) -> None:
        """The worker does one job, and half the time something befalls it: a fault of the system, or its own death before it is noted."""
        self.system.faults = self.chance.choice(
            [{}, {}, {}, *({"apply": [fault], "revert": [fault]} for fault in _CHANGES), *({"read_back": [fault]} for fault in _READINGS)]
        )
        await self.work_once(is_killed=self.chance.random() < 0.1)

    # What must hold after each step.

    async def check(self) -> None:
        rows, jobs = await self.rows(), await self.story.jobs()
        decisions = await self.story.desk.store.read(lambda tx: list(tx.exec(select(DecisionRow))))
        will_lose_it = {
            (row.target, row.beneficiary)
            for row in rows
            if (row.state is State.GRANTED and row.ends_at is not None)
            or (row.state is State.APPROVED and (Kind.GRANT, row.id) in jobs)
            or (row.state in (State.ENDING, State.FAILED) and (Kind.REVOKE, row.id) in jobs)
        }
        still_open = Counter((row.beneficiary, row.entitlement) for row in rows if not row.state.is_final)

        assert {*await self.story.members()} - self.elsewhere - will_lose_it == set(), "somebody has access for ever"
        assert [pair for pair, times in still_open.items() if times > 1] == []
        assert [row.id for row in rows if row.granted_at and not _is_what_another_person_allowed(row, decisions)] == []

    async def come_to_an_end(self) -> None:
        """With everything working again, time passes until nothing is left to do."""
        self.system.faults = {}
        for _ in range(_STEPS):
            self.story.clock.advance(900 * HOUR)
            await self.story.sweeps()
            await self.work_once(is_killed=False)

    # By what means.

    async def rows(self, state: State | None = None) -> list[RequestRow]:
        everything = await self.story.desk.store.read(lambda tx: list(tx.exec(select(RequestRow).order_by(RequestRow.id))))  # type: ignore[arg-type]
        return [row for row in everything if state in (None, row.state)]

    async def any_of(self, rows: list[RequestRow]) -> list[RequestRow]:
        """One of the latest three, if there is any."""
        return [self.chance.choice(rows[-3:])] if rows else []

    async def work_once(self, *, is_killed: bool) -> bool:
        """Do one job as the worker does; killed, its lease is left to run out. Whether there was one that matters here."""
        job = await self.claim()
        while job is not None and job.kind not in (Kind.GRANT, Kind.REVOKE):
            await self.finish(job)
            job = await self.claim()
        if job is None:
            return False
        try:
            await (self.story.executes if job.kind is Kind.GRANT else self.story.revokes)(RequestId(job.subject))
        except ConnectorError as error:
            await self.postpone(job, why=str(error))
            return True
        if not is_killed:
            await self.finish(job)
        return True

    async def claim(self) -> Job | None:
        self.leases += 1
        lease, now = f"lease-{self.leases}", self.story.clock()
        claimed = await self.story.desk.store.write(lambda tx: claim(tx, lease=lease, now=now, most=1))
        return claimed[0] if claimed else None

    async def finish(self, job: Job) -> None:
        await self.story.desk.store.write(lambda tx: finish(tx, job))

    async def postpone(self, job: Job, *, why: str) -> None:
        if job.kind is Kind.GRANT and job.attempts >= _TRIES:
            await self.story.gives_up(RequestId(job.subject), why=why)
            await self.finish(job)
            return
        now = self.story.clock()
        await self.story.desk.store.write(lambda tx: postpone(tx, job, until=now, error=why))


@pytest.mark.parametrize("seed", range(12))
async def test_whatever_happens_access_was_allowed_is_bounded_and_is_accounted_for(story: Story, seed: int) -> None:
    walk = Walk(story, seed)
    for _ in range(_STEPS):
        await walk.step()
        await walk.check()

    await walk.come_to_an_end()

    assert {*await story.members()} == walk.elsewhere
    assert [row.state for row in await walk.rows() if not row.state.is_final] == []
    assert await story.desk.store.read(lambda tx: [*gaps(tx)]) == []


def _is_what_another_person_allowed(row: RequestRow, decisions: list[DecisionRow]) -> bool:
    words = [one for one in decisions if one.request == row.id]
    offer = CATALOG.find(EntitlementId(row.entitlement))
    if len(words) != 1 or offer is None or row.ends_at is None or row.granted_at is None:
        return False
    (yes,) = words
    is_by_another = yes.verdict is Verdict.APPROVE and yes.approver in (MARIA, JONAS) and yes.approver != row.beneficiary
    return is_by_another and row.ends_at - row.granted_at == yes.duration and row.duration <= row.asked_duration <= offer.max_duration


def _id(row: RequestRow) -> RequestId:
    return RequestId(row.id or 0)
