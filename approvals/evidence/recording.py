"""Writing evidence: what set something off, which facts were read, which policy decided, what was done and what came of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sqlalchemy import insert

from approvals.change import Allowed, Denied, PersonId, RequestId
from approvals.evidence.deciding import KEY, kept
from approvals.evidence.private import Veil, commitments
from approvals.evidence.spelling import canonical
from approvals.mediation import Facts
from approvals.policy import Policy
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import EvidenceRow, PrivateRow
from approvals.words import Personal, Sentence, Value

_INSERT = Statement(insert(EvidenceRow.__table__).returning(EvidenceRow.__table__.c.id))  # type: ignore[attr-defined]
_KEEP = Statement(insert(PrivateRow.__table__))  # type: ignore[attr-defined]


class Trace(StrEnum):
    """Kinds of evidence beside the lifecycle's own events."""

    REFUSED = "act:refused"
    SIGN_IN_ASKED = "sign_in:asked"
    REFUSED_MORE = "acts:refused"
    GRANT_INTENDED = "grant:intended"
    REVOKE_INTENDED = "revoke:intended"
    CALL_FAILED = "connector:failed"
    HELD_BACK = "connector:held_back"
    UNDONE = "grant:undone"
    REMINDED = "approver:reminded"
    UNREACHED = "delivery:failed"
    SAID = "draft:said"
    ERASED = "person:erased"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trigger:
    """What set something off: an activity in a conversation, a timer, or a command. Names the cause; it proves no identity by itself."""

    source: str
    """``teams``, ``sign-in``, ``timer``, ``start`` or ``cli``."""
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
    policy: Policy | None,
    facts: Facts | None = None,
    answer: Allowed | Denied | None = None,
    version: int | None = None,
    draft: int | None = None,
    result: Mapping[str, object] | None = None,
) -> int:
    """Write one piece of evidence; answer its number. It exists exactly if the transaction that it is part of does.

    Text that is marked :class:`~approvals.words.Personal`, however deep, is kept where it can be erased.

    ``answer`` is why it was done or refused, where somebody had to be asked; what mediation answered is kept with all that it was given on,
    ``facts`` included. ``result`` is what came of it. ``draft`` is the conversation that it belongs to, where there is no request yet: the
    request that comes of it names its draft.
    """
    veil = Veil()
    told = Sentence(sentence.msgid, tuple((name, _veiled(value, veil)) for name, value in sentence.values))
    body: dict[str, object] = {
        "trigger": trigger,
        "facts": facts,
        "policy": policy.version if policy else "",
        "check": answer.check if isinstance(answer, Denied) else None,
        "result": dict(result or {}),
    }
    if answer is not None and answer.grounds is not None and facts is not None:
        body[KEY] = kept(answer, answer.grounds, facts=facts)
    written = canonical(body, hide=veil.take)
    groups = list(veil.groups())
    row = {
        "request": request,
        "draft": draft,
        "at": at,
        "kind": kind.value,
        "actor": actor,
        "version": version,
        "sentence": told,
        "body": written,
        "private": commitments(groups),
    }
    entry: int = _INSERT.rows(tx, row)[0].id
    for group in groups:
        _KEEP.run(tx, {"entry": entry, "person": group.person, "key": group.key, "held": group.held})
    return entry


def _veiled(value: Value, veil: Veil) -> Value:
    if isinstance(value, tuple):
        return tuple(veil.take(each) if isinstance(each, Personal) else each for each in value)
    return veil.take(value) if isinstance(value, Personal) else value
