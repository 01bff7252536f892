"""Search as somebody types."""

from dataclasses import replace

import pytest

from approvals.catalog import Catalog
from approvals.change import EntitlementId
from bot.understanding.match import search


def _ids(catalog: Catalog, text: str, *, limit: int = 5) -> list[str]:
    return [entry.id for entry in search(catalog, text, limit=limit)]


def test_nothing_typed_lists_the_catalog_in_its_own_order(catalog: Catalog) -> None:
    assert search(catalog, "  ", limit=1_000) == catalog.entitlements


def test_limit_is_kept(catalog: Catalog) -> None:
    assert len(search(catalog, "", limit=7)) == 7
    assert len(search(catalog, "p", limit=3)) == 3
    assert search(catalog, "billing", limit=0) == ()


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("billing-db-write", "billing-db-write"),
        ("BILLING-DB WRITE", "billing-db-write"),
        ("bil wri", "billing-db-write"),
        ("payr", "payroll-run"),
        ("payrol", "payroll-run"),
        ("pyaroll", "payroll-run"),
        ("vpn", "vpn-operations"),
        ("kubectl", "k8s-prod-exec"),
        ("security lo", "siem-search"),
        ("refnuds", "payments-console-refund"),
    ],
)
def test_what_was_typed_finds_the_entry_first(typed: str, first: str, catalog: Catalog) -> None:
    assert _ids(catalog, typed)[0] == first


def test_system_lists_all_its_entries(catalog: Catalog) -> None:
    assert sorted(_ids(catalog, "billing-db")) == ["billing-db-admin", "billing-db-read", "billing-db-write"]


@pytest.mark.parametrize("typed", ["zzzzz", "%%%", "'; DROP TABLE", "😀", "x" * 10_000, "\ud800"])
def test_what_resembles_nothing_finds_nothing_unrelated(typed: str, catalog: Catalog) -> None:
    assert len(search(catalog, typed, limit=5)) <= 5


def test_no_entry_is_found_twice_in_a_catalog_of_two_thousand(catalog: Catalog) -> None:
    many = Catalog(
        tuple(
            replace(catalog.entitlements[place % 25], id=EntitlementId(f"entry-{place}"), name=f"Entry {place}") for place in range(2_000)
        )
    )

    found = _ids(many, "entry", limit=2_000)

    assert found == [f"entry-{place}" for place in range(2_000)]


@pytest.mark.parametrize("letter", "abcdefghijklmnopqrstuvwxyz0")
def test_single_letter_finds_every_entry_that_has_it_once(letter: str, catalog: Catalog) -> None:
    found = _ids(catalog, letter, limit=1_000)

    named = [entry for entry in catalog.entitlements if any(letter in name.lower() for name in (entry.id, entry.name, *entry.aliases))]
    assert len(found) == len(set(found))
    assert {entry.id for entry in named} <= set(found)
