"""The words of the simulator's pages, in the first language that the browser asks for and that there is a catalog for; else English."""

from __future__ import annotations

import gettext
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web
from babel.messages.mofile import read_mo

DOMAIN = "simulator"
LOCALE = Path(__file__).parents[1] / "locale"
ENGLISH = "en-GB"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """The sentences of one language, by their English form. ``language`` is a BCP 47 tag."""

    language: str
    messages: Mapping[str, str]

    def __call__(self, msgid: str) -> str:
        """The sentence: ``_("…")`` of the templates."""
        return self.messages.get(msgid, msgid)


def words_for(request: web.Request) -> Words:
    """The words for whoever asks."""
    found = gettext.find(DOMAIN, str(LOCALE), _wanted(request.headers.get("Accept-Language", "")))
    if found is None:
        return Words(language=ENGLISH, messages={})
    with Path(found).open("rb") as file:
        messages = {str(message.id): str(message.string) for message in read_mo(file) if message.id}
    return Words(language=Path(found).parents[1].name.replace("_", "-"), messages=messages)


def _wanted(header: str) -> list[str]:
    """The languages of an Accept-Language header (RFC 9110, 12.5.4) as gettext names them, up to English, which needs no catalog."""
    ranges = [part.strip().partition(";q=") for part in header.split(",")]
    liked = sorted(((name, _weight(weight)) for name, _, weight in ranges if name), key=lambda each: -each[1])
    names: list[str] = []
    for name, weight in liked:
        if not weight or name.lower().startswith("en"):
            break
        names += [name.replace("-", "_"), name.partition("-")[0]]
    return names


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0
