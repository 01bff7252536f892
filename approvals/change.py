"""The vocabulary: what people ask for and how it is spoken of. Values only; no rule, no I/O, no clock.

Words are those of the design: request, proposal, requester, beneficiary, entitlement, stage, quorum, approver, decision, grant, revoke.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NewType

from approvals.words import Personal, Sentence

PersonId = NewType("PersonId", str)
"""An Entra object id, in lower case. E-mail addresses and names are reassigned; object ids are not."""
EntitlementId = NewType("EntitlementId", str)
RequestId = NewType("RequestId", int)
HELPDESK = "helpdesk"
"""The role of those who may read tickets."""
SECURITY = "security"
"""The role of those who may take back anybody's access, as the shipped policy has it."""
POLICY_OWNER = "policy"
"""The role of those who decide on changes of the policy: two of them for each."""


def number(request: RequestId) -> str:
    """How people speak of a request: ``REQ-1042``."""
    return f"REQ-{request}"


def ticket_number(ticket: int) -> str:
    """How the helpdesk speaks of a ticket: ``TCK-1042``."""
    return f"TCK-{ticket}"


def _mark(value: object, *names: str, of: PersonId) -> None:
    """Mark these fields of a frozen value, where they hold any text, as the person's own: evidence can be rid of them later."""
    for name in names:
        text = getattr(value, name)
        if text:
            object.__setattr__(value, name, Personal(text, of=of))


class Risk(StrEnum):
    """How much harm wrong access could do, as its owner judged it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Task(StrEnum):
    """What kind of change an entitlement is. Policies have an action for each class and phase: ``group:approve``."""

    GROUP = "group"


class Hours(StrEnum):
    """When an entitlement can be asked for: always, or from Monday to Friday, 7 to 19 o'clock where the beneficiary is."""

    ANY = "any"
    WORKING = "working"


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody in the directory. ``enabled`` is false once they have left; ``roles`` are this product's own (``helpdesk``)."""

    id: PersonId
    name: str
    email: str
    title: str = ""
    department: str = ""
    manager: PersonId | None = None
    enabled: bool = True
    locale: str = "en-GB"
    time_zone: str = "UTC"
    roles: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        _mark(self, "name", "email", "title", of=self.id)

    @property
    def may_read_tickets(self) -> bool:
        """Whether the directory lets them in at the helpdesk's pages."""
        return self.enabled and HELPDESK in self.roles


