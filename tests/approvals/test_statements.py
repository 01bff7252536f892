"""Statements that are compiled once do what SQLAlchemy would do with them each time."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from sqlalchemy import bindparam, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlmodel import select as select_object

from approvals.change import State
from approvals.store.sqlite import Store, Tx
from approvals.store.statements import Statement
from approvals.store.tables import InboxRow, RequestRow, TicketRow
from tests.approvals.story import Story
from tests.builders import NOON

_INBOX, _REQUEST, _TICKET = (row.__table__ for row in (InboxRow, RequestRow, TicketRow))  # type: ignore[attr-defined]
MARK = Statement(insert(_INBOX))
MARKS = Statement(select(_INBOX).where(_INBOX.c.conversation == bindparam("where")).order_by(_INBOX.c.activity))
LISBON = timezone(timedelta(hours=1))


def marked(tx: Tx, *activities: str) -> int:
    return MARK.run(tx, *({"conversation": "a:ana", "activity": each, "at": NOON.astimezone(LISBON)} for each in activities))


async def test_what_goes_in_comes_out_in_the_terms_of_its_column(store: Store) -> None:
    written = await store.write(lambda tx: marked(tx, "one", "two"))
    rows = await store.read(lambda tx: MARKS.rows(tx, {"where": "a:ana"}))

    assert written == 2
    assert [(row.activity, row.at, row.at.tzinfo) for row in rows] == [("one", NOON, UTC), ("two", NOON, UTC)]


async def test_the_first_row_is_none_where_there_is_none(store: Store) -> None:
    await store.write(lambda tx: marked(tx, "one"))

    found, missing = await store.read(lambda tx: tuple(MARKS.first(tx, {"where": place}) for place in ("a:ana", "a:tom")))

    assert (found and found.activity, missing) == ("one", None)


async def test_each_set_of_columns_is_a_statement_of_its_own(store: Store, story: Story) -> None:
    request = await story.asked()
    change = Statement(update(_TICKET).where(_TICKET.c.request == bindparam("of")))

    def twice(tx: Tx) -> tuple[int, int, int]:
        later = NOON + timedelta(hours=1)
        one = change.run(tx, {"of": request, "updated_at": later})
        both = change.run(tx, {"of": request, "updated_at": later, "closed_at": later})
        return one, both, change.run(tx, {"of": request + 1, "updated_at": later})

    assert await store.write(twice) == (1, 1, 0)
    closed = await store.read(lambda tx: tx.exec(select_object(TicketRow.closed_at)).one())
    assert closed == NOON + timedelta(hours=1)


async def test_a_value_that_the_column_refuses_is_refused(store: Store) -> None:
    with pytest.raises(ValueError, match="has no time zone"):
        await store.write(lambda tx: MARK.run(tx, {"conversation": "a", "activity": "b", "at": datetime(2025, 11, 22)}))  # noqa: DTZ001


async def test_what_the_database_refuses_is_told_as_sqlalchemy_tells_it_and_undone(store: Store) -> None:
    with pytest.raises(IntegrityError, match=r"UNIQUE constraint failed: inbox\.conversation, inbox\.activity"):
        await store.write(lambda tx: marked(tx, "one", "two", "one"))

    assert await store.read(lambda tx: MARKS.rows(tx, {"where": "a:ana"})) == []


async def test_an_object_is_the_one_that_a_session_would_load_and_nobody_keeps_it(store: Store, story: Story) -> None:
    request = await story.asked()
    find = Statement(select(_REQUEST).where(_REQUEST.c.id == bindparam("id")))

    def change(tx: Tx) -> tuple[RequestRow, RequestRow]:
        (made,) = find.objects(tx, {"id": request}, of=RequestRow)
        loaded = tx.exec(select_object(RequestRow)).one()
        made.state = State.DENIED
        return made, loaded

    made, loaded = await store.write(change)

    assert {**made.model_dump(), "state": State.WAITING} == loaded.model_dump()
    assert await store.read(lambda tx: tx.exec(select_object(RequestRow.state)).one()) is State.WAITING
