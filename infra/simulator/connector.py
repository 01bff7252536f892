"""The Bot Connector service, as Teams answers it: what the bot calls to write, change and take back messages and to read rosters.

Every call goes through the same steps, in this order:

1. the bot's token (401);  2. size (413) and JSON (400);  3. an ordered fault that keeps the call from being done;
4. the limits of Teams per conversation, when they are switched on (429);  5. the call itself;  6. a fault that spoils only the answer.

Sources: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference and the table of status codes in
https://learn.microsoft.com/microsoftteams/platform/bots/how-to/conversations/send-proactive-messages
"""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from infra.simulator.answers import card_flaw
from infra.simulator.authority import Authority
from infra.simulator.chats import ADAPTIVE_CARD, Chat
from infra.simulator.clock import iso
from infra.simulator.errors import Refused
from infra.simulator.faults import TITLES, Fault, Faults
from infra.simulator.organisation import Employee
from infra.simulator.pace import Pace
from infra.simulator.roster import Roster
from infra.simulator.shape import Json, JsonObject, list_at, object_at, objects_at, text_at
from infra.simulator.world import World

LARGEST_BODY = 100 * 1024
"""Bytes of a message, at most (Teams: about 100 KB)."""
_PACED = {"post", "reply", "update"}
Done = tuple[int, Json]
Call = Callable[[web.Request, JsonObject], Done]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConnectorCall:
    """One call of the bot to the connector. ``fault`` names what was ordered for it; status 0 means that it got no answer."""

    method: str
    path: str
    route: str
    body: Json
    status: int
    answer: Json
    at: datetime
    fault: str | None = None


