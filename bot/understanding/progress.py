"""From what was read to the draft and its next question."""

from dataclasses import replace
from datetime import timedelta

from approvals.catalog import Catalog
from approvals.words import Sentence
from bot.understanding import questions
from bot.understanding.draft import Draft
from bot.understanding.durations import Doubt
from bot.understanding.outcome import Progress
from bot.understanding.sentence import Reading

MOST_NUMBERED = 9
"""How many entries a question may list; a further one is still found by its name."""


def begin(reading: Reading, *, catalog: Catalog) -> Progress | None:
    """A new draft when ``reading`` alone is a request, or names an entitlement and holds no word that could mean something else."""
    is_name = bool(reading.match) and not reading.unknown
    if reading.is_negated or reading.is_question or not (reading.is_request or is_name):
        return None
    return merged(Draft(), reading, catalog=catalog)


def merged(draft: Draft, reading: Reading, *, catalog: Catalog) -> Progress:
    """``draft`` with everything that ``reading`` says written over it."""
    match = reading.match
    if match:
        draft = replace(draft, entitlement=match.sure, offered=() if match.sure else match.near[:MOST_NUMBERED])
    elif draft.entitlement is None and reading.hinted:
        draft = replace(draft, offered=reading.hinted[:MOST_NUMBERED])
    if isinstance(reading.duration, timedelta):
        draft = replace(draft, duration=reading.duration)
    elif reading.duration is not None:
        draft = replace(draft, duration=None)
    if reading.reason:
        draft = replace(draft, reason=reading.reason)
    draft = replace(draft, reference=reading.reference or draft.reference)
    doubt = reading.duration if isinstance(reading.duration, Doubt) else None
    not_found = " ".join(reading.unknown)[:60] if not match and reading.speaks_of_access else ""
    return next_step(draft, catalog=catalog, doubt=doubt, not_found=not_found)


def settled(draft: Draft, *, catalog: Catalog) -> Draft:
    """``draft`` as it stands in today's catalog: an entitlement that left it is asked for again."""
    if draft.entitlement is not None and catalog.find(draft.entitlement) is None:
        draft = replace(draft, entitlement=None)
    offered = tuple(offer for offer in draft.offered if catalog.find(offer) is not None)
    return replace(draft, asked=draft.missing, offered=offered if draft.entitlement is None else ())


def next_step(draft: Draft, *, catalog: Catalog, doubt: Doubt | None = None, not_found: str = "") -> Progress:
    """``draft`` with the question for its first missing field."""
    draft = replace(settled(draft, catalog=catalog), amount="")
    return Progress(draft=draft, question=questions.question(draft, catalog=catalog, doubt=doubt, not_found=not_found))


def asked_again(draft: Draft, remark: Sentence, *, catalog: Catalog) -> Progress:
    """``draft`` unchanged, with the question that is open and why the message did not answer it."""
    return Progress(draft=draft, question=questions.following(draft, catalog=catalog), remark=remark)
