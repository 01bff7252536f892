"""What the permits that applied demand, read from their annotations; the strictest of them all holds.

@stages("manager, owner")   who must agree, in order: owner, manager, or "N of owners"
@lapses_after("1d")         how long the question may stay open
@remind_after("4h")         after how long without an answer an approver is reminded; each further time after twice as long
@escalate_after("8h")       after how long without an answer the next in line is asked as well
@at_most("8h")              the longest that access may last
@requires("ticket")         what a request must come with
@step_up("yes")             the approver signs in afresh for this one decision; how fresh, limits.yaml says
@look_again("yes")          the approver picks, on the card, who gets what for how long
@notify("owners, manager")  who is told when access begins
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields
from datetime import timedelta
from enum import StrEnum
from typing import Any, TypeVar

from approvals.words import read_span, say

T = TypeVar("T")
_STAGE = re.compile(r"(?:(?P<quorum>[1-9]) of )?(?P<kind>owners|owner|manager)")


class Kind(StrEnum):
    """Whom a stage asks: the owner (or the deputy where the owner cannot), both of them, or the beneficiary's manager."""

    OWNER = "owner"
    OWNERS = "owners"
    MANAGER = "manager"


@dataclass(frozen=True, slots=True, kw_only=True)
class StageRule:
    """One stage as a policy writes it: ``quorum`` of those whom ``kind`` names."""

    kind: Kind
    quorum: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Conditions:
    """What an act is bound to. None and empty mean that no permit demands it."""

    stages: tuple[StageRule, ...] = ()
    lapses_after: timedelta | None = None
    remind_after: timedelta | None = None
    escalate_after: timedelta | None = None
    at_most: timedelta | None = None
    ticket: bool = False
    step_up: bool = False
    look_again: bool = False
    notify: tuple[Kind, ...] = ()


def read_annotations(notes: Mapping[str, str]) -> Conditions:
    """The conditions that one permit's annotations write down.

    Raises:
        ValueError: an annotation has a value that it cannot have; the message says which, and what is allowed.
    """
    return Conditions(
        stages=_each(notes, "stages", _stage),
        lapses_after=_span(notes, "lapses_after"),
        remind_after=_span(notes, "remind_after"),
        escalate_after=_span(notes, "escalate_after"),
        at_most=_span(notes, "at_most"),
        ticket=_only(notes, "requires", "ticket"),
        step_up=_only(notes, "step_up", "yes"),
        look_again=_only(notes, "look_again", "yes"),
        notify=_each(notes, "notify", _kind),
    )


KNOWN = frozenset({"id", "says", "doc", "requires", *(each.name for each in fields(Conditions))} - {"ticket"})
"""Every annotation that a policy may carry: a misspelt one is no demand that is silently missing."""


def strictest(demands: Iterable[Conditions]) -> Conditions:
    """All of ``demands`` at once: every stage, the shortest times, each obligation that any of them has."""
    demands = tuple(demands)
    if len(demands) < 2:
        return demands[0] if demands else Conditions()
    return Conditions(
        stages=_union(one.stages for one in demands),
        lapses_after=_least(one.lapses_after for one in demands),
        remind_after=_least(one.remind_after for one in demands),
        escalate_after=_least(one.escalate_after for one in demands),
        at_most=_least(one.at_most for one in demands),
        ticket=any(one.ticket for one in demands),
        step_up=any(one.step_up for one in demands),
        look_again=any(one.look_again for one in demands),
        notify=_union(one.notify for one in demands),
    )


def as_plain(conditions: Conditions) -> dict[str, Any]:
    """What is demanded, by name, without what is not: for people and for evidence."""
    return {each.name: value for each in fields(conditions) if (value := getattr(conditions, each.name)) != each.default}


def _union(lists: Iterable[tuple[T, ...]]) -> tuple[T, ...]:
    return tuple(dict.fromkeys(one for each in lists for one in each))


def _least(spans: Iterable[timedelta | None]) -> timedelta | None:
    return min((span for span in spans if span is not None), default=None)


def _span(notes: Mapping[str, str], name: str) -> timedelta | None:
    if name not in notes:
        return None
    span = read_span(notes[name])
    if not span:
        raise ValueError(say("@{name} is {given}; write a whole number and m, h or d, such as 4h", name=name, given=repr(notes[name])))
    return span


def _only(notes: Mapping[str, str], name: str, value: str) -> bool:
    if name in notes and notes[name] != value:
        raise ValueError(say("@{name} is {given}; write {value}, or leave it out", name=name, given=repr(notes[name]), value=repr(value)))
    return name in notes


def _each(notes: Mapping[str, str], name: str, read: Callable[[str], T]) -> tuple[T, ...]:
    return tuple(read(part.strip()) for part in notes[name].split(",")) if name in notes else ()


def _stage(text: str) -> StageRule:
    match = _STAGE.fullmatch(text)
    if match is None or (match["quorum"] and match["kind"] != Kind.OWNERS):
        raise ValueError(say("@stages has {given}; write owner, manager, owners or '2 of owners', with commas between", given=repr(text)))
    return StageRule(kind=Kind(match["kind"]), quorum=int(match["quorum"] or 1))


def _kind(text: str) -> Kind:
    if text not in tuple(Kind):
        raise ValueError(say("@notify has {given}; write {known}, with commas between", given=repr(text), known=", ".join(Kind)))
    return Kind(text)
