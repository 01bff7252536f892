"""What would turn an answer: the single facts whose change, to a value that there is, would have let it through or stopped it.

Found by asking again, the whole of mediation, with one fact changed: nothing is taken from how a policy is written. Each fact is tried at a
bounded number of values, so an explanation costs a bounded number of answers (about fifty).
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from approvals.change import (
    Action,
    Allowed,
    Decision,
    Denied,
    Entitlement,
    Hours,
    Look,
    Person,
    PersonId,
    Proposal,
    Risk,
    StepUp,
    Verdict,
    number,
)
from approvals.mediation.authorize import authorize
from approvals.mediation.case import Case
from approvals.mediation.facts import Facts
from approvals.policy import Policy
from approvals.words import Sentence, say

_HOUR = timedelta(hours=1)
_MOMENTS = tuple(timedelta(days=days, hours=hours) for days in range(8) for hours in (9, 14, 21))
"""Of the week that follows, where the beneficiary is: where the hour or the day stands against something, one of these does not."""
_LONGEST = timedelta(days=30)
_ONE = ("",)
_BY_SOMEBODY = (Action.APPROVE, Action.DENY, Action.WITHDRAW, Action.REVOKE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What mediation was asked: the case that is to be turned."""

    action: Action
    proposal: Proposal
    facts: Facts
    policy: Policy
    now: datetime

    @property
    def answer(self) -> Allowed | Denied:
        """Mediation's answer to it."""
        return authorize(self.action, self.proposal, facts=self.facts, policy=self.policy, now=self.now)


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """One fact that would have turned the answer, in words. ``is_theirs`` where whoever asked can see to it themselves."""

    says: Sentence
    is_theirs: bool


_Values = Sequence[Any]


@dataclass(frozen=True, slots=True)
class _Fact:
    """One fact: the values that it could have had, the case with each of them, and how those that turn the answer are spoken of."""

    values: _Values
    other: Callable[[Any], Asked]
    says: Callable[[_Values], Sentence]
    is_theirs: bool = False


def turns(asked: Asked, *, departments: Sequence[str]) -> tuple[Turn, ...]:
    """Each single fact whose change turns the answer, with the values that do. ``departments`` are those that there are."""
    is_allowed = isinstance(asked.answer, Allowed)
    found = []
    for fact in _facts(asked, departments):
        values = [one for one in fact.values if isinstance(fact.other(one).answer, Allowed) is not is_allowed]
        if values:
            found.append(Turn(says=fact.says(values), is_theirs=fact.is_theirs))
    return tuple(found)


def _facts(asked: Asked, departments: Sequence[str]) -> Iterator[_Fact]:
    yield from _of_the_request(asked)
    yield _the_moment(asked)
    yield from _of_people(asked, departments)
    if asked.facts.entitlement is not None:
        yield from _of_the_catalog(asked, asked.facts.entitlement)
    yield from _of_the_decision(asked)
    if asked.action is Action.APPROVE and asked.facts.actor is not None:
        yield from _of_the_click(asked, asked.facts.actor)


def _of_the_request(asked: Asked) -> Iterator[_Fact]:
    proposal, facts, limits = asked.proposal, asked.facts, asked.policy.limits
    spans = {limits.shortest, _LONGEST, *_spans(facts.entitlement), *_caps(asked.policy)} - {proposal.duration}
    yield _Fact(
        sorted(spans),
        lambda span: _asking(asked, duration=span),
        lambda found: say("Asking for {duration}, not {asked}", duration=_nearest(found, proposal.duration), asked=proposal.duration),
        is_theirs=True,
    )
    named = say("Naming no ticket or incident") if proposal.reference else say("Naming a ticket or incident")
    yield _Fact(_ONE, lambda _: _asking(asked, reference=None if proposal.reference else "INC-1"), lambda _: named, is_theirs=True)
    fitting = say("Giving a reason, of at most {most} characters", most=limits.reason_at_most)
    yield _Fact(_ONE, lambda _: _asking(asked, reason="x"), lambda _: fitting, is_theirs=True)
    if facts.open_request is not None:
        over = say("{request} being over", request=number(facts.open_request))
        yield _Fact(_ONE, lambda _: _knowing(asked, open_request=None), lambda _: over, is_theirs=True)
    yield _Fact((not facts.holds,), lambda has: _knowing(asked, holds=has), lambda _: _held(is_held=facts.holds))
    apart = say("Neither having nor having asked for {conflicts}", conflicts=tuple(one.name for one in facts.conflicts))
    yield _Fact(_ONE if facts.conflicts else (), lambda _: _knowing(asked, conflicts=()), lambda _: apart, is_theirs=True)
    room = say("Asking or approving less often")
    yield _Fact(_ONE if facts.spending else (), lambda _: _knowing(asked, spending=()), lambda _: room, is_theirs=True)


