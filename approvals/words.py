"""Sentences for people, kept apart from the language that they are read in.

A rule returns a :class:`Sentence`; only the edge (cards, pages, chat) knows its reader's language and asks for the words.
Evidence keeps the English form and the values, so that an auditor reads the same sentence in ten years.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

Value = str | int
_NAME = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True, slots=True)
class Sentence:
    """One translatable sentence: the English pattern (the gettext message id) and its named values, in order of name."""

    msgid: str
    values: tuple[tuple[str, Value], ...] = ()

    def __str__(self) -> str:
        return self.into(lambda msgid: msgid)

    def into(self, gettext: Callable[[str], str]) -> str:
        """The sentence in the language that ``gettext`` speaks, its values filled in."""
        return fill(gettext(self.msgid), dict(self.values))


def say(msgid: str, /, **values: Value) -> Sentence:
    """A sentence for a person. ``say`` is a gettext keyword: the first argument is extracted, so it is always a literal."""
    return Sentence(msgid, tuple(sorted(values.items())))


def fill(pattern: str, values: Mapping[str, Value]) -> str:
    """``pattern`` with each ``{name}`` replaced. A translator's mistake (an unknown name) stays visible instead of raising.

    In one pass: a value is somebody's text, and a ``{name}`` in it is never filled in.
    """
    return _NAME.sub(lambda match: str(values.get(match[1], match[0])), pattern)