class Connector:
    """Answers the connector's routes over one world. ``enforce_limits`` switches Teams' own rate limits on."""

    def __init__(self, world: World, *, authority: Authority, faults: Faults, enforce_limits: bool) -> None:
        self.enforce_limits = enforce_limits
        self._world = world
        self._roster = Roster(world)
        self._authority = authority
        self._faults = faults
        self._pace = Pace()
        self._log: list[ConnectorCall] = []

    @property
    def sent(self) -> tuple[ConnectorCall, ...]:
        """Every call so far, refused ones included, oldest first."""
        return tuple(self._log)

    def add_routes(self, app: web.Application) -> None:
        """Serve the connector under /v3."""
        one, activity = "/v3/conversations/{chat}", "/v3/conversations/{chat}/activities/{activity}"
        for method, path, route, call in (
            ("POST", "/v3/conversations", "create", self._create),
            ("POST", one + "/activities", "post", self._send),
            ("POST", activity, "reply", self._send),
            ("PUT", activity, "update", self._update),
            ("DELETE", activity, "delete", self._delete),
            ("GET", one + "/members", "members", self._roster.members),
            ("GET", activity + "/members", "members", self._roster.members),
            ("GET", one + "/members/{member}", "members", self._roster.member),
            ("GET", one + "/pagedmembers", "members", self._roster.page_of_members),
            ("GET", "/v3/teams/{team}", "members", self._roster.team),
            ("GET", "/v3/teams/{team}/conversations", "members", self._roster.channels),
        ):
            app.router.add_route(method, path, self._entry(route, call))

    def _entry(self, route: str, call: Call) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
        async def answer(request: web.Request) -> web.StreamResponse:
            return await self._answer(request, route=route, call=call)

        return answer

    async def _answer(self, request: web.Request, *, route: str, call: Call) -> web.StreamResponse:
        fault, body, headers = None, None, {}
        try:
            self._authority.check_bot_token(request.headers.get("Authorization", ""))
            fault = self._faults.take(route)
            body = await _read(request)
            if fault and fault.kind == "timeout":
                self._record(request, route=route, body=body, status=0, answer=None, fault=fault)
                await self._faults.hold()
                return _hang_up(request)
            self._stop(request, route=route, fault=fault)
            status, answer = call(request, body if isinstance(body, dict) else {})
        except Refused as refused:
            status, answer, headers = refused.status, error_body(refused), refused.headers
        if fault and fault.kind == "202_empty" and status < 300:
            status, answer = 202, None
        if fault and fault.kind == "drop_reply":
            self._record(request, route=route, body=body, status=0, answer=answer, fault=fault)
            return _hang_up(request)
        self._record(request, route=route, body=body, status=status, answer=answer, fault=fault)
        return web.Response(status=status, headers=headers) if answer is None else web.json_response(answer, status=status, headers=headers)

    def _stop(self, request: web.Request, *, route: str, fault: Fault | None) -> None:
        """Keep a call from being done: for an ordered fault, or for the limits of Teams (3, 4)."""
        if fault and fault.status:
            raise Refused(fault.status, *TITLES[fault.status], headers=fault.headers)
        if self.enforce_limits and route in _PACED and (wait_s := self._pace.wait_s(request.match_info["chat"])):
            raise Refused(429, *TITLES[429], headers={"Retry-After": str(wait_s)})

    def _record(self, request: web.Request, *, route: str, body: Json, status: int, answer: Json, fault: Fault | None) -> None:
        call = ConnectorCall(
            method=request.method,
            path=request.path,
            route=route,
            body=body,
            status=status,
            answer=answer,
            at=self._world.clock.now(),
            fault=fault.kind if fault else None,
        )
        self._log.append(call)
        self._world.events.emit(
            "wire",
            direction="from_bot",
            method=call.method,
            path=call.path,
            status=status,
            summary=" ".join(filter(None, (route, text_at(body, "type"), f"fault: {fault.kind}" if fault else ""))),
            elapsed_ms=0,
            at=iso(call.at),
        )

    def _create(self, _request: web.Request, body: JsonObject) -> Done:
        tenant = text_at(body, "tenantId") or text_at(body, "channelData", "tenant", "id")
        if tenant != self._world.tenant_id:
            raise Refused(403, "Forbidden", "The bot is not allowed to write to this tenant.")
        if channel := text_at(body, "channelData", "channel", "id"):
            message = self._post(self._world.chat(channel), object_at(body, "activity"), thread=None)
            return 201, {"id": f"{channel};messageid={message}", "activityId": message}
        person = self._only_member(body)
        chat = self._world.personal_chat(person)
        created: JsonObject = {"id": chat.id}
        if activity := object_at(body, "activity"):
            created["activityId"] = self._post(chat, activity, thread=None)
        return 201, created

    def _only_member(self, body: JsonObject) -> Employee:
        ids = [text_at(member, "id") for member in objects_at(body, "members")]
        is_bot = text_at(body, "bot", "id") in (self._world.bot_id, self._world.app_id, "")
        if body.get("isGroup") is True or len(ids) != 1 or not is_bot:
            raise Refused(400, "BadSyntax", "Incorrect conversation creation parameters")
        person = self._world.person(ids[0])
        if person is None:
            raise Refused(400, "BadSyntax", f"Incorrect conversation creation parameters: no user has the id {ids[0]!r}")
        return person

    def _send(self, request: web.Request, body: JsonObject) -> Done:
        conversation = request.match_info["chat"]
        chat, thread = self._world.chat(conversation), self._world.thread_of(conversation)
        if body.get("type") == "typing":
            self._world.events.emit("typing", chat=chat.id)
            return 202, None
        return 201, {"id": self._post(chat, body, thread=thread)}

    def _post(self, chat: Chat, activity: JsonObject, *, thread: str | None) -> str:
        _check_message(activity)
        return self._world.post(chat, activity, sender=None, thread=thread).id

    def _update(self, request: web.Request, body: JsonObject) -> Done:
        chat = self._world.chat(request.match_info["chat"])
        _check_message(body)
        return 200, {"id": self._world.update(chat, request.match_info["activity"], body).id}

    def _delete(self, request: web.Request, _body: JsonObject) -> Done:
        self._world.delete(self._world.chat(request.match_info["chat"]), request.match_info["activity"])
        return 200, None


def error_body(refused: Refused) -> JsonObject:
    """The error as the connector writes it; a 401 has its own, older shape."""
    if not refused.code:
        return {"message": str(refused)}
    return {"error": {"code": refused.code, "message": str(refused)}}


async def _read(request: web.Request) -> Json:
    raw = await request.read()
    if len(raw) > LARGEST_BODY:
        raise Refused(413, "MessageSizeTooBig", "Message size too large.")
    if not raw:
        return None
    try:
        body: Json = json.loads(raw)
    except ValueError as error:
        raise Refused(400, "BadSyntax", f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise Refused(400, "BadSyntax", "The body must be a JSON object")
    return body


def _check_message(activity: JsonObject) -> None:
    """Refuse what Teams would refuse to show (400)."""
    if activity.get("type") != "message":
        raise Refused(400, "BadArgument", f"Unknown activity type {activity.get('type')!r}")
    for attachment in objects_at(activity, "attachments"):
        if attachment.get("contentType") == ADAPTIVE_CARD and (flaw := card_flaw(attachment.get("content"))):
            raise Refused(400, "BadArgument", f"The Adaptive Card cannot be shown: {flaw}")
    if not text_at(activity, "text").strip() and not list_at(activity, "attachments"):
        raise Refused(400, "BadSyntax", "Activity must include non empty 'text' field or at least one attachment")


def _hang_up(request: web.Request) -> web.StreamResponse:
    """Close the connection instead of answering."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()