def _the_moment(asked: Asked) -> _Fact:
    """The hour at which it is asked for: of several that turn it, the first."""
    beneficiary = asked.facts.beneficiary
    here = asked.now.astimezone(ZoneInfo(beneficiary.time_zone if beneficiary else "UTC"))
    midnight = here.replace(hour=0, minute=0, second=0, microsecond=0)
    moments = [midnight + step for step in _MOMENTS if midnight + step > here]
    return _Fact(moments, lambda at: _at(asked, at), lambda found: say("Asking on {moment}", moment=found[0]), is_theirs=True)


def _of_people(asked: Asked, departments: Sequence[str]) -> Iterator[_Fact]:
    facts = asked.facts
    for person in _people(facts):
        here = say("{name} having left", name=person.name) if person.enabled else say("{name} being an active member", name=person.name)
        yield _Fact((not person.enabled,), lambda is_here, of=person.id: _being(asked, of, enabled=is_here), lambda _, here=here: here)  # type: ignore[misc]
    own = facts.beneficiary
    if own is not None:
        others = [one for one in departments if one and one != own.department]
        yield _Fact(
            others,
            lambda name: _being(asked, own.id, department=name),
            lambda found: say("{name} being in {departments}, not in {own}", name=own.name, departments=tuple(found), own=own.department),
        )
    rota = facts.entitlement.rota if facts.entitlement else None
    if rota is not None:
        on_call = say("Being off call for {rota}", rota=rota) if rota in facts.on_call else say("Being on call for {rota}", rota=rota)
        yield _Fact((() if rota in facts.on_call else (rota,),), lambda rotas: _knowing(asked, on_call=rotas), lambda _: on_call)
    if facts.manager is None and facts.owners:
        managed = say("Having a manager who is an active member")
        yield _Fact(facts.owners, lambda owner: _knowing(asked, manager=owner), lambda _: managed)
    if facts.actor is not None and asked.action in _BY_SOMEBODY:
        actor = facts.actor
        yield _Fact(
            [one for one in _people(facts) if one.id != actor.id],
            lambda one: _knowing(asked, actor=one),
            lambda found: say("Being done by {names}, not by {actor}", names=tuple(one.name for one in found), actor=actor.name),
        )


def _of_the_catalog(asked: Asked, offer: Entitlement) -> Iterator[_Fact]:
    yield _Fact(
        [one for one in Risk if one is not offer.risk],
        lambda risk: _knowing(asked, entitlement=replace(offer, risk=risk)),
        lambda found: say("A risk of {risks} in the catalog, not {own}", risks=tuple(one.value for one in found), own=offer.risk.value),
    )
    other = Hours.ANY if offer.hours is Hours.WORKING else Hours.WORKING
    hours = say("Being kept to working hours in the catalog")
    if offer.hours is Hours.WORKING:
        hours = say("Not being kept to working hours in the catalog")
    yield _Fact((other,), lambda one: _knowing(asked, entitlement=replace(offer, hours=one)), lambda _: hours)
    if offer.departments:
        everybody = say("Being open to every department in the catalog")
        yield _Fact(_ONE, lambda _: _knowing(asked, entitlement=replace(offer, departments=())), lambda _: everybody)


