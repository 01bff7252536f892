"""Writing evidence: what set something off, which facts were read, which policy decided, what was done and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert

from approvals.change import PersonId, RequestId
from approvals.evidence.spelling import canonical
from approvals.mediation import Facts
from approvals.policy import Policy
from approvals.store.sqlite import Tx
from approvals.store.tables import EvidenceRow
from approvals.words import Sentence

_INSERT = insert(EvidenceRow.__table__)  # type: ignore[attr-defined]


class Trace(StrEnum):
    """Kinds of evidence beside the lifecycle's own events."""

    REFUSED = "act:refused"
    GRANT_INTENDED = "grant:intended"
    REVOKE_INTENDED = "revoke:intended"
    UNDONE = "grant:undone"
    UNREACHED = "delivery:failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What set something off: an activity in a conversation, a timer, or a command. Names the cause; it proves no identity by itself."""

    source: str
    """``teams``, ``timer`` or ``cli``."""
    service_url: str = ""
    conversation: str = ""
    activity: str = ""
    card: str = ""
    """The activity id of the card that was pressed, where one was."""


def record(
    tx: Tx,
    kind: StrEnum,
    *,
    at: datetime,
    request: RequestId | None,
    actor: PersonId | None,
    trigger: Trigger,
    sentence: Sentence,
    policy: Policy,
    facts: Facts | None = None,
    check: int | None = None,
    version: int | None = None,
    draft: int | None = None,
    result: Mapping[str, object] | None = None,
) -> None:
    """Write one piece of evidence. It exists exactly if the transaction that it is part of does.

    ``check`` is the number of the mediation check that refused; None where everything was allowed. ``result`` is what came of it. ``draft``
    is the conversation that it belongs to, where there is no request yet: the request that comes of it names its draft.
    """
    body = {
        "trigger": trigger,
        "facts": facts,
        "policy": policy.version,
        "check": check,
        "result": dict(result or {}),
        "says": str(sentence),
    }
    row = {
        "request": request,
        "draft": draft,
        "at": at,
        "kind": kind.value,
        "actor": actor,
        "version": version,
        "sentence": sentence,
        "body": canonical(body),
    }
    tx.run(_INSERT, row)
