"""The numbers: for whoever may see the port that is set, else for this machine, and for nobody that a proxy brings."""

from pathlib import Path

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from bot.app import Front
from bot.settings import Settings, SettingsError
from infra.serving import free_port
from tests.bot.front.dialogue import Dialogue


async def test_the_port_that_is_set_serves_the_numbers_and_nothing_else(settings: Settings, dialogue: Dialogue, front: Front) -> None:
    port = free_port()
    apart = settings.model_copy(update={"metrics_port": port})
    async with TestClient(TestServer(dialogue.app(apart, front))) as client, aiohttp.ClientSession(f"http://127.0.0.1:{port}") as scraper:
        await client.post("/api/messages", json={})
        numbers = await (await scraper.get("/metrics")).text()
        elsewhere = [(await scraper.get(path)).status for path in ("/", "/healthz", "/api/messages")]
        at_the_bots_port = (await client.get("/metrics")).status

    assert 'countersign_refusals_total{code="unauthorized"} 1.0' in numbers
    assert (elsewhere, at_the_bots_port) == ([404, 404, 404], 404)


async def test_a_port_for_the_numbers_that_is_taken_stops_the_start(settings: Settings, dialogue: Dialogue, front: Front) -> None:
    async with TestServer(web.Application()) as other:
        app = dialogue.app(settings.model_copy(update={"metrics_port": other.port}), front)

        with pytest.raises(OSError, match="address already in use"):
            await TestServer(app).start_server()

        await app.cleanup()


async def test_without_a_port_this_machine_reads_the_numbers_at_the_bots(settings: Settings, dialogue: Dialogue, front: Front) -> None:
    async with TestClient(TestServer(dialogue.app(settings, front))) as client:
        status = (await client.get("/metrics")).status

    assert status == 200


async def test_whoever_is_not_known_to_be_this_machine_finds_no_numbers(
    settings: Settings, dialogue: Dialogue, front: Front, tmp_path: Path
) -> None:
    runner = web.AppRunner(dialogue.app(settings, front))
    await runner.setup()
    # A socket in the file system has no address: the one way on one machine to be nobody of 127.0.0.0/8.
    await web.UnixSite(runner, str(tmp_path / "bot")).start()
    async with aiohttp.ClientSession("http://bot", connector=aiohttp.UnixConnector(str(tmp_path / "bot"))) as session:
        numbers, alive = await session.get("/metrics"), await session.get("/healthz")

    await runner.cleanup()

    assert (numbers.status, alive.status) == (404, 200)


async def test_behind_a_proxy_the_bots_port_has_no_numbers(settings: Settings, dialogue: Dialogue, front: Front) -> None:
    public = settings.model_copy(update={"public_url": "https://countersign.example"})
    async with TestClient(TestServer(dialogue.app(public, front))) as client:
        status = (await client.get("/metrics")).status

    assert status == 404


def test_a_port_for_the_numbers_is_a_port(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in settings.model_dump(mode="json", exclude_none=True).items():
        monkeypatch.setenv(f"COUNTERSIGN_{name.upper()}", str(value))
    monkeypatch.setenv("COUNTERSIGN_METRICS_PORT", "metrics")

    with pytest.raises(SettingsError, match=r"^COUNTERSIGN_METRICS_PORT: Input should be a valid integer"):
        Settings.from_environment()
