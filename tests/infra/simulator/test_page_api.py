"""What the page asks: the whole state, the stream that resumes, and acting as one of the people."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import aiohttp
import pytest

from infra.simulator import Simulator
from infra.simulator.events import KEPT
from tests.infra.simulator.conftest import SmallBot, a_card, execute

Body = dict[str, Any]


async def ask(http: aiohttp.ClientSession, sim: Simulator, method: str, path: str, body: Any = None) -> tuple[int, Body]:
    async with http.request(method, f"{sim.url}/sim{path}", json=body) as response:
        return response.status, await response.json()


async def read_events(http: aiohttp.ClientSession, sim: Simulator, *, after: str, wanted: int) -> list[tuple[str, Body]]:
    """The next ``wanted`` events behind ``after``, with their ids."""
    events: list[tuple[str, Body]] = []
    async with asyncio.timeout(10), http.get(f"{sim.url}/sim/events", headers={"Last-Event-ID": after}) as response:
        assert response.content_type == "text/event-stream"
        number = ""
        async for line in response.content:
            if line.startswith(b"id: "):
                number = line[4:].decode().strip()
            if line.startswith(b"data: "):
                events.append((number, json.loads(line[6:])))
            if len(events) == wanted:
                break
    return events


async def test_the_state_is_all_that_a_page_needs_to_begin(sim: Simulator, bot: SmallBot, http: aiohttp.ClientSession) -> None:
    ana = sim.person("ana")
    await bot.post(ana.chat.id, a_card())
    _, state = await ask(http, sim, "GET", "/state")

    assert state["bot"] == {
        "id": f"28:{sim.app_id}",
        "name": "Countersign",
        "online": True,
        "deskUrl": bot.url.replace("/api/messages", "/desk"),
    }
    assert state["people"][0]["teamsId"] == ana.teams_id
    assert [(chat["kind"], chat["title"]) for chat in state["chats"]] == [
        ("group", "On call"),
        ("channel", "Access requests"),
        ("personal", "Ana Ferreira"),
    ]
    [message] = state["chats"][2]["messages"]
    assert message == {
        "id": ana.messages[0].id,
        "from": {"id": f"28:{sim.app_id}", "name": "Countersign", "isBot": True},
        "text": "",
        "summary": "",
        "textFormat": "markdown",
        "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": a_card()}],
        "timestamp": message["timestamp"],
        "edited": False,
        "version": 1,
        "deleted": False,
        "thread": None,
        "error": None,
    }
    assert {"now", "offset_s"} == set(state["clock"])
    assert {entry["route"] for entry in state["routes"]} >= {"post", "deliver", "token", "metadata"}


async def test_a_chat_is_opened_and_written_into_as_a_person(sim: Simulator, bot: SmallBot, http: aiohttp.ClientSession) -> None:
    ana = sim.person("ana")
    _, opened = await ask(http, sim, "POST", f"/people/{ana.id}/chat", {})
    status, said = await ask(http, sim, "POST", f"/chats/{ana.chat.id}/messages", {"from": ana.id, "text": " help "})

    assert (opened["chat"]["id"], status, list(said)) == (ana.chat.id, 200, ["message"])
    assert bot.received[-1]["text"] == "help"


async def test_a_message_that_the_bot_refuses_is_shown_with_the_error(sim: Simulator, bot: SmallBot, http: aiohttp.ClientSession) -> None:
    ana = sim.person("ana")
    bot.answers["message"] = 503
    _, said = await ask(http, sim, "POST", f"/chats/{ana.chat.id}/messages", {"from": ana.id, "text": "help"})

    assert said["error"] == said["message"]["error"] == {"title": "The app did not take this message.", "detail": "It answered 503."}


async def test_an_invoke_answers_what_teams_would_show(sim: Simulator, bot: SmallBot, http: aiohttp.ClientSession) -> None:
    ana = sim.person("ana")
    message = await bot.post(ana.chat.id, a_card(execute("Approve", "approve")))
    body = {"from": ana.id, "messageId": message, "name": "adaptiveCard/action", "value": {"action": {}, "trigger": "manual"}}
    bot.answers["adaptiveCard/action"] = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Done"}
    _, good = await ask(http, sim, "POST", f"/chats/{ana.chat.id}/invoke", body)
    bot.answers["adaptiveCard/action"] = 500
    _, bad = await ask(http, sim, "POST", f"/chats/{ana.chat.id}/invoke", body)

    assert (good["status"], good["shown"], "error" in good) == (200, {"kind": "toast", "text": "Done"}, False)
    assert (bad["status"], bad["shown"]["kind"], bad["error"]["detail"]) == (500, "error", "The app answered 500, not 200.")


async def test_a_submit_reaches_the_bot_as_a_message_with_a_value(sim: Simulator, bot: SmallBot, http: aiohttp.ClientSession) -> None:
    ana = sim.person("ana")
    message = await bot.post(ana.chat.id, a_card())
    await ask(http, sim, "POST", f"/chats/{ana.chat.id}/submit", {"from": ana.id, "messageId": message, "data": {"verb": "x"}})

    assert (bot.received[-1]["type"], bot.received[-1]["value"]) == ("message", {"verb": "x"})


async def test_time_is_pushed_forward_for_the_bot_to_follow(sim: Simulator, http: aiohttp.ClientSession) -> None:
    _, clock = await ask(http, sim, "POST", "/clock", {"advance_s": 3600})
    async with http.get(f"{sim.url}/clock") as response:
        followed = await response.json()

    assert (clock["offset_s"], followed) == (3600.0, {"offset_s": 3600.0})


async def test_faults_are_ordered_listed_and_cleared(sim: Simulator, http: aiohttp.ClientSession) -> None:
    _, ordered = await ask(http, sim, "PUT", "/faults", {"route": "post", "kind": "429", "times": 2, "retry_after_s": 1.5})
    _, cleared = await ask(http, sim, "DELETE", "/faults")

    assert ordered["faults"] == [{"id": 1, "route": "post", "kind": "429", "times": 2, "retry_after_s": 1.5}]
    assert cleared["faults"] == []


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/chats/nowhere/messages", {"text": "x"}, 404),
        ("POST", "/people/nobody/chat", {}, 404),
        ("POST", "/people/44444444-4444-4444-8444-444444444444/chat", {}, 403),
        ("POST", "/chats/{ana}/messages", {"from": "nobody", "text": "x"}, 404),
        ("POST", "/chats/{ana}/messages", {"from": "22222222-2222-4222-8222-222222222222", "text": "x"}, 403),
        ("POST", "/chats/{ana}/messages", {"from": "11111111-1111-4111-8111-111111111111", "text": " "}, 400),
        ("POST", "/chats/{ana}/messages", ["x"], 400),
        ("POST", "/chats/{ana}/invoke", {"from": "11111111-1111-4111-8111-111111111111", "name": "event"}, 400),
        ("POST", "/chats/{ana}/submit", {"from": "11111111-1111-4111-8111-111111111111", "messageId": "1"}, 404),
        ("POST", "/clock", {"advance_s": -1}, 400),
        ("POST", "/clock", {"advance_s": "1"}, 400),
        ("POST", "/clock", {"advance_s": float("nan")}, 400),
        ("PUT", "/faults", {"route": "post", "kind": "duplicate"}, 400),
        ("PUT", "/faults", {"route": "post", "kind": "429", "times": "2"}, 400),
    ],
)
async def test_what_cannot_be_done_is_an_error_with_words(
    sim: Simulator, http: aiohttp.ClientSession, method: str, path: str, body: Any, status: int
) -> None:
    answered, error = await ask(http, sim, method, path.format(ana=sim.person("ana").chat.id), body)

    assert (answered, set(error["error"])) == (status, {"title", "detail"})


async def test_the_stream_resumes_behind_the_last_event_that_was_seen(sim: Simulator, bot: SmallBot, http: aiohttp.ClientSession) -> None:
    ana = sim.person("ana")
    _, state = await ask(http, sim, "GET", "/state")
    await bot.post(ana.chat.id, text="one")
    first = await read_events(http, sim, after=state["cursor"], wanted=3)
    await bot.post(ana.chat.id, text="two")
    rest = await read_events(http, sim, after=first[-1][0], wanted=2)

    seen = [event["message"]["text"] if event["type"] == "message" else event["type"] for _, event in first + rest]
    assert seen == ["chat", "one", "wire", "two", "wire"]


@pytest.mark.parametrize("after", ["another-run-0", "rubbish", ""])
async def test_a_stream_that_cannot_resume_says_so_first(sim: Simulator, http: aiohttp.ClientSession, after: str) -> None:
    if not after:
        after = sim.events.cursor
        for _ in range(KEPT + 1):
            sim.events.emit("typing")

    [(_, event)] = await read_events(http, sim, after=after, wanted=1)

    assert event == {"type": "reset"}


async def test_open_streams_end_when_the_simulator_closes(http: aiohttp.ClientSession) -> None:
    async with Simulator() as sim:
        response = await http.get(f"{sim.url}/sim/events")
    rest = await response.read()

    assert rest == b"retry: 1000\n\n"
