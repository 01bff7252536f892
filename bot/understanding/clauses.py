"""What part of a covered text asks, and what part says why.

    1. A reason in front ends where the asking begins: "To fix INC-4711, I need …".
    2. Otherwise the first word of purpose starts the reason, which runs to the end: "to fix …", "because …", "so that …", "for INC-4711".
    3. A length of time at the very end, set apart from the reason, belongs to the asking: "…to fix INC-4711, for 4 hours".
    4. What is left are clauses. One that asks, or that holds nothing but known words, is read; any other is the reason if nothing else was.

Only clauses of the asking are read for an entitlement or a length of time, so "to fix the 3 hour outage" asks for no three hours.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from rapidfuzz import process
from rapidfuzz.distance import OSA

from bot.understanding.lexicon import FILLERS, FORGIVEN, LEVELS, MEASURES, PURPOSES, USES
from bot.understanding.masking import Cover, Index

M, R, D = Cover.MENTION, Cover.REFERENCE, Cover.DURATION
_GREETING = r"(?:(?:hi|hello|hey|good (?:morning|afternoon|evening)|dear|countersign|there|please|pls)\b[\s,.!:]*)*"
_ASKING = (
    r"(?:please |pls |kindly |so )?(?:"
    r"(?:i|we)(?:'d| would)?(?: also| urgently| really| just)? (?:need|want|require|request|like)"
    r"|(?:can|could|may) (?:i|you|we)|(?:please |pls )(?:give|grant|let)|give me|grant me|requesting)\b"
)
_REASON_FIRST = re.compile(
    rf"^{_GREETING}(?P<reason>(?:(?:in order )?to|because|since|so that|due to|for(?= {R})) .+?)[\s,;.:–-]+(?={_ASKING})",
    re.IGNORECASE,
)
_TRIGGER = re.compile(
    r"\b(?:need|ned|nede|want|require|request|requesting|give|grant|get|gimme|(?:can|could|may) (?:i|we) have|(?:would|'d) like)\b",
    re.IGNORECASE,
)
_NO_PURPOSE_AFTER = "".join(
    f"(?<!{word} )" for word in ("need", "want", "like", "have", "able", "access", "right", "rights", "permission", "permissions", "role")
)
_NO_PURPOSE_BEFORE = (
    r"(?!(?:the|a|an|my|our|your|all|any|that|this|it|me|us|be|do|both|[0-9]+)\b)"
    r"(?!(?:monday|tuesday|wednesday|thursday|friday|saturday|sunday|tomorrow|today)\b)"
)
_PURPOSE = re.compile(
    rf"(?P<dropped>\b(?:the )?reason(?: is|:| -)?:? |\bbecause(?: of)? |\bcause |\bdue to |\bsince |\bfor (?={R}))"
    r"|\bso that |\bso (?=(?:i|we)\b)|\bin order to "
    rf"|(?<=access )to (?=(?:{PURPOSES})\b)"
    rf"|(?<=need )to (?!(?:{USES})\b)(?=[a-z])"
    rf"|(?<={D} )to (?={M})"
    rf"|{_NO_PURPOSE_AFTER}\bto (?![{M}{D}]){_NO_PURPOSE_BEFORE}(?=\w)"
    rf"|(?P<for>\bfor )(?!(?:[\w-]+ ){{0,4}}?[{M}{D}])(?!(?:me|us|myself|now|today|it|this|that)\b)(?![0-9½¼¾])(?=[\w\"'])",
    re.IGNORECASE,
)
_TAIL = re.compile(
    rf"(?:(?<={R}) ?[,;.]* |[,;.] ?| [-–—] )"
    r"(?P<tail>(?:(?:and )?(?:i|we) (?:only )?(?:need|want) (?:it|this|that|access) )?"
    rf"(?:(?:for|just|only|about|around|max|at most|up to) )*{D}+"
    r"(?:[ ,]+(?:please|pls|thanks|thank you|thx|max|maximum|is enough|should be enough|will do|only))*)[.! ]*$",
    re.IGNORECASE,
)
_BORDER = re.compile(r"[.!?;,:]+(?=\s|$)|\s[-–—]+\s|\s(?:and|but)\s(?=(?:i|we|please|can|could|may)\b)", re.IGNORECASE)
_WORD = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
_COURTESY_END = re.compile(r"(?:[\s,.;!]*\b(?:please|pls|thanks|thank you|thx|many thanks|cheers)\b)*[\s,.;!?]*$", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """One stretch of the asking: ``unknown`` are its words that no rule knows; ``asks`` whether it has a verb of asking."""

    start: int
    end: int
    unknown: tuple[str, ...]
    asks: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The asking, clause by clause, and the place of the reason (start equals end when there is none)."""

    clauses: tuple[Clause, ...]
    reason: tuple[int, int]


