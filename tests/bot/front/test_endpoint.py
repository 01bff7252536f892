"""The order of the hops, and what each ending looks like from outside."""

import asyncio
import json
import logging
from datetime import timedelta

import pytest
from botbuilder.core import TurnContext

from approvals.errors import AuditUnavailableError, UnsettledError
from bot.app import Front
from bot.front.running import TurnRunner
from bot.front.strictjson import MAX_BYTES
from bot.settings import Settings
from tests.bot.front.conftest import Client
from tests.bot.front.dialogue import Answer, Dialogue, WatchedBody, a_request, an_endpoint, an_unfinished_body
from tests.bot.front.local_teams import LocalTeams, as_jwk

JSON = {"Content-Type": "application/json"}


def _error(body: str | None) -> tuple[str, str]:
    error = json.loads(body or "")["error"]
    assert sorted(error) == ["code", "message", "reference"]
    assert len(error["reference"]) == 8
    return error["code"], error["message"]


async def test_a_signed_message_reaches_the_dialogue(client: Client, teams: LocalTeams, dialogue: Dialogue) -> None:
    answer = await client.post("/api/messages", json=teams.activity(text="hello"), headers=teams.bearer())

    assert (answer.status, await answer.read()) == (200, b"")
    assert [activity.text for activity in dialogue.heard] == ["hello"]


