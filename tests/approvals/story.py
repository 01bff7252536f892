"""A desk with a settable clock on a real database, and short verbs that bring a request to any state."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, update
from sqlmodel import select

from approvals.catalog import Catalog
from approvals.change import Decision, EntitlementId, NotSignedIn, PersonId, Proposal, RequestId, State, Verdict
from approvals.evidence import Trigger
from approvals.evidence.pieces import Piece, pieces
from approvals.operations.decide import decide
from approvals.operations.desk import Act, Desk, Outcome
from approvals.operations.due import forget, sweep
from approvals.operations.end import end
from approvals.operations.execute import execute, give_up
from approvals.operations.extend import ask_for_more
from approvals.operations.revoke import linger, revoke
from approvals.operations.sign_in import SignInNeeded, keep
from approvals.operations.staleness import Seen
from approvals.operations.submit import submit
from approvals.operations.waiting import HEALTH_EVERY
from approvals.operations.withdraw import withdraw
from approvals.step_up import Sought
from approvals.store.requests import find, whole_of
from approvals.store.tables import (
    CopyRow,
    DecisionRow,
    EvidenceRow,
    JobRow,
    MembershipRow,
    MessageRow,
    PersonRow,
    RequestRow,
    SignInRow,
    TicketRow,
)
from tests.approvals.northwind import ANA, BILLING_WRITE, JONAS, MARIA, WIDE
from tests.approvals.signing import a_token, vouching
from tests.builders import HOUR, NOON

REASON = "Fix INC-4711: two invoices were sent twice."


@dataclass
class Clock:
    """A clock that stands still until it is told to move."""

    at: datetime = NOON

    def __call__(self) -> datetime:
        return self.at

    def advance(self, by: timedelta) -> datetime:
        self.at += by
        return self.at


@dataclass(frozen=True, kw_only=True)
class Proof:
    """One row of evidence, its body parsed."""

    kind: str
    request: int | None
    actor: str | None
    at: datetime
    version: int | None
    says: str
    body: Mapping[str, Any] = field(repr=False)

    @property
    def check(self) -> int | None:
        return self.body["check"]  # type: ignore[no-any-return]

    @property
    def result(self) -> Mapping[str, Any]:
        return self.body["result"]  # type: ignore[no-any-return]


def a_proposal(**changes: object) -> Proposal:
    """Ana asks for write access to billing-db for 4 hours."""
    values: dict[str, Any] = {
        "requester": ANA,
        "beneficiary": ANA,
        "entitlement": BILLING_WRITE,
        "duration": 4 * HOUR,
        "reason": REASON,
        "reference": "INC-4711",
        **changes,
    }
    return Proposal(**values)


def a_trigger(activity: str = "activity-1", **changes: str) -> Trigger:
    """Something written in Ana's own chat with the bot."""
    values = {"source": "teams", "service_url": "https://teams.example/", "conversation": "a:ana", "activity": activity, **changes}
    return Trigger(**values)


