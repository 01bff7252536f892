"""What evidence keeps of a decision, so that it can be asked for again in ten years: what was asked, what was said, and on what.

Beside the facts, an entry holds under ``decision``:

    action    what was to be done: ``request:approve``
    now       the moment of the act
    asked     the proposal; of texts that people wrote only how long they are, since nothing else of them reaches a decision
    word      how long the actor's reason is, where the act is a decision
    why       how long it is where they take access back
    answer    mediation's answer: the check that refused, or who must agree and what it binds to; and the policies that decided
    policy    what the policy said to each question that it was asked
    digest    names exactly what the policy engine was sent: it follows from the facts, and has to be the same when it is sent again

Nothing here is private, so a decision can be asked for again after everybody concerned was erased.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from typing import Any

from approvals.change import Allowed, Decision, Denied, Grounds, Obligations, Proposal
from approvals.errors import ReplayError
from approvals.evidence.restoring import restored
from approvals.mediation import Facts
from approvals.words import Sentence

KEY = "decision"
"""Where in the body of an entry it stands."""
UNSAID = Sentence("")
"""Stands for the words of a denial: they are the entry's own sentence, and may have been erased since."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Decided:
    """A decision as it was recorded: the answer with its grounds, and the facts and the policy's version that it rested on."""

    answer: Allowed | Denied
    grounds: Grounds
    facts: Facts
    policy: str


def kept(answer: Allowed | Denied, grounds: Grounds, *, facts: Facts) -> dict[str, object]:
    """What an entry keeps of a decision beside ``facts``."""
    asked = grounds.proposal
    return {
        "action": grounds.action,
        "now": grounds.now,
        "asked": {**_fields(asked), "reason": _length(asked.reason), "reference": bool(asked.reference)},
        **({"word": _length(facts.word.reason.strip())} if facts.word else {}),
        **({"why": _length(facts.why)} if facts.why else {}),
        "answer": _allowed(answer, facts) if isinstance(answer, Allowed) else {"check": answer.check, "rules": answer.rules},
        "policy": {one.about: {"rules": one.rules, **({} if one.allowed else {"no": one.errors})} for one in grounds.ruled},
        "digest": grounds.digest,
    }


def decided(body: Mapping[str, Any]) -> Decided | None:
    """The decision that an entry keeps; None where it keeps none.

    Raises:
        ReplayError: what it keeps cannot be read.
    """
    if KEY not in body:
        return None
    written = body[KEY]
    facts, version = restored(Facts, body.get("facts")), body.get("policy")
    if not isinstance(written, Mapping) or not isinstance(version, str):
        raise ReplayError("what it keeps of the decision is no record of one")
    word = _word(facts.word, written)
    facts = replace(facts, word=word, why="x" * written.get("why", 0))
    try:
        grounds = _grounds(written)
        answer = _answer(written["answer"], facts)
    except (KeyError, AttributeError, TypeError) as error:
        raise ReplayError(f"what it keeps of the decision is not whole: {error}") from error
    return Decided(answer=answer, grounds=grounds, facts=facts, policy=version)


def _fields(value: Proposal) -> dict[str, object]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def _unusual(bound: Obligations) -> dict[str, object]:
    return {each.name: value for each in fields(bound) if (value := getattr(bound, each.name)) != each.default}


def _length(text: str) -> int:
    """How long a text is; 0 where it is blank, since a blank one is none."""
    return len(text) if text.strip() else 0


def _allowed(answer: Allowed, facts: Facts) -> dict[str, object]:
    """What is as the facts have it, or as it mostly is, goes without saying."""
    bound = answer.obligations
    return {
        "rules": answer.rules,
        **({"stages": answer.stages} if answer.stages != facts.stages else {}),
        **({"obligations": _unusual(bound)} if bound is not None else {}),
        **({"needs_nobody": True} if answer.needs_nobody else {}),
    }


def _answer(written: Mapping[str, Any], facts: Facts) -> Allowed | Denied:
    if "check" in written:
        return Denied(written["check"], UNSAID, tuple(written["rules"]))
    answer = restored(Allowed, {"stages": [], "obligations": None, **written})
    return answer if "stages" in written else replace(answer, stages=facts.stages)


def _grounds(written: Mapping[str, Any]) -> Grounds:
    asked = written["asked"]
    # Nothing but its length is known of a text: another as long stands for it.
    proposal = {**asked, "reason": "x" * asked["reason"], "reference": "X-1" if asked["reference"] else None}
    ruled = [
        {"about": about, "rules": one["rules"], "allowed": "no" not in one, "errors": one.get("no", [])}
        for about, one in written["policy"].items()
    ]
    return restored(Grounds, {**written, "proposal": proposal, "ruled": ruled})


def _word(word: Decision | None, written: Mapping[str, Any]) -> Decision | None:
    return replace(word, reason="x" * written.get("word", 0)) if word else None
