"""What people wrote, made safe to look at: nothing hidden, nothing that turns the line around, nothing without end.

Unicode 16 chapter 23.2 and UTS #39: bidirectional overrides let "gpj.exe" read as "exe.jpg", and invisible characters let one name pass
for another. Look-alike letters (Cyrillic а) stay: a card also says title and department, which come from the directory.
"""

import re
from dataclasses import dataclass
from json.encoder import encode_basestring_ascii

LINE = 120
"""Longest name or title on a card, in characters; at most four bytes each on average, so that no script makes a card too large."""
VALUE = 240
"""Longest value inside a sentence: a list of several names."""
PASSAGE = 1000
"""Longest text of somebody's own words on a card, in characters. Six bytes each: every letter of every living script fits whole."""
LINES = 30
"""Most lines of somebody's own words: nobody pushes the buttons of a card out of sight with empty lines."""

_DROPPED = "\u00ad\u061c\u180e\u200b\u200e\u200f\u2060-\u2064\ufeff\ufff9-\ufffb\U000e0000-\U000e007f"
_SHOWN = "\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069"
_LONE = "\ud800-\udfff"
_ODD = re.compile(f"[{_DROPPED}{_SHOWN}{_LONE}\t\r\u2028\u2029]|\\{{\\{{(?=(?:DATE|TIME)\\()")
_NEVER_SHOWN = re.compile(f"[{_DROPPED}]")
_GAPS = re.compile(r"\n\s*\n")
_BREAKS = re.compile(r"\s*\n\s*")


@dataclass(frozen=True, slots=True)
class Passage:
    """Somebody's own words as a card shows them; ``is_clipped`` when there were more."""

    text: str
    is_clipped: bool


def visible(text: str) -> str:
    """``text`` as it may stand on a card: controls and overrides are written out (``[U+202E]``), the invisible is dropped."""
    return text if _is_plain(text) else _ODD.sub(_replacement, text.replace("\r\n", "\n"))


def line(text: str, *, limit: int = LINE) -> str:
    """``text`` on one line of at most ``limit`` characters and four times as many bytes of JSON."""
    if len(text) <= limit and _is_plain(text):
        return text.strip()
    return _clip(_BREAKS.sub(" ", visible(text[: 4 * limit])).strip(), limit=limit, size=4 * limit)


def passage(text: str, *, limit: int = PASSAGE) -> Passage:
    """``text`` with its line breaks, at most ``limit`` characters, six times as many bytes of JSON, and ``LINES`` lines."""
    whole = _GAPS.sub("\n\n", visible(text[: 4 * limit]).strip())
    top = "\n".join(whole.split("\n")[:LINES])
    shown = _clip(top if len(top) == len(whole) else top + "…", limit=limit, size=6 * limit)
    return Passage(shown, is_clipped=shown != whole)


def returned(text: str) -> str:
    """``text`` as its own writer gets it back in a form: every line of it, up to the length that the form takes."""
    return visible(text[:PASSAGE])[:PASSAGE]


def _is_plain(text: str) -> bool:
    return text.isascii() and text.isprintable() and "{{" not in text


def _clip(text: str, *, limit: int, size: int) -> str:
    if len(text) <= limit and (text.isascii() or len(encode_basestring_ascii(text)) - len('""') <= size):
        return text
    kept, room = 0, size - len(r"\u2026")
    for character in text[: limit - 1]:
        room -= 2 if character.isascii() else 6 if character <= "\uffff" else 12
        if room < 0:
            break
        kept += 1
    return text[:kept].rstrip() + "…"


def _replacement(match: re.Match[str]) -> str:
    found = match[0]
    if found == "{{":
        # {{DATE(…)}} and {{TIME(…)}} are functions of the card renderer, in TextRuns too: nobody's words may compute anything.
        return "{\u200a{"
    if found == "\t":
        return " "
    if found in "\r\u2028\u2029":
        return "\n"
    if _NEVER_SHOWN.match(found):
        return ""
    if "\ud800" <= found <= "\udfff":
        return "\ufffd"
    return f"[U+{ord(found):04X}]"
