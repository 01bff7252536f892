"""Why something was decided as it was: the policies that spoke, the facts that they looked at, and what would have turned the answer.

Made of the evidence and of the policy of its time, never of what is in force now. Reads only.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from approvals.change import Action, Allowed, Denied, EntitlementId, PersonId, RequestId
from approvals.evidence.deciding import Decided, decided
from approvals.evidence.pieces import Piece, pieces
from approvals.mediation.case import Case
from approvals.mediation.turning import Asked, Turn, turns
from approvals.operations.policies import kept
from approvals.policy import Policy
from approvals.policy.looking import Looked, looked_at
from approvals.policy.question import Phase, Question
from approvals.policy.rules import Rule, Verdict
from approvals.store.sqlite import Tx
from approvals.store.tables import EvidenceRow, PersonRow
from approvals.words import Sentence

_ENTRY, _PERSON = EvidenceRow.__table__, PersonRow.__table__  # type: ignore[attr-defined]
_THE_POLICYS = (4, 15, 16)
"""The checks of mediation that the policy's answer can fail."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """One policy on one question. ``applied`` is false for a permit that was needed and did not apply."""

    rule: Rule
    applied: bool
    looked: tuple[Looked, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Explained:
    """One decision, explained. ``says`` is what was recorded of it, for a person; ``turns`` are what would have turned the answer."""

    entry: int
    at: datetime
    request: RequestId | None
    actor: PersonId | None
    says: Sentence
    action: Action
    entitlement: EntitlementId
    answer: Allowed | Denied
    policy: str
    spoken: tuple[Spoken, ...]
    turns: tuple[Turn, ...]


def explain_request(tx: Tx, request: RequestId) -> tuple[Explained, ...]:
    """Every decision on a request, oldest first.

    Raises:
        ReplayError: what was recorded of a decision cannot be read.
        PolicyError: the policy of its time was not kept.
    """
    found = (explained(tx, piece) for piece in pieces(tx, _ENTRY.c.request == request))
    return tuple(one for one in found if one is not None)


def explain_entry(tx: Tx, entry: int) -> Explained | None:
    """The decision that an entry of the evidence keeps; None where it keeps none. Raises as :func:`explain_request` does."""
    found = pieces(tx, _ENTRY.c.id == entry)
    return explained(tx, found[0]) if found else None


def explained(tx: Tx, piece: Piece) -> Explained | None:
    """The decision that a piece of evidence keeps; None where it keeps none. Raises as :func:`explain_request` does."""
    then = decided(piece.body)
    if then is None:
        return None
    asked = then.grounds
    policy = kept(tx, then.policy)
    case = Case(action=asked.action, proposal=asked.proposal, facts=then.facts, policy=policy, now=asked.now)
    to_turn = Asked(action=asked.action, proposal=asked.proposal, facts=then.facts, policy=policy, now=asked.now)
    departments = tx.run(select(_PERSON.c.department).distinct().order_by(_PERSON.c.department)).scalars().all()
    return Explained(
        entry=piece.id,
        at=piece.at,
        request=RequestId(piece.request) if piece.request is not None else None,
        actor=PersonId(piece.actor) if piece.actor is not None else None,
        says=piece.sentence,
        action=asked.action,
        entitlement=asked.proposal.entitlement,
        answer=then.answer,
        policy=then.policy,
        spoken=tuple(_spoken(case, then, policy)),
        turns=turns(to_turn, departments=departments),
    )


def _spoken(case: Case, then: Decided, policy: Policy) -> Iterator[Spoken]:
    """The policies that spoke for the answer: those that refused, where it was the policy that did; else those that permit."""
    is_the_policys = isinstance(then.answer, Denied) and (then.answer.check in _THE_POLICYS)
    for one in then.grounds.ruled:
        question, ruling = case.questions[one.about], case.ruling(one.about)
        is_no_matter = question.phase is Phase.AUTO_APPROVE and not ruling.allowed
        if ruling.allowed is not is_the_policys and not is_no_matter:
            yield from _of_one(question, ruling, policy)


def _of_one(question: Question, ruling: Verdict, policy: Policy) -> Iterator[Spoken]:
    for rule in ruling.rules:
        yield Spoken(rule=rule, applied=True, looked=looked_at(rule, question))
    if not ruling.rules:
        for rule in policy.rules.values():
            if rule.is_permit and question.phase in rule.phases:
                yield Spoken(rule=rule, applied=False, looked=looked_at(rule, question))
