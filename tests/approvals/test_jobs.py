"""The job engine: at least once, never lost, never by two at a time, and no slower for what waits."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlmodel import select

from approvals.jobs.embedded import LEASE, Job, Kind, ask_for, backoff, claim, finish, is_any_due, keep, postpone, waiting
from approvals.store.sqlite import Store, Tx
from approvals.store.tables import JobRow
from tests.builders import NOON

GRANT_7 = (Kind.GRANT, 7)


class TestEngine:
    """What any job engine does. A second engine passes this class too."""

    async def ask(self, store: Store, *jobs: tuple[Kind, int], after: timedelta = timedelta()) -> None:
        await store.write(lambda tx: ask_for(tx, *jobs, now=NOON + after))

    async def claim(
        self, store: Store, lease: str = "one", *, after: timedelta = timedelta(), most: int = 10, running: tuple[int, ...] = ()
    ) -> tuple[Job, ...]:
        return await store.write(lambda tx: claim(tx, lease=lease, now=NOON + after, most=most, running=running))

    async def left(self, store: Store) -> int:
        return await store.read(waiting)

    async def test_what_is_asked_for_is_claimed_once(self, store: Store) -> None:
        await self.ask(store, GRANT_7)

        first, second = await self.claim(store), await self.claim(store, "two")

        assert first == (Job(id=1, kind=Kind.GRANT, subject=7, attempts=1, wanted=1, lease="one"),)
        assert second == ()

    async def test_the_oldest_is_claimed_first_and_no_more_than_there_is_room_for(self, store: Store) -> None:
        await self.ask(store, (Kind.SEND, 3), after=timedelta(seconds=2))
        await self.ask(store, (Kind.SEND, 1), (Kind.SEND, 2))

        claimed = await self.claim(store, after=timedelta(seconds=3), most=2)

        assert [job.subject for job in claimed] == [1, 2]

    async def test_work_for_one_thing_is_one_job(self, store: Store) -> None:
        await self.ask(store, GRANT_7, GRANT_7)
        await self.ask(store, GRANT_7)
        await self.ask(store, (Kind.REVOKE, 7), (Kind.GRANT, 8))

        claimed = await self.claim(store)

        assert [(job.kind, job.subject, job.wanted) for job in claimed] == [(Kind.GRANT, 7, 3), (Kind.REVOKE, 7, 1), (Kind.GRANT, 8, 1)]

    async def test_asking_for_nothing_is_nothing(self, store: Store) -> None:
        await self.ask(store)

        assert await self.left(store) == 0

    async def test_what_is_rolled_back_was_never_asked_for(self, store: Store) -> None:
        def ask_and_fail(tx: Tx) -> None:
            ask_for(tx, GRANT_7, now=NOON)
            raise ValueError("a mistake")

        with pytest.raises(ValueError, match="a mistake"):
            await store.write(ask_and_fail)

        assert await self.left(store) == 0

    async def test_a_finished_job_is_gone(self, store: Store) -> None:
        await self.ask(store, GRANT_7)
        (job,) = await self.claim(store)

        await store.write(lambda tx: finish(tx, job))

        assert await self.left(store) == 0

    async def test_a_job_asked_for_while_it_runs_runs_once_more(self, store: Store) -> None:
        await self.ask(store, GRANT_7)
        (job,) = await self.claim(store)
        await self.ask(store, GRANT_7, after=timedelta(seconds=1))

        assert await self.claim(store, "two", after=timedelta(seconds=2)) == ()

        await store.write(lambda tx: finish(tx, job))
        (again,) = await self.claim(store, "two", after=timedelta(seconds=2))
        await store.write(lambda tx: finish(tx, again))

        assert again == Job(id=job.id, kind=Kind.GRANT, subject=7, attempts=1, wanted=2, lease="two")
        assert await self.left(store) == 0

    async def test_a_dead_workers_job_is_taken_over_when_its_lease_has_run_out(self, store: Store) -> None:
        await self.ask(store, GRANT_7)
        await self.claim(store, "dead")

        early = await self.claim(store, "two", after=LEASE)
        (taken,) = await self.claim(store, "two", after=LEASE + timedelta(microseconds=1))

        assert early == ()
        assert taken == Job(id=1, kind=Kind.GRANT, subject=7, attempts=2, wanted=1, lease="two", unsure=2)

    async def test_a_job_whose_worker_is_still_at_it_is_not_taken_over(self, store: Store) -> None:
        await self.ask(store, GRANT_7)
        (job,) = await self.claim(store, "slow")

        await store.write(lambda tx: keep(tx, job, now=NOON + LEASE / 2))

        assert await self.claim(store, "two", after=LEASE * 1.5) == ()
        assert [each.id for each in await self.claim(store, "two", after=LEASE * 1.5 + timedelta(microseconds=1))] == [job.id]

    async def test_a_worker_that_lost_its_lease_cannot_keep_it(self, store: Store) -> None:
        await self.ask(store, GRANT_7)
        (lost,) = await self.claim(store, "slow")
        await self.claim(store, "two", after=2 * LEASE)

        await store.write(lambda tx: keep(tx, lost, now=NOON + 9 * LEASE))

        assert [job.lease for job in await self.claim(store, "three", after=4 * LEASE)] == ["three"]

    async def test_a_worker_that_lost_its_lease_neither_finishes_nor_postpones(self, store: Store) -> None:
        await self.ask(store, GRANT_7)
        (lost,) = await self.claim(store, "slow")
        (taken,) = await self.claim(store, "two", after=2 * LEASE)

        await store.write(lambda tx: finish(tx, lost))
        await store.write(lambda tx: postpone(tx, lost, until=NOON, error="too late"))

        assert await self.claim(store, "three", after=2 * LEASE) == ()
        assert await self.left(store) == 1

        await store.write(lambda tx: finish(tx, taken))

        assert await self.left(store) == 0

    async def test_a_job_that_the_caller_is_still_at_is_not_started_twice(self, store: Store) -> None:
        await self.ask(store, GRANT_7)
        (mine,) = await self.claim(store)

        jumped = 10 * LEASE

        assert await self.claim(store, after=jumped, running=(mine.id,)) == ()
        assert [job.id for job in await self.claim(store, after=jumped)] == [mine.id]

    async def test_a_postponed_job_waits_for_its_time_and_keeps_what_was_wrong(self, store: Store) -> None:
        await self.ask(store, GRANT_7)
        (job,) = await self.claim(store)
        await store.write(lambda tx: postpone(tx, job, until=NOON + timedelta(seconds=5), error="no answer" + "!" * 600))

        early = await self.claim(store, "two", after=timedelta(seconds=4))
        kept = await store.read(lambda tx: tx.exec(select(JobRow.error)).one())
        (again,) = await self.claim(store, "two", after=timedelta(seconds=5))

        assert early == ()
        assert kept == "no answer" + "!" * 491
        assert again == Job(id=job.id, kind=Kind.GRANT, subject=7, attempts=2, wanted=1, lease="two", unsure=2)

    async def test_an_attempt_counts_as_unsure_from_its_claim_until_it_is_known_to_have_done_nothing(self, store: Store) -> None:
        await self.ask(store, GRANT_7)
        counted = []
        for place, is_unsure in enumerate((True, False, False, True, None)):
            (job,) = await self.claim(store, after=place * 2 * LEASE)
            counted.append(job.unsure)
            if is_unsure is not None:
                await store.write(lambda tx, job=job, so=is_unsure: postpone(tx, job, until=NOON, error="no", is_unsure=so))  # type: ignore[misc]
        await self.ask(store, GRANT_7)
        await store.write(lambda tx: finish(tx, job))
        (afresh,) = await self.claim(store, "two")

        # Claimed again after it had been done: nothing of what was unsure before is left.
        assert (counted, afresh.unsure) == ([1, 2, 2, 2, 3], 1)

    async def test_what_is_asked_for_again_does_not_wait_for_its_retry(self, store: Store) -> None:
        await self.ask(store, GRANT_7)
        (job,) = await self.claim(store)
        await store.write(lambda tx: postpone(tx, job, until=NOON + timedelta(hours=1), error="no answer"))
        await self.ask(store, GRANT_7, after=timedelta(seconds=1))

        (again,) = await self.claim(store, "two", after=timedelta(seconds=1))

        assert (again.attempts, again.wanted) == (1, 2)

    async def test_a_look_ahead_agrees_with_the_claim(self, store: Store) -> None:
        async def due(after: timedelta = timedelta(), running: tuple[int, ...] = ()) -> bool:
            return await store.read(lambda tx: is_any_due(tx, now=NOON + after, running=running))

        empty = await due()
        await self.ask(store, GRANT_7, after=timedelta(seconds=1))
        early, in_time = await due(), await due(timedelta(seconds=1))
        await self.claim(store, after=timedelta(seconds=1))

        assert (empty, early, in_time) == (False, False, True)
        assert (await due(timedelta(seconds=1)), await due(2 * LEASE), await due(2 * LEASE, (1,))) == (False, True, False)


async def test_a_hundred_thousand_waiting_jobs_are_not_looked_at(store: Store) -> None:
    rows = """
        WITH RECURSIVE job_no(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM job_no WHERE i < 100000)
        INSERT INTO job (kind, subject, wanted, attempts, due_at) SELECT 'message:send', i, 1, 0, '2025-11-23 12:00:00.000000' FROM job_no
    """
    statements: list[str] = []

    def fill(tx: Tx) -> None:
        tx.execute(text(rows))
        ask_for(tx, GRANT_7, now=NOON)
        tx.execute(text("ANALYZE"))

    await store.write(fill)

    def claim_and_explain(tx: Tx) -> list[str]:
        raw = tx.connection().connection.dbapi_connection
        assert raw is not None
        raw.set_trace_callback(statements.append)
        assert [job.subject for job in claim(tx, lease="one", now=NOON, most=16, running=(5,))] == [7]
        raw.set_trace_callback(None)
        return [f"{row[3]}" for one in statements for row in raw.execute(f"EXPLAIN QUERY PLAN {one}")]

    plan = await store.write(claim_and_explain)

    assert len(statements) == 3
    assert [step for step in plan if "SCAN" in step] == []
    assert "SEARCH job USING INDEX job_due (due_at<?)" in plan


@pytest.mark.parametrize(
    ("attempts", "wait"),
    [(1, 1.0), (2, 2.0), (3, 4.0), (10, 512.0), (11, 600.0), (12, 600.0), (10_000, 600.0)],
)
def test_the_wait_doubles_from_a_second_to_ten_minutes(attempts: int, wait: float) -> None:
    assert backoff(attempts, jitter=1.0) == timedelta(seconds=wait)
    assert backoff(attempts, jitter=0.5) == timedelta(seconds=wait / 2)
