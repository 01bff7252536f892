"""A small organisation, the simulator over it, and a bot of a few lines that answers what a test tells it to."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any

import aiohttp
import pytest
from aiohttp import web

from infra.simulator import Employee, Organisation, Simulator
from infra.simulator.organisation import SharedChat

OFFICE = Organisation(
    people=(
        Employee(
            id="11111111-1111-4111-8111-111111111111",
            name="Ana Ferreira",
            email="ana.ferreira@northwind.example",
            title="Engineer",
            department="Payments",
            manager="maria.lindqvist@northwind.example",
            locale="en-GB",
            time_zone="Europe/Lisbon",
            enabled=True,
        ),
        Employee(
            id="22222222-2222-4222-8222-222222222222",
            name="Maria Lindqvist",
            email="maria.lindqvist@northwind.example",
            title="Head of billing systems",
            department="Payments",
            manager=None,
            locale="sv-SE",
            time_zone="Europe/Stockholm",
            enabled=True,
        ),
        Employee(
            id="33333333-3333-4333-8333-333333333333",
            name="Priya Nair",
            email="priya.nair@northwind.example",
            title="Service desk analyst",
            department="IT",
            manager=None,
            locale="en-GB",
            time_zone="Europe/London",
            enabled=True,
            roles=("helpdesk",),
        ),
        Employee(
            id="44444444-4444-4444-8444-444444444444",
            name="Viktor Hansen",
            email="viktor.hansen@northwind.example",
            title="Contractor",
            department="IT",
            manager=None,
            locale="en-GB",
            time_zone="Europe/Copenhagen",
            enabled=False,
        ),
    ),
    shared_chats=(
        SharedChat(kind="group", title="On call", team="", members=("ana.ferreira@northwind.example", "maria.lindqvist@northwind.example")),
        SharedChat(kind="channel", title="Access requests", team="Northwind Rail", members=()),
    ),
)


@dataclass
class SmallBot:
    """Remembers what it was sent, and answers an activity with what ``answers`` says for its type or invoke name."""

    sim: Simulator
    url: str = ""
    received: list[dict[str, Any]] = field(default_factory=list)
    tokens: list[str] = field(default_factory=list)
    answers: dict[str, Any] = field(default_factory=dict)
    hook: Callable[[dict[str, Any]], Any] | None = None
    session: aiohttp.ClientSession | None = None
    token: str = ""

    async def take(self, request: web.Request) -> web.Response:
        activity = await request.json()
        self.received.append(activity)
        self.tokens.append(request.headers["Authorization"].removeprefix("Bearer "))
        if self.hook:
            await self.hook(activity)
        body = self.answers.get(activity.get("name") or activity["type"])
        if isinstance(body, int):
            return web.Response(status=body)
        return web.json_response(body) if body is not None else web.Response(status=200)

    async def call(self, method: str, path: str, body: Any = None, *, token: str | None = None) -> tuple[int, Any]:
        """Call the connector and answer status and JSON."""
        assert self.session
        headers = {"Authorization": f"Bearer {self.token if token is None else token}"}
        async with self.session.request(method, f"{self.sim.url}{path}", json=body, headers=headers) as response:
            raw = await response.read()
            return response.status, await response.json() if raw else None

    async def post(self, chat: str, card: dict[str, Any] | None = None, *, text: str = "") -> str:
        """Post a text or a card, and answer the message's id."""
        status, body = await self.call("POST", f"/v3/conversations/{chat}/activities", a_message(card, text=text))
        assert status == 201, body
        return str(body["id"])

    def heard(self, kind: str) -> list[dict[str, Any]]:
        """The activities of this type or invoke name."""
        return [activity for activity in self.received if kind in (activity["type"], activity.get("name"))]


def a_message(card: dict[str, Any] | None = None, *, text: str = "") -> dict[str, Any]:
    attachments = [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}] if card is not None else []
    return {"type": "message", "text": text, "attachments": attachments}


def a_card(*actions: dict[str, Any], body: list[Any] | None = None, **more: Any) -> dict[str, Any]:
    words = [{"type": "TextBlock", "text": "Write access to billing-db"}]
    return {"type": "AdaptiveCard", "version": "1.5", "body": words if body is None else body, "actions": list(actions), **more}


def execute(title: str, verb: str, data: dict[str, Any] | None = None, **more: Any) -> dict[str, Any]:
    return {"type": "Action.Execute", "title": title, "verb": verb, "data": data or {}, **more}


@pytest.fixture(autouse=True)
def no_bundles(monkeypatch: pytest.MonkeyPatch) -> None:
    # Either variable would win over the certificate authority that a client is given.
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
async def sim() -> AsyncIterator[Simulator]:
    async with Simulator(OFFICE) as simulator:
        yield simulator


@pytest.fixture
async def bot(sim: Simulator) -> AsyncIterator[SmallBot]:
    small = SmallBot(sim)
    app = web.Application()
    app.router.add_post("/api/messages", small.take)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    small.url = sim.bot_url = f"http://127.0.0.1:{runner.addresses[0][1]}/api/messages"
    small.token = str(sim.authority.bot_token("https://api.botframework.com/.default")["access_token"])
    async with aiohttp.ClientSession() as small.session:
        yield small
    await runner.cleanup()


@pytest.fixture
async def http() -> AsyncIterator[aiohttp.ClientSession]:
    async with aiohttp.ClientSession() as session:
        yield session
