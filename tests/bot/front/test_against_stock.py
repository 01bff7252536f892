"""Each hazard of platform.md twice: as the stock adapter does it, and gone. The first half is what makes the second half worth reading."""

import asyncio
import json
import re
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
from aiohttp.test_utils import TestClient, TestServer
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.core.teams import TeamsActivityHandler
from botbuilder.schema import Activity
from botframework.connector.auth import BotFrameworkAuthentication

from bot.app import Front
from bot.settings import Settings
from bot.teams.errors import Throttled
from bot.teams.sender import Place
from tests.bot.front import stock
from tests.bot.front.conftest import Client
from tests.bot.front.dialogue import Answer, Dialogue
from tests.bot.front.local_teams import ANA, APP_ID, LocalTeams, as_jwk
from tests.bot.front.tokens_that_lie import EMULATOR, LIES

pytestmark = [
    # The SDK leaves its requests sessions open, and 4.17 uses calls that Python has since deprecated.
    pytest.mark.filterwarnings("ignore::ResourceWarning"),
    pytest.mark.filterwarnings("ignore::DeprecationWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]

URL = "/api/messages"


class Stock:
    """Starts stock adapters and gives their clients."""

    def __init__(self, stack: AsyncExitStack) -> None:
        self._stack = stack
        self.bot = stock.Bot()

    async def client(self, authentication: BotFrameworkAuthentication) -> Client:
        app = stock.stock_app(authentication, self.bot)
        return await self._stack.enter_async_context(TestClient(TestServer(app)))


@pytest.fixture
async def theirs() -> AsyncIterator[Stock]:
    async with AsyncExitStack() as stack:
        yield Stock(stack)


async def test_a1_an_empty_app_id_switches_authentication_off_there(theirs: Stock, teams: LocalTeams) -> None:
    client = await theirs.client(stock.unauthenticated())

    answer = await client.post(URL, json=teams.activity())

    assert (answer.status, len(theirs.bot.heard)) == (201, 1)


@pytest.mark.parametrize("app_id", ["", " ", "countersign", "00000000-0000-0000-0000-000000000000"])
def test_a1_and_stops_the_start_here(app_id: str, settings: Settings) -> None:
    with pytest.raises(ValueError, match="is not a GUID such as"):
        Settings.model_validate({**settings.model_dump(), "app_id": app_id})


async def test_a2_an_emulator_token_lets_a_stranger_say_where_answers_go(theirs: Stock, client: Client, teams: LocalTeams) -> None:
    headers = teams.bearer(iss=EMULATOR, ver="1.0", appid=APP_ID, serviceurl=...)
    activity = teams.activity(serviceUrl="https://evil.example/")

    there = await (await theirs.client(stock.authenticated(teams))).post(URL, json=activity, headers=headers)
    here = await client.post(URL, json=activity, headers=headers)

    assert (there.status, [heard.service_url for heard in theirs.bot.heard], here.status) == (201, ["https://evil.example/"], 401)


async def test_a4_without_a_service_url_in_the_body_the_claim_is_skipped(theirs: Stock, client: Client, teams: LocalTeams) -> None:
    headers, activity = teams.bearer(serviceurl=...), teams.activity(serviceUrl=...)

    there = await (await theirs.client(stock.authenticated(teams))).post(URL, json=activity, headers=headers)
    here = [(await client.post(URL, json=activity, headers=sent)).status for sent in (headers, teams.bearer())]

    assert (there.status, here) == (201, [401, 403])


async def test_a5_without_a_channel_the_endorsement_is_skipped(theirs: Stock, client: Client, teams: LocalTeams) -> None:
    teams.jwks["keys"] = [as_jwk(teams.key, kid=teams.kid, endorsements=["webchat"])]
    activity = teams.activity(channelId=...)

    there = await (await theirs.client(stock.authenticated(teams))).post(URL, json=activity, headers=teams.bearer())
    here = [(await client.post(URL, json=activity, headers=teams.bearer())).status]

    assert (there.status, here) == (201, [403])


async def test_a6_a_token_without_an_end_is_taken(theirs: Stock, client: Client, teams: LocalTeams) -> None:
    headers = teams.bearer(exp=...)

    there = await (await theirs.client(stock.authenticated(teams))).post(URL, json=teams.activity(), headers=headers)
    here = await client.post(URL, json=teams.activity(), headers=headers)

    assert (there.status, here.status) == (201, 401)


async def test_a7_any_tenant_is_welcome(theirs: Stock, client: Client, teams: LocalTeams) -> None:
    activity = teams.activity(channelData={"tenant": {"id": ANA}}, conversation={"id": "a:ana", "tenantId": ANA})

    there = await (await theirs.client(stock.authenticated(teams))).post(URL, json=activity, headers=teams.bearer())
    here = await client.post(URL, json=activity, headers=teams.bearer())

    assert (there.status, theirs.bot.heard[0].conversation.tenant_id, here.status) == (201, None, 403)


async def test_a8_a_key_rolled_over_is_a_500(theirs: Stock, client: Client, front: Front, teams: LocalTeams) -> None:
    stock_client = await theirs.client(stock.authenticated(teams))
    await stock_client.post(URL, json=teams.activity(), headers=teams.bearer())
    teams.jwks["keys"] = [as_jwk(teams.key, kid="key-2")]
    headers = teams.bearer(headers={"kid": "key-2"})
    front.keys._tried_at = None  # a minute has passed

    there = await stock_client.post(URL, json=teams.activity(), headers=headers)
    here = await client.post(URL, json=teams.activity(), headers=headers)

    assert (there.status, here.status) == (500, 200)


async def test_a9_while_metadata_is_fetched_everybody_waits(theirs: Stock, client: Client, front: Front, teams: LocalTeams) -> None:
    alive: list[bool] = []
    loop = asyncio.get_running_loop()

    async def ask_whether_the_bot_still_runs() -> None:
        answer = asyncio.run_coroutine_threadsafe(asyncio.sleep(0), loop)
        try:
            await asyncio.wait_for(asyncio.wrap_future(answer), 0.3)
        except TimeoutError:
            alive.append(False)
        else:
            alive.append(True)

    stock_client = await theirs.client(stock.authenticated(teams))
    front.keys._tried_at = None  # a minute has passed
    teams.before_document = ask_whether_the_bot_still_runs
    await stock_client.post(URL, json=teams.activity(), headers=teams.bearer())
    there, alive[:] = list(alive), []
    await client.post(URL, json=teams.activity(), headers=teams.bearer(headers={"kid": "junk"}))

    assert (there, alive) == ([False, False], [True, True])


async def test_a10_a_junk_token_is_a_500(theirs: Stock, client: Client, teams: LocalTeams) -> None:
    headers = {"Authorization": "Bearer a.b.c"}

    there = await (await theirs.client(stock.authenticated(teams))).post(URL, json=teams.activity(), headers=headers)
    here = await client.post(URL, json=teams.activity(), headers=headers)

    assert (there.status, here.status) == (500, 401)


async def test_a10_most_lies_are_a_500_there_and_none_here(theirs: Stock, client: Client, teams: LocalTeams) -> None:
    stock_client = await theirs.client(stock.authenticated(teams))
    there, here = [], []
    for told in LIES.values():
        if (said := told(teams)) is not None:
            there.append((await stock_client.post(URL, json=teams.activity(), headers={"Authorization": said})).status)
            here.append((await client.post(URL, json=teams.activity(), headers={"Authorization": said})).status)

    assert (sum(status >= 500 for status in there) > 40, set(here)) == (True, {401})


async def test_b1_the_body_is_read_before_anybody_is_known(theirs: Stock, client: Client, teams: LocalTeams) -> None:
    stock_client = await theirs.client(stock.authenticated(teams))

    there = await stock_client.post(URL, data=b"{not json", headers={"Content-Type": "application/json"})
    here = await client.post(URL, data=b"{not json", headers={"Content-Type": "application/json"})

    # 500 is its parser speaking: its refusal of a stranger would be 401.
    assert (there.status, here.status) == (500, 401)


MALFORMED: tuple[bytes, ...] = (
    *(b"", b"{", b"null", b"[]", b"1", b'"x"', b"[[]]", b"\xff", b"\xef\xbb\xbf{}", b"{}"),
    *(b'{"type":null}', b'{"type":[]}', b'{"type":"message"}', b'{"type":"message","from":1}', b'{"type":"message","from":[]}'),
    *(b'{"type":"message","conversation":"x"}', b'{"type":"message","entities":{}}', b'{"type":"message","entities":[1]}'),
    *(b'{"type":"message","timestamp":"x"}', b'{"type":"message","timestamp":1}', b'{"type":"message","membersAdded":"x"}'),
    *(b'{"type":"message","attachments":1}', b'{"type":"message","serviceUrl":1}', b'{"type":"message","channelId":1}'),
)


async def test_b3_malformed_bodies_are_a_500(theirs: Stock, client: Client, teams: LocalTeams) -> None:
    stock_client = await theirs.client(stock.authenticated(teams))
    there = [(await stock_client.post(URL, data=body, headers=teams.bearer())).status for body in MALFORMED]
    here = [(await client.post(URL, data=body, headers=teams.bearer())).status for body in MALFORMED]

    assert (sum(status == 500 for status in there) > len(MALFORMED) / 2, set(here) <= {400, 403}) == (True, True)


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('"text": {"a": 1}', "{'a': 1}"),
        ('"text": "Approve 1", "text": "Approve 2"', "Approve 2"),
        ('"text": ["Approve"]', "['Approve']"),
    ],
    ids=["an object becomes its text", "the last of two keys wins", "a list becomes its text"],
)
async def test_b4_what_is_read_is_not_what_was_written(written: str, read: str, theirs: Stock, client: Client, teams: LocalTeams) -> None:
    body = json.dumps(teams.activity()).replace('"text": "hello"', written)

    there = await (await theirs.client(stock.authenticated(teams))).post(URL, data=body, headers=teams.bearer())
    here = await client.post(URL, data=body, headers=teams.bearer())

    assert (there.status, theirs.bot.heard[0].text, here.status) == (201, read, 400)


