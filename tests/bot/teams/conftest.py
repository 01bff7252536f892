"""A local Teams, and a sender open towards it."""

import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import pytest

from bot.front.authority import Authority
from bot.teams.credential import Credential, Issued
from bot.teams.sender import Place, Sender
from tests.bot.front.local_teams import APP_ID, LocalTeams


@pytest.fixture(scope="session")
def _one_teams() -> Iterator[LocalTeams]:
    with LocalTeams() as teams:
        yield teams


@pytest.fixture
def teams(_one_teams: LocalTeams) -> LocalTeams:
    _one_teams.reset()
    return _one_teams


@pytest.fixture
async def credential() -> AsyncIterator[Credential]:
    credential = Credential(lambda: Issued(token="the-bots-own", expires_at=time.time() + 3600))
    await credential.open()
    yield credential
    await credential.close()


@pytest.fixture
def outcomes() -> list[tuple[str, str]]:
    return []


@pytest.fixture
async def sender(teams: LocalTeams, credential: Credential, outcomes: list[tuple[str, str]]) -> AsyncIterator[Sender]:
    sender = Sender(
        authority=Authority.simulator(teams.url),
        credential=credential,
        app_id=APP_ID,
        observe=lambda operation, outcome: outcomes.append((operation, outcome)),
        send_within=timedelta(seconds=0.5),
    )
    await sender.open()
    yield sender
    await sender.close()


@pytest.fixture
def chat(teams: LocalTeams) -> Place:
    return Place(service_url=teams.service_url, conversation="a:ana")
