"""Evidence: one row for every transition, every refusal and every effect, written in the transaction of what it proves.

A row says what set it off, which facts were read (and when), which policy decided, which check, what was done and what came of it. The
body is canonical JSON (keys sorted, no floats), so that the same evidence is always the same bytes.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import insert

from approvals.change import PersonId, RequestId
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
    result: Mapping[str, object] | None = None,
) -> None:
    """Write one piece of evidence. It exists exactly if the transaction that it is part of does.

    ``check`` is the number of the mediation check that refused; None where everything was allowed. ``result`` is what came of it.
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
        "at": at,
        "kind": kind.value,
        "actor": actor,
        "version": version,
        "sentence": sentence,
        "body": canonical(body),
    }
    tx.run(_INSERT, row)


def canonical(value: object) -> str:
    """``value`` as JSON with one spelling: keys sorted, no blanks, ASCII, times as ISO 8601, durations as whole seconds."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), default=_plain)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat(timespec="microseconds")
    if isinstance(value, timedelta):
        return int(value.total_seconds())
    if is_dataclass(value):
        return {each.name: getattr(value, each.name) for each in fields(value)}
    raise TypeError(f"{type(value).__name__} has no canonical form; say it as text, number, time or duration")
