"""The simulator signs anything for whoever reaches it, so it lets in this machine only, and no web page but its own."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import aiohttp
import jwt
import pytest

from infra.simulator import NotLoopback, Simulator
from infra.simulator.relay import is_loopback
from tests.infra.simulator.conftest import OFFICE, SmallBot

UNSIGNED = {"type": "message", "id": "1", "text": "hello", "serviceUrl": "http://127.0.0.1:56150/_connector"}


async def relay(http: aiohttp.ClientSession, sim: Simulator, activity: Any) -> tuple[int, str]:
    async with http.post(f"{sim.url}/relay/api/messages", json=activity) as response:
        return response.status, await response.text()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.com"])  # noqa: S104
async def test_it_binds_to_no_address_outside_this_machine(host: str) -> None:
    with pytest.raises(NotLoopback, match=r"listens on 127\.0\.0\.1 only"):
        async with Simulator(OFFICE, host=host):
            pass


async def test_a_taken_port_is_an_error_and_leaves_nothing_open(sim: Simulator) -> None:
    port = int(sim.url.rpartition(":")[2])
    with pytest.raises(OSError, match="address already in use"):
        async with Simulator(OFFICE, port=port):
            pass


async def test_the_secret_outlives_a_restart_in_its_folder_and_is_for_its_owner_only(tmp_path: Path) -> None:
    async with Simulator(OFFICE, folder=tmp_path) as first:
        kept, mode = first.client_secret, first.client_secret_file.stat().st_mode & 0o777
    second = Simulator(OFFICE, folder=tmp_path)

    assert (second.client_secret == kept, mode, (tmp_path / "ca.pem").exists()) == (True, 0o600, True)


async def test_the_relay_signs_for_the_service_url_of_the_activity(sim: Simulator, bot: SmallBot, http: aiohttp.ClientSession) -> None:
    bot.answers["message"] = {"ok": True}
    answer = await relay(http, sim, UNSIGNED)

    claims = jwt.decode(bot.tokens[-1], sim.authority.channel_key.private.public_key(), algorithms=["RS256"], audience=sim.app_id)
    assert answer == (200, '{"ok": true}')
    assert (claims["iss"], claims["serviceurl"], bot.received) == (sim.url, UNSIGNED["serviceUrl"], [UNSIGNED])


@pytest.mark.parametrize("url", ["https://smba.trafficmanager.net/", "http://127.0.0.1.evil.example/", "", "file:///x", "http://[::1"])
async def test_the_relay_refuses_a_service_url_outside_this_machine(
    sim: Simulator, bot: SmallBot, http: aiohttp.ClientSession, url: str
) -> None:
    status, _ = await relay(http, sim, UNSIGNED | {"serviceUrl": url})

    assert (status, bot.received) == (400, [])


async def test_the_relay_says_when_there_is_no_bot(sim: Simulator, http: aiohttp.ClientSession) -> None:
    status, text = await relay(http, sim, UNSIGNED)

    assert (status, text) == (502, "no app answers at None: no bot has been started")


@pytest.mark.parametrize(("address", "answer"), [("127.0.0.1", True), ("::1", True), ("10.0.0.7", False), ("", False)])
def test_only_addresses_of_this_machine_are_loopback(address: str, answer: bool) -> None:
    assert is_loopback(address) is answer


@pytest.mark.parametrize(
    ("path", "headers", "status"),
    [
        ("/sim/state", {"Host": "rebound.example:PORT"}, 421),
        ("/sim/state", {"Host": "127.0.0.1:1"}, 421),
        ("/sim/state", {"Origin": "https://evil.example"}, 403),
        ("/sim/state", {"Origin": "null"}, 403),
        ("/sim/state", {}, 200),
        ("/nowhere.js", {}, 404),
        ("/..%2fpackage.json", {}, 404),
        ("/vendor/package.json", {}, 404),
    ],
)
async def test_other_hosts_and_other_pages_are_kept_out(
    sim: Simulator, http: aiohttp.ClientSession, path: str, headers: dict[str, str], status: int
) -> None:
    own = {name: value.replace("PORT", sim.url.rpartition(":")[2]) for name, value in headers.items()}
    async with http.get(aiohttp.client.URL(f"{sim.url}{path}", encoded=True), headers=own) as response:
        assert response.status == status


@pytest.mark.parametrize("path", ["/sim/clock", "/relay/api/messages"])
async def test_nothing_is_changed_by_what_another_page_may_send_unasked(sim: Simulator, http: aiohttp.ClientSession, path: str) -> None:
    async with http.post(f"{sim.url}{path}", data='{"advance_s": 60}', headers={"Content-Type": "text/plain"}) as response:
        assert response.status == 415


async def test_the_page_comes_with_its_policy(sim: Simulator, http: aiohttp.ClientSession) -> None:
    async with http.get(f"{sim.url}/") as response:
        assert (response.status, response.content_type) == (200, "text/html")
        assert "script-src 'self'" in response.headers["Content-Security-Policy"]
