"""A conversation about a request: one for each person, and no old button works on a new one."""

from approvals.operations.drafts import Stored, draft_of, drop, keep
from approvals.store.sqlite import Store
from tests.approvals.northwind import ANA, MARIA
from tests.builders import NOON


async def test_a_draft_is_kept_and_replaced_under_the_same_id(store: Store) -> None:
    first = await store.write(lambda tx: keep(tx, ANA, "one", now=NOON))
    second = await store.write(lambda tx: keep(tx, ANA, "two", now=NOON))

    assert (first, second) == (Stored(id=1, version=1, body="one"), Stored(id=1, version=2, body="two"))
    assert await store.read(lambda tx: draft_of(tx, ANA)) == second


async def test_a_draft_that_is_kept_as_it_is_makes_no_button_outdated(store: Store) -> None:
    first = await store.write(lambda tx: keep(tx, ANA, "one", now=NOON))
    second = await store.write(lambda tx: keep(tx, ANA, "one", now=NOON))

    assert second == first == Stored(id=1, version=1, body="one")


async def test_a_draft_after_one_that_was_dropped_has_an_id_that_no_old_button_names(store: Store) -> None:
    await store.write(lambda tx: keep(tx, ANA, "one", now=NOON))
    await store.write(lambda tx: drop(tx, ANA))
    later = await store.write(lambda tx: keep(tx, ANA, "two", now=NOON))

    assert later == Stored(id=2, version=1, body="two")


async def test_each_person_has_their_own(store: Store) -> None:
    await store.write(lambda tx: keep(tx, ANA, "Ana's", now=NOON))
    await store.write(lambda tx: keep(tx, MARIA, "Maria's", now=NOON))
    await store.write(lambda tx: drop(tx, ANA))

    drafts = await store.read(lambda tx: (draft_of(tx, ANA), draft_of(tx, MARIA)))

    assert drafts == (None, Stored(id=2, version=1, body="Maria's"))


async def test_forgetting_nothing_is_nothing(store: Store) -> None:
    await store.write(lambda tx: drop(tx, ANA))

    assert await store.read(lambda tx: draft_of(tx, ANA)) is None
