"""The application around the endpoint: alive, ready, counted, and silent about itself."""

import asyncio

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from botbuilder.core import TurnContext

from approvals.errors import AuditUnavailableError
from bot.app import Front, make_app
from bot.settings import Settings
from tests.bot.front.conftest import Client
from tests.bot.front.dialogue import Answer, Dialogue, silence
from tests.bot.front.local_teams import LocalTeams


async def test_it_is_alive_whatever_it_waits_for(teams: LocalTeams, settings: Settings, dialogue: Dialogue, front: Front) -> None:
    teams.status = 500
    async with TestClient(TestServer(dialogue.app(settings, front))) as client:
        alive, ready = await client.get("/healthz"), await client.get("/readyz")

        assert (alive.status, ready.status, (await ready.json())["checks"]["keys"]) == (200, 503, False)


async def test_it_is_ready_when_every_check_holds(teams: LocalTeams, settings: Settings, front: Front) -> None:
    async def holds() -> bool:
        return True

    async with TestClient(TestServer(make_app(settings, turn=silence, front=front, checks={"database": holds}))) as client:
        await front.keys.refresh()
        await front.credential.token()
        answer = await client.get("/readyz")

        assert (answer.status, await answer.json()) == (
            200,
            {"status": "ready", "checks": {"keys": True, "credential": True, "database": True}},
        )


async def test_a_check_that_raises_means_not_ready(teams: LocalTeams, settings: Settings, front: Front) -> None:
    async def raises() -> bool:
        raise OSError("disk I/O error")

    async with TestClient(TestServer(make_app(settings, turn=silence, front=front, checks={"database": raises}))) as client:
        await front.keys.refresh()
        answer = await client.get("/readyz")

        told = await answer.json()
        assert (answer.status, told["checks"]["database"], told["why"]) == (503, False, {"database": "OSError"})


async def test_what_is_not_ready_says_why(teams: LocalTeams, settings: Settings, front: Front) -> None:
    async def cannot() -> bool:
        raise AuditUnavailableError("the database could not make it durable: disk I/O error")

    async def hangs() -> bool:
        await asyncio.sleep(3600)
        return True

    checks = {"database": cannot, "directory": hangs}
    async with TestClient(TestServer(make_app(settings, turn=silence, front=front, checks=checks))) as client:
        told = await (await client.get("/readyz")).json()

        why = {"database": "the database could not make it durable: disk I/O error", "directory": "no answer within 2 s"}
        assert told["why"] == why


async def test_turns_refusals_sends_and_tokens_are_counted(client: Client, teams: LocalTeams, dialogue: Dialogue) -> None:
    async def replies(context: TurnContext) -> Answer:
        await context.send_activity("hello")
        return None

    dialogue.does = replies
    headers = teams.bearer()
    await client.post("/api/messages", json=teams.activity(), headers=headers)
    await client.post("/api/messages", json=teams.activity(type="madeup"), headers=headers)
    await client.post("/api/messages", data=b"{", headers=headers)
    await client.post("/api/messages", json=teams.activity())
    text = await (await client.get("/metrics")).text()

    assert [line for line in text.splitlines() if "_total{" in line] == [
        'countersign_turns_total{outcome="done",type="message"} 1.0',
        'countersign_turns_total{outcome="done",type="other"} 1.0',
        'countersign_refusals_total{code="not_json"} 1.0',
        'countersign_refusals_total{code="unauthorized"} 1.0',
        'countersign_sends_total{operation="reply",outcome="sent"} 1.0',
        'countersign_sends_total{operation="post",outcome="sent"} 1.0',
        'countersign_token_cache_total{result="hit"} 2.0',
        'countersign_token_cache_total{result="miss"} 1.0',
    ]


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [("GET", "/api/messages", 405), ("GET", "/nowhere", 404), ("POST", "/api/messages", 401)],
)
async def test_a_refusal_has_one_shape_and_says_nothing_of_the_server(method: str, path: str, status: int, client: Client) -> None:
    answer = await client.request(method, path, headers={"Content-Type": "application/json"})

    assert (answer.status, sorted((await answer.json())["error"])) == (status, ["code", "message", "reference"])
    assert "Server" not in answer.headers
    assert {name: answer.headers[name] for name in ("X-Content-Type-Options", "Cache-Control", "Content-Security-Policy")} == {
        "X-Content-Type-Options": "nosniff",
        "Cache-Control": "no-store",
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
    }


async def test_other_rooms_add_routes_and_run_beside_the_front(teams: LocalTeams, settings: Settings, front: Front) -> None:
    story = []

    async def page(_: web.Request) -> web.Response:
        return web.Response(text="the desk")

    async def worker(_: web.Application):  # type: ignore[no-untyped-def]
        story.append(f"worker starts, sender open: {front.sender._session is not None}")
        yield
        story.append(f"worker ends, sender open: {front.sender._session is not None and not front.sender._session.closed}")

    app = make_app(settings, turn=silence, front=front, routes=[web.get("/desk", page)], background=[worker])
    async with TestClient(TestServer(app)) as client:
        assert await (await client.get("/desk")).text() == "the desk"

    assert story == ["worker starts, sender open: True", "worker ends, sender open: True"]
