"""Questions that people put to Countersign itself: recognised, so that none is taken for the reason of a request.

1. A question word with its verb makes a question, with or without its mark: "who owns billing-db", "why was it denied".
2. "When the export fails …" and "What INC-4711 needs …" tell something: a question word without its verb asks only before a "?".
3. "Could I have …?" asks for access: a courteous request is no question.
4. Of several sentences the first counts.
"""

import re

from approvals.catalog import Catalog
from approvals.change import EntitlementId
from bot.understanding import questions
from bot.understanding.commands import bare
from bot.understanding.draft import Draft
from bot.understanding.masking import mentions
from bot.understanding.outcome import Inquiry
from bot.understanding.sentence import levels_in

_VERB = r"(?:is|are|was|were|am|do|does|did|has|have|had|can|could|may|must|should|will|would)(?:n't)?"
_TELL = re.compile(
    r"(?:(?:(?:can|could|would|will) you )?(?:please )?(?:tell|show)(?: (?:me|us))?|do you know|any idea|"
    r"i(?:'d| would) like to know|i want to know|i wonder|question:?|and|but|so)\s+",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    rf"(?:who|whom|whose)\b|(?:what|which|why|when|where|how)(?:'s| {_VERB})\b"
    r"|how (?:long|much|many|often|soon|about|come|to)\b|why not\b|what (?:about|if|for|happens|access|rights)\b"
    r"|(?:is|are|was|were|has|have|does|did|do|am) (?:i|you|we|they)\b|(?:is|was|does|did|has) (?:he|she|it|this|that|there|any)\b",
    re.IGNORECASE,
)
_WITH_MARK = re.compile(rf"(?:what|which|why|when|where|how|{_VERB})\b", re.IGNORECASE)
_COURTEOUS = re.compile(r"(?:can|could|may|will|would) (?:i|we|you)\b", re.IGNORECASE)
_WHOSE = re.compile(
    r"\b(?:own(?:s|ed|ers?)?|approvers?|whose)\b"
    r"|\bwhom?\b.*\b(?:approves?|decides?|(?:counter)?signs?|grants?|gives?|asks?|asked|responsible|in charge)\b",
    re.IGNORECASE,
)
_THE_DRAFTS = re.compile(r"\b(?:it|this|that|my request)\b|\b(?:approves|decides|countersigns|asked|ask)$", re.IGNORECASE)
_SENTENCE_END = re.compile(r"(?<=[.!?])\s")


def inquiry(text: str, *, draft: Draft | None, catalog: Catalog) -> Inquiry | None:
    """The question that ``text`` (normalised) puts; None when it puts none.

    Whose something is may be asked of what ``text`` names, or of what the ``draft`` is about ("who owns it?").
    """
    first = _SENTENCE_END.split(text, maxsplit=1)[0]
    said = _TELL.sub("", bare(first), count=1)
    if not _is_question(said, is_marked=first.endswith("?")):
        return None
    following = None if draft is None else questions.following(draft, catalog=catalog)
    if not _WHOSE.search(said):
        return Inquiry(is_whose=False, about=(), following=following)
    return Inquiry(is_whose=True, about=_named(said, catalog=catalog) or _of(draft, said), following=following)


def _is_question(said: str, *, is_marked: bool) -> bool:
    if _QUESTION.match(said):
        return True
    is_begun = _WITH_MARK.match(said) is not None and _COURTEOUS.match(said) is None
    return is_marked and (is_begun or _WHOSE.search(said) is not None)


def _named(said: str, *, catalog: Catalog) -> tuple[EntitlementId, ...]:
    """What ``said`` names; of a system the levels that are named too, or else all of them."""
    named = dict.fromkeys(one for mention in mentions(said, catalog=catalog) for one in (*mention.exact, *mention.system))
    levels = levels_in(said, catalog=catalog)
    fitting = [entry.id for entry in map(catalog.find, named) if entry is not None and entry.level.lower() in levels]
    return tuple(fitting or named)


def _of(draft: Draft | None, said: str) -> tuple[EntitlementId, ...]:
    if draft is None or not _THE_DRAFTS.search(said):
        return ()
    return draft.offered if draft.entitlement is None else (draft.entitlement,)
