"""A language in which every sentence is itself in brackets: what is read outside of brackets was never marked.

It is written as Greek, since whatever CLDR says of Greek (dates, lengths of time, cities) has no Latin letter: those that are left outside
are ours. Data stays what it is, and is named by the test.
"""

import re
from collections.abc import Iterable, Iterator
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from cards import language
from cards.language import Language
from infra.tools import card_samples
from tests import builders

LANGUAGE = "el"
_HERE = Path(__file__).parents[1]
_INNERMOST = re.compile(r"⟦[^⟦⟧]*⟧", re.DOTALL)
_CUT = re.compile(r"⟦[^⟦⟧\n]*")
"""A sentence that was cut short to fit its line."""
_LATIN = re.compile(r"[A-Za-z][A-Za-z'’-]+(?: [A-Za-z'’-]+)*")


def bracketed(msgid: str) -> str:
    """The sentence in that language."""
    return f"⟦{msgid}⟧"


def write_catalog(template: Path, folder: Path, *, also: Iterable[str] = ()) -> None:
    """Make ``folder`` the place of a whole catalog of that language, from a template; ``also`` are sentences that a test says itself."""
    with template.open(encoding="utf-8") as file:
        found = read_po(file)
    made = Catalog(locale=LANGUAGE)
    for message in found:
        if message.id:
            made.add(message.id, [bracketed(form) for form in message.id] if message.pluralizable else bracketed(str(message.id)))
    for msgid in also:
        made.add(msgid, bracketed(msgid))
    path = folder / LANGUAGE / "LC_MESSAGES" / f"{template.stem}.mo"
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as written:
        write_mo(written, made)


def outside(text: str, *, data: Iterable[str] = ()) -> list[str]:
    """The Latin words of ``text`` that stand in no bracket and are no ``data``."""
    while (less := _INNERMOST.sub(" ", text)) != text:
        text = less
    text = _CUT.sub(" ", text)
    for known in sorted(data, key=len, reverse=True):
        text = text.replace(known, " ")
    return _LATIN.findall(text)


@pytest.fixture
def brackets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Language]:
    """A reader of cards and pages whose words are all in brackets, those of the samples and builders too."""
    ours = [extract_from_file("python", module.__file__, keywords={"say": None}) for module in (builders, card_samples)]
    said = [str(message) for found in ours for _, message, *_ in found if message]
    write_catalog(_HERE / "cards/locale/countersign.pot", tmp_path, also=said)
    monkeypatch.setattr(language, "CATALOGS", tmp_path)
    _forget()
    yield Language(LANGUAGE, "Europe/Lisbon")
    _forget()


def _forget() -> None:
    for cached in (language._translations, language._has_catalog):
        cached.cache_clear()
