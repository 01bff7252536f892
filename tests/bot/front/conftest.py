"""The front with its production code on loopback, a local Teams beside it, and a turn that writes down what reached it."""

from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import Front
from bot.settings import Settings
from tests.bot.front.dialogue import Dialogue, a_front, some_settings
from tests.bot.front.local_teams import LocalTeams

Client = TestClient[web.Request, web.Application]


@pytest.fixture(scope="session")
def _one_teams() -> Iterator[LocalTeams]:
    with LocalTeams() as teams:
        yield teams


@pytest.fixture
def teams(_one_teams: LocalTeams) -> LocalTeams:
    _one_teams.reset()
    return _one_teams


@pytest.fixture
def settings(teams: LocalTeams, tmp_path: Path) -> Settings:
    return some_settings(teams, tmp_path)


@pytest.fixture
def dialogue() -> Dialogue:
    return Dialogue()


@pytest.fixture
def front(settings: Settings) -> Front:
    return a_front(settings)


@pytest.fixture
async def client(settings: Settings, dialogue: Dialogue, front: Front) -> AsyncIterator[Client]:
    app = dialogue.app(settings, front)
    async with TestClient(TestServer(app)) as client:
        await front.keys.refresh()
        yield client
