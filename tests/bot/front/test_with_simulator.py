"""The front against the whole simulator: its tokens, keys and connector, and msal asking its https listener for the bot's own token."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp.test_utils import TestServer
from botbuilder.core import TurnContext

from bot.app import Front, make_app
from bot.settings import Settings
from bot.teams.credential import CredentialError
from bot.teams.issuers import issuer_for
from infra.simulator.simulator import Simulator
from tests.bot.front.dialogue import Answer


@pytest.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[Simulator]:
    async with Simulator(folder=tmp_path) as simulator:
        yield simulator


def _settings(simulator: Simulator, folder: Path, **changes: object) -> Settings:
    secret = folder / "the-secret"
    secret.write_text(simulator.client_secret)
    values: dict[str, object] = {
        "app_id": simulator.app_id,
        "tenant_id": simulator.tenant_id,
        "client_secret_file": secret,
        "simulator_url": simulator.url,
        "simulator_https_url": simulator.https_url,
        "simulator_ca_file": simulator.ca_file,
    }
    return Settings.model_validate({**values, **changes})


async def test_ana_speaks_and_is_answered(simulator: Simulator, tmp_path: Path) -> None:
    async def repeats(context: TurnContext) -> Answer:
        await context.send_activity(f"You said: {context.activity.text}")
        return None

    settings = _settings(simulator, tmp_path)
    async with TestServer(make_app(settings, turn=repeats, front=Front.of(settings))) as server:
        simulator.bot_url = str(server.make_url("/api/messages"))
        ana = simulator.person("ana")
        await ana.says("hello")
        await simulator.wait_for(lambda: "You said: hello" in [message.text for message in ana.messages], what="the answer", timeout_s=5)


async def test_a_wrong_secret_is_said_without_the_secret(simulator: Simulator, tmp_path: Path) -> None:
    wrong = tmp_path / "wrong"
    wrong.write_text("not-the-secret")
    issuer = issuer_for(_settings(simulator, tmp_path, client_secret_file=wrong))

    with pytest.raises(CredentialError, match=r"refused app .*: invalid_client; check its secret") as refused:
        await asyncio.to_thread(issuer)

    assert "not-the-secret" not in str(refused.value)


async def test_a_bundle_of_certificates_in_the_environment_changes_nothing(
    simulator: Simulator, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = tmp_path / "others.pem"
    bundle.write_text("")
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(bundle))

    issued = await asyncio.to_thread(issuer_for(_settings(simulator, tmp_path)))

    assert issued.token.count(".") == 2
