"""What stands against an act, in plain words and by the numbers of mediation's list: the empty set where nothing does.

Written from the design, the list of checks and the policies' own comments, not from the code: it shares nothing with it. The order in which
checks are made is not the oracle's business: whichever of these is given as the reason is right.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
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
            asked = able[:1] if whom == "owner" else able
            if asked not in [one.people for one in found]:
                found.append(Stage(whom, asked, quorum))
        return tuple(found)

    # Against deciding.

    def against_deciding(self, request: Request, by: str) -> Against:
        """What stands against somebody's word on it, whatever the word is."""
        found = self._absent(request.by, request.whose, by)
        stage = request.stages[request.stage] if request.stage < len(request.stages) else None
        if by in (request.by, request.whose):
            found |= {9}
        if stage is None or by not in stage.people or any(one.by == by and one.stage == request.stage for one in request.words):
            found |= {10}
        if self.now >= request.lapses_at:
            found |= {11}
        return frozenset(found)

    def against_approving(self, request: Request, by: str, lasting: timedelta, *, line: tuple[str, str, timedelta] | None) -> Against:
        """The same, of a yes; all but the sign-in that it may need (17)."""
        found = set(self.against_deciding(request, by))
        if request.thing not in self.things:
            return frozenset(found | {2})
        found |= self._unaskable(
            request.by, request.whose, request.thing, request.asked_for, has_ticket=request.has_ticket, at=request.at, is_decided=True
        )
        if request.stages and not self._may_approve(by, request, stage=request.stage):
            found |= {4}
        if not world.SHORTEST <= lasting <= request.asked_for:
            found |= {12}
        just_now = [one for each in self.requests for one in each.words if one.by == by and one.is_yes and one.at > self.now - MINUTE]
        if len(just_now) >= world.APPROVED_IN_A_MINUTE:
            found |= {20}
        if self.tier(request).wants_second_look and line != (request.whose, request.thing, request.lasting):
            found |= {18}
        return frozenset(found)

    def against_denying(self, request: Request, by: str, reason: str) -> Against:
        says_why = bool(reason.strip()) and len(reason.strip()) <= world.REASON_AT_MOST
        return self.against_deciding(request, by) | (frozenset() if says_why else {13})

    def against_withdrawing(self, request: Request, by: str) -> Against:
        return frozenset(self._absent(request.by, request.whose, by) | (set() if by == request.by else {14}))

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

    def against_ending(self, request: Request, by: str) -> Against:
        """The holder may, and its owners and security: whoever of them is here."""
        offer = self.things.get(request.thing)
        others = {offer.owner, offer.deputy, *(one for one, each in self.people.items() if each.is_security)} if offer else set()
        return frozenset() if self.is_here(by) and by in (request.by, request.whose, *others) else frozenset({16})

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
        return found | ({4} if any(self._forbidden(by, whose, offer, at=at)) else set())

    def _forbidden(self, by: str, whose: str, offer: Thing, *, at: datetime) -> Iterator[bool]:
        yield not self.is_here(by) or not self.is_here(whose)
        yield bool(offer.teams) and (whose not in self.people or self.people[whose].team not in offer.teams)
        chain = (by, whose)
        for other in offer.apart_from:
            if other in self.things:
                yield any((other, one) in self.members for one in chain)
                yield any(one.thing == other and not one.is_over and (one.by in chain or one.whose in chain) for one in self.requests)
        here = at + (self.people[whose].hours_ahead if whose in self.people else 0) * HOUR
        yield offer.in_working_hours and not (here.isoweekday() <= 5 and 7 <= here.hour < 19)

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
        offer = self.things[thing]
        manager = self.people[whose].manager if whose in self.people else None
        named = (manager,) if whom == "manager" else (offer.owner, offer.deputy)
        return tuple(one for one in named if one is not None and one in self.people)

    def _may_approve(self, by: str, request: Request, *, stage: int) -> bool:
        """Owners where an owner is asked, the manager where the manager is; whoever of them is that now."""
        whom = request.stages[stage].whom if stage < len(request.stages) else ""
        return self.is_here(by) and by in self._named(whom, request.whose, request.thing)

    def _still_counts(self, by: str, request: Request, place: int, is_proved: bool) -> bool:
        is_approver = by in request.stages[place].people and by not in (request.by, request.whose)
        return is_approver and self._may_approve(by, request, stage=place) and (is_proved or not self.tier(request).wants_sign_in)
