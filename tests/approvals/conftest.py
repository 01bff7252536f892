"""A real database on disk for each test, the shipped organisation in it, and a desk whose clock stands still."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from shutil import copyfile

import pytest

from approvals.connectors.local import LocalDirectory
from approvals.evidence.sealing import Sealer
from approvals.operations.changing_policy import Move
from approvals.operations.desk import Desk
from approvals.operations.directory import load
from approvals.operations.policies import keep
from approvals.store.sqlite import Store, Tx
from approvals.store.tables import PolicyMoveRow
from infra.migrations.upgrade import upgrade
from tests.approvals.evidence.keys import LOG
from tests.approvals.northwind import CATALOG, PEOPLE, POLICY
from tests.approvals.signing import VOUCHING
from tests.approvals.story import Clock, Story
from tests.builders import NOON


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty database in today's shape: made once, copied for each test."""
    path = tmp_path_factory.mktemp("migrated") / "countersign.db"
    upgrade(path)
    return path


@pytest.fixture(scope="session")
def peopled(migrated: Path) -> Path:
    """The same with Northwind Rail's people in it: made once, copied for each test."""
    path = Path(copyfile(migrated, migrated.with_name("peopled.db")))
    asyncio.run(_load_the_people(path))
    return path


async def _load_the_people(path: Path) -> None:
    store = Store(path)
    await store.write(lambda tx: load(tx, PEOPLE))
    await store.write(_put_the_policy_in_force)
    await store.close()


def _put_the_policy_in_force(tx: Tx) -> None:
    """As a first start does, without the evidence of it: the first entry of a test is of the test's own making."""
    keep(tx, POLICY, now=NOON)
    tx.add(PolicyMoveRow(move=Move.BEGIN, version=POLICY.version, at=NOON))


@pytest.fixture
def path(peopled: Path, tmp_path: Path) -> Path:
    """A database of the test's own."""
    return Path(copyfile(peopled, tmp_path / "countersign.db"))


@pytest.fixture
async def store(path: Path) -> AsyncIterator[Store]:
    opened = Store(path)
    opened.before_commit(Sealer(LOG))
    yield opened
    await opened.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def desk(store: Store, clock: Clock) -> Desk:
    connectors = {"local": LocalDirectory(store, now=clock)}
    return Desk(
        store=store,
        catalog=CATALOG,
        policy=POLICY,
        connectors=connectors,
        now=clock,
        url="https://desk.example",
        vouching=VOUCHING,
    )


@pytest.fixture
def story(desk: Desk, clock: Clock) -> Story:
    return Story(desk, clock)