async def test_b7_a_roster_call_is_made_for_each_member(theirs: Stock, client: Client, teams: LocalTeams, dialogue: Dialogue) -> None:
    members = [{"id": f"29:person-{number}"} for number in range(20)]
    activity = teams.activity(
        type="conversationUpdate",
        membersAdded=members,
        channelData={**teams.activity()["channelData"], "team": {"id": "19:team"}},  # type: ignore[dict-item]
    )
    theirs.bot.does = TeamsActivityHandler().on_turn
    await (await theirs.client(stock.authenticated(teams))).post(URL, json=activity, headers=teams.bearer())
    there = sum("/members/" in post.path for post in teams.posts)
    teams.posts.clear()
    dialogue.does = TeamsActivityHandler().on_turn

    await client.post(URL, json=activity, headers=teams.bearer())

    assert (there, teams.posts, dialogue.heard[0].members_added) == (20, [], None)


async def test_c1_every_answer_to_a_card_action_is_a_500(theirs: Stock, client: Client, teams: LocalTeams, dialogue: Dialogue) -> None:
    body = {"statusCode": 200, "type": "application/vnd.microsoft.activity.message", "value": "Approved"}

    async def sends_it(context: TurnContext) -> None:
        await context.send_activity(Activity(type="invokeResponse", value=InvokeResponse(status=200, body=body)))

    async def returns_it(_: TurnContext) -> Answer:
        return {"status": 200, "body": body}

    theirs.bot.does, dialogue.does = sends_it, returns_it
    invoke = teams.activity(type="invoke", name="adaptiveCard/action", value={"action": {"verb": "approve"}})

    there = await (await theirs.client(stock.authenticated(teams))).post(URL, json=invoke, headers=teams.bearer())
    here = await client.post(URL, json=invoke, headers=teams.bearer())

    assert (there.status, here.status, await here.json()) == (500, 200, body)


