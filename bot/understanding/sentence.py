"""One message, read without regard to what was said before: what it names, for how long, why."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from approvals.catalog import Catalog
from approvals.change import EntitlementId
from bot.understanding import references
from bot.understanding.clauses import Clause, divide
from bot.understanding.durations import Doubt, Length, lengths
from bot.understanding.lexicon import FILLERS, LEVELS
from bot.understanding.masking import Cover, Mention, cover, index, mentions, words
from bot.understanding.match import Match, resemble, settle

_NEGATION = re.compile(
    r"\b(?:not|no|never|without|(?:do|does|ca|wo|should|must)n'?t|cannot|revoke|remove|delete|except|instead of)\b",
    re.IGNORECASE,
)
_OTHERS = re.compile(
    r"\b(?:needs|wants|requires|he|she|they|him|her|them|on behalf of|for my (?:colleague|team ?mate|manager|boss|friend))\b",
    re.IGNORECASE,
)
_GIVEN_TO = re.compile(r"\b(?:give|grant|let) (?P<whom>[^\W_]+)", re.IGNORECASE)
_SOMEBODY_NEEDS = re.compile(r"\W*(?:\w+ ){1,3}(?:needs|wants|requires)\b")
_QUESTION = re.compile(r"(?:who|what|why|when|where|which|how|do|does|did|is|are|was|were|has|have)\b", re.IGNORECASE)
_ACCESS = re.compile(r"\b(?:acc?ess?|permissions?|rights|role|membership|privileges?)\b", re.IGNORECASE)
_LETTER = re.compile(r"[^\W\d_]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What one message says by itself. ``duration`` is a doubt when a time was spoken of, and None when none was."""

    match: Match
    hinted: tuple[EntitlementId, ...]
    """What is named outside the asking ("billing-db is down. I need access"): worth offering, never taken."""
    duration: timedelta | Doubt | None
    reason: str
    reference: str | None
    unknown: tuple[str, ...]
    """Words of the asking that no rule knows, the catalog's own aside."""
    telling: tuple[str, ...]
    """Words and levels of the asking that may name an entitlement beside what was matched by name."""
    asks: bool
    """There is a verb of asking in it."""
    speaks_of_access: bool
    is_negated: bool
    is_for_others: bool
    is_question: bool

    @property
    def is_request(self) -> bool:
        """Whether the message, alone, begins a request."""
        return self.asks and (bool(self.match) or bool(self.hinted) or self.speaks_of_access)


def read(text: str, *, catalog: Catalog, now: datetime, time_zone: str) -> Reading:
    """What ``text`` (normalised) says."""
    prepared = index(catalog)
    named = mentions(text, catalog=catalog)
    covered = cover(text, ((mention.start, mention.end) for mention in named), by=Cover.MENTION)
    covered = cover(covered, references.spans(covered), by=Cover.REFERENCE)
    times = lengths(covered, now=now, time_zone=time_zone)
    covered = cover(covered, ((length.start, length.end) for length in times), by=Cover.DURATION)
    parts = divide(covered, prepared=prepared)
    asking = " . ".join(covered[clause.start : clause.end] for clause in parts.clauses)
    unknown = tuple(word for clause in parts.clauses for word in clause.unknown)
    return Reading(
        match=_match(asking, _within(named, parts.clauses), unknown=unknown, catalog=catalog),
        hinted=_hinted(named, asking, catalog=catalog),
        duration=_duration(times, parts.clauses),
        reason=_reason(text, parts.reason),
        reference=references.first(text),
        unknown=unknown,
        telling=(*telling_words(asking, catalog=catalog), *levels_in(asking, catalog=catalog)),
        asks=any(clause.asks for clause in parts.clauses),
        speaks_of_access=_ACCESS.search(asking) is not None,
        is_negated=_NEGATION.search(asking) is not None,
        is_for_others=_is_for_others(text, asking, unknown=unknown),
        is_question=_QUESTION.match(asking) is not None,
    )


def _is_for_others(text: str, asking: str, *, unknown: tuple[str, ...]) -> bool:
    whom = (given["whom"] for given in _GIVEN_TO.finditer(asking))
    return _OTHERS.search(asking) is not None or _SOMEBODY_NEEDS.match(text) is not None or any(name in unknown for name in whom)


def _hinted(named: tuple[Mention, ...], asking: str, *, catalog: Catalog) -> tuple[EntitlementId, ...]:
    if not named:
        return ()
    match = settle(named, levels=levels_in(asking, catalog=catalog), is_plain=False, catalog=catalog)
    return match.near if match.sure is None else (match.sure,)


def _within(named: tuple[Mention, ...], clauses: tuple[Clause, ...]) -> tuple[Mention, ...]:
    return tuple(mention for mention in named if any(clause.start <= mention.start and mention.end <= clause.end for clause in clauses))


def _match(asking: str, named: tuple[Mention, ...], *, unknown: tuple[str, ...], catalog: Catalog) -> Match:
    levels = levels_in(asking, catalog=catalog)
    if named:
        return settle(named, levels=levels, is_plain=not unknown, catalog=catalog)
    telling = telling_words(asking, catalog=catalog)
    return resemble(" ".join((*telling, *levels)), catalog=catalog) if telling else Match()


def telling_words(asking: str, *, catalog: Catalog) -> tuple[str, ...]:
    """The words of ``asking`` that may name an entitlement: neither grammar nor levels nor what is covered."""
    prepared = index(catalog)
    grammar = (FILLERS, LEVELS, prepared.levels)
    return tuple(word for word in words(asking) if _LETTER.search(word) and not any(word in known for known in grammar))


def levels_in(asking: str, *, catalog: Catalog) -> tuple[str, ...]:
    """The levels of the catalog that ``asking`` speaks of."""
    spoken = asking.replace("read-only", "read").replace("read only", "read")
    known = index(catalog).levels
    said = (LEVELS.get(word, word) for word in words(spoken))
    return tuple(dict.fromkeys(word for word in said if word in known))


def _duration(times: tuple[Length, ...], clauses: tuple[Clause, ...]) -> timedelta | Doubt | None:
    spoken = [(time, clause) for time in times for clause in clauses if clause.start <= time.start and time.end <= clause.end]
    if not spoken:
        return None
    doubts = [time.means for time, _ in spoken if isinstance(time.means, Doubt)]
    if doubts:
        return doubts[0]
    meant = {time.means for time, _ in spoken}
    if len(meant) > 1 or any(clause.unknown for _, clause in spoken):
        return Doubt.VAGUE
    return next(time.means for time, _ in spoken)


def _reason(text: str, place: tuple[int, int]) -> str:
    said = text[slice(*place)].strip(" ,;:-–—\"'")
    if is_telling(said):
        return said
    # A ticket by itself says why: "billing-db write, 4 hours, INC-4711".
    return references.first_as_written(text)


def is_telling(said: str) -> bool:
    """Whether ``said`` can stand as a reason: a ticket, or at least two words of which one says something."""
    return bool(references.first(said)) or (len(words(said)) >= 2 and any(len(_LETTER.findall(word)) >= 3 for word in words(said)))
