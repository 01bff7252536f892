"""What a request card says, by state and standing: what this is and whose move it is, what happened, and what happens next.

Moments are absolute: a card stays in a chat for months, and "two minutes ago" would go stale in two minutes.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from approvals.change import EndCause, PersonId, State
from approvals.views import RequestView, Standing
from approvals.words import Sentence, say
from cards.language import Language


class Tone(StrEnum):
    """The colour of a container, by its Adaptive Cards name. Words always say the same: colour is never the only sign."""

    QUIET = "emphasis"
    INFORM = "accent"
    GOOD = "good"
    WARN = "warning"
    ALERT = "attention"


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """The head of a request card. ``badge`` and ``headline`` hold no values: they stand in TextBlocks, which read Markdown."""

    badge: Sentence
    tone: Tone
    headline: Sentence
    happened: Sentence
    then: Sentence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Reading:
    view: RequestView
    language: Language
    viewer: PersonId

    @property
    def is_requester(self) -> bool:
        return self.view.standing is Standing.REQUESTER

    @property
    def is_approver(self) -> bool:
        return self.view.standing is Standing.APPROVER

    @property
    def approver(self) -> str:
        return self.view.decided_by.name if self.view.decided_by else self.language.text("The policy")

    @property
    def is_own_decision(self) -> bool:
        return self.view.decided_by is not None and self.view.decided_by.id == self.viewer


def told(view: RequestView, *, language: Language, viewer: PersonId) -> Told:
    """What ``viewer`` is told about the request."""
    return _TELL[view.state](_Reading(view=view, language=language, viewer=viewer))


def badge(state: State) -> Sentence:
    """The state in one or two words."""
    return _BADGES[state]


def summary(view: RequestView) -> Sentence:
    """The notification for a card: one sentence without moments, since a notification knows no reader's clock."""
    if view.standing is Standing.REQUESTER:
        return _yours(view.state, number=view.number, name=view.entitlement.name)
    values = {"number": view.number, "requester": view.requester.name, "name": view.entitlement.name}
    if view.more is not None:
        return say("{requester} asks for more time with {name} ({number}).", **values)
    if view.state is State.WAITING and view.standing is Standing.APPROVER:
        return say("{requester} asks for {name}: your decision is needed ({number}).", **values)
    return _theirs(view.state, **values)


def _yours(state: State, **values: str) -> Sentence:
    return {
        State.WAITING: say("Your request {number} for {name} waits for a decision.", **values),
        State.APPROVED: say("Your request {number} for {name} is approved and being made.", **values),
        State.GRANTED: say("You have {name} now ({number}).", **values),
        State.ENDING: say("Your access {name} is being removed ({number}).", **values),
        State.ENDED: say("Your access {name} has ended ({number}).", **values),
        State.DENIED: say("Your request {number} for {name} was denied.", **values),
        State.LAPSED: say("Nobody answered your request {number} for {name} in time.", **values),
        State.WITHDRAWN: say("Your request {number} for {name} is withdrawn.", **values),
        State.REFUSED: say("Nobody can decide on your request {number} for {name}.", **values),
        State.FAILED: say("Your request {number} for {name} failed; the helpdesk has a ticket.", **values),
    }[state]


def _theirs(state: State, **values: str) -> Sentence:
    return {
        State.WAITING: say("{requester} asks for {name} ({number}).", **values),
        State.APPROVED: say("{name} for {requester} is approved and being made ({number}).", **values),
        State.GRANTED: say("{requester} has {name} now ({number}).", **values),
        State.ENDING: say("{name} is being removed from {requester} ({number}).", **values),
        State.ENDED: say("{requester} no longer has {name} ({number}).", **values),
        State.DENIED: say("{name} for {requester} was denied ({number}).", **values),
        State.LAPSED: say("Nobody answered {requester} about {name} in time ({number}).", **values),
        State.WITHDRAWN: say("{requester} withdrew the request for {name} ({number}).", **values),
        State.REFUSED: say("Nobody can decide on {name} for {requester} ({number}).", **values),
        State.FAILED: say("{name} for {requester} failed; the helpdesk has a ticket ({number}).", **values),
    }[state]


