"""The text that every rule reads: one spelling of what Teams sent, on one line, without characters that nobody can see.

    1. Controls, format characters (zero width, bidirectional), lone surrogates and private-use characters go.
    2. Compatibility forms become plain ones (Unicode NFKC), except raised, lowered and fraction forms: "2²" must not become "22".
    3. Mentions (``<at>Countersign</at>``) and non-breaking blanks of Teams become blanks.
    4. Typographic hyphens and apostrophes become plain ones; runs of blanks become one.

Normalising twice changes nothing more. Case stays: the reason is quoted from this text.
"""

import re
import unicodedata

LONGEST = 2_000
"""Characters that a message may have, before and after normalising (NFKC can make one character eighteen)."""

_MENTION = re.compile(r"<at(?: [^<>]*)?>[^<>]*</at>|&nbsp;", re.IGNORECASE)
_UNSEEN = ("Cc", "Cf", "Cs", "Co", "Cn")
_KEPT_FORMS = ("<super>", "<sub>", "<fraction>")
_PLAIN = str.maketrans({"‐": "-", "‑": "-", "−": "-", "’": "'", "‘": "'", "`": "'", "“": '"', "”": '"', "„": '"'})


def normalise(text: str) -> str:
    """``text`` as the rules read it; empty when nothing readable is in it."""
    seen = "".join(_visible(character) for character in text)
    plain = "".join(_compatible(seen)).translate(_PLAIN)
    while (without := _MENTION.sub(" ", plain)) != plain:
        plain = without
    # NFKC once more: a mark may have come to stand after a letter when what was between them went.
    return " ".join("".join(_compatible(plain)).split())


def _visible(character: str) -> str:
    if character.isspace():
        return " "
    return "" if unicodedata.category(character) in _UNSEEN else character


def _compatible(text: str) -> list[str]:
    pieces: list[str] = []
    start = 0
    for place, character in enumerate(text):
        if unicodedata.decomposition(character).startswith(_KEPT_FORMS):
            pieces += (unicodedata.normalize("NFKC", text[start:place]), character)
            start = place + 1
    return [*pieces, unicodedata.normalize("NFKC", text[start:])]
