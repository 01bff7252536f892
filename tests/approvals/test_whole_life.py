"""Whatever people, time, faults and crashes do: no access without an end, no access without a yes, nothing unaccounted for.

A stateful test against statements that are written in other words than the code's. The worker here is the real job engine with the
shortest of loops; what it is given fails now and then.
"""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule
from sqlmodel import select

from approvals.change import EntitlementId, PersonId, RequestId, State, Verdict
from approvals.connectors.local import LocalDirectory
from approvals.errors import ConnectorError
from approvals.jobs.embedded import Job, Kind, claim, finish, postpone
from approvals.operations.audit import gaps
from approvals.operations.desk import Desk
from approvals.operations.staleness import Seen
from approvals.policy import policy_for
from approvals.store.sqlite import Store
from approvals.store.tables import DecisionRow, RequestRow
from tests.approvals.northwind import ANA, CATALOG, JONAS, MARIA, TOM
from tests.approvals.story import Clock, Story, a_proposal
from tests.approvals.unreliable import Fault, Unreliable, forgets, loses_the_reply, refuses, shows_nothing, shows_the_old
from tests.builders import HOUR

T = TypeVar("T")

_SOMEBODY = st.sampled_from([ANA, TOM, MARIA, JONAS])
_THINGS = st.sampled_from([EntitlementId("billing-db-write"), EntitlementId("billing-db-read")])
_PLACE = st.integers(0, 5)
_HOURS = st.sampled_from([1, 4, 9])
_FAULTS: tuple[dict[str, list[Fault]], ...] = (
    {},
    *({method: [fault]} for method in ("apply", "revert") for fault in (refuses, loses_the_reply, forgets)),
    *({"read_back": [fault]} for fault in (shows_nothing, shows_the_old)),
)
_TRIES = 2


