"""The answer to an open question, and corrections of a draft."""

import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from approvals.catalog import Catalog
from approvals.change import EntitlementId
from approvals.words import Sentence
from bot.understanding import questions, references
from bot.understanding.commands import bare
from bot.understanding.draft import Draft, Field
from bot.understanding.durations import Doubt
from bot.understanding.masking import spoken_names, words
from bot.understanding.outcome import Progress
from bot.understanding.progress import asked_again, merged, next_step
from bot.understanding.sentence import Reading, is_telling, read

_NUMBER = re.compile(r"(?:for |about |make it )?(?P<amount>[0-9]{1,5}(?:[.,][0-9]{1,2})?)")
_CHOICE = re.compile(
    r"\(?(?:(?:number|no\.?|option|the|#) ?)*(?:(?P<number>[0-9]{1,3})|(?P<ordinal>first|second|third|fourth|fifth|last))\)?(?: one)?",
    re.IGNORECASE,
)
_ORDINALS = ("first", "second", "third", "fourth", "fifth")
_YES = re.compile(r"(?:yes|yep|yeah|yup|correct|right|exactly|that one|ok|okay|sure|that's it)(?: please)?", re.IGNORECASE)
_NO = re.compile(r"(?:no|nope|none(?: of (?:them|these|those))?|neither|something else|another one)", re.IGNORECASE)
SEND = re.compile(r"(?:send|submit)(?: (?:it|this|that|(?:the|my) request))?(?: (?:now|off))?|go ahead", re.IGNORECASE)
"""Words that ask for what the button on the preview does."""
_BARE_NO = re.compile(r"no|nope|nah", re.IGNORECASE)
_CORRECTION = re.compile(
    r"(?:(?:(?:no|nope)(?=[,.:!–-])|actually|sorry|wait|oops|rather|correction|i meant?|make (?:it|that)|"
    r"change (?:it |that |the (?:duration|time|length|entitlement|system) )?to|better|let's say)(?!\w)[\s,.:!–-]*)+",
    re.IGNORECASE,
)
_INSTEAD = re.compile(r"[\s,]*\b(?:instead|rather|please)$", re.IGNORECASE)
_NEW_REASON = re.compile(
    r"(?:change )?(?:the |my )?reason(?: should be| is|:| to)+:? *(?P<colon>.+)|(?:it's |it is |that's )?because (?P<because>.+)",
    re.IGNORECASE,
)
_UNIT = re.compile(r"minutes?|hours?|days?|weeks?", re.IGNORECASE)
_NO_REASON = re.compile(r"(?:none|no reason|nothing|n/?a|no idea|i don't know|just because|because|idk|dunno|test|work)", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """One normalised message with its reading, and what is needed to read a part of it again."""

    text: str
    reading: Reading
    catalog: Catalog
    now: datetime
    time_zone: str

    def part(self, text: str) -> Reading:
        """The reading of a part of the message."""
        return read(text, catalog=self.catalog, now=self.now, time_zone=self.time_zone)


def answer(said: Said, *, draft: Draft) -> Progress | None:
    """The draft after the open question was answered; None when ``said`` is no answer to it (a new request, for one)."""
    remark = None if draft.asked is None else _remark(bare(said.text), draft=draft)
    if remark is not None:
        return asked_again(draft, remark, catalog=said.catalog)
    match draft.asked:
        case Field.ENTITLEMENT:
            return _entitlement(said, draft=draft)
        case Field.DURATION:
            return _duration(said, draft=draft)
        case Field.REASON:
            return _reason(said, draft=draft)
        case None:
            return None


def _remark(said: str, *, draft: Draft) -> Sentence | None:
    """What to say to one of the short words that answer no question about what, how long or why; None for anything else."""
    if SEND.fullmatch(said):
        return questions.NOT_YET
    if draft.asked is Field.ENTITLEMENT and draft.offered:
        return None
    if _YES.fullmatch(said):
        return questions.YES_TO_WHAT
    return questions.NO_TO_WHAT if _BARE_NO.fullmatch(said) else None


def _entitlement(said: Said, *, draft: Draft) -> Progress | None:
    chosen = _chosen(bare(said.text), draft.offered)
    if chosen is not None:
        return next_step(replace(draft, entitlement=chosen), catalog=said.catalog)
    if _NO.fullmatch(bare(said.text)):
        return next_step(replace(draft, offered=()), catalog=said.catalog)
    reading = said.reading
    if reading.asks and reading.match and (reading.duration is not None or reading.reason):
        return None
    if said.reading.is_negated and not _CORRECTION.match(said.text):
        return None
    if said.reading.match.sure is None and (narrowed := _narrowed(said, draft.offered)):
        sure = narrowed[0] if len(narrowed) == 1 else None
        if sure is None or not said.reading.unknown:
            draft = replace(draft, entitlement=sure, offered=() if sure else narrowed)
            rest = replace(said.reading, match=type(said.reading.match)(sure=sure, near=() if sure else narrowed))
            return merged(draft, rest, catalog=said.catalog)
    if said.reading.match:
        return correct(said, draft=draft) or merged(draft, said.reading, catalog=said.catalog)
    return correct(said, draft=draft) or next_step(draft, catalog=said.catalog, not_found="" if draft.offered else said.text[:60])


def _chosen(said: str, offered: tuple[EntitlementId, ...]) -> EntitlementId | None:
    if len(offered) == 1 and _YES.fullmatch(said):
        return offered[0]
    if (choice := _CHOICE.fullmatch(said)) is None:
        return None
    if choice["number"]:
        place = int(choice["number"])
    else:
        ordinal = choice["ordinal"].lower()
        place = len(offered) if ordinal == "last" else _ORDINALS.index(ordinal) + 1
    return offered[place - 1] if 1 <= place <= len(offered) else None


def _narrowed(said: Said, offered: tuple[EntitlementId, ...]) -> tuple[EntitlementId, ...]:
    """The offered entries of which every telling word and level of the answer is a word."""
    telling = set(said.reading.telling)
    if not telling:
        return ()
    entries = [entry for entry in map(said.catalog.find, offered) if entry is not None]
    return tuple(entry.id for entry in entries if telling <= {word for name in spoken_names(entry) for word in words(name)})


def _duration(said: Said, *, draft: Draft) -> Progress | None:
    if (number := _NUMBER.fullmatch(bare(said.text).lower())) is not None:
        return _which_unit(draft, number["amount"], catalog=said.catalog)
    reading = said.part(f"{draft.amount} {bare(said.text)}") if draft.amount and _UNIT.fullmatch(bare(said.text)) else said.reading
    if reading.asks and reading.match and not reading.is_negated:
        return None
    if isinstance(reading.duration, timedelta) and not reading.is_negated:
        return merged(draft, reading, catalog=said.catalog)
    corrected = correct(said, draft=draft)
    if corrected is not None:
        return corrected
    doubt = reading.duration if isinstance(reading.duration, Doubt) else Doubt.VAGUE
    return next_step(draft, catalog=said.catalog, doubt=doubt)


def _which_unit(draft: Draft, amount: str, *, catalog: Catalog) -> Progress:
    if not amount.strip("0.,"):
        return next_step(draft, catalog=catalog, doubt=Doubt.RANGE)
    return Progress(draft=replace(draft, asked=Field.DURATION, amount=amount), question=questions.which_unit(amount))


def _reason(said: Said, *, draft: Draft) -> Progress | None:
    reading = said.reading
    if (corrected := correct(said, draft=draft)) is not None:
        return corrected
    if reading.is_request and reading.match and not reading.is_negated and not reading.is_question:
        return None
    if said.text.endswith("?") and not _NEW_REASON.fullmatch(said.text):
        return asked_again(draft, questions.A_QUESTION, catalog=said.catalog)
    text = _quoted(said.text)
    if _NO_REASON.fullmatch(bare(text)) or not (is_telling(text) or (len(text) >= 4 and text.isalpha())):
        return next_step(draft, catalog=said.catalog)
    return _with_reason(said, text, draft=draft)


def _with_reason(said: Said, reason: str, *, draft: Draft) -> Progress:
    # A ticket that stood in the old reason goes with it.
    kept = None if draft.reference is not None and draft.reference in draft.reason.upper() else draft.reference
    return next_step(replace(draft, reason=reason, reference=references.first(said.text) or kept), catalog=said.catalog)


def _quoted(text: str) -> str:
    marked = _NEW_REASON.fullmatch(text)
    said = (marked["colon"] or marked["because"]) if marked else text
    return said.strip(" ,;:-–—\"'")


def correct(said: Said, *, draft: Draft) -> Progress | None:
    """The draft changed by a correction such as "make it 2 hours" or "no, payroll"; None when ``said`` is none."""
    if (reason := _NEW_REASON.fullmatch(said.text)) and is_telling(_quoted(said.text)) and (draft.asked is None or reason["colon"]):
        return _with_reason(said, _quoted(said.text), draft=draft)
    start = _CORRECTION.match(said.text)
    rest = _INSTEAD.sub("", said.text[0 if start is None else start.end() :].strip(" .!"))
    if start is not None and draft.entitlement is not None and (number := _NUMBER.fullmatch(rest.lower())):
        return _which_unit(replace(draft, duration=None), number["amount"], catalog=said.catalog)
    reading = said.part(rest)
    is_plain = not reading.unknown and not reading.is_negated and not reading.asks and not reading.is_for_others
    # A name without such words corrects nothing: "for the payroll run" may well be the reason.
    is_marked = start is not None or rest != said.text.strip(" .!")
    corrects = (reading.duration is not None or bool(reading.match)) if is_marked else (reading.duration is not None and not reading.match)
    if not is_plain or not corrects:
        return None
    return merged(draft, reading, catalog=said.catalog)
