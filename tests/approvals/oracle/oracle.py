"""What has to come of everything that is done at a desk: the state of each request, who is in what, and the evidence of it.

Plain Python over plain values, and nothing of the product: rules.py says what stands against an act, this says what follows where nothing
does. Each act answers how it has to end, and notes the evidence that there has to be of it.
"""

from dataclasses import dataclass, field, replace
from datetime import timedelta
from enum import StrEnum

from tests.approvals.oracle.rules import Against, Rules
from tests.approvals.oracle.system import Answer, Fault, Patience, System
from tests.approvals.oracle.world import FRESH, LOOKED_AT_EVERY, SHORTEST, TIERS, Entry, Request, Stage, Word

_FIRST = 1001


class End(StrEnum):
    """How an act ends for whoever did it: for a person the first three, for the worker the last three."""

    DONE = "done"
    REFUSED = "refused"
    SIGN_IN = "a sign-in is asked for"
    WORKED = "worked"
    FAILED = "to be tried again"
    HELD_BACK = "held back"


@dataclass(frozen=True)
class SignIn:
    """Somebody's own sign-in for one decision on what they saw; ``at`` is by real time."""

    version: int
    lasting: timedelta
    at: timedelta


@dataclass
class Oracle(Rules):
    """The desk as it has to stand."""

    entries: list[Entry] = field(default_factory=list)
    """The evidence that there has to be, since it was last looked at."""
    sign_ins: dict[tuple[int, str], SignIn] = field(default_factory=dict)
    passed: timedelta = timedelta()
    """How much real time has passed, by which sign-ins are judged."""
    system: System = field(init=False)
    giving: Patience = field(default_factory=Patience)
    taking: Patience = field(default_factory=Patience)

    def __post_init__(self) -> None:
        self.system = System(self.members)

    # What people do.

    def asks(self, draft: int, by: str, whose: str, thing: str, lasting: timedelta, *, reason: str, has_ticket: bool) -> End:
        if any(one.draft == draft for one in self.requests):
            return End.DONE
        against = self.against_asking(by, whose, thing, lasting, reason=reason, has_ticket=has_ticket)
        if against:
            return self._refused(None, by, against)
        is_settled = self.needs_nobody(by, whose, thing, lasting)
        request = Request(
            number=_FIRST + len(self.requests),
            draft=draft,
            by=by,
            whose=whose,
            thing=thing,
            asked_for=lasting,
            has_ticket=has_ticket,
            at=self.now,
            lapses_at=self.now + TIERS[self.things[thing].risk].open_for,
            look_at=self.now + LOOKED_AT_EVERY,
            stages=() if is_settled else self.stages(by, whose, thing),
            lasting=lasting,
        )
        self.requests.append(request)
        self.entries.append(Entry("request:submit", request.number, by, 1))
        if is_settled:
            self._moves(request, "request:approve", "approved", by=None)
        return End.DONE

    def signs_in(self, request: Request, by: str, *, seen: int, lasting: timedelta, as_themselves: bool) -> End:
        if not as_themselves:
            return self._refused(request, by, frozenset({17}))
        self.sign_ins[request.number, by] = SignIn(seen, lasting, self.passed)
        return End.DONE

    def approves(
        self, request: Request, by: str, *, seen: int, is_whole: bool, lasting: timedelta | None, line: tuple[str, str, timedelta] | None
    ) -> End:
        """``seen`` is the version on the card, ``is_whole`` whether the card was as it was drawn, ``line`` the one that they chose."""
        if self._is_outdated(request, seen=seen, is_whole=is_whole):
            return self._refused(request, by, frozenset({0}))
        # More time is given whole, or not at all.
        lasting = request.whole if lasting is None or request.more is not None else lasting
        against = self.against_approving(request, by, lasting, line=line)
        if against:
            return self._refused(request, by, against)
        is_proved = self.tier(request).wants_sign_in
        if is_proved:
            sign_in = self.sign_ins.get((request.number, by))
            if sign_in is None or (sign_in.version, sign_in.lasting) != (seen, lasting):
                self.entries.append(Entry("sign_in:asked", request.number, by, request.version, frozenset({17})))
                return End.SIGN_IN
            del self.sign_ins[request.number, by]
            if self.passed - sign_in.at > FRESH:
                self._refused(request, by, frozenset({17}))
                return End.SIGN_IN
        request.words.append(Word(self._place(request), by, True, lasting, self.now, is_proved))
        if request.more is not None:
            return self._gives_more(request, by)
        request.lasting = min(request.lasting, lasting)
        stage = request.stages[request.stage]
        agreed = [one for one in request.words if one.stage == request.stage and one.by in stage.people]
        if len(agreed) < stage.quorum:
            self._moves(request, "request:agree", "waiting", by=by)
        elif request.stage + 1 < len(request.stages):
            request.stage += 1
            self._asks_instead(request, request.stages[request.stage])
            self._moves(request, "request:agree", "waiting", by=by)
            self._sees_to_approvers(request)
        else:
            request.decided_by = by
            self._moves(request, "request:approve", "approved", by=by)
        return End.DONE

    def denies(self, request: Request, by: str, *, seen: int, is_whole: bool, reason: str) -> End:
        if self._is_outdated(request, seen=seen, is_whole=is_whole):
            return self._refused(request, by, frozenset({0}))
        against = self.against_denying(request, by, reason)
        if against:
            return self._refused(request, by, against)
        request.words.append(Word(self._place(request), by, False, None, self.now))
        if request.more is not None:
            request.more, request.is_refused_more = None, True
            self._moves(request, "grant:refuse_more", "granted", by=by)
            return End.DONE
        self._moves(request, "request:deny", "denied", by=by)
        return End.DONE

    def gives(self, request: Request, by: str, *, to: str) -> End:
        """Somebody gives the decision to another; not where the request does not wait."""
        if request.state != "waiting":
            # Where more time is asked for, several reasons are true: it is not theirs to give, and it is nothing that can be given.
            return self._refused(request, by, frozenset({0, *(range(1, 23) if request.waits_for_a_word else ())}))
        against = self.against_giving(request, by, to)
        if against:
            return self._refused(request, by, against)
        stage = request.stages[request.stage]
        self._asks_instead(request, replace(stage, people=tuple(to if one == by else one for one in stage.people)))
        self._moves(request, "request:reassign", "waiting", by=by)
        return End.DONE

    def asks_for_more(self, request: Request, by: str, *, more: timedelta) -> End:
        if request.state == "granted" and request.more == more and by == request.by:
            return End.DONE
        against = self.against_more(request, by, more)
        if against:
            return self._refused(request, by, against)
        if request.state != "granted" or request.more is not None or request.is_refused_more or more < SHORTEST:
            return self._refused(request, by, frozenset({0}))
        request.more = more
        self._moves(request, "grant:ask_more", "granted", by=by)
        return End.DONE

    def withdraws(self, request: Request, by: str) -> End:
        against = self.against_withdrawing(request, by)
        if against:
            return self._refused(request, by, against)
        if request.state == "withdrawn":
            return End.DONE
        if request.state != "waiting":
            return self._refused(request, by, frozenset({0}))
        self._moves(request, "request:withdraw", "withdrawn", by=by)
        return End.DONE

    def ends(self, request: Request, by: str, *, why: str) -> End:
        against = self.against_ending(request, by, why)
        if against:
            return self._refused(request, by, against)
        if request.state in ("ending", "ended"):
            return End.DONE
        if request.state != "granted":
            return self._refused(request, by, frozenset({0}))
        self._moves(request, "grant:end", "ending", by=by)
        return End.DONE

    # What time does, and the worker.

    def comes_due(self) -> None:
        for request in self.requests:
            if request.state == "granted" and request.ends_at is not None and request.ends_at <= self.now:
                self._moves(request, "grant:end", "ending", by=None)
            elif request.state == "waiting" and request.lapses_at <= self.now:
                self._moves(request, "request:lapse", "lapsed", by=None)
            elif request.state == "waiting" and request.look_at <= self.now:
                request.look_at = self.now + LOOKED_AT_EVERY
                if self.is_anybody_in_doubt(request):
                    self._sees_to_approvers(request)

    def have_left(self, *gone: str) -> None:
        """The directory was read in, and these are not here any more: what asks them is looked at next."""
        for request in self.requests:
            if any(one in gone for stage in request.stages for one in stage.people):
                request.look_at = request.at

    def makes(self, request: Request, fault: Fault) -> End:
        """The change is made, if nothing stands against it now."""
        if request.state != "approved":
            return End.WORKED
        against = self.against_the_change(request)
        if against:
            self._moves(request, "grant:fail", "failed", by=None, checks=against)
            return End.WORKED
        if self.giving.is_over(self.now):
            return self._held_back(request)
        self.entries.append(Entry("grant:intended", request.number, None, request.version))
        request.is_begun = True
        answer = self.system.gives(request.number, request.pair, fault)
        self.giving.notes(came=answer.came, now=self.now)
        if not (answer.came and answer.is_shown):
            return self._failed_call(request)
        request.had_before, request.granted_at, request.ends_at = answer.was_there, self.now, self.now + request.lasting
        self._moves(request, "grant:grant", "granted", by=None)
        return End.WORKED

    def takes(self, request: Request, fault: Fault) -> End:
        """What is to end, or was begun and failed, is taken away; said to be gone only when it is."""
        if request.state not in ("ending", "failed"):
            return End.WORKED
        if self.taking.is_over(self.now):
            return self._held_back(request)
        self.entries.append(Entry("revoke:intended", request.number, None, request.version))
        answer = self.system.takes(request.number, request.pair, fault)
        self.taking.notes(came=answer.came, now=self.now)
        if not answer.came or (answer.is_shown and not self._may_stay(request, answer)):
            return self._failed_call(request)
        if request.state == "failed":
            request.is_undone = True
            self.entries.append(Entry("grant:undone", request.number, None, request.version))
        else:
            self._moves(request, "grant:confirm", "ended", by=None)
        return End.WORKED

    def gives_up(self, request: Request) -> None:
        if request.state == "approved":
            self._moves(request, "grant:fail", "failed", by=None)

    def lingers(self, request: Request) -> None:
        if request.state == "ending" and not request.lingers:
            request.lingers = True
            self._moves(request, "grant:linger", "ending", by=None)

    @property
    def to_be_done(self) -> set[tuple[str, int]]:
        """The work without which somebody would wait for ever, or have access for ever."""
        gives = {("grant:execute", one.number) for one in self.requests if one.state == "approved"}
        begun = (one for one in self.requests if one.state == "failed" and one.is_begun and not one.is_undone)
        ending = (one for one in self.requests if one.state == "ending")
        return gives | {("grant:revoke", one.number) for one in (*begun, *ending)}

    def _sees_to_approvers(self, request: Request) -> None:
        """Others are asked in the place of those who cannot decide; where nobody is left it is refused, and nobody has denied it."""
        against = self.against_waiting(request)
        if against:
            self._moves(request, "request:refuse", "refused", by=None, checks=against)
            return
        healed = self.healed(request)
        if healed != request.stages[request.stage]:
            self._asks_instead(request, healed)
            self._moves(request, "request:reroute", "waiting", by=None)

    def _asks_instead(self, request: Request, stage: Stage) -> None:
        """Others are asked from now on."""
        request.stages = (*request.stages[: request.stage], stage, *request.stages[request.stage + 1 :])
        request.look_at = self.now + LOOKED_AT_EVERY

    def _gives_more(self, request: Request, by: str) -> End:
        """The end moves, counted from when the access began to work."""
        request.lasting, request.more = request.whole, None
        request.ends_at = request.granted_at and request.granted_at + request.lasting
        self._moves(request, "grant:extend", "granted", by=by)
        return End.DONE

    def _place(self, request: Request) -> int:
        """Where a word stands: in its stage; about more time behind all that was said before."""
        if request.more is None:
            return request.stage
        return max([len(request.stages), *(word.stage + 1 for word in request.words)])

    # How it is written down.

    def _moves(self, request: Request, kind: str, state: str, *, by: str | None, checks: Against = frozenset()) -> None:
        request.state, request.version = state, request.version + 1
        self.entries.append(Entry(kind, request.number, by, request.version, checks))

    def _refused(self, request: Request | None, by: str, checks: Against) -> End:
        number, version = (request.number, request.version) if request else (None, None)
        self.entries.append(Entry("act:refused", number, by, version, checks))
        return End.REFUSED

    def _failed_call(self, request: Request) -> End:
        self.entries.append(Entry("connector:failed", request.number, None, None))
        return End.FAILED

    def _held_back(self, request: Request) -> End:
        """Noted once for each step of a request."""
        if request.held_back_at != request.version:
            request.held_back_at = request.version
            self.entries.append(Entry("connector:held_back", request.number, None, request.version))
        return End.HELD_BACK

    def _is_outdated(self, request: Request, *, seen: int, is_whole: bool) -> bool:
        return not request.waits_for_a_word or seen != request.version or not is_whole

    def _may_stay(self, request: Request, answer: Answer) -> bool:
        """What did not come from here is left as it was."""
        return answer.was_there if request.state == "failed" else request.had_before
