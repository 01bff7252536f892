"""Names of the catalog are found before anything else is read."""

import pytest

from approvals.catalog import Catalog
from bot.understanding.masking import Cover, cover, mentions


def _named(text: str, catalog: Catalog) -> list[str]:
    return [text[mention.start : mention.end] for mention in mentions(text, catalog=catalog)]


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("write access to billing-db, please", ["write access to billing-db"]),
        ("BILLING DB and billing_db", ["BILLING DB", "billing_db"]),
        ("db-2h-prod.", ["db-2h-prod"]),
        ("billing-db-4h-copy", []),
        ("my-billing-db", []),
        ("mybilling-db", []),
        ("fix billing. DB is next", []),
        ("(payroll)", ["payroll"]),
    ],
)
def test_longest_name_is_found_and_no_part_of_a_longer_word(text: str, names: list[str], catalog: Catalog) -> None:
    assert _named(text, catalog) == names


def test_covered_text_keeps_its_length() -> None:
    assert cover("a billing-db b", [(2, 12)], by=Cover.MENTION) == "a " + Cover.MENTION * 10 + " b"
