"""The product's side of each act of the model: done on the real desk, and how it ended."""

from datetime import timedelta

from sqlalchemy import delete

from approvals.change import Decision, EntitlementId, Look, PersonId, RequestId, Verdict
from approvals.errors import ConnectorError, HeldBackError
from approvals.evidence.verifying import verify
from approvals.jobs.embedded import Job, Kind, claim, finish, postpone
from approvals.operations.audit import gaps
from approvals.operations.decide import decide
from approvals.operations.desk import Done, Outcome
from approvals.operations.directory import load
from approvals.operations.reassign import reassign
from approvals.operations.replay import Replayed, replay
from approvals.operations.sign_in import SignInNeeded
from approvals.operations.staleness import Seen
from approvals.store.sqlite import Tx
from approvals.store.tables import JobRow, MembershipRow
from tests.approvals import unreliable
from tests.approvals.evidence.keys import LOG
from tests.approvals.oracle import house
from tests.approvals.oracle.oracle import End
from tests.approvals.oracle.system import Fault
from tests.approvals.oracle.world import Somebody, Thing
from tests.approvals.signing import SIGNED_AT, vouching
from tests.approvals.story import Story, a_proposal
from tests.approvals.unreliable import Unreliable

_IN_THE_CALL = {
    Fault.REFUSES: unreliable.refuses,
    Fault.LOSES_THE_REPLY: unreliable.loses_the_reply,
    Fault.FORGETS: unreliable.forgets,
}
_IN_THE_READING = {Fault.SHOWS_NOBODY: unreliable.shows_nothing, Fault.SHOWS_EVERYBODY: unreliable.shows_the_old}
_OURS = (Kind.GRANT, Kind.REVOKE)


