"""What a reader is shown of a request or a ticket: facts read from the database, frozen, ready for a card or a page.

A view is made for one reader at one moment. Buttons are bound to it: cards sign a digest of the view, and a press whose digest no longer
fits is redrawn instead of obeyed.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from approvals.change import EndCause, EntitlementId, Look, PersonId, RequestId, Risk, State
from approvals.words import Sentence


class Standing(StrEnum):
    """How the reader stands to the request; it decides which buttons are on their card."""

    REQUESTER = "requester"
    APPROVER = "approver"
    RELIEVED = "relieved"
    """Was asked, and somebody else decides now."""
    ONLOOKER = "onlooker"


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonView:
    """What is shown of a person."""

    id: PersonId
    name: str
    title: str
    department: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitlementView:
    """What is shown of an entitlement: whose it is, what it opens and for how long."""

    id: EntitlementId
    name: str
    system: str
    description: str
    opens: str
    risk: Risk
    owner: PersonView
    usual_duration: timedelta
    max_duration: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """One line of a timeline: when, who (None for Countersign itself), and what happened, as a sentence.

    ``was_refused`` tells that the sentence is what ``who`` was told, not what they did.
    """

    at: datetime
    who: PersonView | None
    what: Sentence
    was_refused: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a press on a request is bound to: had any of it been different, the presser might have decided otherwise.

    Counts and dates that move by themselves (peers, last use) are context, not terms, so that they do not make every button stale.
    """

    request: RequestId
    version: int
    requester: PersonId
    beneficiary: PersonId
    entitlement: EntitlementId
    name: str
    opens: str
    risk: Risk
    asked_duration: timedelta
    reason: str
    reference: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LineView:
    """Who could get what for how long, in names: one of the lines that an approver of something critical chooses from."""

    look: Look
    name: str
    entitlement: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestView:
    """One request as one reader may see it now. ``version`` grows with every transition; buttons are bound to ``terms``."""

    id: RequestId
    number: str
    version: int
    state: State
    standing: Standing
    ticket: str
    ticket_url: str | None
    """The ticket's page at the helpdesk; None for a reader whom it would turn away."""
    requester: PersonView
    beneficiary: PersonView
    entitlement: EntitlementView
    asked_duration: timedelta
    duration: timedelta
    """What was approved; equal to ``asked_duration`` until somebody approved less."""
    reason: str
    reference: str | None
    asked_at: datetime
    lapses_at: datetime | None
    waiting_for: tuple[PersonView, ...]
    decided_by: PersonView | None
    decided_at: datetime | None
    decision_reason: str
    granted_at: datetime | None
    ends_at: datetime | None
    ended_at: datetime | None
    end_cause: EndCause | None
    ended_by: PersonView | None
    end_reason: str
    """Why it was taken back before its time, in the words of who did."""
    failure: Sentence | None
    """Why the access could not be given, or nobody could decide; or, while it is ending, why it is not gone."""
    peers: int
    """How many people hold this entitlement now (the beneficiary not counted)."""
    last_held_at: datetime | None
    """When the beneficiary last held it, if ever before."""
    terms: Terms
    more: timedelta | None = None
    """How much longer its holder asks for, while that is not decided."""
    may_ask_more: timedelta | None = None
    """How much longer the reader, who has it, is offered to ask for."""
    may_take_back: bool = False
    """Whether the reader is offered to end access that is somebody else's. Whether they may is mediation's to say."""
    lines: tuple[LineView, ...] = ()
    """What the reader chooses from before they approve, the right line first; empty where they need not."""
    others: tuple[PersonView, ...] = ()
    """Who could decide in the reader's place."""
    escalated_at: datetime | None = None
    """When others were asked beside those who had not answered, while it waits."""
    relieved: tuple[PersonView, ...] = ()
    """Who was asked before those for whom it waits."""

    @property
    def is_open(self) -> bool:
        """Whether somebody's word is waited for: on the request, or on more time for what it became."""
        return self.state is State.WAITING or self.more is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewView:
    """A proposal that is not submitted yet. ``draft`` and ``version`` name the stored draft that a press would submit."""

    draft: int
    version: int
    requester: PersonView
    entitlement: EntitlementView
    duration: timedelta
    reason: str
    reference: str | None
    will_be_asked: tuple[PersonView, ...]
    lapses_after: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class FormView:
    """The request form, with what is known already filled in and what is missing said under its field."""

    draft: int
    version: int
    entitlement: EntitlementView | None
    duration: timedelta | None
    reason: str
    reference: str | None
    choices: tuple[EntitlementView, ...]
    """Shown before anything is typed; typing searches the whole catalog."""
    durations: tuple[timedelta, ...]
    wants_ticket: bool = False
    """Whether the policy wants a ticket for the chosen entitlement."""
    problem: Sentence | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class GrantView:
    """One line of "my access"."""

    request: RequestId
    number: str
    version: int
    entitlement: EntitlementView
    granted_at: datetime
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketView:
    """A ticket as the helpdesk reads it; ``timeline`` is oldest first and empty in lists."""

    number: str
    request: RequestView
    is_open: bool
    opened_at: datetime
    updated_at: datetime
    closed_at: datetime | None
    timeline: tuple[Moment, ...] = ()
