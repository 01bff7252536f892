"""What a message turned out to be: a command, progress on a draft, a question, or something that was not understood."""

from dataclasses import dataclass
from enum import StrEnum

from approvals.change import EntitlementId
from approvals.words import Sentence
from bot.understanding.draft import Draft


class CommandKind(StrEnum):
    """Everything that can be said beside a request itself."""

    HELP = "help"
    CANCEL = "cancel"
    FORM = "form"
    CATALOG = "catalog"
    ACCESS = "access"
    REQUESTS = "requests"
    STATUS = "status"
    DONE = "done"
    WITHDRAW = "withdraw"
    REVOKE = "revoke"
    EXTEND = "extend"
    REASSIGN = "give to somebody else"
    POLICY = "policy"
    ROLL_BACK = "roll back the policy"


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """Something to do at once.

    ``argument`` is a request's number such as ``REQ-1042`` (status, withdraw, revoke, extend, done, give), an entitlement in the person's
    own words (done), the version of a policy to agree to, or why the one in force is taken back. ``why`` is the reason that came with it
    (revoke), or how much longer, in the person's own words (extend). ``person`` is whom to give a request to, as it was said.
    """

    kind: CommandKind
    argument: str | None = None
    why: str | None = None
    person: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """A draft that the message began or changed. ``question`` asks for what is missing; None when the draft is ready for the preview.

    ``remark`` is said before the question: why the message was no answer to it.
    """

    draft: Draft
    question: Sentence | None
    remark: Sentence | None = None


class Wanted(StrEnum):
    """What a question wants to know."""

    OWNER = "owner"
    """Who owns something, or decides on it, as the catalog has it."""
    APPROVERS = "approvers"
    """Who would be asked, as the policy in force has it."""
    WHY = "why"
    """Why something that is named was refused or denied."""
    WHY_LAST = "why last"
    """Why whatever was refused last was, or came to nothing."""
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class Inquiry:
    """A question to be answered; nothing has changed.

    It asks about what ``about`` or ``request`` (``REQ-1042``) names: nothing there that the catalog knows, when both are empty.
    ``following`` is said after the answer: the question that is still open in the draft, or how to send it.
    """

    wants: Wanted
    about: tuple[EntitlementId, ...]
    request: str | None
    following: Sentence | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Unclear:
    """Nothing was understood and nothing has changed. ``hint`` says what can be said instead."""

    hint: Sentence