async def test_an_invoke_is_answered_with_the_turns_own_status_and_body(client: Client, teams: LocalTeams, dialogue: Dialogue) -> None:
    async def answers(_: TurnContext) -> Answer:
        return {"status": 200, "body": {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Approved"}}

    dialogue.does = answers
    invoke = teams.activity(type="invoke", name="adaptiveCard/action", value={"action": {"verb": "approve"}})

    answer = await client.post("/api/messages", json=invoke, headers=teams.bearer())

    assert (answer.status, await answer.json()) == (
        200,
        {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Approved"},
    )


@pytest.mark.parametrize(
    ("headers", "status", "code"),
    [
        ({"Content-Type": "text/plain"}, 415, "not_json"),
        ({"Content-Type": "multipart/form-data; boundary=x"}, 415, "not_json"),
        ({"Content-Type": "application/json; charset=utf-16"}, 415, "not_json"),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415, "compressed"),
        ({"Content-Type": "application/json", "Content-Length": str(MAX_BYTES + 1)}, 413, "too_large"),
    ],
)
async def test_a_form_that_headers_give_away_is_refused_unread(
    headers: dict[str, str], status: int, code: str, teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue
) -> None:
    body = WatchedBody(b"{}")

    answer = await an_endpoint(settings, front, dialogue).answer(a_request({**teams.bearer(), **headers}, body))

    assert (answer.status, _error(answer.text)[0], body.was_read) == (status, code, False)


async def test_nobody_is_verified_before_the_keys_were_read(
    teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue
) -> None:
    teams.status = 500
    body = WatchedBody(b"{}")

    async with front.open():
        answer = await an_endpoint(settings, front, dialogue).answer(a_request(teams.bearer(), body))

    assert (answer.status, _error(answer.text)[0], body.was_read) == (503, "not_ready", False)


async def test_a_body_too_large_in_chunks_is_refused_while_it_is_read(client: Client, teams: LocalTeams, dialogue: Dialogue) -> None:
    async def chunks() -> object:
        for _ in range(MAX_BYTES // 1024 + 2):
            yield b" " * 1024

    answer = await client.post("/api/messages", data=chunks(), headers=teams.bearer())

    assert (answer.status, _error(await answer.text())[0], dialogue.heard) == (413, "too_large", [])


async def test_a_body_that_does_not_arrive_in_time_is_refused(
    teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue
) -> None:
    body = an_unfinished_body(b"{")

    async with front.open():
        await front.keys.refresh()
        endpoint = an_endpoint(settings, front, dialogue, read_within=timedelta(milliseconds=20))
        answer = await endpoint.answer(a_request(teams.bearer(), body))

    assert (answer.status, _error(answer.text)) == (408, ("too_slow", "The body did not arrive within 0.02 s."))


async def test_a_body_that_breaks_off_is_refused(teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue) -> None:
    body = an_unfinished_body(b"{")
    body.set_exception(ConnectionResetError("gone"))

    async with front.open():
        await front.keys.refresh()
        answer = await an_endpoint(settings, front, dialogue).answer(a_request(teams.bearer(), body))

    assert (answer.status, _error(answer.text)[0]) == (400, "unreadable")


async def test_a_client_that_asks_to_continue_is_told_so_only_when_it_is_known(client: Client, teams: LocalTeams) -> None:
    known = await client.post("/api/messages", json=teams.activity(), headers=teams.bearer(), expect100=True)
    reader, writer = await asyncio.open_connection(client.host, client.port)
    writer.write(
        b"POST /api/messages HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n"
    )
    stranger = await reader.readline()
    writer.close()

    assert (known.status, stranger) == (200, b"HTTP/1.1 401 Unauthorized\r\n")


async def test_more_than_it_can_work_on_is_sent_back(teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue) -> None:
    entered, leave = asyncio.Event(), asyncio.Event()

    async def waits(_: TurnContext) -> Answer:
        entered.set()
        await leave.wait()
        return None

    dialogue.does = waits
    body = json.dumps(teams.activity()).encode()

    async with front.open():
        await front.keys.refresh()
        endpoint = an_endpoint(settings, front, dialogue, at_once=1)
        first = asyncio.create_task(endpoint.answer(a_request(teams.bearer(), WatchedBody(body))))
        await entered.wait()
        unread = WatchedBody(body)
        second = await endpoint.answer(a_request(teams.bearer(), unread))
        leave.set()
        first_answer = await first
        third = await endpoint.answer(a_request(teams.bearer(), WatchedBody(body)))

    assert (first_answer.status, third.status) == (200, 200)
    assert (second.status, second.headers["Retry-After"], unread.was_read) == (429, "1", False)


async def _raises(_: TurnContext) -> Answer:
    raise RuntimeError("the words of Ana: pay 100 to evil.example")


@pytest.mark.parametrize(
    ("name", "shape"),
    [
        ("adaptiveCard/action", {"statusCode": 500, "type": "application/vnd.microsoft.error"}),
        ("application/search", {"statusCode": 500, "type": "application/vnd.microsoft.error"}),
        ("task/fetch", {"task": {"type": "message"}}),
    ],
)
async def test_an_invoke_whose_turn_raises_is_answered_with_an_error_that_teams_shows(
    name: str, shape: dict[str, object], client: Client, teams: LocalTeams, dialogue: Dialogue
) -> None:
    dialogue.does = _raises

    answer = await client.post("/api/messages", json=teams.activity(type="invoke", name=name, value={}), headers=teams.bearer())
    body = await answer.json()
    words = body["task"].pop("value") if "task" in body else body.pop("value")["message"]

    assert (answer.status, body) == (200, shape)
    assert words.startswith("Something went wrong on our side, and this was not completed.")


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (AuditUnavailableError("disk I/O error"), "Nothing was changed: Countersign cannot keep its records at the moment"),
        (UnsettledError("disk I/O error"), "This is taking too long, and it is not known yet whether it was done."),
    ],
)
async def test_of_a_turn_that_could_not_be_recorded_is_said_what_is_known(
    error: Exception, words: str, client: Client, teams: LocalTeams, dialogue: Dialogue
) -> None:
    async def cannot(_: TurnContext) -> Answer:
        raise error

    dialogue.does = cannot

    pressed = await client.post(
        "/api/messages", json=teams.activity(type="invoke", name="adaptiveCard/action", value={}), headers=teams.bearer()
    )
    written = await client.post("/api/messages", json=teams.activity(), headers=teams.bearer())

    assert (pressed.status, written.status) == (200, 200)
    assert (await pressed.json())["value"]["message"].startswith(words)
    assert words in str(teams.posts[0].body)


async def test_an_invoke_that_nobody_knows_is_answered_too(client: Client, teams: LocalTeams) -> None:
    answer = await client.post("/api/messages", json=teams.activity(type="invoke", name="who/knows", value={}), headers=teams.bearer())

    assert (answer.status, (await answer.json())["value"]) == (200, {"code": "NotSupported", "message": "This button does nothing here."})


@pytest.mark.parametrize(
    "written",
    [{"status": 500, "body": {}}, {"status": 501, "body": {}}, {"status": 200}, {"status": 200, "body": {"card": object()}}, {}],
    ids=["500", "501", "no body", "no JSON", "nothing"],
)
async def test_an_invoke_answer_that_cannot_go_out_becomes_an_error(
    written: dict[str, object], client: Client, teams: LocalTeams, dialogue: Dialogue
) -> None:
    async def answers(_: TurnContext) -> Answer:
        return written

    dialogue.does = answers

    answer = await client.post(
        "/api/messages", json=teams.activity(type="invoke", name="adaptiveCard/action", value={}), headers=teams.bearer()
    )

    assert (answer.status, (await answer.json())["value"]["code"]) == (200, "InternalError")


async def test_an_invoke_that_is_late_is_answered_before_teams_gives_up(
    teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue
) -> None:
    async def hangs(_: TurnContext) -> Answer:
        await asyncio.Event().wait()
        return None

    runner = TurnRunner(
        adapter=front.adapter, sender=front.sender, turn=hangs, metrics=front.metrics, invoke_within=timedelta(milliseconds=20)
    )
    body = json.dumps(teams.activity(type="invoke", name="adaptiveCard/action", value={})).encode()

    async with front.open():
        await front.keys.refresh()
        endpoint = an_endpoint(settings, front, dialogue)
        endpoint._runner = runner
        answer = await endpoint.answer(a_request(teams.bearer(), WatchedBody(body)))

    assert (answer.status, json.loads(answer.text or "")["value"]["code"]) == (200, "InternalError")


async def test_the_sender_of_a_message_whose_turn_raises_is_told(client: Client, teams: LocalTeams, dialogue: Dialogue) -> None:
    dialogue.does = _raises

    answer = await client.post("/api/messages", json=teams.activity(), headers=teams.bearer())

    assert (answer.status, [(post.method, post.path) for post in teams.posts]) == (200, [("POST", "/v3/conversations/a%3Aana/activities")])
    assert "give the helpdesk the reference" in str(teams.posts[0].body)


async def test_a_message_that_was_not_dealt_with_does_not_look_delivered(client: Client, teams: LocalTeams, dialogue: Dialogue) -> None:
    dialogue.does = _raises
    teams.reply = (503, {}, b"")

    answer = await client.post("/api/messages", json=teams.activity(), headers=teams.bearer())

    assert (answer.status, answer.headers["Retry-After"], _error(await answer.text())[0]) == (503, "1", "not_done")


async def test_a_failure_is_logged_once_without_the_words_of_anybody(
    client: Client, teams: LocalTeams, dialogue: Dialogue, caplog: pytest.LogCaptureFixture
) -> None:
    dialogue.does = _raises

    with caplog.at_level(logging.INFO):
        await client.post("/api/messages", json=teams.activity(text="my secret"), headers=teams.bearer())
        await client.post("/api/messages", data=b'{"my secret"', headers=teams.bearer())

    logged = [record.getMessage() for record in caplog.records if record.name == "bot.front"]
    assert len(logged) == 2
    assert "RuntimeError at " in logged[0]
    assert not [line for line in logged for word in ("secret", "evil", "Bearer", "Ana") if word in line]


async def test_a_key_that_was_rolled_over_is_taken_up_while_the_request_waits(
    teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue
) -> None:
    now = [0.0]
    front.keys._monotonic = lambda: now[0]
    body = json.dumps(teams.activity()).encode()

    async with front.open():
        await front.keys.refresh()
        teams.jwks["keys"] = [as_jwk(teams.key, kid="key-2")]
        now[0] += 61
        answer = await an_endpoint(settings, front, dialogue).answer(
            a_request({**JSON, "Authorization": f"Bearer {teams.token(headers={'kid': 'key-2'})}"}, WatchedBody(body))
        )

    assert answer.status == 200
