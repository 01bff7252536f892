"""The tables. Invariants that must hold whatever the code does are unique indexes here, each with its reason beside it.

Timers are columns (``lapses_at``, ``health_at``, ``ends_at``, ``due_at``) under partial indexes: there is nothing to cancel and nothing to
keep in step.
"""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Index, Integer, Text, text
from sqlmodel import Field, SQLModel

from approvals.change import EndCause, State, Verdict
from approvals.store.columns import Instant, Named, Said, Span
from approvals.words import Sentence

_OPEN = "state IN ('waiting', 'approved', 'granted', 'ending')"
_WARNS = "state = 'granted' AND warn_at IS NOT NULL"


def _instant(*, nullable: bool = False) -> Any:
    return Field(default=None, sa_column=Column(Instant, nullable=nullable))


def _text(*, nullable: bool = False) -> Any:
    return Field(default=None if nullable else "", sa_column=Column(Text, nullable=nullable))


class PersonRow(SQLModel, table=True):
    """The embedded directory's people; loaded from people.yaml at start."""

    __tablename__ = "person"

    id: str = Field(primary_key=True)
    name: str
    email: str = Field(index=True)
    title: str
    department: str
    manager: str | None
    enabled: bool
    locale: str
    time_zone: str
    roles: list[str] = Field(sa_column=Column(JSON, nullable=False))


class MembershipRow(SQLModel, table=True):
    """The embedded directory's groups: who is in which."""

    __tablename__ = "membership"

    target: str = Field(primary_key=True)
    person: str = Field(primary_key=True, index=True)
    since: datetime = _instant()


class DirectoryChangeRow(SQLModel, table=True):
    """What the embedded directory has been told, once per key: a repeat finds its answer here and changes nothing."""

    __tablename__ = "directory_change"

    key: str = Field(primary_key=True)
    target: str
    person: str
    was_member: bool
    is_member: bool
    at: datetime = _instant()


class ChatRow(SQLModel, table=True):
    """Where a person can be reached in Teams: their 1:1 chat with the bot."""

    __tablename__ = "chat"

    person: str = Field(primary_key=True)
    teams_id: str
    conversation: str
    service_url: str
    at: datetime = _instant()


class InboxRow(SQLModel, table=True):
    """Activities already acted on. Written in the transaction of the act, so an act and its mark exist together or not at all."""

    __tablename__ = "inbox"

    conversation: str = Field(primary_key=True)
    activity: str = Field(primary_key=True)
    at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))


class DraftRow(SQLModel, table=True):
    """A conversation about a request that is not submitted yet: one for each person. ``body`` belongs to the edge."""

    __tablename__ = "draft"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    person: str = Field(unique=True)
    version: int
    body: str = _text()
    at: datetime = _instant()