async def test_c3_a_turn_that_raises_looks_successful_or_says_nothing(
    theirs: Stock, client: Client, teams: LocalTeams, dialogue: Dialogue
) -> None:
    async def raises(_: TurnContext) -> Answer:
        raise RuntimeError

    theirs.bot.does = dialogue.does = raises
    stock_client = await theirs.client(stock.authenticated(teams))
    invoke = teams.activity(type="invoke", name="adaptiveCard/action", value={})

    there = [(await stock_client.post(URL, json=sent, headers=teams.bearer())).status for sent in (invoke, teams.activity())]
    here = [await client.post(URL, json=sent, headers=teams.bearer()) for sent in (invoke, teams.activity())]

    assert (there, [answer.status for answer in here]) == ([501, 201], [200, 200])
    assert (await here[0].json())["type"] == "application/vnd.microsoft.error"
    assert "Something went wrong" in str(teams.posts[-1].body)


async def test_d1_d6_a_turn_makes_its_credentials_and_its_connector_anew(
    theirs: Stock, client: Client, teams: LocalTeams, dialogue: Dialogue
) -> None:
    seen: list[object] = []
    credentials = stock.CountingCredentials()

    async def looks(context: TurnContext) -> Answer:
        seen.append(context.turn_state["ConnectorClient"])
        return None

    theirs.bot.does = dialogue.does = looks
    stock_client = await theirs.client(stock.authenticated(teams, credentials))
    for _ in range(2):
        await stock_client.post(URL, json=teams.activity(), headers=teams.bearer())
    there, seen[:] = seen[0] is seen[1], []
    for _ in range(2):
        await client.post(URL, json=teams.activity(), headers=teams.bearer())

    assert (credentials.made, there, seen[0] is seen[1]) == (4, False, True)


