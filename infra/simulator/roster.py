"""Who is in a conversation or a team, as the connector tells a bot."""

from __future__ import annotations

from aiohttp import web

from infra.simulator.chats import Chat
from infra.simulator.errors import Refused
from infra.simulator.organisation import Employee
from infra.simulator.shape import Json, JsonObject
from infra.simulator.world import World, teams_of

SMALLEST_PAGE, LARGEST_PAGE = 50, 500
"""Members in a page; Teams raises a smaller ``pageSize`` and lowers a larger one."""
Done = tuple[int, Json]


class Roster:
    """Answers the roster routes of the connector. None of them reads a body."""

    def __init__(self, world: World) -> None:
        self._world = world

    def members(self, request: web.Request, _body: JsonObject) -> Done:
        """Everybody in a conversation, at once; the bot itself is not listed."""
        return 200, [self._as_member(person) for person in self._chat(request).members]

    def member(self, request: web.Request, _body: JsonObject) -> Done:
        """One member, by 29:… id or by Entra object id."""
        person = self._world.person(request.match_info["member"])
        if person is None or person not in self._chat(request).members:
            raise Refused(404, "MemberNotFoundInConversation", "Member not found in conversation.")
        return 200, self._as_member(person)

    def page_of_members(self, request: web.Request, _body: JsonObject) -> Done:
        """A page of members, and the token of the next one while there is a next one."""
        members = self._chat(request).members
        try:
            size = int(request.query.get("pageSize", LARGEST_PAGE))
            start = int(request.query.get("continuationToken") or 0)
        except ValueError as error:
            raise Refused(400, "BadArgument", "pageSize and continuationToken must be those of an earlier page") from error
        end = start + min(max(size, SMALLEST_PAGE), LARGEST_PAGE)
        page: JsonObject = {"members": [self._as_member(person) for person in members[start:end]]}
        if end < len(members):
            page["continuationToken"] = str(end)
        return 200, page

    def team(self, request: web.Request, _body: JsonObject) -> Done:
        """Name and size of a team."""
        channels = self._channels(request)
        return 200, {
            "id": channels[0].team_id,
            "name": channels[0].team_name,
            "type": "standard",
            "tenantId": self._world.tenant_id,
            "channelCount": len(channels),
            "memberCount": len(channels[0].members),
        }

    def channels(self, request: web.Request, _body: JsonObject) -> Done:
        """The channels of a team."""
        return 200, {"conversations": [{"id": chat.id, "name": chat.title, "type": "standard"} for chat in self._channels(request)]}

    def _chat(self, request: web.Request) -> Chat:
        return self._world.chat(request.match_info["chat"])

    def _channels(self, request: web.Request) -> list[Chat]:
        channels = teams_of(self._world.chats).get(request.match_info["team"])
        if not channels:
            raise Refused(404, "ConversationNotFound", "Conversation not found.")
        return channels

    def _as_member(self, person: Employee) -> JsonObject:
        given, _, surname = person.name.rpartition(" ")
        return {
            "id": self._world.teams_id(person),
            "objectId": person.id,
            "aadObjectId": person.id,
            "name": person.name,
            "givenName": given,
            "surname": surname,
            "email": person.email,
            "userPrincipalName": person.email,
            "tenantId": self._world.tenant_id,
            "userRole": "user",
        }