class RequestRow(SQLModel, table=True):
    """A request and, once granted, the grant: one row, so that one compare-and-set on ``version`` decides every race."""

    __tablename__ = "request"
    __table_args__ = (
        # One open request for a thing and a person, whatever two clicks at once believe (check 7 of mediation).
        Index("one_open_request", "beneficiary", "entitlement", unique=True, sqlite_where=text(_OPEN), postgresql_where=text(_OPEN)),
        Index("waiting_lapses", "lapses_at", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
        Index("waiting_health", "health_at", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
        Index("waiting_reminds", "remind_at", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
        Index("waiting_escalates", "escalate_at", sqlite_where=text("state = 'waiting'"), postgresql_where=text("state = 'waiting'")),
        Index("granted_ends", "ends_at", sqlite_where=text("state = 'granted'"), postgresql_where=text("state = 'granted'")),
        Index("granted_warns", "warn_at", sqlite_where=text(_WARNS), postgresql_where=text(_WARNS)),
        Index("request_by_requester", "requester", "id"),
        Index("request_by_requester_in_time", "requester", "asked_at"),
        Index("request_by_entitlement_in_time", "entitlement", "asked_at"),
        Index("request_by_beneficiary", "beneficiary", "entitlement", "ended_at"),
        # A grant without an end cannot be stored: control 23, every grant is time-bound.
        CheckConstraint("state NOT IN ('granted', 'ending', 'ended') OR ends_at IS NOT NULL", name="grant_has_an_end"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    draft: int = Field(unique=True)  # Two presses of Submit on one preview make one request.
    version: int
    state: State = Field(sa_column=Column(Named(State), nullable=False))
    requester: str
    beneficiary: str
    entitlement: str
    connector: str
    target: str
    asked_duration: timedelta = Field(sa_column=Column(Span, nullable=False))
    duration: timedelta = Field(sa_column=Column(Span, nullable=False))
    reason: str = _text()
    reference: str | None = None
    stages: list[dict[str, Any]] = Field(sa_column=Column(JSON, nullable=False))
    stage: int = 0
    # Who was asked and decides no more: their cards say so.
    relieved: list[str] = Field(default_factory=list, sa_column=Column(JSON, nullable=False, server_default=text("'[]'")))
    # Its approvers choose first who gets what for how long, as the policy demanded when it was asked for, or has since.
    look_again: bool = Field(default=False, sa_column=Column(Boolean, nullable=False, server_default=text("0")))
    asked_at: datetime = _instant()
    lapses_at: datetime = _instant()
    health_at: datetime | None = _instant(nullable=True)  # When to see next whether those who are asked can still decide.
    # As the policy had it when it was asked for; each stage begins anew.
    remind_after: timedelta | None = Field(default=None, sa_column=Column(Span, nullable=True))
    remind_at: datetime | None = _instant(nullable=True)
    reminded: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    escalate_after: timedelta | None = Field(default=None, sa_column=Column(Span, nullable=True))
    escalate_at: datetime | None = _instant(nullable=True)
    escalated_at: datetime | None = _instant(nullable=True)
    decided_at: datetime | None = _instant(nullable=True)
    decided_by: str | None = None
    decision_reason: str = _text()
    granted_at: datetime | None = _instant(nullable=True)
    ends_at: datetime | None = _instant(nullable=True)
    # The longest that it may last in all, by the catalog and the policy when it was asked for; None for what is older than this column.
    at_most: timedelta | None = Field(default=None, sa_column=Column(Span, nullable=True))
    warn_at: datetime | None = _instant(nullable=True)  # When its holder is reminded of the end; None once they have been.
    # How much longer than ``duration`` is asked for, until that is decided.
    more: timedelta | None = Field(default=None, sa_column=Column(Span, nullable=True))
    had_before: bool = False  # The before-image: access that did not come from here is not taken away.
    ended_at: datetime | None = _instant(nullable=True)
    end_cause: EndCause | None = Field(default=None, sa_column=Column(Named(EndCause), nullable=True))
    ended_by: str | None = None
    end_reason: str = Field(default="", sa_column=Column(Text, nullable=False, server_default=""))
    failure: Sentence | None = Field(default=None, sa_column=Column(Said, nullable=True))


class TicketRow(SQLModel, table=True):
    """The helpdesk's ticket: one for each request, opened with it."""

    __tablename__ = "ticket"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    request: int = Field(unique=True, foreign_key="request.id")
    opened_at: datetime = _instant()
    updated_at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))
    closed_at: datetime | None = Field(default=None, sa_column=Column(Instant, nullable=True, index=True))


class DecisionRow(SQLModel, table=True):
    """One approver's word on one stage."""

    __tablename__ = "decision"
    __table_args__ = (Index("decision_by_approver", "approver", "verdict", "at"),)

    # An approver speaks once for each stage: the key makes a second word impossible.
    request: int = Field(primary_key=True, foreign_key="request.id")
    stage: int = Field(primary_key=True)
    approver: str = Field(primary_key=True)
    verdict: Verdict = Field(sa_column=Column(Named(Verdict), nullable=False))
    duration: timedelta | None = Field(default=None, sa_column=Column(Span, nullable=True))
    reason: str = _text()
    at: datetime = _instant()
    step_up: dict[str, Any] | None = Field(default=None, sa_column=Column(JSON(none_as_null=True), nullable=True))


class SignInRow(SQLModel, table=True):
    """A sign-in for one decision that has not been taken yet: the token, until the decision uses it up or it is too old to be of use.

    An id_token opens nothing anywhere, and only the decision whose hash is its nonce: ``binding`` is that hash. ``code`` is the SHA-256 of
    the one-time code that the page handed to Teams.
    """

    __tablename__ = "sign_in"

    # One for each person and request: a later one takes its place, so the table is as large as what waits for approval, and no larger.
    request: int = Field(primary_key=True, foreign_key="request.id")
    person: str = Field(primary_key=True)
    binding: str
    code: str
    token: str = _text()
    at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))


class EvidenceRow(SQLModel, table=True):
    """What happened, or was refused, and why; never changed and never deleted by this product."""

    __tablename__ = "evidence"
    __table_args__ = (
        Index("evidence_of_request", "request", "id"),
        # "Why was I denied?" looks for the last refusal of one person.
        Index("refused_of_actor", "actor", "id", sqlite_where=text("kind = 'act:refused'"), postgresql_where=text("kind = 'act:refused'")),
        Index("evidence_of_draft", "draft", sqlite_where=text("draft IS NOT NULL"), postgresql_where=text("draft IS NOT NULL")),
        {"sqlite_autoincrement": True},
    )

    # Counts from 1 without a hole: the entry's place in the Merkle tree, from 0, is one less.
    id: int | None = Field(default=None, primary_key=True)
    request: int | None = None
    draft: int | None = None  # What was written before there was a request; the request names its draft.
    at: datetime = _instant()
    kind: str
    actor: str | None = None
    version: int | None = None
    sentence: Sentence = Field(sa_column=Column(Said, nullable=False))
    body: str = _text()
    # Whose private values belong to it, each with the commitment to them: a JSON object by object id. The values are in ``private``.
    private: str = Field(default="{}", sa_column=Column(Text, nullable=False, server_default="{}"))


class PrivateRow(SQLModel, table=True):
    """What one entry holds of one person that may have to be erased: names, addresses, free text. Only this may be deleted of evidence.

    There is no index by person: erasing reads the table through, so that approving need not keep an index in order.
    """

    __tablename__ = "private"

    entry: int = Field(primary_key=True)
    person: str = Field(primary_key=True)
    key: bytes
    held: str = _text()


class RefusalRow(SQLModel, table=True):
    """What ``who`` was refused in one way, in the hour that began at ``since``: so many were ``recorded``, and so many ``more`` counted.

    ``who`` is empty for all whom the directory does not know and for altered buttons. ``by`` is how many of those ``more`` each person
    made: a JSON object by object id.
    """

    __tablename__ = "refusal"

    who: str = Field(primary_key=True)
    kind: str = Field(primary_key=True)
    check: int = Field(primary_key=True)
    since: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))
    recorded: int
    more: int
    first_at: datetime | None = _instant(nullable=True)
    last_at: datetime | None = _instant(nullable=True)
    by: str = _text()