@dataclass(frozen=True, slots=True, kw_only=True)
class Entitlement:
    """Something that can be asked for. ``opens`` says in plain words what its holder can do; ``target`` is the group behind it."""

    id: EntitlementId
    name: str
    system: str
    level: str
    description: str
    opens: str
    risk: Risk
    owner: PersonId
    deputy: PersonId | None
    usual_duration: timedelta
    max_duration: timedelta
    target: str
    aliases: tuple[str, ...] = ()
    departments: tuple[str, ...] = ()
    connector: str = "local"
    task: Task = Task.GROUP
    hours: Hours = Hours.ANY
    rota: str | None = None
    """The on-call rota whose people may need it at night."""
    conflicts: tuple[EntitlementId, ...] = ()
    """What nobody may have together with it (separation of duties)."""
    steward: PersonId | None = None
    """Who decides where neither owner nor deputy, nor a manager who would have to, can."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """What is asked, before it is accepted. Frozen at submit: later chat cannot amend it."""

    requester: PersonId
    beneficiary: PersonId
    entitlement: EntitlementId
    duration: timedelta
    reason: str
    reference: str | None = None
    """A ticket or incident that the requester named (``INC-4711``): their claim, never checked here."""

    def __post_init__(self) -> None:
        _mark(self, "reason", "reference", of=self.requester)


class Action(StrEnum):
    """What is authorized, as ``<resource>:<verb>``."""

    SUBMIT = "request:submit"
    APPROVE = "request:approve"
    DENY = "request:deny"
    WITHDRAW = "request:withdraw"
    REROUTE = "request:reroute"
    ESCALATE = "request:escalate"
    REASSIGN = "request:reassign"
    EXECUTE = "grant:execute"
    EXTEND = "grant:extend"
    REVOKE = "grant:revoke"


class State(StrEnum):
    """Where a request is. Edges are in lifecycle.py."""

    WAITING = "waiting"
    APPROVED = "approved"
    GRANTED = "granted"
    ENDING = "ending"
    ENDED = "ended"
    DENIED = "denied"
    LAPSED = "lapsed"
    WITHDRAWN = "withdrawn"
    REFUSED = "refused"
    FAILED = "failed"

    @property
    def is_final(self) -> bool:
        """Whether nothing more can happen to the request."""
        return self in FINAL


FINAL = (State.ENDED, State.DENIED, State.LAPSED, State.WITHDRAWN, State.REFUSED, State.FAILED)


class EndCause(StrEnum):
    """Why access ended."""

    TIME = "time"
    HANDED_BACK = "handed_back"
    REVOKED = "revoked"


class Verdict(StrEnum):
    """What an approver decided."""

    APPROVE = "approve"
    DENY = "deny"


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """People who must agree before the next stage is asked. ``quorum`` of ``approvers`` is enough; order has no meaning."""

    name: str
    approvers: tuple[PersonId, ...]
    quorum: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class StepUp:
    """An approver's own fresh sign-in for one decision, as it was verified (step_up.py). Never the token itself.

    ``age`` is how long before the decision they signed in, by real time; ``contexts`` are Entra's authentication contexts (``acrs``);
    ``token`` is the SHA-256 of the token, ``token_id`` the issuer's own name for it.
    """

    issuer: str
    person: PersonId
    auth_time: datetime
    age: timedelta
    contexts: tuple[str, ...]
    token: str
    token_id: str | None

    def __post_init__(self) -> None:
        # Both lead to one line of Entra's own sign-in log.
        _mark(self, "token", "token_id", of=self.person)


@dataclass(frozen=True, slots=True, kw_only=True)
class NotSignedIn:
    """A sign-in that does not count. ``why`` names the check of step_up.py that failed; ``reason`` is for the person."""

    why: str
    reason: Sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """What an approver says they are about to allow: who gets what, for how long."""

    beneficiary: PersonId
    entitlement: EntitlementId
    duration: timedelta


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """One approver's word on one stage. ``duration`` is what they allowed, never more than was asked."""

    approver: PersonId
    verdict: Verdict
    at: datetime
    stage: int = 0
    duration: timedelta | None = None
    reason: str = ""
    step_up: StepUp | None = None

    def __post_init__(self) -> None:
        _mark(self, "reason", of=self.approver)


@dataclass(frozen=True, slots=True, kw_only=True)
class Obligations:
    """What an ``Allowed`` binds the caller to, as the policy in force demands it."""

    max_duration: timedelta
    """The longest that access may last."""
    lapses_after: timedelta
    """How long the question may stay open."""
    ticket: bool = False
    """Whether a ticket or incident has to be named."""
    step_up: bool = False
    """Whether an approval needs the approver's own fresh sign-in."""
    look_again: bool = False
    """Whether the approver says first who gets what for how long."""
    notify: tuple[PersonId, ...] = ()
    """Who is told when access begins, beside those who asked and decided."""
    remind_after: timedelta | None = None
    """After how long without an answer an approver is reminded, and after twice as long each further time; None for never."""
    escalate_after: timedelta | None = None
    """After how long without an answer the next in line is asked as well; None for never."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruled:
    """What the policy said to one question. ``about`` is what was asked, as mediation names it: ``request``, ``approve/STAGE/PERSON``."""

    about: str
    allowed: bool
    rules: tuple[str, ...]
    errors: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    """What an answer was given on, beside the facts: with both it can be asked for again, and has to come out the same."""

    action: Action
    proposal: Proposal
    now: datetime
    ruled: tuple[Ruled, ...] = ()
    """What the policy said, by what it was asked; empty where a check before it refused."""
    digest: str = ""
    """Names exactly what the policy engine was sent; empty where it was not asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowed:
    """The act may go on. ``stages`` are who must agree first, in order.

    ``obligations`` is None for acts that need no entry in the catalog any more, such as ending access.
    """

    stages: tuple[Stage, ...]
    obligations: Obligations | None
    rules: tuple[str, ...] = ()
    """The policies that decided, by their ids."""
    needs_nobody: bool = False
    """Whether the policy approves by itself: no person is asked."""
    grounds: Grounds | None = field(default=None, compare=False, repr=False)
    """Two answers are the same, whatever they rest on."""


@dataclass(frozen=True, slots=True)
class Denied:
    """The act may not go on. ``check`` is the number in mediation's list; ``reason`` is written for the person who asked."""

    check: int
    reason: Sentence
    rules: tuple[str, ...] = ()
    """The policies that decided, by their ids; empty where another check did, or where no policy permits it."""
    grounds: Grounds | None = field(default=None, compare=False, repr=False)
