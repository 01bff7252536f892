"""How a request moves: along an edge, from the version that was read, or not at all."""

import pytest

from approvals.errors import IllegalTransitionError
from approvals.lifecycle import Event
from approvals.operations.desk import by_time
from approvals.operations.facts import for_request
from approvals.operations.transition import move
from approvals.store.requests import id_of
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow
from approvals.words import say
from tests.approvals.story import Story
from tests.builders import NOON


async def test_what_somebody_else_moved_in_between_is_not_moved_again(story: Story) -> None:
    old = await story.row(await story.asked())
    await story.approves(id_of(old))
    proofs = len(await story.evidence())

    with pytest.raises(IllegalTransitionError) as raised:
        await story.desk.store.write(lambda tx: _move(tx, old, Event.DENY, story))

    assert str(raised.value) == "REQ-1001 is not at version 1 any more"
    assert len(await story.evidence()) == proofs


async def test_a_move_that_the_lifecycle_does_not_know_writes_nothing(story: Story) -> None:
    row = await story.row(await story.asked())
    proofs = len(await story.evidence())

    with pytest.raises(IllegalTransitionError) as raised:
        await story.desk.store.write(lambda tx: _move(tx, row, Event.GRANT, story))

    assert str(raised.value) == "no edge grant:grant from waiting"
    assert len(await story.evidence()) == proofs


async def test_the_row_shows_where_it_is_after_the_move(story: Story) -> None:
    request = await story.asked()

    def moved(tx: Tx) -> dict[str, object]:
        row = tx.get_one(RequestRow, request)
        _move(tx, row, Event.DENY, story)
        return row.model_dump()

    assert await story.desk.store.write(moved) == (await story.row(request)).model_dump()


def _move(tx: Tx, row: RequestRow, event: Event, story: Story) -> None:
    facts = for_request(tx, row, actor=None, desk=story.desk, now=NOON)
    changes = {"decision_reason": "No."}
    move(tx, row, event, desk=story.desk, act=by_time(NOON), facts=facts, sentence=say("Moved."), changes=changes)
