"""What stands against an act, in plain words and by the numbers of mediation's list: the empty set where nothing does.

Written from the design, the list of checks and the policies' own comments, not from the code: it shares nothing with it. The order in which
checks are made is not the oracle's business: whichever of these is given as the reason is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from tests.approvals.oracle import world
from tests.approvals.oracle.world import HOUR, MINUTE, TIERS, Request, Somebody, Stage, Thing

Against = frozenset[int]


@dataclass
class Rules:
    """The organisation as it stands now, and what it makes of an act."""

    people: dict[str, Somebody] = field(default_factory=world.people)
    things: dict[str, Thing] = field(default_factory=world.things)
    requests: list[Request] = field(default_factory=list)
    members: set[tuple[str, str]] = field(default_factory=set)
    now: datetime = world.START

    # Against asking.

    def against_asking(self, by: str, whose: str, thing: str, lasting: timedelta, *, reason: str, has_ticket: bool) -> Against:
        if thing not in self.things:
            return frozenset({2} | self._absent(by, whose))
        found = self._absent(by, whose) | self._unaskable(by, whose, thing, lasting, has_ticket=has_ticket, at=self.now)
        if by != whose:
            found |= {3}
        if not reason.strip() or len(reason) > world.REASON_AT_MOST:
            found |= {6}
        if (thing, whose) in self.members or any(one.pair == (thing, whose) and not one.is_over for one in self.requests):
            found |= {7}
        if not self.needs_nobody(by, whose, thing, lasting) and any(len(one.people) < one.quorum for one in self.stages(by, whose, thing)):
            found |= {8}
        if self._has_asked_too_often(by, thing):
            found |= {20}
        return frozenset(found)

    def needs_nobody(self, by: str, whose: str, thing: str, lasting: timedelta) -> bool:
        """Somebody on call takes for themselves what their rota needs, of no high risk, for a shift at most."""
        offer, turn = self.things[thing], (self.now - world.SINCE) // (7 * world.DAY)
        is_on_call = offer.rota is not None and world.ON_CALL[turn % len(world.ON_CALL)] == by
        return is_on_call and by == whose and self.is_here(by) and offer.risk in ("low", "medium") and lasting <= world.A_SHIFT

    def stages(self, by: str, whose: str, thing: str) -> tuple[Stage, ...]:
        """Who is asked: of one owner the deputy where the owner cannot, nobody about their own, and nobody twice for the same."""
        found: list[Stage] = []
        for whom, quorum in TIERS[self.things[thing].risk].stages:
            able = tuple(one for one in self._named(whom, whose, thing) if self.is_here(one) and one not in (by, whose))
            asked = self._filled(able[:1] if whom == "owner" else able, Stage(whom, able, quorum), by, whose, thing)
            if asked not in [one.people for one in found]:
                found.append(Stage(whom, asked, quorum))
        return tuple(found)

    # Against deciding.

    def against_deciding(self, request: Request, by: str) -> Against:
        """What stands against somebody's word on it, whatever the word is."""
        found = self._absent(request.by, request.whose, by)
        if by in (request.by, request.whose):
            found |= {9}
        if by not in self.asked(request) or by in self.spoken(request):
            found |= {10}
        if self.now >= (request.lapses_at if request.more is None else request.ends_at or self.now):
            found |= {11}
        return frozenset(found)

    def asked(self, request: Request) -> tuple[str, ...]:
        """Whose word is waited for: about the request, or about more time."""
        if request.more is not None:
            return self.asked_for_more(request).people
        return request.stages[request.stage].people if request.stages else ()

    def spoken(self, request: Request) -> list[str]:
        """Who has given theirs. What was said about the time that runs already says nothing about more."""
        return [] if request.more is not None else [one.by for one in request.words if one.stage == request.stage]

    def against_approving(self, request: Request, by: str, lasting: timedelta, *, line: tuple[str, str, timedelta] | None) -> Against:
        """The same, of a yes; all but the sign-in that it may need (17)."""
        found = set(self.against_deciding(request, by))
        if request.thing not in self.things:
            return frozenset(found | {2})
        most = request.asked_for if request.more is None else request.whole
        found |= self._unaskable(
            request.by, request.whose, request.thing, most, has_ticket=request.has_ticket, at=request.at, is_decided=True
        )
        if not self._may_approve(by, request, whom=self._open(request).whom):
            found |= {4}
        if not world.SHORTEST <= lasting <= most:
            found |= {12}
        just_now = [one for each in self.requests for one in each.words if one.by == by and one.is_yes and one.at > self.now - MINUTE]
        if len(just_now) >= world.APPROVED_IN_A_MINUTE:
            found |= {20}
        if self.tier(request).wants_second_look and line != (request.whose, request.thing, request.whole):
            found |= {18}
        return frozenset(found)

    def against_denying(self, request: Request, by: str, reason: str) -> Against:
        return self.against_deciding(request, by) | (frozenset() if _is_a_reason(reason) else {13})

    def against_giving(self, request: Request, by: str, to: str) -> Against:
        """What stands against somebody's giving their decision to another."""
        found = self.against_deciding(request, by)
        if request.thing not in self.things:
            return found | {2}
        return found | (frozenset() if to in self._others(request) else {22})

    def against_withdrawing(self, request: Request, by: str) -> Against:
        return frozenset(self._absent(request.by, request.whose, by) | (set() if by == request.by else {14}))

    def against_more(self, request: Request, by: str, more: timedelta) -> Against:
        """What stands against asking for more time: as though all of it were asked for at once, by whoever has it."""
        found = self._absent(request.by, request.whose, by) | (set() if by == request.by == request.whose else {3})
        if request.thing not in self.things:
            return frozenset(found | {2})
        found |= self._unaskable(
            request.by,
            request.whose,
            request.thing,
            request.lasting + more,
            has_ticket=request.has_ticket,
            at=request.at,
            is_decided=True,
        )
        return frozenset(found | (set() if self.asked_for_more(request).people else {8}))

    # Against the change, and against its end.

    def against_the_change(self, request: Request) -> Against:
        found = self._absent(request.by, request.whose)
        if request.thing not in self.things:
            return frozenset(found | {2})
        by, whose, thing, asked = request.by, request.whose, request.thing, request.asked_for
        found |= self._unaskable(
            by, whose, thing, request.lasting, has_ticket=request.has_ticket, at=request.at, is_decided=bool(request.stages)
        )
        if any(not one.is_yes for one in request.words) or not (request.stages or self.needs_nobody(by, whose, thing, asked)):
            found |= {15}
        for place, stage in enumerate(request.stages):
            agreed = {one.by for one in request.words if one.stage == place and self._still_counts(one.by, request, place, one.is_proved)}
            if len(agreed) < stage.quorum:
                found |= {15}
        return frozenset(found)

    def against_ending(self, request: Request, by: str, why: str) -> Against:
        """The holder may; and, saying why, its owners, whoever agreed to it, and security: whoever of them is here."""
        found = frozenset() if self.is_here(by) and by in (request.by, request.whose, *self._may_take_back(request)) else frozenset({16})
        says_why = by in (request.by, request.whose) or _is_a_reason(why)
        return found | (frozenset() if says_why else {21})

    def _may_take_back(self, request: Request) -> set[str | None]:
        offer = self.things.get(request.thing)
        security = (one for one, each in self.people.items() if each.is_security)
        agreed = (one.by for one in request.words if one.is_yes)
        return {offer.owner, offer.deputy, *security, *agreed} if offer else set()

    # Who decides in the place of whom.

    def is_anybody_in_doubt(self, request: Request) -> bool:
        """Whether anybody who is asked now has left, or is not whom today's catalog and directory name for it."""
        stage = request.stages[request.stage]
        named = (*self._named(stage.whom, request.whose, request.thing), self._steward(request.thing))
        return any(not self.is_here(one) or one not in named for one in stage.people)

    def against_waiting(self, request: Request) -> Against:
        """What stands against asking anybody at all."""
        found = self._absent(request.by, request.whose)
        if request.thing not in self.things:
            return frozenset(found | {2})
        healed = self.healed(request)
        return frozenset(found | ({8} if len(healed.people) < healed.quorum else set()))

    def healed(self, request: Request) -> Stage:
        """The open stage with who can decide in it now: whoever can stays, and the next in line come in for the others.

        What stands against the request itself stands against anybody who comes in, and is no reason to send anybody away.
        """
        stage, by, whose, thing = request.stages[request.stage], request.by, request.whose, request.thing
        is_forbidden = any(self._forbidden(by, whose, self.things[thing]))
        stays = tuple(
            one
            for one in stage.people
            if self.is_here(one) and one not in (by, whose) and (is_forbidden or self._may_approve(one, request, whom=stage.whom))
        )
        if stays == stage.people:
            return stage
        return replace(stage, people=stays if is_forbidden else self._filled(stays, stage, by, whose, thing))

    def asked_for_more(self, request: Request) -> Stage:
        """Whoever decided before; where they cannot, one of the owners."""
        able = [
            one
            for one in (request.decided_by, *self._named("owner", request.whose, request.thing))
            if one is not None and self.is_here(one) and one not in (request.by, request.whose)
        ]
        last = request.stages[-1] if request.stages else None
        whom = last.whom if last and able and able[0] in last.people else "owner"
        return Stage(whom, tuple(able[:1]), 1)

    def _others(self, request: Request) -> tuple[str, ...]:
        """Who else could decide in the open stage."""
        stage, offer = request.stages[request.stage], self.things[request.thing]
        if any(self._forbidden(request.by, request.whose, offer)):
            return ()
        line = self._in_line(stage.whom, request.whose, request.thing)
        return tuple(one for one in line if self.is_here(one) and one not in (request.by, request.whose, *stage.people))

    def _open(self, request: Request) -> Stage:
        return request.stages[request.stage] if request.more is None else self.asked_for_more(request)

    def _filled(self, asked: tuple[str, ...], stage: Stage, by: str, whose: str, thing: str) -> tuple[str, ...]:
        """Where they are too few, the next in line: the steward last of all."""
        for one in self._in_line(stage.whom, whose, thing):
            if len(asked) < stage.quorum and one not in asked and self.is_here(one) and one not in (by, whose):
                asked = (*asked, one)
        return asked

    # What these rest on.

    def is_here(self, one: str) -> bool:
        return one in self.people and self.people[one].is_here

    def tier(self, request: Request) -> world.Tier:
        return TIERS[self.things[request.thing].risk]

    def _absent(self, *concerned: str) -> set[int]:
        return set() if all(self.is_here(one) for one in concerned) else {1}

    def _unaskable(
        self, by: str, whose: str, thing: str, lasting: timedelta, *, has_ticket: bool, at: datetime, is_decided: bool = False
    ) -> set[int]:
        """What stands against the request itself, whoever is asked, at the hour when it was made."""
        offer, tier = self.things[thing], TIERS[self.things[thing].risk]
        longest = min(filter(None, (offer.longest, tier.longest)))
        if not is_decided and self.needs_nobody(by, whose, thing, lasting):
            longest = min(longest, world.A_SHIFT)
        found = set() if world.SHORTEST <= lasting <= longest else {5}
        if tier.wants_ticket and not has_ticket:
            found |= {6}
        here = at + (self.people[whose].hours_ahead if whose in self.people else 0) * HOUR
        is_too_late = offer.in_working_hours and not (here.isoweekday() <= 5 and 7 <= here.hour < 19)
        return found | ({4} if is_too_late or any(self._forbidden(by, whose, offer)) else set())

    def _forbidden(self, by: str, whose: str, offer: Thing) -> Iterator[bool]:
        """At any hour, whoever decides."""
        yield not self.is_here(by) or not self.is_here(whose)
        yield bool(offer.teams) and (whose not in self.people or self.people[whose].team not in offer.teams)
        chain = (by, whose)
        for other in offer.apart_from:
            if other in self.things:
                yield any((other, one) in self.members for one in chain)
                yield any(one.thing == other and not one.is_over and (one.by in chain or one.whose in chain) for one in self.requests)

    def _has_asked_too_often(self, by: str, thing: str) -> bool:
        mine = [one.at for one in self.requests if one.by == by]
        of_it = [one.at for one in self.requests if one.thing == thing]
        unfinished = [one for one in self.requests if one.whose == by and not one.is_over]
        return (
            sum(at > self.now - HOUR for at in mine) >= world.ASKED_IN_AN_HOUR
            or sum(at > self.now - world.DAY for at in mine) >= world.ASKED_IN_A_DAY
            or sum(at > self.now - HOUR for at in of_it) >= world.ONE_ASKED_FOR_IN_AN_HOUR
            or len(unfinished) >= world.OPEN
        )

    def _named(self, whom: str, whose: str, thing: str) -> tuple[str, ...]:
        offer = self.things.get(thing)
        owners = (offer.owner, offer.deputy) if offer else ()
        return self._known(*((self._manager(whose),) if whom == "manager" else owners))

    def _in_line(self, whom: str, whose: str, thing: str) -> tuple[str, ...]:
        """Whoever may be asked, in the order in which they stand in for each other."""
        above = (self._manager(self._manager(whose)),) if whom == "manager" else ()
        return self._known(*self._named(whom, whose, thing), *above, self._steward(thing))

    def _steward(self, thing: str) -> str | None:
        return self.things[thing].steward if thing in self.things else None

    def _manager(self, whose: str | None) -> str | None:
        return self.people[whose].manager if whose in self.people else None

    def _known(self, *named: str | None) -> tuple[str, ...]:
        return tuple(one for one in named if one is not None and one in self.people)

    def _may_approve(self, by: str, request: Request, *, whom: str) -> bool:
        """Owners where an owner is asked, the manager or theirs where the manager is, the steward anywhere: whoever is that now."""
        return self.is_here(by) and by in self._in_line(whom, request.whose, request.thing)

    def _still_counts(self, by: str, request: Request, place: int, is_proved: bool) -> bool:
        stage = request.stages[place]
        is_approver = by in stage.people and by not in (request.by, request.whose)
        return is_approver and self._may_approve(by, request, whom=stage.whom) and (is_proved or not self.tier(request).wants_sign_in)


def _is_a_reason(said: str) -> bool:
    return bool(said.strip()) and len(said.strip()) <= world.REASON_AT_MOST