def _waiting(read: _Reading) -> Told:
    view, moment = read.view, read.language.moment
    asked = {"asked": moment(view.asked_at)}
    if read.is_approver:
        headline, happened = say("Your decision is needed"), say("{requester} asked on {asked}.", requester=view.requester.name, **asked)
    elif view.standing is Standing.RELIEVED:
        headline = say("Somebody else decides now")
        happened = say(
            "{requester} asked on {asked}. It is asked of {names} now, in your place.",
            requester=view.requester.name,
            names=_waiting_for(read),
            **asked,
        )
    elif read.is_requester:
        headline = say("Waiting for a decision")
        happened = say("You asked on {asked}. It waits for {names}.", names=_waiting_for(read), **asked)
    else:
        headline = say("Waiting for a decision")
        happened = say(
            "{requester} asked on {asked}. It waits for {names}.", requester=view.requester.name, names=_waiting_for(read), **asked
        )
    then = say("You are told here as soon as it is decided.") if read.is_requester else None
    if view.escalated_at is not None and view.standing is not Standing.RELIEVED:
        then = say(
            "Nobody had answered by {moment}, so it is asked of {names}.", moment=moment(view.escalated_at), names=_waiting_for(read)
        )
    return Told(badge=badge(view.state), tone=Tone.INFORM, headline=headline, happened=happened, then=then)


def _waiting_for(read: _Reading) -> str:
    return read.language.any_of(person.name for person in read.view.waiting_for) or read.language.text("its owner")


def _approved(read: _Reading) -> Told:
    view = read.view
    return Told(
        badge=badge(view.state),
        tone=Tone.INFORM,
        headline=say("Approved, and being made now"),
        happened=_approval(read),
        then=say("Time starts only once the change is made and checked."),
    )


def _approval(read: _Reading) -> Sentence:
    view = read.view
    values = {"duration": read.language.duration(view.duration), "asked": read.language.duration(view.asked_duration)}
    if view.duration < view.asked_duration:
        if read.is_own_decision:
            return say("You approved {duration} instead of {asked}.", **values)
        return say("{approver} approved {duration} instead of {asked}.", approver=read.approver, **values)
    if read.is_own_decision:
        return say("You approved {duration}.", duration=values["duration"])
    return say("{approver} approved {duration}.", approver=read.approver, duration=values["duration"])


def _granted(read: _Reading) -> Told:
    view = read.view
    if view.more is not None:
        return _more_asked(read, view.more)
    ends = {"ends": read.language.moment(view.ends_at)} if view.ends_at else {}
    if read.is_requester:
        then = say("It ends by itself on {ends}. Finished sooner? Hand it back with “I'm done”.", **ends)
    else:
        then = say("It ends by itself on {ends}.", **ends)
    return Told(
        badge=badge(view.state),
        tone=Tone.GOOD,
        headline=say("You have this access now") if read.is_requester else say("Access is live"),
        happened=_approval(read),
        then=then if ends else None,
    )


def _more_asked(read: _Reading, more: timedelta) -> Told:
    view = read.view
    asked = {"more": read.language.duration(more), "whole": read.language.duration(view.duration + more)}
    ends = say("Until somebody agrees it ends on {ends}.", ends=read.language.moment(view.ends_at)) if view.ends_at else None
    if read.is_requester:
        happened = say("You asked for {more} more, {whole} in all. It waits for {names}.", names=_waiting_for(read), **asked)
        return Told(badge=badge(view.state), tone=Tone.INFORM, headline=say("You have this access now"), happened=happened, then=ends)
    happened = say("{requester} asks for {more} more, {whole} in all.", requester=view.requester.name, **asked)
    return Told(badge=badge(view.state), tone=Tone.INFORM, headline=say("More time is asked for"), happened=happened, then=ends)


def _ending(read: _Reading) -> Told:
    if read.view.failure is not None:
        return _lingering(read, read.view.failure)
    return Told(
        badge=badge(read.view.state),
        tone=Tone.WARN,
        headline=say("Access is being removed"),
        happened=_why_ending(read),
        then=say("Not confirmed yet: it counts as ended once a check of the system no longer finds it."),
    )


def _lingering(read: _Reading, failure: Sentence) -> Told:
    return Told(
        badge=say("Not removed"),
        tone=Tone.ALERT,
        headline=say("The access is not gone"),
        happened=failure,
        then=say("It is tried again by itself, and the helpdesk has to look: ticket {ticket}.", ticket=read.view.ticket),
    )


def _why_ending(read: _Reading) -> Sentence:
    return {
        EndCause.TIME: say("Its time is over."),
        EndCause.HANDED_BACK: say("It was handed back."),
        EndCause.REVOKED: say("It was revoked."),
        None: say("It is being taken away."),
    }[read.view.end_cause]