def _of_the_decision(asked: Asked) -> Iterator[_Fact]:
    facts, proposal = asked.facts, asked.proposal
    if facts.older:
        yield _Fact(_ONE, lambda _: _knowing(asked, older=()), lambda _: say("Facts that are read anew"))
    if facts.lapses_at is not None and asked.now >= facts.lapses_at:
        in_time = say("Being decided before {moment}", moment=facts.lapses_at)
        yield _Fact(_ONE, lambda _: _knowing(asked, lapses_at=asked.now + _HOUR), lambda _: in_time, is_theirs=True)
    word = facts.word
    if word is not None and word.duration is not None:
        yield _Fact(
            (proposal.duration,),
            lambda span: _knowing(asked, word=replace(word, duration=span)),
            lambda found: say("Being approved for {duration}", duration=found[0]),
            is_theirs=True,
        )
    if word is not None and word.verdict is Verdict.DENY:
        most = asked.policy.limits.reason_at_most
        denied = say("Giving a reason for the denial, of at most {most} characters", most=most)
        yield _Fact(_ONE, lambda _: _knowing(asked, word=replace(word, reason="x")), lambda _: denied, is_theirs=True)
    if asked.action is Action.REVOKE:
        yield _Fact(_ONE, lambda _: _knowing(asked, why="x"), lambda _: say("Saying why it is taken back"), is_theirs=True)
    if asked.action is Action.EXECUTE:
        names = {one.id: one.name for one in facts.approvers}
        missing = [(place, one) for place, stage in enumerate(facts.stages) for one in stage.approvers]
        yield _Fact(
            missing,
            lambda each: _knowing(asked, decisions=(*facts.decisions, _approval(asked, *each))),
            lambda found: say("The approval of {names}", names=tuple(names.get(one, one) for _, one in found)),
        )


def _of_the_click(asked: Asked, actor: Person) -> Iterator[_Fact]:
    case = Case(action=asked.action, proposal=asked.proposal, facts=asked.facts, policy=asked.policy, now=asked.now)
    look = Look(beneficiary=case.proposal.beneficiary, entitlement=case.proposal.entitlement, duration=case.agreed_duration)
    signed, chosen = say("Signing in afresh for this approval"), say("Choosing the line that says who gets what for how long")
    yield _Fact(_ONE, lambda _: _knowing(asked, step_up=_signed_in(asked, actor.id)), lambda _: signed, is_theirs=True)
    yield _Fact(_ONE, lambda _: _knowing(asked, looked=look), lambda _: chosen, is_theirs=True)


# The case with one thing changed.


def _asking(asked: Asked, **changes: Any) -> Asked:
    return replace(asked, proposal=replace(asked.proposal, **changes))


def _knowing(asked: Asked, **changes: Any) -> Asked:
    return replace(asked, facts=replace(asked.facts, **changes))


def _being(asked: Asked, person: PersonId, **changes: Any) -> Asked:
    """The case with somebody changed, wherever they stand in it."""
    facts = asked.facts

    def changed(one: Any) -> Any:
        if isinstance(one, tuple):
            return tuple(changed(each) for each in one)
        return replace(one, **changes) if isinstance(one, Person) and one.id == person else one

    names = ("actor", "requester", "beneficiary", "manager", "manager_above", "steward", "given_to", "owners", "approvers")
    return _knowing(asked, **{name: changed(getattr(facts, name)) for name in names})


def _at(asked: Asked, moment: datetime) -> Asked:
    if asked.facts.asked_at is not None:
        return _knowing(asked, asked_at=moment)
    return replace(_knowing(asked, read_at=moment), now=moment)


def _approval(asked: Asked, stage: int, approver: PersonId) -> Decision:
    given = Decision(approver=approver, verdict=Verdict.APPROVE, at=asked.now, stage=stage, duration=asked.proposal.duration)
    return replace(given, step_up=_signed_in(asked, approver))


def _signed_in(asked: Asked, person: PersonId) -> StepUp:
    """A sign-in as good as it can be."""
    return StepUp(issuer="", person=person, auth_time=asked.now, age=timedelta(), contexts=(), token="", token_id=None)


# What there is to change.


def _people(facts: Facts) -> tuple[Person, ...]:
    standing_in = (facts.manager_above, facts.steward)
    concerned = (facts.requester, facts.beneficiary, facts.actor, facts.manager, *facts.owners, *facts.approvers, *standing_in)
    by_id: Mapping[PersonId, Person] = {one.id: one for one in concerned if one is not None}
    return tuple(by_id.values())


def _spans(offer: Entitlement | None) -> tuple[timedelta, ...]:
    return (offer.usual_duration, offer.max_duration, offer.max_duration + _HOUR) if offer else ()


def _caps(policy: Policy) -> tuple[timedelta, ...]:
    return tuple(cap for rule in policy.rules.values() if (cap := rule.demands.at_most) is not None)


def _nearest(found: _Values, to: timedelta) -> timedelta:
    nearest: timedelta = min(found, key=lambda span: abs(span - to))
    return nearest


def _held(*, is_held: bool) -> Sentence:
    return say("Not having it already") if is_held else say("Having it already")
