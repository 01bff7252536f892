"""The Bot Connector over real HTTP: what the bot may do, and the status and words of every refusal."""

from __future__ import annotations

from typing import Any

import jwt
import pytest

from infra.simulator import Simulator
from infra.simulator.organisation import personal_chat_id
from tests.infra.simulator.conftest import OFFICE, SmallBot, a_card, a_message

ANA = OFFICE.people[0].id
VIKTOR = OFFICE.people[3].id


def a_conversation(sim: Simulator, member: str, **changed: Any) -> dict[str, Any]:
    return {
        "bot": {"id": f"28:{sim.app_id}"},
        "members": [{"id": member}],
        "isGroup": False,
        "tenantId": sim.tenant_id,
        "channelData": {"tenant": {"id": sim.tenant_id}},
        **changed,
    }


def code_of(body: Any) -> str:
    return str(body["error"]["code"])


async def test_a_message_is_posted_replied_to_updated_and_deleted(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    path = f"/v3/conversations/{ana.chat.id}/activities"

    first = (await bot.call("POST", path, a_message(text="one")))[1]["id"]
    second = (await bot.call("POST", f"{path}/{first}", a_message(text="two")))[1]["id"]
    updated = await bot.call("PUT", f"{path}/{first}", a_message(text="one, corrected"))
    deleted = await bot.call("DELETE", f"{path}/{second}")

    assert updated == (200, {"id": first})
    assert deleted == (200, None)
    assert [(message.text, message.version) for message in ana.messages] == [("one, corrected", 2)]
    assert [(call.method, call.route, call.status) for call in sim.sent] == [
        ("POST", "post", 201),
        ("POST", "reply", 201),
        ("PUT", "update", 200),
        ("DELETE", "delete", 200),
    ]


async def test_the_same_person_gets_the_same_conversation_under_either_id(sim: Simulator, bot: SmallBot) -> None:
    by_object_id = await bot.call("POST", "/v3/conversations", a_conversation(sim, ANA))
    by_teams_id = await bot.call("POST", "/v3/conversations", a_conversation(sim, sim.person("ana").teams_id))

    assert by_object_id == by_teams_id == (201, {"id": sim.person("ana").chat.id})


async def test_ids_are_the_same_in_the_next_run(sim: Simulator) -> None:
    assert sim.person("ana").chat.id == personal_chat_id(ANA, app_id=sim.app_id)


async def test_a_conversation_can_begin_with_a_message(sim: Simulator, bot: SmallBot) -> None:
    _, body = await bot.call("POST", "/v3/conversations", a_conversation(sim, ANA, activity=a_message(text="hello")))

    assert [message.id for message in sim.person("ana").messages] == [body["activityId"]]


@pytest.mark.parametrize(
    ("member", "changed", "status", "code"),
    [
        (VIKTOR, {}, 403, "ForbiddenOperationException"),
        ("99999999-9999-4999-8999-999999999999", {}, 400, "BadSyntax"),
        (ANA, {"tenantId": "other", "channelData": {}}, 403, "Forbidden"),
        (ANA, {"tenantId": None, "channelData": {}}, 403, "Forbidden"),
        (ANA, {"isGroup": True}, 400, "BadSyntax"),
        (ANA, {"members": []}, 400, "BadSyntax"),
        (ANA, {"bot": {"id": "28:somebody-else"}}, 400, "BadSyntax"),
    ],
)
async def test_a_conversation_that_teams_would_not_begin_is_refused(
    sim: Simulator, bot: SmallBot, member: str, changed: dict[str, Any], status: int, code: str
) -> None:
    answered, body = await bot.call("POST", "/v3/conversations", a_conversation(sim, member, **changed))

    assert (answered, code_of(body)) == (status, code)


async def test_a_person_without_the_app_cannot_be_written_to(sim: Simulator, bot: SmallBot) -> None:
    chat = sim.person("ana").chat.id
    sim.uninstall("ana")
    refused = await bot.call("POST", f"/v3/conversations/{chat}/activities", a_message(text="hello"))
    sim.install("ana")
    status, _ = await bot.call("POST", f"/v3/conversations/{chat}/activities", a_message(text="hello"))

    assert (refused[0], code_of(refused[1]), status) == (403, "BotNotInConversationRoster", 201)


async def test_an_unknown_conversation_is_not_found(bot: SmallBot) -> None:
    status, body = await bot.call("POST", "/v3/conversations/a:1nowhere/activities", a_message(text="hello"))

    assert (status, code_of(body)) == (404, "ConversationNotFound")


@pytest.mark.parametrize("method", ["PUT", "DELETE"])
async def test_what_was_deleted_or_said_by_a_person_is_not_the_bots_to_change(sim: Simulator, bot: SmallBot, method: str) -> None:
    ana = sim.person("ana")
    await ana.says("hello")
    theirs = ana.messages[0].id
    deleted = await bot.post(ana.chat.id, text="gone")
    await bot.call("DELETE", f"/v3/conversations/{ana.chat.id}/activities/{deleted}")

    for message in (theirs, deleted, "1234567890123"):
        status, body = await bot.call(method, f"/v3/conversations/{ana.chat.id}/activities/{message}", a_message(text="changed"))
        assert (status, code_of(body)) == (404, "ActivityNotFoundInConversation")


@pytest.mark.parametrize(
    ("activity", "status", "code"),
    [
        (a_message(text=""), 400, "BadSyntax"),
        ({"type": "event", "text": "x"}, 400, "BadArgument"),
        (a_message({"type": "Container"}), 400, "BadArgument"),
        (a_message({"type": "AdaptiveCard", "body": []}), 400, "BadArgument"),
        (a_message({"type": "AdaptiveCard", "version": "1.5", "body": {}}), 400, "BadArgument"),
        (a_message(text="x" * 110_000), 413, "MessageSizeTooBig"),
        ([], 400, "BadSyntax"),
    ],
)
async def test_a_message_that_teams_would_not_show_is_refused(sim: Simulator, bot: SmallBot, activity: Any, status: int, code: str) -> None:
    answered, body = await bot.call("POST", f"/v3/conversations/{sim.person('ana').chat.id}/activities", activity)

    assert (answered, code_of(body), sim.person("ana").messages) == (status, code, ())


@pytest.mark.parametrize("token", ["", "nonsense", "inbound"])
async def test_only_the_bots_own_token_opens_the_connector(sim: Simulator, bot: SmallBot, token: str) -> None:
    used = sim.authority.inbound_token() if token == "inbound" else token

    status, body = await bot.call("POST", "/v3/conversations", a_conversation(sim, ANA), token=used)

    assert (status, body) == (401, {"message": "Authorization has been denied for this request."})


@pytest.mark.parametrize(
    "changed",
    [
        {"appid": "00000000-0000-4000-8000-000000000001"},
        {"aud": "2d4e6a80-93b5-4c1f-8e27-5a6b7c8d9e0f"},
        {"iss": "https://127.0.0.1:1/"},
        {"exp": 1_700_000_000},
    ],
)
async def test_a_token_for_another_app_audience_issuer_or_time_opens_nothing(
    sim: Simulator, bot: SmallBot, changed: dict[str, Any]
) -> None:
    claims = jwt.decode(bot.token, options={"verify_signature": False})
    good, _ = await bot.call("POST", "/v3/conversations", a_conversation(sim, ANA), token=sim.authority.directory_key.sign(claims))
    used = sim.authority.directory_key.sign(claims | changed)

    bad, _ = await bot.call("POST", "/v3/conversations", a_conversation(sim, ANA), token=used)

    assert (good, bad) == (201, 401)


async def test_typing_is_shown_and_leaves_no_message(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    status, body = await bot.call("POST", f"/v3/conversations/{ana.chat.id}/activities", {"type": "typing"})

    assert (status, body, ana.messages) == (202, None, ())


async def test_rosters_name_people_by_both_ids(sim: Simulator, bot: SmallBot) -> None:
    ana, chat = sim.person("ana"), sim.chat("On call").id
    _, members = await bot.call("GET", f"/v3/conversations/{chat}/members")
    _, by_object_id = await bot.call("GET", f"/v3/conversations/{chat}/members/{ana.id}")
    _, by_teams_id = await bot.call("GET", f"/v3/conversations/{chat}/members/{ana.teams_id}")
    status, body = await bot.call("GET", f"/v3/conversations/{chat}/members/{sim.person('priya').id}")

    assert [member["name"] for member in members] == ["Ana Ferreira", "Maria Lindqvist"]
    assert by_object_id == by_teams_id == members[0]
    assert (by_object_id["aadObjectId"], by_object_id["userPrincipalName"], by_object_id["tenantId"]) == (ana.id, ana.email, sim.tenant_id)
    assert (status, code_of(body)) == (404, "MemberNotFoundInConversation")


async def test_large_rosters_come_in_pages_of_at_least_fifty(bot: SmallBot) -> None:
    async with Simulator() as sample:
        small = SmallBot(sample, session=bot.session)
        small.token = str(sample.authority.bot_token("https://api.botframework.com/.default")["access_token"])
        path = f"/v3/conversations/{sample.chat('Access requests').id}/pagedmembers"
        _, first = await small.call("GET", f"{path}?pageSize=10")
        _, rest = await small.call("GET", f"{path}?pageSize=10&continuationToken={first['continuationToken']}")
        status, _ = await small.call("GET", f"{path}?continuationToken=rubbish")

    assert (len(first["members"]), len(rest["members"]), rest.get("continuationToken"), status) == (50, 1, None, 400)


async def test_a_team_has_details_and_channels(sim: Simulator, bot: SmallBot) -> None:
    channel = sim.chat("Access requests")
    _, team = await bot.call("GET", f"/v3/teams/{channel.team_id}")
    _, channels = await bot.call("GET", f"/v3/teams/{channel.team_id}/conversations")
    status, _ = await bot.call("GET", "/v3/teams/19:nowhere@thread.tacv2")

    assert (team["name"], team["channelCount"], team["memberCount"]) == ("Northwind Rail", 1, 3)
    assert channels == {"conversations": [{"id": channel.id, "name": "Access requests", "type": "standard"}]}
    assert status == 404


async def test_a_thread_is_begun_in_a_channel_and_replied_to(sim: Simulator, bot: SmallBot) -> None:
    channel = sim.chat("Access requests")
    there = {"tenant": {"id": sim.tenant_id}, "channel": {"id": channel.id}}
    body = {"isGroup": True, "channelData": there, "activity": a_message(text="a")}
    _, begun = await bot.call("POST", "/v3/conversations", body)
    await bot.post(begun["id"], a_card())
    status, _ = await bot.call("POST", f"/v3/conversations/{channel.id};messageid=1/activities", a_message(text="lost"))

    first, second = channel.messages.values()
    assert (begun["id"], first.thread, second.thread, status) == (f"{channel.id};messageid={first.id}", first.id, first.id, 404)


async def test_the_eighth_send_within_a_second_is_throttled_when_limits_are_enforced(sim: Simulator, bot: SmallBot) -> None:
    path = f"/v3/conversations/{sim.person('ana').chat.id}/activities"
    unlimited = [await bot.call("POST", path, a_message(text=str(number))) for number in range(8)]
    sim.connector.enforce_limits = True
    answers = [await bot.call("POST", path, a_message(text=str(number))) for number in range(8)]

    assert [status for status, _ in unlimited + answers] == [201] * 15 + [429]
    assert (code_of(answers[7][1]), len(sim.person("ana").messages)) == ("Throttled", 15)
