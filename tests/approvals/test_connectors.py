"""What any connector does: makes a change once under its key, undoes it once, and tells the truth when asked."""

from dataclasses import replace

import pytest

from approvals.connectors import Change, Connector
from approvals.connectors.local import LocalDirectory
from approvals.store.sqlite import Store
from tests.approvals.northwind import ANA, TOM
from tests.approvals.story import Clock
from tests.approvals.unreliable import Unreliable

CHANGE = Change(key="grant/1", connector="local", target="grp-billing-db-write", person=ANA)
ANOTHER = replace(CHANGE, key="grant/2")


@pytest.fixture(params=["local", "unreliable"])
def connector(request: pytest.FixtureRequest, store: Store, clock: Clock) -> Connector:
    local = LocalDirectory(store, now=clock)
    return Unreliable(local) if request.param == "unreliable" else local


class TestConnector:
    """The contract. Every connector passes this class."""

    async def test_a_change_is_made_and_read_back(self, connector: Connector) -> None:
        before = await connector.read_back(CHANGE)
        had_before = await connector.apply(CHANGE)

        assert (before, had_before, await connector.read_back(CHANGE)) == (False, False, True)
        assert await connector.read_back(replace(CHANGE, person=TOM)) is False

    async def test_a_change_is_undone_and_read_back(self, connector: Connector) -> None:
        await connector.apply(CHANGE)

        assert (await connector.revert(CHANGE), await connector.read_back(CHANGE)) == (False, False)

    async def test_once_more_is_once(self, connector: Connector) -> None:
        applied = [await connector.apply(CHANGE) for _ in range(3)]
        reverted = [await connector.revert(CHANGE) for _ in range(3)]

        assert (applied, reverted, await connector.read_back(CHANGE)) == ([False] * 3, [False] * 3, False)

    async def test_a_change_that_was_undone_is_not_made_again_under_its_key(self, connector: Connector) -> None:
        await connector.apply(CHANGE)
        await connector.revert(CHANGE)

        assert (await connector.apply(CHANGE), await connector.read_back(CHANGE)) == (False, False)

    async def test_undoing_what_was_never_done_changes_nothing(self, connector: Connector) -> None:
        nobody = await connector.revert(CHANGE)
        await connector.apply(ANOTHER)
        somebody = await connector.revert(CHANGE)

        assert (nobody, somebody, await connector.read_back(CHANGE)) == (False, True, True)

    async def test_somebody_who_had_it_before_keeps_it(self, connector: Connector) -> None:
        await connector.apply(ANOTHER)

        assert await connector.apply(CHANGE) is True
        assert (await connector.revert(CHANGE), await connector.read_back(CHANGE)) == (True, True)