class BreakerRow(SQLModel, table=True):
    """How often a connector has failed in a row, one way: giving or taking away (approvals/connectors/breaker.py). No row: it answers."""

    __tablename__ = "breaker"

    connector: str = Field(primary_key=True)
    way: str = Field(primary_key=True)
    failures: int
    next_at: datetime = _instant()


class ErasureRow(SQLModel, table=True):
    """Whose private values were erased, when, and which entry is the evidence of it."""

    __tablename__ = "erasure"

    entry: int = Field(primary_key=True)
    person: str = Field(index=True)
    at: datetime = _instant()


class PolicyRow(SQLModel, table=True):
    """The files of each policy that was ever in force, once for each meaning: a decision can be judged again by the policy of its time."""

    __tablename__ = "policy"

    # What the files mean, as a hash: evidence names it, so a file that was changed afterwards does not fit its version any more.
    version: str = Field(primary_key=True)
    texts: str = _text()
    at: datetime = _instant()


class PolicyMoveRow(SQLModel, table=True):
    """What was done to the policy, oldest first: the last row that puts a version in force names the policy in force."""

    __tablename__ = "policy_move"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    move: str
    version: str
    before: str | None = None  # The version in force when it was done.
    person: str | None = None
    at: datetime = _instant()


class NodeRow(SQLModel, table=True):
    """One complete subtree of the Merkle tree over the evidence: the ``1 << level`` entries from place ``position << level`` on."""

    __tablename__ = "tree_node"
    __table_args__ = ({"sqlite_with_rowid": False},)

    level: int = Field(primary_key=True)
    position: int = Field(primary_key=True)
    hash: bytes


