"""Questions that people put to Countersign itself: recognised, so that none is taken for the reason of a request.

1. A question word with its verb makes a question, with or without its mark: "who owns billing-db", "why was it denied".
2. "When the export fails …" and "What INC-4711 needs …" tell something: a question word without its verb asks only before a "?".
3. "Could I have …?" asks for access: a courteous request is no question.
4. Of several sentences the first counts.
5. "Who owns it" asks for the owner, "who would approve it" for those whom the policy would have asked, "why was it denied" for the reason.
"""

import re

from approvals.catalog import Catalog
from approvals.change import EntitlementId, RequestId, number
from bot.understanding import questions
from bot.understanding.commands import bare
from bot.understanding.draft import Draft
from bot.understanding.masking import mentions
from bot.understanding.outcome import Inquiry, Wanted
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
_APPROVERS = re.compile(
    r"\bwhom?\b.{0,20}\b(?:would|will|could|can|must|should|has to|have to|needs? to|going to)\b.{0,60}"
    r"\b(?:approves?|decides?|(?:counter)?signs?|agrees?|asks?|asked)\b",
    re.IGNORECASE,
)
_WHY = re.compile(
    r"(?:why|how come|for what reason|what(?:'s| is| was) the reason|what went wrong)\b.*"
    r"\b(?:denied|deny|refused?|reject(?:ed)?|declined?|turned down|fail(?:ed)?|lapsed?|went wrong|"
    r"not (?:allowed|approved|granted|get|have|ask)|"
    r"(?:was|were|did|do|ca|could|is|are)n't|can ?not|couldn't|can't)\b"
    r"|what went wrong\b|why not$",
    re.IGNORECASE,
)
_PLAIN = re.compile(
    r"(?:(?:why|how|come|what|reason|for|the|was|were|is|are|am|did|do|does|has|have|been|can|could|cannot|not|i|we|me|you|they|he|she|it|this|"
    r"that|my|last|request|access|get|got|just|now|so|again|denied|deny|refused?|rejected|reject|declined?|turned|down|fail(?:ed)?|lapsed|went|"
    r"wrong|approved|granted|allowed)(?:'s|n't|'t)?(?![\w'])[\s,]*)+",
    re.IGNORECASE,
)
"""What a question about the last refusal is made of: any other word names something."""
_REQUEST = re.compile(r"\breq(?:uest)?[\s#-]*(?P<number>[1-9][0-9]{0,8})\b", re.IGNORECASE)
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
    wants, request = _wanted(said), _REQUEST.search(said)
    about = () if wants is Wanted.OTHER else _named(said, catalog=catalog) or _of(draft, said)
    if wants is Wanted.WHY and not about and _PLAIN.fullmatch(said):
        wants = Wanted.WHY_LAST
    return Inquiry(wants=wants, about=about, request=number(RequestId(int(request["number"]))) if request else None, following=following)


def _wanted(said: str) -> Wanted:
    if _WHY.match(said):
        return Wanted.WHY
    if _APPROVERS.search(said):
        return Wanted.APPROVERS
    return Wanted.OWNER if _WHOSE.search(said) else Wanted.OTHER


def _is_question(said: str, *, is_marked: bool) -> bool:
    # "Why the export failed" may be a reason; "why REQ-1042 was denied" is none.
    if _QUESTION.match(said) or (_WHY.match(said) and _REQUEST.search(said)):
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