def divide(covered: str, *, prepared: Index) -> Parts:
    """``covered`` (mentions, references and lengths of time overwritten) divided by the rules above."""
    asking, reason, tail = _asking(covered)
    clauses = tuple(_clauses(covered, asking, prepared=prepared))
    if tail is not None:
        clauses += tuple(_clauses(covered, tail, prepared=prepared))
    if reason is None:
        reason = _left_over(covered, clauses)
    return Parts(clauses=tuple(clause for clause in clauses if _is_read(clause)), reason=reason)


def _asking(covered: str) -> tuple[tuple[int, int], tuple[int, int] | None, tuple[int, int] | None]:
    """The places of the asking, of the reason, and of a length of time set apart at the end."""
    first = _REASON_FIRST.match(covered)
    start = 0 if first is None else first.end()
    purpose = _PURPOSE.search(covered, start)
    if purpose is None or purpose.start() == start == 0:
        reason = None if first is None else _trimmed(covered, *_without_marker(covered, first.span("reason")))
        return (start, len(covered)), reason, None
    is_quoted_whole = purpose["dropped"] is None and purpose["for"] is None
    tail = _TAIL.search(covered, purpose.end())
    end = len(covered) if tail is None else tail.start()
    reason = _trimmed(covered, purpose.start() if is_quoted_whole else purpose.end(), end)
    return (start, purpose.start()), reason, None if tail is None else tail.span("tail")


def _without_marker(covered: str, place: tuple[int, int]) -> tuple[int, int]:
    marker = re.compile(r"(?:because(?: of)?|since|due to|for) ", re.IGNORECASE).match(covered, *place)
    return (place[0] if marker is None else marker.end(), place[1])


def _trimmed(covered: str, start: int, end: int) -> tuple[int, int]:
    courtesy = _COURTESY_END.search(covered[start:end])
    return (start, end if courtesy is None else start + courtesy.start())


def _clauses(covered: str, place: tuple[int, int], *, prepared: Index) -> Iterator[Clause]:
    start = place[0]
    for border in [*_BORDER.finditer(covered, *place), None]:
        end = place[1] if border is None else border.start()
        said = covered[start:end]
        if said.strip():
            yield Clause(start=start, end=end, unknown=unknown_words(said, prepared=prepared), asks=asks(said))
        start = end if border is None else border.end()


def asks(said: str) -> bool:
    """Whether ``said`` has a verb of asking."""
    return _TRIGGER.search(said) is not None


def unknown_words(said: str, *, prepared: Index) -> tuple[str, ...]:
    """The words of ``said`` that are neither grammar nor near a word of the catalog: with one of them in it, a clause may mean anything."""
    return tuple(word for word in _WORD.findall(said) if not _is_known(word.lower(), prepared))


def _is_known(word: str, prepared: Index) -> bool:
    if word in FILLERS or word in LEVELS or word in prepared.levels:
        return True
    if word.isdigit() or word in MEASURES:
        return False
    is_slip = len(word) >= 5 and process.extractOne(word, FORGIVEN, scorer=OSA.distance, score_cutoff=1) is not None
    return is_slip or prepared.mend(word) is not None


def _is_read(clause: Clause) -> bool:
    return clause.asks or not clause.unknown


def _left_over(covered: str, clauses: tuple[Clause, ...]) -> tuple[int, int]:
    """The one stretch that was not read; none when there are several, since a quotation has no gaps."""
    runs = [list(run) for is_read, run in groupby(clauses, key=_is_read) if not is_read]
    if len(runs) != 1:
        return (0, 0)
    start, end = runs[0][0].start, runs[0][-1].end
    start += len(covered[start:end]) - len(covered[start:end].lstrip())
    return _trimmed(covered, start, end)
