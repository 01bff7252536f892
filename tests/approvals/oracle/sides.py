"""The product and its oracle side by side: each act is done on both, has to end alike, and leave the same behind."""

import asyncio
from collections import Counter
from collections.abc import Coroutine
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, TypeVar

from approvals.jobs.embedded import Job, Kind
from tests.approvals.oracle import house
from tests.approvals.oracle.hands import Hands
from tests.approvals.oracle.oracle import End, Oracle
from tests.approvals.oracle.records import NEVER, Records, Standing
from tests.approvals.oracle.system import Fault
from tests.approvals.oracle.world import FAILURES, HOUR, Entry, Request

T = TypeVar("T")
Recorded = tuple[str, int | None]
"""A kind of evidence, and the check that refused."""
_GIVEN_UP_AFTER, _LINGERS_AFTER = FAILURES + 1, 3
_LONG = 900 * HOUR


class Sides:
    """One desk on a database of its own, a copy of ``empty``, and what has to be made of everything that is done at it."""

    def __init__(self, empty: Path) -> None:
        self._folder = TemporaryDirectory(dir=empty.parent)
        path = house.copied(empty, Path(self._folder.name) / "countersign.db")
        self._loop = asyncio.new_event_loop()
        self._hands = Hands(*self._now(house.opened(path)))
        self.oracle, self._records = Oracle(), Records(path)
        self._were_here, self._drafts = set(self.oracle.people), 0

    def close(self) -> None:
        self._records.close()
        self._now(self._hands.close())
        self._loop.close()
        self._folder.cleanup()

    # What is done.

    def asks(self, by: str, whose: str, thing: str, lasting: timedelta, **said: Any) -> None:
        self._drafts += 1
        self._asks(self._drafts, by, whose, thing, lasting, **said)

    def asks_again(self, one: Request, **said: Any) -> None:
        """The same draft is sent once more."""
        self._asks(one.draft, one.by, one.whose, one.thing, one.asked_for, has_ticket=one.has_ticket, **said)

    def signs_in(self, one: Request, by: str, **said: Any) -> None:
        ended = self._now(self._hands.signs_in(one.number, by, **said))
        assert ended == self.oracle.signs_in(one, by, **said)

    def approves(self, one: Request, by: str, **said: Any) -> None:
        ended = self._now(self._hands.approves(one.number, by, **said))
        assert ended == self.oracle.approves(one, by, **said)

    def denies(self, one: Request, by: str, **said: Any) -> None:
        ended = self._now(self._hands.denies(one.number, by, **said))
        assert ended == self.oracle.denies(one, by, **said)

    def gives(self, one: Request, by: str, *, to: str) -> None:
        ended = self._now(self._hands.gives(one.number, by, to=to))
        assert ended == self.oracle.gives(one, by, to=to)

    def asks_for_more(self, one: Request, by: str, *, more: timedelta) -> None:
        ended = self._now(self._hands.asks_for_more(one.number, by, more=more))
        assert ended == self.oracle.asks_for_more(one, by, more=more)

    def withdraws(self, one: Request, by: str) -> None:
        ended = self._now(self._hands.withdraws(one.number, by))
        assert ended == self.oracle.withdraws(one, by)

    def ends(self, one: Request, by: str, **said: Any) -> None:
        ended = self._now(self._hands.ends(one.number, by, **said))
        assert ended == self.oracle.ends(one, by, **said)

    def time_passes(self, time: timedelta) -> None:
        self._hands.time_passes(time)
        self.oracle.now += time

    def real_time_passes(self, time: timedelta) -> None:
        self._hands.real_time_passes(time)
        self.oracle.passed += time

    def comes_due(self) -> None:
        self._now(self._hands.comes_due())
        self.oracle.comes_due()

    def works(self, fault: Fault, *, is_killed: bool = False) -> None:
        """The worker takes what is next. Killed, it dies before it notes that it was done."""
        job = self._now(self._hands.claims())
        if job is None:
            return
        (one,) = (each for each in self.oracle.requests if each.number == job.subject)
        ended = self._now(self._hands.does(job, fault))
        assert ended == (self.oracle.makes if job.kind is Kind.GRANT else self.oracle.takes)(one, fault)
        if ended is not End.WORKED:
            self._could_not(job, one)
        elif not is_killed:
            self._now(self._hands.finishes(job))

    def organisation_is_now(self) -> None:
        """As the oracle has it."""
        self._now(self._hands.is_now(self.oracle.people, self.oracle.things))
        here = {one for one in self.oracle.people if self.oracle.is_here(one)}
        self.oracle.have_left(*(self._were_here - here))
        self._were_here = here

    def is_given_from_elsewhere(self, pair: tuple[str, str]) -> None:
        self._now(self._hands.is_given(*pair))
        self.oracle.members.add(pair)

    def is_taken_from_elsewhere(self, pair: tuple[str, str]) -> None:
        self._now(self._hands.is_taken(*pair))
        self.oracle.members.discard(pair)

    # What has to hold.

    def check(self) -> Counter[Recorded]:
        """Compare all that is left behind, and answer what has been recorded since."""
        recorded = self._new_evidence()
        assert self._records.standing() == self._expected()
        assert self.oracle.to_be_done <= self._records.work()
        assert {what: found for what, query in NEVER.items() if (found := self._records.found_of(query))} == {}
        return recorded

    def come_to_an_end(self) -> None:
        """With everything working again, time passes until nothing is left to do; then an auditor finds nothing wrong."""
        for _ in range(3 * len(self.oracle.requests)):
            if all(one.is_over for one in self.oracle.requests) and not self.oracle.to_be_done:
                break
            self.time_passes(_LONG)
            self.comes_due()
            self.works(Fault.NONE)
        self.check()
        # What is shown still, because somebody else gave it, is rightly not said to be over.
        left = [one for one in self.oracle.requests if not one.is_over and one.pair not in self.oracle.members]
        assert (left, self._now(self._hands.what_is_wrong())) == ([], [])

    # By what means.

    def _now(self, act: Coroutine[Any, Any, T]) -> T:
        return self._loop.run_until_complete(act)

    def _asks(self, draft: int, by: str, whose: str, thing: str, lasting: timedelta, **said: Any) -> None:
        ended = self._now(self._hands.asks(draft, by, whose, thing, lasting, **said))
        assert ended == self.oracle.asks(draft, by, whose, thing, lasting, **said)

    def _could_not(self, job: Job, one: Request) -> None:
        if job.kind is Kind.GRANT and job.attempts >= _GIVEN_UP_AFTER:
            self._now(self._hands.gives_up(one.number))
            self.oracle.gives_up(one)
            self._now(self._hands.finishes(job))
            return
        if job.kind is Kind.REVOKE and job.attempts >= _LINGERS_AFTER:
            self._now(self._hands.lingers(one.number))
            self.oracle.lingers(one)
        self._now(self._hands.postpones(job))

    def _new_evidence(self) -> Counter[Recorded]:
        found, wanted = self._records.new_entries(), self.oracle.entries
        self.oracle.entries = []
        found, wanted = sorted(found, key=_in_order), sorted(wanted, key=lambda one: _in_order(_plain(one)))
        assert [row[:-1] for row in found] == [_plain(one)[:-1] for one in wanted]
        assert [(row, one) for row, one in zip(found, wanted, strict=True) if not _is_a_reason(row[-1], one)] == []
        return Counter((row[0], row[-1]) for row in found)

    def _expected(self) -> Standing:
        requests = self.oracle.requests
        return Standing(
            requests={
                one.number: (
                    one.by,
                    one.whose,
                    one.thing,
                    one.state,
                    one.version,
                    one.stage,
                    _stages(one),
                    one.lasting,
                    one.more,
                    one.ends_at,
                )
                for one in requests
            },
            tickets={one.number: one.is_over for one in requests},
            words={(one.number, word.stage, word.by, word.verdict, word.lasting, word.is_proved) for one in requests for word in one.words},
            members=set(self.oracle.members),
        )


def _stages(one: Request) -> tuple[tuple[Any, ...], ...]:
    return tuple((stage.whom, stage.people, stage.quorum) for stage in one.stages)


def _plain(one: Entry) -> tuple[Any, ...]:
    return one.kind, one.request, one.by, one.version, None


def _in_order(row: tuple[Any, ...]) -> tuple[Any, ...]:
    kind, request, by, version, _ = row
    return kind, request or 0, version or 0, by or ""


def _is_a_reason(check: int | None, one: Entry) -> bool:
    return check in one.checks if one.checks else check is None
