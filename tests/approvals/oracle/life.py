"""A life at a desk: whatever people, time, the directory and failing systems do, in any order."""

from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any, ClassVar

from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests.approvals.oracle import world
from tests.approvals.oracle.sides import Recorded, Sides
from tests.approvals.oracle.system import Fault
from tests.approvals.oracle.world import DAY, HOUR, MINUTE, Request

PEOPLE, THINGS = (*world.people(),), (*world.things(),)
SOMEBODY, SOMETHING = st.sampled_from(PEOPLE), st.sampled_from(THINGS)
ANYBODY, ANYTHING = st.sampled_from((*PEOPLE, "a stranger")), st.sampled_from((*THINGS, "gone"))
WHOEVER_IT_IS = st.none() | ANYBODY
ONE_OF_THEM = st.integers(0, 4)
"""Which request: so many before the latest."""
MOSTLY = st.sampled_from([True, True, True, False])
OVER = ("approved", "denied", "lapsed", "withdrawn", "refused", "granted", "ended", "failed")
"""Where nobody is asked about the request any more."""
TIMES = st.sampled_from([HOUR, 2 * HOUR, 8 * HOUR])
REASON, TOO_LONG = "To mend an invoice.", "x" * (world.REASON_AT_MOST + 1)


def _there_is(*states: str) -> Any:
    return precondition(lambda life: any(not states or one.state in states for one in life.sides.oracle.requests))


_there_is_more_asked = precondition(lambda life: any(one.state == "granted" and one.more is not None for one in life.sides.oracle.requests))
_there_is_nothing_live = precondition(lambda life: not any(one.state == "granted" for one in life.sides.oracle.requests))
_there_is_work = precondition(lambda life: life.sides.oracle.to_be_done)