async def test_d2_a_send_may_take_a_hundred_seconds_and_four_tries(
    theirs: Stock, client: Client, teams: LocalTeams, dialogue: Dialogue
) -> None:
    limits: list[tuple[object, object]] = []

    async def looks(context: TurnContext) -> Answer:
        config = context.turn_state["ConnectorClient"].config
        limits.append((config.connection.timeout, config.retry_policy.retries))
        return None

    theirs.bot.does = dialogue.does = looks
    await (await theirs.client(stock.authenticated(teams))).post(URL, json=teams.activity(), headers=teams.bearer())
    await client.post(URL, json=teams.activity(), headers=teams.bearer())

    assert limits == [(100, 3), (5, 0)]


async def test_d3_a_throttled_update_is_tried_again_inside_the_turn(theirs: Stock, client: Client, front: Front, teams: LocalTeams) -> None:
    async def updates(context: TurnContext) -> None:
        await context.update_activity(Activity(type="message", id="1", text="again"))

    teams.reply = (429, {"Retry-After": "0"}, b"{}")
    theirs.bot.does = updates
    await (await theirs.client(stock.authenticated(teams))).post(URL, json=teams.activity(), headers=teams.bearer())
    there = len(teams.posts)
    teams.posts.clear()

    with pytest.raises(Throttled):
        await front.sender.update(Place(service_url=teams.service_url, conversation="a:ana"), "1", {"type": "message"})

    assert (there, len(teams.posts)) == (4, 1)


def test_d7_nothing_of_ours_keeps_state_in_the_bot_framework() -> None:
    banned = re.compile(r"\b(BotState|ConversationState|UserState|MemoryStorage|jsonpickle)\b(?! *\()", re.MULTILINE)
    sources = (path for path in (Path(__file__).parents[3] / "bot").rglob("*.py"))

    users = [path.name for path in sources for line in path.read_text().splitlines() if "import" in line and banned.search(line)]

    assert users == []
