"""Answers as activities: a sentence, or a card with the words that a notification shows."""

import json

from approvals.words import Sentence
from cards.language import Language
from cards.render import Card, attachment


def text_activity(*sentences: Sentence, language: Language) -> dict[str, object]:
    """A plain message, a line for each sentence. ``textFormat`` is plain: nothing that somebody typed is read as Markdown."""
    return {"type": "message", "text": "\n".join(map(language.words, sentences)), "textFormat": "plain"}


def card_activity(card: Card, summary: Sentence, *, language: Language) -> dict[str, object]:
    """A message that is a card; ``summary`` is what the notification says."""
    return {"type": "message", "summary": language.words(summary), "attachments": [attachment(card)]}


def as_json(activity: dict[str, object]) -> str:
    """The activity as the outbox keeps it."""
    return json.dumps(activity, ensure_ascii=False)