class CheckpointRow(SQLModel, table=True):
    """The log after one batch: how many entries it had, the signed note that says so, and what appending goes on from."""

    __tablename__ = "checkpoint"

    size: int = Field(primary_key=True)
    note: str = _text()
    peaks: bytes


class CosignatureRow(SQLModel, table=True):
    """What a witness, named by its verifier key, said of the checkpoint of ``size`` entries: its line of the note."""

    __tablename__ = "cosignature"

    size: int = Field(primary_key=True)
    witness: str = Field(primary_key=True)
    line: str = _text()
    at: datetime = _instant()


class PublicationRow(SQLModel, table=True):
    """A place where checkpoints are published: who is there, how many entries they know of, and when they may be told again."""

    __tablename__ = "publication"

    place: int = Field(primary_key=True)
    target: str = _text()
    size: int
    due_at: datetime = _instant()


class JobRow(SQLModel, table=True):
    """Work that is due now or was tried and is due again. Done work is deleted."""

    __tablename__ = "job"
    __table_args__ = (
        # Work for the same thing is one job: asking again while it runs makes it run once more (``wanted``).
        Index("one_job_for_a_thing", "kind", "subject", unique=True),
        Index("job_due", "due_at"),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    kind: str
    subject: int
    wanted: int = 1
    attempts: int = 0
    # Attempts of which nobody knows whether they arrived: written before each, taken back where it certainly did not.
    unsure: int = Field(default=0, sa_column=Column(Integer, nullable=False, server_default=text("0")))
    due_at: datetime = _instant()
    leased_until: datetime | None = _instant(nullable=True)
    lease: str | None = None
    error: str | None = None


class CopyRow(SQLModel, table=True):
    """One copy of a request's card: whose it is, where it is posted and which version it shows."""

    __tablename__ = "copy"
    __table_args__ = (
        Index("copy_of_request", "request"),
        Index("one_copy_per_posting", "conversation", "activity", unique=True),
        {"sqlite_autoincrement": True},
    )

    id: int | None = Field(default=None, primary_key=True)
    request: int = Field(foreign_key="request.id")
    person: str
    service_url: str | None = None
    conversation: str | None = None
    activity: str | None = None
    shown: int = 0
    problem: str | None = None


class MessageRow(SQLModel, table=True):
    """A message that is sent once: a reply in a chat, or a notice to somebody concerned. ``key`` makes a repeat impossible."""

    __tablename__ = "message"
    __table_args__ = ({"sqlite_autoincrement": True},)

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    person: str
    request: int | None = Field(default=None, index=True)
    service_url: str | None = None
    conversation: str | None = None
    sentence: Sentence | None = Field(default=None, sa_column=Column(Said, nullable=True))
    activity: str | None = _text(nullable=True)
    at: datetime = Field(sa_column=Column(Instant, nullable=False, index=True))
    sent_at: datetime | None = _instant(nullable=True)
    problem: str | None = None
