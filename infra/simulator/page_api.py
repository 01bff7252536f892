"""What the browser page asks of the simulator: the state, the stream of what happens, and doing things as one of the people.

Errors for the page are {"error": {"title", "detail"}}: 400 for a body that cannot be read, 403 and 404 as Teams would, never a 5xx. The
title is a few words that the page has in the reader's language; the detail is for a developer.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from aiohttp import web
from aiohttp.typedefs import Handler

from approvals.words import say
from infra.simulator.answers import INVOKES
from infra.simulator.chats import Chat
from infra.simulator.client import TeamsClient
from infra.simulator.clock import iso
from infra.simulator.deliver import Courier
from infra.simulator.errors import Refused
from infra.simulator.faults import Faults
from infra.simulator.organisation import Employee
from infra.simulator.shape import Json, JsonObject, text_at, value_at
from infra.simulator.world import World

LARGEST_STEP = timedelta(days=400)
"""Time is pushed forward by at most this at once: a slip of the keyboard must not end in the year 9999."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PageApi:
    """Answers the /sim routes. ``desk_url`` answers where the helpdesk pages are, "" when unknown."""

    world: World
    client: TeamsClient
    courier: Courier
    faults: Faults
    desk_url: Callable[[], str]

    def app(self) -> web.Application:
        """The routes, to be mounted under /sim."""
        app = web.Application(middlewares=[_errors_for_the_page])
        app.router.add_get("/state", self._state)
        app.router.add_get("/events", self._events)
        app.router.add_post("/chats/{chat}/messages", self._say)
        app.router.add_post("/chats/{chat}/invoke", self._invoke)
        app.router.add_post("/chats/{chat}/submit", self._submit)
        app.router.add_post("/people/{person}/chat", self._open_chat)
        app.router.add_post("/clock", self._advance)
        app.router.add_get("/faults", self._list_faults)
        app.router.add_put("/faults", self._add_fault)
        app.router.add_delete("/faults", self._clear_faults)
        return app

    def clock(self) -> JsonObject:
        """The simulated time and how far it is ahead, in seconds."""
        return {"now": iso(self.world.clock.now()), "offset_s": self.world.clock.offset.total_seconds()}

    async def read_clock(self, _request: web.Request) -> web.StreamResponse:
        """Tell the bot how far the simulated time is ahead of the real one."""
        return web.json_response({"offset_s": self.world.clock.offset.total_seconds()})

    async def _state(self, _request: web.Request) -> web.StreamResponse:
        world = self.world
        online = await self.courier.is_listening()
        state: JsonObject = {
            "cursor": world.events.cursor,
            "people": [_as_json(person, teams_id=world.teams_id(person)) for person in world.organisation.people],
            "chats": [chat.as_json() for chat in world.chats],
            "bot": {"id": world.bot_id, "name": world.bot_name, "online": online, "deskUrl": self.desk_url()},
            "clock": self.clock(),
            **self.faults.as_json(),
        }
        return web.json_response(state)

    async def _events(self, request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        after = request.headers.get("Last-Event-ID") or request.query.get("after")
        events = self.world.events
        try:
            await response.write(b"retry: 1000\n\n")
            async for event in events.follow(after):
                frame = ":\n\n" if event is None else f"id: {events.id_of(event.number)}\ndata: {json.dumps(event.body)}\n\n"
                await response.write(frame.encode())
        except ConnectionResetError:
            return response  # The page was closed.
        return response

    async def _say(self, request: web.Request) -> web.StreamResponse:
        chat, person, body = await self._act(request)
        text = text_at(body, "text").strip()
        if not text:
            raise Refused(400, say("Nothing to send").msgid, "The message is empty.")
        mention = body.get("mention") is True
        message, answer = await self.client.say(person, text, chat=chat, mention=mention, thread=text_at(body, "thread") or None)
        result: JsonObject = {"message": message.as_json()}
        if answer and answer.error:
            result["error"] = answer.error.as_json()
        return web.json_response(result)

    async def _invoke(self, request: web.Request) -> web.StreamResponse:
        chat, person, body = await self._act(request)
        name = next((known for known in INVOKES if known == body.get("name")), None)
        if name is None:
            raise Refused(400, say("Unknown invoke").msgid, f"name must be one of {', '.join(INVOKES)}, not {body.get('name')!r}.")
        message_id = text_at(body, "messageId") or None
        answer = await self.client.invoke(person, body.get("value"), name=name, chat=chat, message_id=message_id)
        result: JsonObject = {
            "status": answer.status,
            "body": answer.body,
            "elapsed_ms": round(answer.elapsed.total_seconds() * 1000),
            "shown": answer.shown(),
        }
        if answer.error:
            result["error"] = answer.error.as_json()
        return web.json_response(result)

    async def _submit(self, request: web.Request) -> web.StreamResponse:
        chat, person, body = await self._act(request)
        answer = await self.client.submit(person, body.get("data"), chat=chat, message_id=text_at(body, "messageId"))
        result: JsonObject = {"status": answer.status}
        if answer.error:
            result["error"] = answer.error.as_json()
        return web.json_response(result)

    async def _open_chat(self, request: web.Request) -> web.StreamResponse:
        chat = await self.client.open_chat(self._person(request.match_info["person"]))
        return web.json_response({"chat": chat.as_json()})

    async def _advance(self, request: web.Request) -> web.StreamResponse:
        step = value_at(await _read(request), "advance_s")
        if isinstance(step, bool) or not isinstance(step, int | float) or not 0 <= step <= LARGEST_STEP.total_seconds():
            limit = f"{LARGEST_STEP.total_seconds():.0f}"
            raise Refused(400, say("Time goes forward only").msgid, f"advance_s must be 0 to {limit} seconds, not {step!r}.")
        self.world.clock.advance(timedelta(seconds=step))
        self.world.events.emit("clock", **self.clock())
        return web.json_response(self.clock())

    async def _list_faults(self, _request: web.Request) -> web.StreamResponse:
        return web.json_response(self.faults.as_json())

    async def _add_fault(self, request: web.Request) -> web.StreamResponse:
        body = await _read(request)
        times, retry = body.get("times", 1), body.get("retry_after_s")
        if isinstance(times, bool) or not isinstance(times, int) or isinstance(retry, bool) or not isinstance(retry, int | float | None):
            raise Refused(400, say("No such fault").msgid, "times must be a whole number, and retry_after_s a number of seconds or absent.")
        try:
            self.faults.add(text_at(body, "route"), text_at(body, "kind"), times=times, retry_after_s=retry)
        except ValueError as error:
            raise Refused(400, say("No such fault").msgid, str(error)) from error
        return web.json_response(self.faults.as_json())

    async def _clear_faults(self, _request: web.Request) -> web.StreamResponse:
        self.faults.clear()
        return web.json_response(self.faults.as_json())

    async def _act(self, request: web.Request) -> tuple[Chat, Employee, JsonObject]:
        body = await _read(request)
        return self.world.chat(request.match_info["chat"]), self._person(text_at(body, "from")), body

    def _person(self, object_id: str) -> Employee:
        person = self.world.person(object_id)
        if person is None:
            raise Refused(404, say("Unknown person").msgid, f"Nobody has the id {object_id!r}.")
        return person


@web.middleware
async def _errors_for_the_page(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except Refused as refused:
        body: JsonObject = {"error": {"title": refused.code, "detail": str(refused)}}
        return web.json_response(body, status=refused.status)


async def _read(request: web.Request) -> JsonObject:
    try:
        body: Json = json.loads(await request.read())
    except ValueError as error:
        raise Refused(400, say("Unreadable").msgid, f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, say("Unreadable").msgid, "The body must be a JSON object.")
    return body


def _as_json(person: Employee, *, teams_id: str) -> JsonObject:
    return {
        "id": person.id,
        "name": person.name,
        "email": person.email,
        "title": person.title,
        "department": person.department,
        "teamsId": teams_id,
        "roles": list(person.roles),
        "locale": person.locale,
        "timeZone": person.time_zone,
        "enabled": person.enabled,
    }