class WholeLife(RuleBasedStateMachine):
    """One desk, a handful of people, two things to ask for, and a worker whose systems fail."""

    template: Path
    """A database with the people in it, to copy."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = Path(tempfile.mkdtemp())
        self.elsewhere: set[tuple[str, str]] = set()
        self.leases = 0
        self.run(self._open())

    async def _open(self) -> None:
        path = Path(shutil.copyfile(self.template, self.folder / "countersign.db"))
        store, clock = Store(path), Clock()
        self.system = Unreliable(LocalDirectory(store, now=clock))
        connectors = {"local": self.system}
        desk = Desk(store=store, catalog=CATALOG, policy=policy_for(CATALOG), connectors=connectors, now=clock, url="")
        self.story = Story(desk, clock)

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self.runner.run(work)

    # What happens.

    @rule(who=_SOMEBODY, thing=_THINGS, hours=_HOURS)
    def submits(self, who: PersonId, thing: EntitlementId, hours: int) -> None:
        self.run(self.story.submits(a_proposal(requester=who, beneficiary=who, entitlement=thing, duration=hours * HOUR)))

    @rule(place=_PLACE, by=_SOMEBODY, hours=st.none() | _HOURS, is_old=st.booleans())
    def approves(self, place: int, by: PersonId, hours: int | None, is_old: bool) -> None:
        for request in self._at(place):
            seen = Seen(version=1, fits=lambda _terms: True) if is_old else None
            self.run(self.story.approves(request, by, duration=hours * HOUR if hours else None, seen=seen))

    @rule(who=st.sampled_from([ANA, TOM]), thing=_THINGS)
    def asks_and_is_allowed(self, who: PersonId, thing: EntitlementId) -> None:
        outcome = self.run(self.story.submits(a_proposal(requester=who, beneficiary=who, entitlement=thing)))
        if outcome.request is not None:
            self.run(self.story.approves(outcome.request, MARIA))

    @rule(place=_PLACE, by=_SOMEBODY)
    def denies(self, place: int, by: PersonId) -> None:
        for request in self._at(place):
            self.run(self.story.denies(request, by))

    @rule(place=_PLACE, by=_SOMEBODY)
    def withdraws(self, place: int, by: PersonId) -> None:
        for request in self._at(place):
            self.run(self.story.withdraws(request, by))

    @rule(place=_PLACE, by=_SOMEBODY)
    def ends(self, place: int, by: PersonId) -> None:
        for request in self._at(place):
            self.run(self.story.ends(request, by))

    @rule(by=st.sampled_from([ANA, TOM, MARIA]))
    def ends_all_that_is_theirs_to_end(self, by: PersonId) -> None:
        for row in self._rows():
            if row.state is State.GRANTED:
                self.run(self.story.ends(RequestId(row.id or 0), by))

    @rule(who=_SOMEBODY)
    def leaves(self, who: PersonId) -> None:
        self.run(self.story.leaves(who))

    @rule()
    def everybody_is_back(self) -> None:
        for who in (ANA, TOM, MARIA, JONAS):
            self.run(self.story.returns(who))

    @rule(hours=st.sampled_from([1, 2, 5, 30]))
    def time_passes(self, hours: int) -> None:
        self.story.clock.advance(hours * HOUR)
        self.run(self.story.sweeps())

    @rule(who=_SOMEBODY, group=st.sampled_from(["grp-billing-db-write", "grp-billing-db-read"]))
    def is_given_from_elsewhere(self, who: PersonId, group: str) -> None:
        if (group, who) not in self.run(self.story.members()):
            self.run(self.story.is_given(group, who))
            self.elsewhere.add((group, who))

    @precondition(lambda self: self.run(self.story.jobs()))
    @rule(faults=st.sampled_from(_FAULTS), is_killed=st.booleans())
    def works(self, faults: dict[str, list[Fault]], is_killed: bool) -> None:
        self.system.faults = {method: [*turns] for method, turns in faults.items()}
        self.run(self._work_once(is_killed=is_killed))

    # What must hold after each step.

    @invariant()
    def whoever_has_access_will_lose_it(self) -> None:
        jobs = self.run(self.story.jobs())
        kept = {
            (row.target, row.beneficiary)
            for row in self._rows()
            if (row.state is State.GRANTED and row.ends_at is not None)
            or (row.state is State.APPROVED and (Kind.GRANT, row.id) in jobs)
            or (row.state in (State.ENDING, State.FAILED) and (Kind.REVOKE, row.id) in jobs)
        }

        assert {*self.run(self.story.members())} - self.elsewhere - kept == set()

    @invariant()
    def access_is_what_another_person_allowed_and_no_longer(self) -> None:
        decisions = self.run(self.story.desk.store.read(lambda tx: list(tx.exec(select(DecisionRow)))))
        for row in self._rows():
            if row.granted_at is None or row.ends_at is None:
                continue
            (yes,) = [one for one in decisions if one.request == row.id]
            offer = CATALOG.find(EntitlementId(row.entitlement))
            assert (yes.verdict, yes.approver != row.beneficiary, yes.approver in (MARIA, JONAS)) == (Verdict.APPROVE, True, True)
            assert offer is not None
            assert row.ends_at - row.granted_at == yes.duration
            assert row.duration <= row.asked_duration <= offer.max_duration

    @invariant()
    def one_thing_is_open_once(self) -> None:
        still_open = Counter((row.beneficiary, row.entitlement) for row in self._rows() if not row.state.is_final)

        assert [pair for pair, times in still_open.items() if times > 1] == []

    def teardown(self) -> None:
        """In the end, with everything working again, the directory is as though nothing had been asked for, and nothing is left to do."""
        try:
            self.system.faults = {}
            for _ in range(3):
                self.story.clock.advance(900 * HOUR)
                while self.run(self.story.sweeps()) or self.run(self._work_once(is_killed=False)):
                    pass
            assert {*self.run(self.story.members())} == self.elsewhere
            assert self.run(self.story.desk.store.read(lambda tx: [*gaps(tx)])) == []
            assert [row.state for row in self._rows() if not row.state.is_final] == []
        finally:
            self.run(self.story.desk.store.close())
            self.runner.close()
            shutil.rmtree(self.folder)

    def _rows(self) -> list[RequestRow]:
        return self.run(self.story.desk.store.read(lambda tx: list(tx.exec(select(RequestRow)))))

    def _at(self, place: int) -> list[RequestId]:
        return [RequestId(row.id or 0) for row in self._rows()[place : place + 1]]

    async def _work_once(self, *, is_killed: bool) -> bool:
        """Do one job as the worker does; killed, its lease is left to run out. Whether there was one that matters here."""
        job = await self._claim()
        while job is not None and job.kind not in (Kind.GRANT, Kind.REVOKE):
            await self._finish(job)
            job = await self._claim()
        if job is None:
            return False
        try:
            await self._do(job)
        except ConnectorError as error:
            await self._postpone(job, why=str(error))
            return True
        if not is_killed:
            await self._finish(job)
        return True

    async def _claim(self) -> Job | None:
        self.leases += 1
        lease, now = f"lease-{self.leases}", self.story.clock()
        claimed = await self.story.desk.store.write(lambda tx: claim(tx, lease=lease, now=now, most=1))
        return claimed[0] if claimed else None

    async def _finish(self, job: Job) -> None:
        await self.story.desk.store.write(lambda tx: finish(tx, job))

    async def _do(self, job: Job) -> None:
        if job.kind is Kind.GRANT:
            await self.story.executes(RequestId(job.subject))
        if job.kind is Kind.REVOKE:
            await self.story.revokes(RequestId(job.subject))

    async def _postpone(self, job: Job, *, why: str) -> None:
        store, now = self.story.desk.store, self.story.clock()
        if job.kind is Kind.GRANT and job.attempts >= _TRIES:
            await self.story.gives_up(RequestId(job.subject), why=why)
            await self._finish(job)
            return
        await store.write(lambda tx: postpone(tx, job, until=now, error=why))


class TestWholeLife(WholeLife.TestCase):  # type: ignore[misc,valid-type]
    settings = settings(max_examples=10, stateful_step_count=30, deadline=None)

    @pytest.fixture(autouse=True)
    def _start_with_the_people(self, peopled: Path) -> None:
        WholeLife.template = peopled
