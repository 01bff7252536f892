"""Every recorded decision, made again: by the policy of its time, which has to give the same answer, or by another, to see what differs.

The whole of mediation is asked, with the facts, the proposal and the moment that evidence keeps. Reads only.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from approvals.change import Action, Allowed, Denied, Grounds, PersonId, RequestId
from approvals.errors import PolicyError, ReplayError
from approvals.evidence import Trace
from approvals.evidence.deciding import UNSAID, Decided, decided
from approvals.lifecycle import Event
from approvals.mediation import authorize
from approvals.operations.policies import kept
from approvals.operations.staleness import STALE
from approvals.policy import Policy
from approvals.store.sqlite import Tx, stream

_ENTRIES = "SELECT id, request, actor, kind, body FROM evidence WHERE id > ? AND (request = ? OR ? = 0) ORDER BY id"
_BY_SOMEBODY = tuple(one.value for one in (Event.SUBMIT, Event.AGREE, Event.APPROVE, Event.DENY, Event.WITHDRAW))
_ALWAYS = tuple(one.value for one in (Event.END, Trace.GRANT_INTENDED))


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """One recorded decision and the answer that it gets now; ``problem`` says why there is none, where it could not be asked for."""

    entry: int
    request: RequestId | None
    actor: PersonId | None
    then: Decided | None
    now: Allowed | Denied | None
    problem: str = ""

    @property
    def is_same(self) -> bool:
        """Whether the answer is the one that was recorded. What could not be asked for is not."""
        return self.then is not None and self.now == self.then.answer

    @property
    def is_same_throughout(self) -> bool:
        """The same, and the policy engine was sent the same and said the same to each question."""
        grounds = self.now.grounds if self.now else None
        return self.is_same and self.then is not None and grounds is not None and _heard(grounds) == _heard(self.then.grounds)


@dataclass(frozen=True, slots=True)
class TooOld:
    """A decision of a release that did not keep what it rested on."""

    entry: int


def replay(tx: Tx, *, request: RequestId | None = None, since: int = 0, by: Policy | None = None) -> Iterator[Replayed | TooOld]:
    """Each decision recorded after entry ``since`` (of ``request``, or of all), made again by the policy of its time, or by ``by``."""
    policies: dict[str, Policy] = {}
    for entry, of, actor, kind, text in stream(tx, _ENTRIES, (since, request or 0, request or 0)):
        try:
            body = json.loads(text)
            then = decided(body)
        except (ReplayError, ValueError) as error:
            yield Replayed(entry=entry, request=of, actor=actor, then=None, now=None, problem=str(error))
            continue
        if then is None:
            if _rested_on_an_answer(kind, actor=actor, body=body):
                yield TooOld(entry)
            continue
        now, problem = _again(tx, then, by=by, policies=policies)
        yield Replayed(entry=entry, request=of, actor=actor, then=then, now=now, problem=problem)


def _again(tx: Tx, then: Decided, *, by: Policy | None, policies: dict[str, Policy]) -> tuple[Allowed | Denied | None, str]:
    asked = then.grounds
    try:
        if by is None and then.policy not in policies:
            policies[then.policy] = kept(tx, then.policy)
    except PolicyError as error:
        return None, str(error)
    answer = authorize(asked.action, asked.proposal, facts=then.facts, policy=by or policies[then.policy], now=asked.now)
    return (replace(answer, reason=UNSAID) if isinstance(answer, Denied) else answer), ""


def _rested_on_an_answer(kind: str, *, actor: PersonId | None, body: Mapping[str, Any]) -> bool:
    """Whether mediation was asked for what this entry tells. What happens by itself, or was refused before, needs no answer."""
    if kind == Trace.REFUSED:
        check, doing = body.get("check"), body.get("result", {}).get("refused")
        # A sign-in that does not count is refused by the page already, before anything is decided.
        return check is not None and check > STALE and doing in tuple(Action)
    return kind in _ALWAYS or (kind in _BY_SOMEBODY and actor is not None)


def _heard(grounds: Grounds) -> tuple[object, ...]:
    return grounds.ruled, grounds.digest