@dataclass
class Story:
    """What happens at the desk, as verbs. Each stands for one press, message, timer or job."""

    desk: Desk
    clock: Clock
    drafts: int = 0

    # What people do.

    async def submits(self, proposal: Proposal | None = None, *, draft: int | None = None, trigger: Trigger | None = None) -> Outcome:
        asked = proposal or a_proposal()
        if draft is None:
            self.drafts += 1
            draft = self.drafts
        act = self.act(asked.requester, trigger)
        return await self.desk.store.write(lambda tx: submit(tx, asked, draft=draft, act=act, desk=self.desk))

    async def approves(
        self, request: RequestId, by: PersonId = MARIA, *, duration: timedelta | None = None, seen: Seen | None = None
    ) -> Outcome:
        """Somebody approves, having signed in for it where that is needed."""
        looked = seen or await self.seen_now(request)
        await self.signs_in(request, by, duration=duration, seen=looked)
        outcome = await self.presses_approve(request, by, duration=duration, seen=looked)
        assert not isinstance(outcome, SignInNeeded)
        return outcome

    async def presses_approve(
        self,
        request: RequestId,
        by: PersonId = MARIA,
        *,
        duration: timedelta | None = None,
        seen: Seen | None = None,
        code: str | None = None,
    ) -> Outcome | SignInNeeded:
        """Somebody presses Approve, and that is all."""
        return await self._decides(request, self.word(by, Verdict.APPROVE, duration=duration), seen=seen, code=code)

    async def sought(
        self, request: RequestId, by: PersonId = MARIA, *, duration: timedelta | None = None, seen: Seen | None = None
    ) -> Sought:
        """The decision that a sign-in would be made for."""
        looked, row = seen or await self.seen_now(request), await self.row(request)
        allowed = whole_of(row) if duration is None else duration
        return Sought(request=request, version=looked.version, shown=looked.shown, verdict=Verdict.APPROVE, duration=allowed, person=by)

    async def signs_in(
        self,
        request: RequestId,
        by: PersonId = MARIA,
        *,
        duration: timedelta | None = None,
        seen: Seen | None = None,
        code: str = "code-1",
        **claims: Any,
    ) -> NotSignedIn | None:
        """Somebody signs in for an approval, and the page keeps what the authority vouched for; the ``claims`` are changed first."""
        sought = await self.sought(request, by, duration=duration, seen=seen)
        token, act = a_token(sought, **claims), self.act(by)
        return await self.desk.store.write(lambda tx: keep(tx, token, code=code, sought=sought, act=act, desk=self.desk))

    async def denies(
        self, request: RequestId, by: PersonId = MARIA, *, reason: str = "Use the replica.", seen: Seen | None = None
    ) -> Outcome:
        outcome = await self._decides(request, self.word(by, Verdict.DENY, reason=reason), seen=seen)
        assert not isinstance(outcome, SignInNeeded)
        return outcome

    async def withdraws(self, request: RequestId, by: PersonId = ANA) -> Outcome:
        return await self.desk.store.write(lambda tx: withdraw(tx, request, act=self.act(by), desk=self.desk))

    async def ends(self, request: RequestId, by: PersonId | None = ANA, *, why: str = "Not needed after the fix.") -> Outcome:
        return await self.desk.store.write(lambda tx: end(tx, request, act=self.act(by), desk=self.desk, why=why))

    async def asks_for_more(self, request: RequestId, by: PersonId = ANA, *, more: timedelta = 2 * HOUR) -> Outcome:
        return await self.desk.store.write(lambda tx: ask_for_more(tx, request, more, act=self.act(by), desk=self.desk))

    # What the worker does.

    async def sweeps(self) -> int:
        return await self.desk.store.write(lambda tx: sweep(tx, desk=self.desk))

    async def looks_at_approvers(self) -> None:
        """An hour passes, and it is seen whether those who are asked can still decide."""
        self.clock.advance(HEALTH_EVERY)
        await self.sweeps()

    async def executes(self, request: RequestId) -> None:
        await execute(request, desk=self.desk)

    async def revokes(self, request: RequestId) -> None:
        await revoke(request, desk=self.desk)

    async def lingers(self, request: RequestId, *, attempts: int = 7, why: str = "the directory is read-only") -> None:
        await self.desk.store.write(lambda tx: linger(tx, request, attempts=attempts, why=why, desk=self.desk))

    async def gives_up(self, request: RequestId, *, why: str) -> None:
        await self.desk.store.write(lambda tx: give_up(tx, request, why=why, desk=self.desk))

    # Where a request can be.

    async def asked(self, proposal: Proposal | None = None) -> RequestId:
        """A request that waits."""
        outcome = await self.submits(proposal)
        if outcome.request is None:
            raise AssertionError(outcome)
        return outcome.request

    async def brought_to(self, state: State, proposal: Proposal | None = None) -> RequestId:
        """A request in ``state``, by the shortest way there."""
        request = await self.asked(proposal)
        for step in _WAY[state]:
            await step(self, request)
        row = await self.row(request)
        if row.state is not state:
            raise AssertionError(f"the way to {state} led to {row.state}")
        return request

    # What is known afterwards.

    def act(self, actor: PersonId | None, trigger: Trigger | None = None) -> Act:
        return Act(actor=actor, trigger=trigger or a_trigger(), at=self.clock())

    def word(self, by: PersonId, verdict: Verdict, *, duration: timedelta | None = None, reason: str = "") -> Decision:
        return Decision(approver=by, verdict=verdict, at=self.clock(), duration=duration, reason=reason)

    async def seen_now(self, request: RequestId) -> Seen:
        """What somebody sees who looks at the card at this moment."""
        return Seen(version=(await self.row(request)).version, fits=lambda _terms: True)

    async def row(self, request: RequestId) -> RequestRow:
        return await self.desk.store.read(lambda tx: find(tx, request))

    async def evidence(self, request: RequestId | None = None, *, kind: str | None = None) -> list[Proof]:
        conditions = () if request is None else (EvidenceRow.__table__.c.request == request,)  # type: ignore[attr-defined]
        found = await self.desk.store.read(lambda tx: pieces(tx, *conditions))
        return [_proof(piece) for piece in found if kind in (None, piece.kind)]

    async def ticket(self, request: RequestId) -> TicketRow | None:
        return await self.desk.store.read(lambda tx: tx.exec(select(TicketRow).where(TicketRow.request == request)).first())

    async def jobs(self) -> list[tuple[str, int]]:
        rows = await self.desk.store.read(lambda tx: list(tx.exec(select(JobRow).order_by(JobRow.id))))  # type: ignore[arg-type]
        return [(row.kind, row.subject) for row in rows]

    async def jobs_done(self) -> None:
        """As though everything that was to be done had been."""
        await self.desk.store.write(lambda tx: tx.execute(delete(JobRow)))

    async def decisions(self, request: RequestId) -> list[DecisionRow]:
        return await self.desk.store.read(lambda tx: list(tx.exec(select(DecisionRow).where(DecisionRow.request == request))))

    async def sign_ins(self) -> list[str]:
        """The sign-ins that are kept and not used up, by what they are bound to."""
        return await self.desk.store.read(lambda tx: list(tx.exec(select(SignInRow.binding))))

    async def is_changed(self, request: RequestId, **columns: object) -> None:
        """As though something about a request had been otherwise all along."""
        changed = update(RequestRow).where(RequestRow.id == request).values(**columns)  # type: ignore[arg-type]
        await self.desk.store.write(lambda tx: tx.execute(changed))

    def catalog_changes(self, entitlement: EntitlementId, **changes: Any) -> None:
        """Somebody edits one entry of the catalog."""
        entries = (replace(each, **changes) if each.id == entitlement else each for each in self.desk.catalog.entitlements)
        self.desk = replace(self.desk, catalog=Catalog(tuple(entries)))

    async def forgets_the_sign_ins_of_decisions(self) -> None:
        """As though somebody had written the decisions into the records themselves."""
        await self.desk.store.write(lambda tx: tx.execute(update(DecisionRow).values(step_up=None)))

    async def forgets(self) -> None:
        """What the worker does once an hour."""
        await self.desk.store.write(lambda tx: forget(tx, desk=self.desk))

    def real_time_passes(self, time: timedelta) -> None:
        """Tokens grow older; the product's own clock stands still."""
        self.desk = replace(self.desk, vouching=vouching(later=time))

    async def copies(self, request: RequestId) -> list[CopyRow]:
        return await self.desk.store.read(lambda tx: list(tx.exec(select(CopyRow).where(CopyRow.request == request))))

    async def told(self) -> list[tuple[str, str]]:
        """Who has been told what, in order."""
        rows = await self.desk.store.read(lambda tx: list(tx.exec(select(MessageRow).order_by(MessageRow.id))))  # type: ignore[arg-type]
        return [(row.person, str(row.sentence)) for row in rows]

    async def members(self) -> list[tuple[str, str]]:
        """The whole directory: who is in which group."""
        rows = await self.desk.store.read(lambda tx: list(tx.exec(select(MembershipRow))))
        return sorted((row.target, row.person) for row in rows)

    async def leaves(self, person: PersonId) -> None:
        """Somebody leaves the organisation."""
        gone = update(PersonRow).where(PersonRow.id == person).values(enabled=False)  # type: ignore[arg-type]
        await self.desk.store.write(lambda tx: tx.execute(gone))

    async def returns(self, person: PersonId) -> None:
        """Somebody who left is back."""
        back = update(PersonRow).where(PersonRow.id == person).values(enabled=True)  # type: ignore[arg-type]
        await self.desk.store.write(lambda tx: tx.execute(back))

    async def is_given(self, target: str, person: PersonId) -> None:
        """Somebody is put into a group by other means."""
        await self.desk.store.write(lambda tx: tx.add(MembershipRow(target=target, person=person, since=self.clock())))

    async def needs(self, request: RequestId, *stages: tuple[str, tuple[PersonId, ...], int]) -> None:
        """As though the policy had asked for these stages: name, approvers, quorum."""
        self.desk = replace(self.desk, policy=WIDE)
        plain = [{"name": name, "approvers": list(approvers), "quorum": quorum} for name, approvers, quorum in stages]
        settled = update(RequestRow).where(RequestRow.id == request).values(stages=plain)  # type: ignore[arg-type]
        await self.desk.store.write(lambda tx: tx.execute(settled))

    async def _decides(self, request: RequestId, word: Decision, *, seen: Seen | None, code: str | None = None) -> Outcome | SignInNeeded:
        looked = seen or await self.seen_now(request)
        act = self.act(word.approver)
        return await self.desk.store.write(lambda tx: decide(tx, request, word, seen=looked, act=act, desk=self.desk, code=code))