class Life(RuleBasedStateMachine):
    """One desk with its oracle. Each rule is one thing that happens; what both make of it has to be the same."""

    empty: ClassVar[Path]
    """A database to begin with."""
    steps: ClassVar[int] = 0
    """How many things have happened, in all lives, each followed by every comparison."""
    seen: ClassVar[Counter[Recorded]] = Counter()
    """What has come of them, as it was recorded."""

    def __init__(self) -> None:
        super().__init__()
        self.sides = Sides(self.empty)
        self.oracle = self.sides.oracle
        self.is_well = True
        self.last_press: dict[str, Any] | None = None

    # People ask.

    @initialize(by=SOMEBODY, thing=SOMETHING, lasting=TIMES)
    def has_asked(self, by: str, thing: str, lasting: timedelta) -> None:
        self.sides.asks(by, by, thing, lasting, reason=REASON, has_ticket=True)

    @rule(by=st.sampled_from(("ana", "ana", *PEOPLE)), thing=SOMETHING, lasting=TIMES)
    def asks(self, by: str, thing: str, lasting: timedelta) -> None:
        self.sides.asks(by, by, thing, lasting, reason=REASON, has_ticket=True)

    @rule(
        by=ANYBODY,
        whose=st.none() | st.none() | ANYBODY,
        thing=ANYTHING,
        lasting=st.sampled_from([4 * MINUTE, 5 * MINUTE, HOUR, 12 * HOUR, 13 * HOUR, 25 * HOUR, 40 * DAY]),
        reason=st.sampled_from([REASON, REASON, REASON, " ", TOO_LONG]),
        has_ticket=st.booleans(),
    )
    def asks_for_whatever(self, by: str, whose: str | None, thing: str, lasting: timedelta, reason: str, has_ticket: bool) -> None:
        self.sides.asks(by, whose or by, thing, lasting, reason=reason, has_ticket=has_ticket)

    @_there_is()
    @rule(which=ONE_OF_THEM)
    def sends_the_same_again(self, which: int) -> None:
        self.sides.asks_again(self._request(which), reason=REASON)

    # People decide.

    @_there_is("waiting")
    @rule(which=ONE_OF_THEM, lasting=st.sampled_from([None, None, HOUR]), signs_in=MOSTLY, looks=MOSTLY)
    def is_approved_by_whoever_is_asked(self, which: int, lasting: timedelta | None, signs_in: bool, looks: bool) -> None:
        """As it is meant to be: the card as it stands; and mostly a sign-in, and the right line."""
        one = self._request(which, "waiting")
        by = self._asked_of(one)
        if signs_in:
            self.sides.signs_in(one, by, seen=one.version, lasting=lasting or one.lasting, as_themselves=True)
        line = (one.whose, one.thing, one.lasting if looks else one.lasting + HOUR)
        self._approves(one, by, seen=one.version, is_whole=True, lasting=lasting, line=line)

    @_there_is("waiting")
    @rule(which=ONE_OF_THEM, by=WHOEVER_IT_IS, to=ANYBODY)
    def gives_it_to_somebody_else(self, which: int, by: str | None, to: str) -> None:
        one = self._request(which, "waiting")
        self.sides.gives(one, by or self._asked_of(one), to=to)

    @_there_is("waiting")
    @rule(
        which=ONE_OF_THEM,
        by=WHOEVER_IT_IS,
        lasting=st.sampled_from([None, None, MINUTE, HOUR, 5 * HOUR, 40 * DAY]),
        age=st.sampled_from([0, 0, 0, 1, -1]),
        is_whole=MOSTLY,
        line=st.none() | st.tuples(ANYBODY, ANYTHING, TIMES),
    )
    def presses_approve(
        self, which: int, by: str | None, lasting: timedelta | None, age: int, is_whole: bool, line: tuple[str, str, timedelta] | None
    ) -> None:
        """Anybody, on a card of any age, bent or not, for any time."""
        one = self._request(which, "waiting")
        self._approves(one, by or self._asked_of(one), seen=one.version - age, is_whole=is_whole, lasting=lasting, line=line)

    @_there_is("waiting")
    @rule(which=ONE_OF_THEM)
    def is_approved_twice(self, which: int) -> None:
        """Whoever has spoken in this stage presses again, on the card as it stands now, signed in and all."""
        one = self._request(which, "waiting")
        spoke = [word.by for word in one.words if word.stage == one.stage]
        self._approves_properly(one, spoke[0] if spoke else one.by)

    @_there_is(*OVER)
    @rule(which=ONE_OF_THEM, denies=st.booleans())
    def is_decided_when_it_is_over(self, which: int, denies: bool) -> None:
        one = self._request(which, *OVER)
        if denies:
            self.sides.denies(one, self._asked_of(one), seen=one.version, is_whole=True, reason="No.")
        else:
            self._approves_properly(one, self._asked_of(one))

    @_there_is("waiting")
    @rule(which=ONE_OF_THEM, by=WHOEVER_IT_IS, lasting=st.none() | st.just(HOUR), as_themselves=st.sampled_from([True, True, False]))
    def signs_in(self, which: int, by: str | None, lasting: timedelta | None, as_themselves: bool) -> None:
        one = self._request(which, "waiting")
        self.sides.signs_in(one, by or self._asked_of(one), seen=one.version, lasting=lasting or one.lasting, as_themselves=as_themselves)

    @_there_is("waiting")
    @rule(which=ONE_OF_THEM, by=WHOEVER_IT_IS, age=st.sampled_from([0, 0, 0, 1]), reason=st.sampled_from(["No.", "No.", " ", TOO_LONG]))
    def presses_deny(self, which: int, by: str | None, age: int, reason: str) -> None:
        one = self._request(which, "waiting")
        self.sides.denies(one, by or self._asked_of(one), seen=one.version - age, is_whole=True, reason=reason)

    @precondition(lambda life: life.last_press is not None)
    @rule()
    def the_last_press_arrives_again(self) -> None:
        if self.last_press is not None:
            self.sides.approves(**self.last_press)

    @_there_is("waiting", "approved", "withdrawn")
    @rule(which=ONE_OF_THEM, by=WHOEVER_IT_IS)
    def withdraws(self, which: int, by: str | None) -> None:
        one = self._request(which, "waiting", "approved", "withdrawn")
        self.sides.withdraws(one, by or one.by)

    @_there_is_nothing_live
    @rule(by=SOMEBODY, thing=SOMETHING)
    def is_given_access(self, by: str, thing: str) -> None:
        """All that it takes, as far as nothing is in the way."""
        before = len(self.oracle.requests)
        self.sides.asks(by, by, thing, HOUR, reason=REASON, has_ticket=True)
        for one in self.oracle.requests[before:]:
            for _ in range(2):
                if one.state == "waiting":
                    self._approves_properly(one, self._asked_of(one))
            self.sides.works(Fault.NONE)

    # More time.

    @_there_is("granted")
    @rule(
        which=ONE_OF_THEM,
        by=st.none() | st.none() | ANYBODY,
        more=st.sampled_from([MINUTE, HOUR, HOUR, 6 * HOUR, DAY]),
        states=st.sampled_from([("granted",), ()]),
    )
    def asks_for_more(self, which: int, by: str | None, more: timedelta, states: tuple[str, ...]) -> None:
        one = self._request(which, *states)
        self.sides.asks_for_more(one, by or one.whose, more=more)

    @_there_is_more_asked
    @rule(which=ONE_OF_THEM, lasting=st.sampled_from([None, None, HOUR]), signs_in=MOSTLY, looks=MOSTLY)
    def is_given_more(self, which: int, lasting: timedelta | None, signs_in: bool, looks: bool) -> None:
        """By whoever is asked; what length comes with the press says nothing."""
        one = self._asks_more(which)
        by = self._asked_of(one)
        if signs_in:
            self.sides.signs_in(one, by, seen=one.version, lasting=one.whole, as_themselves=True)
        line = (one.whose, one.thing, one.whole if looks else one.lasting)
        self._approves(one, by, seen=one.version, is_whole=True, lasting=lasting, line=line)

    @_there_is_more_asked
    @rule(which=ONE_OF_THEM, by=ANYBODY, denies=st.booleans())
    def anybody_decides_on_more(self, which: int, by: str, denies: bool) -> None:
        one = self._asks_more(which)
        if denies:
            self.sides.denies(one, by, seen=one.version, is_whole=True, reason="No.")
        else:
            self._approves_properly(one, by)

    @_there_is_more_asked
    @rule(which=ONE_OF_THEM, by=WHOEVER_IT_IS, reason=st.sampled_from(["No.", " "]))
    def is_refused_more(self, which: int, by: str | None, reason: str) -> None:
        one = self._asks_more(which)
        self.sides.denies(one, by or self._asked_of(one), seen=one.version, is_whole=True, reason=reason)

    @_there_is_more_asked
    @rule(which=ONE_OF_THEM, by=WHOEVER_IT_IS, to=SOMEBODY)
    def gives_more_to_somebody_else(self, which: int, by: str | None, to: str) -> None:
        """There is no such thing."""
        one = self._asks_more(which)
        self.sides.gives(one, by or self._asked_of(one), to=to)

    # Access ends.

    @_there_is("granted")
    @rule(which=ONE_OF_THEM)
    def hands_back(self, which: int) -> None:
        one = self._request(which, "granted")
        self.sides.ends(one, one.whose, why="")

    @_there_is("granted", "ending", "approved", "ended")
    @rule(which=ONE_OF_THEM, by=ANYBODY, why=st.sampled_from(["The incident is over.", "The incident is over.", " ", TOO_LONG]))
    def ends(self, which: int, by: str, why: str) -> None:
        self.sides.ends(self._request(which, "granted", "ending", "approved", "ended"), by, why=why)

    # Time passes, and the worker works.

    @rule(
        time=st.sampled_from([timedelta(seconds=10), timedelta(seconds=40), MINUTE, HOUR, 4 * HOUR, DAY, 4 * DAY]),
        is_noticed=st.booleans(),
    )
    def time_passes(self, time: timedelta, is_noticed: bool) -> None:
        self.sides.time_passes(time)
        if is_noticed:
            self.sides.comes_due()
            self.sides.works(Fault.NONE)

    @rule(time=st.sampled_from([MINUTE, 5 * MINUTE, 6 * MINUTE]))
    def real_time_passes(self, time: timedelta) -> None:
        self.sides.real_time_passes(time)

    @_there_is_work
    @rule(times=st.integers(1, 4))
    def the_worker_works(self, times: int) -> None:
        for _ in range(times):
            self.sides.works(Fault.NONE)

    @_there_is_work
    @rule(fault=st.sampled_from(Fault), times=st.sampled_from([1, 1, world.FAILURES + 1]), is_killed=st.booleans())
    def the_worker_meets_trouble(self, fault: Fault, times: int, is_killed: bool) -> None:
        """The system fails, once or for a while; or the worker dies before it notes that it was done."""
        for _ in range(times):
            self.sides.works(fault, is_killed=is_killed)

    # The organisation changes.

    @rule(who=st.sampled_from(("ana", *PEOPLE)), stays=MOSTLY, team=st.sampled_from(["Payments", "Care"]), manager=SOMEBODY)
    def leaves_or_moves(self, who: str, stays: bool, team: str, manager: str) -> None:
        person = self.oracle.people[who]
        person.is_here, person.team, person.manager = stays, team, manager
        self.sides.organisation_is_now()

    @_there_is("waiting")
    @rule(which=ONE_OF_THEM, is_noticed=MOSTLY)
    def whoever_is_asked_leaves(self, which: int, is_noticed: bool) -> None:
        self.oracle.people[self._asked_of(self._request(which, "waiting"))].is_here = False
        self.sides.organisation_is_now()
        if is_noticed:
            self.sides.comes_due()

    @rule(thing=SOMETHING, owner=SOMEBODY, risk=st.sampled_from([*world.TIERS]), longest=st.sampled_from([HOUR, DAY, 2 * DAY]))
    def the_catalog_changes(self, thing: str, owner: str, risk: str, longest: timedelta) -> None:
        if thing in self.oracle.things:
            offer = self.oracle.things[thing]
            offer.owner, offer.risk, offer.longest = owner, risk, longest
        self.sides.organisation_is_now()

    @rule(thing=SOMETHING)
    def is_offered_no_more_or_all_is_as_it_was(self, thing: str) -> None:
        if thing in self.oracle.things and len(self.oracle.things) == len(THINGS):
            del self.oracle.things[thing]
        else:
            self.oracle.people, self.oracle.things = world.people(), world.things()
        self.sides.organisation_is_now()

    @rule(thing=SOMETHING, who=SOMEBODY)
    def is_changed_from_elsewhere(self, thing: str, who: str) -> None:
        """Somebody is put into a group, or taken out of it, by other means."""
        if (thing, who) in self.oracle.members:
            self.sides.is_taken_from_elsewhere((thing, who))
        else:
            self.sides.is_given_from_elsewhere((thing, who))

    # After each step, and at the end.

    @invariant()
    def is_as_the_oracle_says(self) -> None:
        self.is_well = False
        self.seen.update(self.sides.check())
        self.is_well, type(self).steps = True, self.steps + 1

    def teardown(self) -> None:
        try:
            if self.is_well:
                self.sides.come_to_an_end()
        finally:
            self.sides.close()

    def _request(self, which: int, *states: str) -> Request:
        """One of those in ``states``, the latest first."""
        there = [one for one in self.oracle.requests if not states or one.state in states]
        return there[-1 - which % len(there)]

    def _asks_more(self, which: int) -> Request:
        there = [one for one in self.oracle.requests if one.state == "granted" and one.more is not None]
        return there[-1 - which % len(there)]

    def _approves_properly(self, one: Request, by: str) -> None:
        self.sides.signs_in(one, by, seen=one.version, lasting=one.whole, as_themselves=True)
        self._approves(one, by, seen=one.version, is_whole=True, lasting=None, line=(one.whose, one.thing, one.whole))

    def _approves(self, one: Request, by: str, **said: Any) -> None:
        self.last_press = {"one": one, "by": by, **said}
        self.sides.approves(one, by, **said)

    def _asked_of(self, one: Request) -> str:
        """Somebody who is asked and has not spoken yet; else whoever there is."""
        asked, spoken = self.oracle.asked(one) or PEOPLE, self.oracle.spoken(one)
        return next((each for each in asked if each not in spoken), asked[0])
