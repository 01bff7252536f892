"""Every word of every card is in the reader's language, but for what people and the catalog wrote."""

from collections.abc import Iterator
from typing import Any

from cards.language import Language
from infra.tools.card_samples import Words, samples
from tests import pseudo
from tests.pseudo import brackets

__all__ = ["brackets"]

GREEK = Words(
    name="Άννα",
    title="Μηχανικός",
    entitlement="Πρόσβαση",
    opens="Τιμολόγια",
    reason="Διόρθωση",
    reference="Αίτημα",
    url="https://desk.example/tickets/TCK-1042",
)
# What the builders put on a card, whatever the words.
DATA = (
    "Ana Ferreira",
    "Maria Lindqvist",
    "Payments",
    "Finance systems",
    "Fix INC-4711: two invoices were sent twice.",
    "INC-4711",
    "REQ-1042",
    "TCK-1042",
    "Use the replica: reading is enough for this.",
    "Write access to billing-db",
    "Read access to billing-db",
    "VPN administration",
)
_SHOWN = frozenset({"text", "title", "label", "placeholder", "errorMessage", "altText", "fallbackText"})


def _shown(node: Any) -> Iterator[str]:
    if isinstance(node, list):
        for each in node:
            yield from _shown(each)
    if isinstance(node, dict):
        for name, value in node.items():
            if name in _SHOWN and isinstance(value, str):
                yield value
            else:
                yield from _shown(value)


def test_no_word_of_a_card_is_outside_of_gettext(brackets: Language) -> None:
    left = {
        (name, word)
        for name, card in samples(GREEK, language=brackets)
        for text in _shown(card)
        for word in pseudo.outside(text, data=DATA)
    }

    assert left == set()


def test_nothing_said_is_nothing_and_no_header_of_a_catalog(brackets: Language) -> None:
    assert brackets.text("") == ""


def test_a_sentence_that_is_in_no_catalog_is_seen(brackets: Language) -> None:
    known, unknown = brackets.text("Deny"), brackets.text("Never said by anybody")

    assert (pseudo.outside(known), pseudo.outside(unknown)) == ([], ["Never said by anybody"])