def _ended(read: _Reading) -> Told:
    view = read.view
    return Told(badge=badge(view.state), tone=Tone.QUIET, headline=say("Access has ended"), happened=_why_ended(read), then=_proved(read))


def _proved(read: _Reading) -> Sentence:
    if read.view.ended_at is None:
        return say("Its removal was checked.")
    return say("Its removal was checked on {ended}.", ended=read.language.moment(read.view.ended_at))


def _why_ended(read: _Reading) -> Sentence:
    view = read.view
    if view.end_cause is EndCause.HANDED_BACK:
        if view.ended_by is None or view.ended_by.id == read.viewer:
            return say("You handed it back.") if read.is_requester else say("It was handed back early.")
        return say("{person} handed it back.", person=view.ended_by.name)
    if view.end_cause is EndCause.REVOKED:
        if view.ended_by is None:
            return say("It was revoked before its time.")
        return say("{person} revoked it before its time.", person=view.ended_by.name)
    return say("It ran for the time that was approved, {duration}.", duration=read.language.duration(view.duration))


def _denied(read: _Reading) -> Told:
    view = read.view
    if view.decided_at is None:
        happened = say("{approver} denied this.", approver=read.approver)
    elif read.is_own_decision:
        happened = say("You denied this on {decided}.", decided=read.language.moment(view.decided_at))
    else:
        happened = say("{approver} denied this on {decided}.", approver=read.approver, decided=read.language.moment(view.decided_at))
    again = say("Nothing was changed. You can ask again and say more.")
    then = again if read.is_requester else None
    return Told(badge=badge(view.state), tone=Tone.QUIET, headline=say("The request was denied"), happened=happened, then=then)


def _lapsed(read: _Reading) -> Told:
    view = read.view
    if view.lapses_at is None:
        happened = say("No decision was made in time, so nothing was changed.")
    else:
        happened = say("No decision was made by {lapses}, so nothing was changed.", lapses=read.language.moment(view.lapses_at))
    then = say("Still needed? Ask again: it goes to the same people.") if read.is_requester else None
    return Told(badge=badge(view.state), tone=Tone.QUIET, headline=say("Nobody answered in time"), happened=happened, then=then)


def _withdrawn(read: _Reading) -> Told:
    view = read.view
    happened = say("You withdrew it.") if read.is_requester else say("{requester} withdrew it.", requester=view.requester.name)
    return Told(
        badge=badge(view.state),
        tone=Tone.QUIET,
        headline=say("The request was withdrawn"),
        happened=happened,
        then=say("Nothing was changed. Still needed? You can ask again.")
        if read.is_requester
        else say("Nothing was changed, and nothing is left to decide."),
    )


def _refused(read: _Reading) -> Told:
    again = say("Nobody has denied it, and nothing was changed. You can ask again once somebody can decide.")
    return Told(
        badge=badge(read.view.state),
        tone=Tone.WARN,
        headline=say("Nobody can decide on this"),
        happened=read.view.failure or say("Nobody who is named for it can decide any more."),
        then=again if read.is_requester else say("Nobody has denied it, and nothing was changed."),
    )


def _failed(read: _Reading) -> Told:
    view = read.view
    return Told(
        badge=badge(view.state),
        tone=Tone.ALERT,
        headline=say("The change could not be made"),
        happened=view.failure or say("The system refused the change."),
        then=say("Nothing more happens by itself. The helpdesk follows it up: ticket {ticket}.", ticket=view.ticket),
    )


_TELL: dict[State, Callable[[_Reading], Told]] = {
    State.WAITING: _waiting,
    State.APPROVED: _approved,
    State.GRANTED: _granted,
    State.ENDING: _ending,
    State.ENDED: _ended,
    State.DENIED: _denied,
    State.LAPSED: _lapsed,
    State.WITHDRAWN: _withdrawn,
    State.REFUSED: _refused,
    State.FAILED: _failed,
}
_BADGES = {
    State.WAITING: say("Waiting"),
    State.APPROVED: say("Approved"),
    State.GRANTED: say("Live"),
    State.ENDING: say("Ending"),
    State.ENDED: say("Ended"),
    State.DENIED: say("Denied"),
    State.LAPSED: say("Lapsed"),
    State.WITHDRAWN: say("Withdrawn"),
    State.REFUSED: say("Refused"),
    State.FAILED: say("Failed"),
}
