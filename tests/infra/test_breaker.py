"""A system behind a connector that is down, as those see it who wait for it."""

import asyncio
from datetime import timedelta

from approvals.connectors.breaker import OPENS_AFTER, PROBE_EVERY, Way, note_failure
from approvals.store.sqlite import Tx
from infra.serving import Local
from tests.infra.scenes import ANA, MARIA, asked, heard, ledger, members
from tests.infra.test_ending import ticket_page


async def test_while_a_system_is_left_alone_the_ticket_says_why_and_then_access_comes_by_itself(local: Local) -> None:
    def fails(tx: Tx) -> None:
        for _ in range(OPENS_AFTER):
            note_failure(tx, "local", Way.GIVE, now=local.house.desk.now())

    card, committed = await asked(local), asyncio.Event()
    await local.house.desk.store.write(fails)
    local.house.desk.store.when_committed(committed.set)
    await local.simulator.person(MARIA).presses("Approve", on=card)
    async with asyncio.timeout(8):
        while "connector:held_back" not in [kind for kind, _ in await ledger(local)]:
            await committed.wait()
            committed.clear()
    page, before = await ticket_page(local, "TCK-1001"), await members(local)
    local.simulator.advance(PROBE_EVERY + timedelta(minutes=1))
    await heard(local, ANA, "is live")

    assert "local has failed 5 times in a row, so it is asked only now and then until it answers. Nothing is lost." in page
    assert before == []
