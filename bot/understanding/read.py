"""What a message means in a conversation: the one door of this package.

1. Too long, or without a readable word: unclear.
2. A command is a command at any point, and a question to Countersign is a question (inquiries.py).
3. While a question is open, the message is its answer first (answers.py).
4. A correction changes the draft: "make it 2 hours", "no, payroll".
5. A whole request begins a new draft; a name alone begins one too when none is open.
6. Anything else is unclear: nothing is guessed.
"""

import re
from datetime import datetime

from approvals.catalog import Catalog
from approvals.words import Sentence
from bot.understanding import questions
from bot.understanding.answers import SEND, Said, answer, correct
from bot.understanding.commands import bare, done_with, recognise
from bot.understanding.draft import Draft, Field
from bot.understanding.inquiries import inquiry
from bot.understanding.masking import mentions
from bot.understanding.normalise import LONGEST, normalise
from bot.understanding.outcome import Command, CommandKind, Inquiry, Progress, Unclear
from bot.understanding.progress import begin, settled
from bot.understanding.sentence import Reading, read

_READABLE = re.compile(r"\w|\?")
_DECIDES = re.compile(r"(?:approved?|den(?:y|ied)|reject(?:ed)?|accept(?:ed)?|decline)\b.{0,40}", re.IGNORECASE)
_LONGEST_NAME = 80


def understand(
    text: str, *, draft: Draft | None, catalog: Catalog, now: datetime, time_zone: str
) -> Command | Inquiry | Progress | Unclear:
    """What the person who wrote ``text`` wants, given the ``draft`` of their conversation so far.

    ``now`` is aware; ``time_zone`` is the person's IANA zone, in which "until 17:00" is read. Never raises for what ``text`` holds.
    """
    # (1) Size and content.
    if len(text) > LONGEST:
        return Unclear(hint=questions.TOO_LONG)
    words = normalise(text)
    if len(words) > LONGEST:
        return Unclear(hint=questions.TOO_LONG)
    if _READABLE.search(words) is None:
        return Unclear(hint=questions.NOTHING)

    draft = None if draft is None else settled(draft, catalog=catalog)

    # (2) Commands and questions.
    other = _command(words, draft=draft, catalog=catalog) or inquiry(words, draft=draft, catalog=catalog)
    if other is not None:
        return other

    reading = read(words, catalog=catalog, now=now, time_zone=time_zone)
    said = Said(text=words, reading=reading, catalog=catalog, now=now, time_zone=time_zone)
    if reading.is_for_others and _names(reading) and (draft is None or draft.asked is not Field.REASON):
        return Unclear(hint=questions.FOR_OTHERS)
    if draft is not None:
        # (3) and (4) The open question and the draft.
        outcome = answer(said, draft=draft) or correct(said, draft=draft)
        if outcome is not None:
            return outcome

    # (5) A new request.
    begun = None if _DECIDES.fullmatch(words) else begin(reading, catalog=catalog)
    return begun or Unclear(hint=_hint(said, draft=draft))


def _command(words: str, *, draft: Draft | None, catalog: Catalog) -> Command | None:
    command = recognise(words)
    if command is not None:
        return command
    what = done_with(words)
    if what is None or len(what) > _LONGEST_NAME:
        return None
    if what.lower() in ("it", "this", "that", "everything"):
        return Command(kind=CommandKind.DONE)
    # A reason may begin in the same way: "I'm done with the migration …".
    return Command(kind=CommandKind.DONE, argument=what) if draft is None or mentions(what, catalog=catalog) else None


def _names(reading: Reading) -> bool:
    return bool(reading.match) or bool(reading.hinted) or reading.speaks_of_access


def _hint(said: Said, *, draft: Draft | None) -> Sentence:
    if said.reading.is_negated and said.reading.match:
        return questions.NEGATED
    if _DECIDES.fullmatch(said.text):
        return questions.BUTTONS
    if draft is not None and draft.missing is None:
        return questions.what_it_waits_for(draft)
    return questions.NOTHING_TO_SEND if draft is None and SEND.fullmatch(bare(said.text)) else questions.UNKNOWN
