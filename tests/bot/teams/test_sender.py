"""The way out: what is called, with what, and what each answer of the service means."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest

from bot.front.authority import Authority
from bot.teams.credential import Credential, CredentialError, Issued
from bot.teams.errors import Gone, NotPermitted, Refused, SendError, Throttled, Unavailable
from bot.teams.sender import MAX_ANSWER, Place, Sender
from tests.bot.front.local_teams import ANA, APP_ID, BOT, TENANT, LocalTeams, Post

HELLO = {"type": "message", "text": "hello"}


async def _refused(sending: Awaitable[object]) -> SendError:
    with pytest.raises(SendError) as refused:
        await sending
    return refused.value


@pytest.mark.parametrize(
    ("send", "called"),
    [
        (lambda sender, chat: sender.post(chat, HELLO), ("POST", "/v3/conversations/a%3Aana/activities", HELLO)),
        (lambda sender, chat: sender.reply(chat, "1:2", HELLO), ("POST", "/v3/conversations/a%3Aana/activities/1%3A2", HELLO)),
        (lambda sender, chat: sender.update(chat, "1:2", HELLO), ("PUT", "/v3/conversations/a%3Aana/activities/1%3A2", HELLO)),
        (lambda sender, chat: sender.delete(chat, "1:2"), ("DELETE", "/v3/conversations/a%3Aana/activities/1%3A2", None)),
    ],
    ids=["post", "reply", "update", "delete"],
)
async def test_each_operation_is_one_call_with_the_bots_token(
    send: Callable[[Sender, Place], Awaitable[object]], called: tuple[str, str, object], sender: Sender, chat: Place, teams: LocalTeams
) -> None:
    await send(sender, chat)

    assert teams.posts == [Post(*called, "Bearer the-bots-own")]


async def test_the_id_of_a_post_is_given_back(sender: Sender, chat: Place) -> None:
    assert await sender.post(chat, HELLO) == "activity-1"


async def test_a_202_with_an_empty_body_is_delivered(
    sender: Sender, chat: Place, teams: LocalTeams, outcomes: list[tuple[str, str]]
) -> None:
    teams.reply = (202, {}, b"")

    assert await sender.post(chat, HELLO) is None
    assert outcomes == [("post", "sent")]


async def test_a_chat_is_opened_by_object_id_and_tenant(sender: Sender, teams: LocalTeams) -> None:
    teams.reply = (201, {}, b'{"id":"a:new"}')

    place = await sender.open_chat(teams.service_url, ANA, tenant=TENANT)

    assert place == Place(service_url=teams.service_url, conversation="a:new")
    assert (teams.posts[0].path, teams.posts[0].body) == (
        "/v3/conversations",
        {
            "bot": {"id": BOT},
            "members": [{"id": ANA}],
            "isGroup": False,
            "tenantId": TENANT,
            "channelData": {"tenant": {"id": TENANT}},
        },
    )


@pytest.mark.parametrize(
    ("status", "body", "met"),
    [
        (404, b'{"error":{"code":"ActivityNotFoundInConversation"}}', (Gone, {"code": "ActivityNotFoundInConversation"})),
        (404, b'{"error":{"code":"ConversationNotFound"}}', (Gone, {"code": "ConversationNotFound"})),
        (404, b"", (Gone, {"code": ""})),
        (403, b'{"error":{"code":"BotNotInConversationRoster"}}', (Gone, {"code": "BotNotInConversationRoster"})),
        (403, b'{"error":{"code":"MessageWritesBlocked"}}', (Refused, {"status": 403, "code": "MessageWritesBlocked"})),
        (400, b'{"error":{"code":"BadSyntax"}}', (Refused, {"status": 400, "code": "BadSyntax"})),
        (400, b"<html>", (Refused, {"status": 400, "code": ""})),
        (413, b"", (Refused, {"status": 413, "code": ""})),
        (301, b"", (Refused, {"status": 301, "code": ""})),
        (401, b"", (Unavailable, {"may_have_arrived": False})),
        (412, b"", (Unavailable, {"may_have_arrived": False})),
        (500, b"", (Unavailable, {"may_have_arrived": True})),
        (502, b"", (Unavailable, {"may_have_arrived": True})),
        (503, b"", (Unavailable, {"may_have_arrived": True})),
        (504, b"", (Unavailable, {"may_have_arrived": True})),
        (200, b"x" * (MAX_ANSWER + 1), (Unavailable, {"may_have_arrived": True})),
    ],
)
async def test_an_answer_means_one_error_and_is_not_tried_again(
    status: int, body: bytes, met: tuple[type[SendError], dict[str, object]], sender: Sender, chat: Place, teams: LocalTeams
) -> None:
    teams.reply = (status, {"Location": f"{teams.url}/v3/elsewhere"}, body)

    error = await _refused(sender.post(chat, HELLO))

    assert (type(error), vars(error), len(teams.posts)) == (*met, 1)


@pytest.mark.parametrize(
    ("header", "wait"),
    [
        ({}, timedelta(seconds=1)),
        ({"Retry-After": "7"}, timedelta(seconds=7)),
        ({"Retry-After": "0"}, timedelta()),
        ({"Retry-After": "-5"}, timedelta()),
        ({"Retry-After": "999999999999"}, timedelta(hours=1)),
        ({"Retry-After": "soon"}, timedelta(seconds=1)),
        ({"Retry-After": "Sat, 01 Jan 2000 00:00:00 GMT"}, timedelta()),
        ({"Retry-After": format_datetime(datetime.now(UTC) + timedelta(days=9), usegmt=True)}, timedelta(hours=1)),
    ],
)
async def test_a_429_says_how_long_to_wait(header: dict[str, str], wait: timedelta, sender: Sender, chat: Place, teams: LocalTeams) -> None:
    teams.reply = (429, header, b"")

    error = await _refused(sender.post(chat, HELLO))

    assert isinstance(error, Throttled)
    assert (error.retry_after, len(teams.posts)) == (wait, 1)


@pytest.mark.parametrize(
    "service_url", ["https://smba.trafficmanager.net/teams/", "http://127.0.0.1@evil.example/", "https://evil.example/", "", "x"]
)
async def test_nothing_is_sent_to_a_foreign_address(service_url: str, sender: Sender, outcomes: list[tuple[str, str]]) -> None:
    error = await _refused(sender.post(Place(service_url=service_url, conversation="a:ana"), HELLO))

    assert (type(error), outcomes) == (NotPermitted, [("post", "NotPermitted")])


@pytest.mark.parametrize("conversation", ["..", ".", ""])
async def test_an_id_cannot_walk_up_the_path(conversation: str, sender: Sender, teams: LocalTeams) -> None:
    error = await _refused(sender.post(Place(service_url=teams.service_url, conversation=conversation), HELLO))

    assert (type(error), teams.posts) == (Refused, [])


async def test_an_id_is_one_segment_of_the_path_whatever_it_holds(sender: Sender, teams: LocalTeams) -> None:
    await sender.post(Place(service_url=teams.service_url, conversation="19:x@thread.tacv2;messageid=1/../../y?z#w"), HELLO)

    assert teams.posts[0].path == "/v3/conversations/19%3Ax%40thread.tacv2%3Bmessageid%3D1%2F..%2F..%2Fy%3Fz%23w/activities"


async def test_a_service_that_hangs_may_have_taken_it(sender: Sender, chat: Place, teams: LocalTeams) -> None:
    teams.hold = True

    error = await _refused(sender.post(chat, HELLO))

    assert isinstance(error, Unavailable)
    assert (error.may_have_arrived, len(teams.posts)) == (True, 1)


@asynccontextmanager
async def _listening(behave: Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]) -> AsyncIterator[str]:
    server = await asyncio.start_server(behave, "127.0.0.1", 0)
    async with server:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/"


async def test_a_service_that_cuts_off_may_have_taken_it(sender: Sender) -> None:
    async def cut(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.close()

    async with _listening(cut) as url:
        error = await _refused(sender.post(Place(service_url=url, conversation="a:ana"), HELLO))

    assert isinstance(error, Unavailable)
    assert error.may_have_arrived


async def test_a_service_that_is_not_there_has_not_taken_it(sender: Sender) -> None:
    error = await _refused(sender.post(Place(service_url="http://127.0.0.1:1/", conversation="a:ana"), HELLO))

    assert isinstance(error, Unavailable)
    assert not error.may_have_arrived


async def test_without_a_token_nothing_is_sent(teams: LocalTeams, chat: Place) -> None:
    def refuses() -> Issued:
        raise CredentialError("invalid_client")

    credential = Credential(refuses)
    sender = Sender(authority=Authority.simulator(teams.url), credential=credential, app_id=APP_ID)
    await credential.open()
    await sender.open()
    error = await _refused(sender.post(chat, HELLO))
    await sender.close()
    await credential.close()

    assert isinstance(error, Unavailable)
    assert (error.may_have_arrived, teams.posts) == (False, [])


async def test_a_token_that_the_service_refuses_is_not_sent_again(teams: LocalTeams, chat: Place) -> None:
    now, issued = [1000.0], []

    def issues() -> Issued:
        issued.append(f"token-{len(issued) + 1}")
        return Issued(token=issued[-1], expires_at=now[0] + 3600)

    credential = Credential(issues, epoch=lambda: now[0])
    sender = Sender(authority=Authority.simulator(teams.url), credential=credential, app_id=APP_ID)
    await credential.open()
    await sender.open()
    await sender.post(chat, HELLO)
    now[0] += 61
    teams.reply = (401, {}, b"")
    await _refused(sender.post(chat, HELLO))
    teams.reply = (200, {}, b"{}")
    await sender.post(chat, HELLO)
    await sender.close()
    await credential.close()

    assert [post.authorization for post in teams.posts] == ["Bearer token-1", "Bearer token-1", "Bearer token-2"]
