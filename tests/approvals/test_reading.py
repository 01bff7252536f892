"""What a reader is shown: facts about the request, as far as they are for this reader."""

import pytest

from approvals.change import PersonId
from approvals.reading import request_view
from approvals.store.requests import find
from approvals.views import RequestView
from tests.approvals.northwind import ANA, MARIA, PRIYA, STRANGER, TOM
from tests.approvals.story import Story, a_proposal


async def _view(story: Story, *, reader: PersonId) -> RequestView:
    request = await story.asked(a_proposal(requester=PRIYA, beneficiary=PRIYA) if reader == PRIYA else None)
    return await story.desk.store.read(lambda tx: request_view(tx, find(tx, request), reader=reader, shelf=story.desk.shelf))


@pytest.mark.parametrize("reader", [ANA, MARIA, TOM, STRANGER, PersonId("")], ids=["requester", "owner", "onlooker", "stranger", "nobody"])
async def test_whom_the_helpdesk_turns_away_reads_the_tickets_number_without_a_link(story: Story, reader: PersonId) -> None:
    view = await _view(story, reader=reader)

    assert (view.ticket, view.ticket_url) == ("TCK-1001", None)


async def test_the_helpdesk_can_follow_the_link_to_the_ticket(story: Story) -> None:
    view = await _view(story, reader=PRIYA)

    assert (view.ticket, view.ticket_url) == ("TCK-1001", "https://desk.example/tickets/TCK-1001")


async def test_somebody_who_has_left_the_helpdesk_gets_no_link(story: Story) -> None:
    request = await story.asked()
    await story.leaves(PRIYA)

    view = await story.desk.store.read(lambda tx: request_view(tx, find(tx, request), reader=PRIYA, shelf=story.desk.shelf))

    assert (view.ticket, view.ticket_url) == ("TCK-1001", None)
