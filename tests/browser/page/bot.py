"""A bot of a few lines, so that the page can be tested without the product: it shows the cards and gives the answers that a test chose."""

import ssl
from collections.abc import Callable
from typing import Any

import aiohttp
from aiohttp import web
from aiohttp.test_utils import TestServer

from infra.simulator.simulator import Simulator

Reply = Callable[[dict[str, Any]], Any]
"""From an invoke's value to the body of its answer. An aiohttp response is passed on as it is; a coroutine is awaited."""


def a_card(*body: dict[str, Any], actions: tuple[dict[str, Any], ...] = (), **more: Any) -> dict[str, Any]:
    """An Adaptive Card of these parts."""
    return {"type": "AdaptiveCard", "version": "1.5", "body": list(body), "actions": list(actions), **more}


def words(text: str) -> dict[str, Any]:
    """A TextBlock."""
    return {"type": "TextBlock", "text": text, "wrap": True}


def execute(title: str, verb: str, **more: Any) -> dict[str, Any]:
    """A button that invokes the bot."""
    return {"type": "Action.Execute", "title": title, "verb": verb, **more}


def card_answer(card: dict[str, Any]) -> dict[str, Any]:
    """The answer to a button that shows a card."""
    return {"statusCode": 200, "type": "application/vnd.microsoft.card.adaptive", "value": card}


def search_answer(**choices: str) -> dict[str, Any]:
    """The answer to a typeahead: value=title."""
    results = [{"title": title, "value": value} for value, title in choices.items()]
    return {"statusCode": 200, "type": "application/vnd.microsoft.search.searchResponse", "value": {"results": results}}


class TinyBot:
    """Answers invokes with ``replies`` (by verb, else by the invoke's name) and keeps what it ``heard``."""

    def __init__(self, simulator: Simulator) -> None:
        self.heard: list[dict[str, Any]] = []
        self.replies: dict[str, Reply] = {}
        self.message_status = 200
        self._simulator = simulator
        app = web.Application()
        app.router.add_post("/api/messages", self._receive)
        self._server = TestServer(app)

    async def __aenter__(self) -> "TinyBot":
        await self._server.start_server()
        self._simulator.bot_url = str(self._server.make_url("/api/messages"))
        return self

    async def __aexit__(self, *_failure: object) -> None:
        await self._server.close()

    def values(self, name: str) -> list[Any]:
        """The values of every invoke called ``name``, in order."""
        return [activity["value"] for activity in self.heard if activity.get("name") == name]

    def pressed(self, verb: str) -> list[dict[str, Any]]:
        """The actions with this verb, in order."""
        actions = [value["action"] for value in self.values("adaptiveCard/action")]
        return [action for action in actions if action["verb"] == verb]

    def teams_id(self, person: str) -> str:
        """The person's 29:… id."""
        return self._simulator.person(person).teams_id

    @property
    def said(self) -> list[str]:
        """The words of every message, in order."""
        return [activity["text"] for activity in self.heard if activity["type"] == "message" and activity.get("text")]

    async def shows(self, person: str, *, text: str = "", card: dict[str, Any] | None = None) -> str:
        """Post into the person's 1:1 chat and answer the message's id."""
        activity: dict[str, Any] = {"type": "message", "text": text}
        if card is not None:
            activity["attachments"] = [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}]
        answer = await self._call("POST", self._chat(person), activity)
        return str(answer["id"])

    async def replaces(self, person: str, message_id: str, *, card: dict[str, Any]) -> None:
        """Update a message with another card."""
        attachments = [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}]
        await self._call("PUT", f"{self._chat(person)}/{message_id}", {"type": "message", "attachments": attachments})

    def _chat(self, person: str) -> str:
        return f"/v3/conversations/{self._simulator.person(person).chat.id}/activities"

    async def _call(self, method: str, path: str, body: dict[str, Any]) -> dict[str, Any]:
        simulator = self._simulator
        trusted = ssl.create_default_context(cafile=simulator.ca_file)
        grant = {
            "grant_type": "client_credentials",
            "client_id": simulator.app_id,
            "client_secret": simulator.client_secret,
            "scope": "https://api.botframework.com/.default",
        }
        async with aiohttp.ClientSession(raise_for_status=True) as session:
            async with session.post(f"{simulator.https_url}/{simulator.tenant_id}/oauth2/v2.0/token", data=grant, ssl=trusted) as response:
                token = (await response.json())["access_token"]
            headers = {"Authorization": f"Bearer {token}"}
            async with session.request(method, simulator.url + path, json=body, headers=headers) as response:
                answer: dict[str, Any] = await response.json() or {}
        return answer

    async def _receive(self, request: web.Request) -> web.StreamResponse:
        activity = await request.json()
        self.heard.append(activity)
        if activity["type"] != "invoke":
            return web.Response(status=self.message_status)
        verb = activity["value"].get("action", {}).get("verb", "")
        reply = self.replies.get(verb) or self.replies[activity["name"]]
        answer = reply(activity["value"])
        if hasattr(answer, "__await__"):
            answer = await answer
        return answer if isinstance(answer, web.StreamResponse) else web.json_response(answer)