async def _lapses(story: Story, _request: RequestId) -> None:
    story.clock.advance(timedelta(days=8))
    await story.sweeps()


async def _nobody_is_left(story: Story, _request: RequestId) -> None:
    await story.leaves(MARIA)
    await story.leaves(JONAS)
    await story.looks_at_approvers()


async def _cannot_be_granted(story: Story, request: RequestId) -> None:
    await story.leaves(MARIA)
    await story.executes(request)


_WAY: Mapping[State, tuple[Any, ...]] = {
    State.WAITING: (),
    State.APPROVED: (Story.approves,),
    State.GRANTED: (Story.approves, Story.executes),
    State.ENDING: (Story.approves, Story.executes, Story.ends),
    State.ENDED: (Story.approves, Story.executes, Story.ends, Story.revokes),
    State.DENIED: (Story.denies,),
    State.LAPSED: (_lapses,),
    State.WITHDRAWN: (Story.withdraws,),
    State.REFUSED: (_nobody_is_left,),
    State.FAILED: (Story.approves, _cannot_be_granted),
}


def _proof(piece: Piece) -> Proof:
    return Proof(
        kind=piece.kind,
        request=piece.request,
        actor=piece.actor,
        at=piece.at,
        version=piece.version,
        says=str(piece.sentence),
        body=piece.body,
    )