class Hands:
    """Whoever does things at the desk; takes the same words as the oracle."""

    def __init__(self, story: Story, system: Unreliable) -> None:
        self.story, self.system, self._leases = story, system, 0

    # What people do.

    async def asks(self, draft: int, by: str, whose: str, thing: str, lasting: timedelta, *, reason: str, has_ticket: bool) -> End:
        asked = a_proposal(
            requester=PersonId(by),
            beneficiary=PersonId(whose),
            entitlement=EntitlementId(thing),
            duration=lasting,
            reason=reason,
            reference="INC-1" if has_ticket else None,
        )
        return _end(await self.story.submits(asked, draft=draft))

    async def signs_in(self, request: int, by: str, *, seen: int, lasting: timedelta, as_themselves: bool) -> End:
        at = SIGNED_AT + int(self.passed.total_seconds())
        claims = {"auth_time": at, "iat": at, "nbf": at, "exp": at + 3600, **({} if as_themselves else {"oid": "somebody-else"})}
        why_not = await self.story.signs_in(RequestId(request), PersonId(by), duration=lasting, seen=_seen(seen), **claims)
        return End.REFUSED if why_not else End.DONE

    async def approves(
        self, request: int, by: str, *, seen: int, is_whole: bool, lasting: timedelta | None, line: tuple[str, str, timedelta] | None
    ) -> End:
        word = self.story.word(PersonId(by), Verdict.APPROVE, duration=lasting)
        looked = line and Look(beneficiary=PersonId(line[0]), entitlement=EntitlementId(line[1]), duration=line[2])
        return await self._decides(request, word, seen=_seen(seen, is_whole=is_whole), looked=looked)

    async def denies(self, request: int, by: str, *, seen: int, is_whole: bool, reason: str) -> End:
        word = self.story.word(PersonId(by), Verdict.DENY, reason=reason)
        return await self._decides(request, word, seen=_seen(seen, is_whole=is_whole), looked=None)

    async def gives(self, request: int, by: str, *, to: str) -> End:
        act, desk = self.story.act(PersonId(by)), self.story.desk
        return _end(await desk.store.write(lambda tx: reassign(tx, RequestId(request), PersonId(to), seen=None, act=act, desk=desk)))

    async def asks_for_more(self, request: int, by: str, *, more: timedelta) -> End:
        return _end(await self.story.asks_for_more(RequestId(request), PersonId(by), more=more))

    async def withdraws(self, request: int, by: str) -> End:
        return _end(await self.story.withdraws(RequestId(request), PersonId(by)))

    async def ends(self, request: int, by: str, *, why: str) -> End:
        return _end(await self.story.ends(RequestId(request), PersonId(by), why=why))

    # What time does, and the worker.

    passed = timedelta()

    def time_passes(self, time: timedelta) -> None:
        self.story.clock.advance(time)

    def real_time_passes(self, time: timedelta) -> None:
        self.passed += time
        self.story.desk.vouching = vouching(later=self.passed)

    async def comes_due(self) -> None:
        if await self.story.sweeps():
            assert await self.story.sweeps() == 0, "what was due is due still"

    async def claims(self) -> Job | None:
        """The work that is next, if any is due. Cards and messages are somebody else's story: they are as good as sent."""
        self._leases += 1
        lease, now = f"lease-{self._leases}", self.story.clock()
        others = delete(JobRow).where(JobRow.kind.not_in([one.value for one in _OURS]))  # type: ignore[attr-defined]

        def next_one(tx: Tx) -> tuple[Job, ...]:
            tx.execute(others)
            return claim(tx, lease=lease, now=now, most=1)

        claimed = await self.story.desk.store.write(next_one)
        return claimed[0] if claimed else None

    async def does(self, job: Job, fault: Fault) -> End:
        calls = [_IN_THE_CALL[fault]] if fault in _IN_THE_CALL else []
        readings = [_IN_THE_READING[fault]] if fault in _IN_THE_READING else []
        self.system.faults = {"apply": [*calls], "revert": [*calls], "read_back": readings}
        try:
            await (self.story.executes if job.kind is Kind.GRANT else self.story.revokes)(RequestId(job.subject))
        except HeldBackError:
            return End.HELD_BACK
        except ConnectorError:
            return End.FAILED
        return End.WORKED

    async def finishes(self, job: Job) -> None:
        await self.story.desk.store.write(lambda tx: finish(tx, job))

    async def postpones(self, job: Job) -> None:
        now = self.story.clock()
        await self.story.desk.store.write(lambda tx: postpone(tx, job, until=now, error="it failed"))

    async def gives_up(self, request: int) -> None:
        await self.story.gives_up(RequestId(request), why="it failed too often")

    async def lingers(self, request: int) -> None:
        await self.story.lingers(RequestId(request))

    # What changes around the desk.

    async def is_now(self, people: dict[str, Somebody], things: dict[str, Thing]) -> None:
        """The directory and the catalog are changed."""
        self.story.desk.catalog = house.catalog(things)
        await self.story.desk.store.write(lambda tx: load(tx, house.directory(people)))

    async def is_given(self, thing: str, person: str) -> None:
        await self.story.is_given(f"grp-{thing}", PersonId(person))

    async def is_taken(self, thing: str, person: str) -> None:
        gone = delete(MembershipRow).where(MembershipRow.target == f"grp-{thing}", MembershipRow.person == person)  # type: ignore[arg-type]
        await self.story.desk.store.write(lambda tx: tx.execute(gone))

    async def what_is_wrong(self) -> list[object]:
        """What an auditor finds: gaps in the evidence, where it was bent, and decisions that come out otherwise if made again."""
        return await self.story.desk.store.read(_what_an_auditor_finds)

    async def close(self) -> None:
        await self.story.desk.store.close()

    async def _decides(self, request: int, word: Decision, *, seen: Seen, looked: Look | None) -> End:
        act, desk = self.story.act(word.approver), self.story.desk
        return _end(await desk.store.write(lambda tx: decide(tx, RequestId(request), word, seen=seen, act=act, desk=desk, looked=looked)))


def _what_an_auditor_finds(tx: Tx) -> list[object]:
    again = (one for one in replay(tx) if not (isinstance(one, Replayed) and one.is_same_throughout))
    return [*gaps(tx), *verify(tx, key=LOG.verifier).findings, *again]


def _seen(version: int, *, is_whole: bool = True) -> Seen:
    return Seen(version=version, fits=lambda _terms: is_whole)


def _end(outcome: Outcome | SignInNeeded) -> End:
    if isinstance(outcome, SignInNeeded):
        return End.SIGN_IN
    return End.DONE if isinstance(outcome, Done) else End.REFUSED
