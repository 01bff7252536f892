"""botbuilder's adapter, cut down: it runs verified turns, sends through our sender, and cannot be asked to authenticate."""

import pytest
from aiohttp import web
from botbuilder.core import InvokeResponse, TurnContext
from botbuilder.schema import (
    Activity,
    Attachment,
    ChannelAccount,
    ConversationAccount,
    ConversationParameters,
    ConversationReference,
    Entity,
)

from bot.front.authority import Authority
from bot.teams.adapter import TeamsAdapter
from bot.teams.credential import Credential
from bot.teams.errors import NotPermitted, Throttled
from bot.teams.sender import Sender
from bot.teams.wire import to_wire
from tests.bot.front.local_teams import ANA, APP_ID, BOT, TENANT, LocalTeams

Answer = dict[str, object] | None


@pytest.fixture
def adapter(teams: LocalTeams, credential: Credential, sender: Sender) -> TeamsAdapter:
    return TeamsAdapter(authority=Authority.simulator(teams.url), credential=credential, sender=sender, app_id=APP_ID)


def a_message(teams: LocalTeams, **changes: object) -> Activity:
    """What the front hands over for a message from Ana."""
    values: dict[str, object] = {
        "type": "message",
        "id": "1:1",
        "channel_id": "msteams",
        "service_url": teams.service_url,
        "from_property": ChannelAccount(id="29:ana", name="Ana", aad_object_id=ANA),
        "recipient": ChannelAccount(id=BOT),
        "conversation": ConversationAccount(id="a:ana", tenant_id=TENANT),
        "locale": "en-GB",
    }
    return Activity(**{**values, **changes})


async def test_what_a_turn_sends_is_addressed_as_an_answer(adapter: TeamsAdapter, teams: LocalTeams) -> None:
    card = {"type": "AdaptiveCard", "body": [{"type": "TextBlock", "text": "hello"}]}
    sent = Activity(attachments=[Attachment(content_type="application/vnd.microsoft.card.adaptive", content=card)])
    ids = []

    async def turn(context: TurnContext) -> Answer:
        ids.append((await context.send_activity(sent)).id)
        return None

    await adapter.take(a_message(teams), turn)

    assert (ids, sent.conversation, sent.type) == (["activity-1"], None, None)
    assert (teams.posts[0].path, teams.posts[0].body) == (
        "/v3/conversations/a%3Aana/activities/1%3A1",
        {
            "type": "message",
            "inputHint": "acceptingInput",
            "channelId": "msteams",
            "serviceUrl": teams.service_url,
            "locale": "en-GB",
            "replyToId": "1:1",
            "from": {"id": BOT},
            "recipient": {"id": "29:ana", "name": "Ana", "aadObjectId": ANA},
            "conversation": {"id": "a:ana", "tenantId": TENANT},
            "attachments": [{"contentType": "application/vnd.microsoft.card.adaptive", "content": card}],
        },
    )


async def test_an_update_and_a_delete_go_to_the_conversation_of_the_turn(adapter: TeamsAdapter, teams: LocalTeams) -> None:
    async def turn(context: TurnContext) -> Answer:
        await context.update_activity(Activity(type="message", id="9", text="again"))
        await context.delete_activity("9")
        return None

    await adapter.take(a_message(teams), turn)

    assert [(post.method, post.path) for post in teams.posts] == [
        ("PUT", "/v3/conversations/a%3Aana/activities/9"),
        ("DELETE", "/v3/conversations/a%3Aana/activities/9"),
    ]


async def test_an_error_of_the_sender_reaches_the_turn(adapter: TeamsAdapter, teams: LocalTeams) -> None:
    teams.reply = (429, {}, b"")

    async def turn(context: TurnContext) -> Answer:
        with pytest.raises(Throttled):
            await context.send_activity("hello")
        return {"status": 200, "body": {}}

    assert await adapter.take(a_message(teams, type="invoke"), turn) == {"status": 200, "body": {}}


async def test_an_invoke_may_be_answered_in_the_sdks_way(adapter: TeamsAdapter, teams: LocalTeams) -> None:
    async def turn(context: TurnContext) -> Answer:
        await context.send_activity(Activity(type="invokeResponse", value=InvokeResponse(status=200, body={"value": "Approved"})))
        return None

    assert await adapter.take(a_message(teams, type="invoke"), turn) == {"status": 200, "body": {"value": "Approved"}}
    assert teams.posts == []


async def test_traces_and_delays_are_not_sent(adapter: TeamsAdapter, teams: LocalTeams) -> None:
    async def turn(context: TurnContext) -> Answer:
        await context.send_activities([Activity(type="trace"), Activity(type="delay", value=60_000)])
        return None

    await adapter.take(a_message(teams), turn)

    assert teams.posts == []


async def test_a_conversation_goes_on_at_a_permitted_address_only(adapter: TeamsAdapter, teams: LocalTeams) -> None:
    ran = []

    async def turn(context: TurnContext) -> Answer:
        ran.append(context.activity.service_url)
        await context.send_activity("hello")
        return None

    here = ConversationReference(
        conversation=ConversationAccount(id="a:ana"), service_url=teams.service_url, channel_id="msteams", bot=ChannelAccount(id=BOT)
    )
    await adapter.continue_conversation(here, turn)
    here.service_url = "https://evil.example/"
    with pytest.raises(NotPermitted):
        await adapter.continue_conversation(here, turn)

    assert ran == [teams.service_url]
    assert [post.path for post in teams.posts] == ["/v3/conversations/a%3Aana/activities"]


async def test_a_new_conversation_is_opened_by_our_sender(adapter: TeamsAdapter, teams: LocalTeams) -> None:
    opened = []

    async def turn(context: TurnContext) -> Answer:
        opened.append((context.activity.name, context.activity.conversation.id, context.activity.conversation.tenant_id))
        return None

    wanted = ConversationParameters(bot=ChannelAccount(id=BOT), members=[ChannelAccount(id="29:x", aad_object_id=ANA)], tenant_id=TENANT)
    await adapter.create_conversation(APP_ID, turn, wanted, "msteams", teams.service_url)

    assert (opened, teams.posts[0].path) == ([("CreateConversation", "activity-1", TENANT)], "/v3/conversations")


async def test_the_sdks_own_ways_in_are_closed(adapter: TeamsAdapter, teams: LocalTeams) -> None:
    authentication = adapter.bot_framework_authentication
    for way_in in (
        adapter.process(web.Request, object()),
        adapter.process_activity("", a_message(teams), object()),
        authentication.authenticate_request(a_message(teams), ""),
        authentication.authenticate_streaming_request("", "msteams"),
    ):
        with pytest.raises(PermissionError):
            await way_in


async def test_one_connector_serves_all_turns_of_an_address(adapter: TeamsAdapter, teams: LocalTeams) -> None:
    seen = []

    async def turn(context: TurnContext) -> Answer:
        seen.append((context.turn_state["ConnectorClient"], context.turn_state["BotIdentity"], context.turn_state.get("UserTokenClient")))
        return None

    await adapter.take(a_message(teams), turn)
    await adapter.take(a_message(teams), turn)

    (first, identity, no_token_client), (second, same_identity, _) = seen
    assert (first is second, identity is same_identity, no_token_client) == (True, True, None)


def test_what_goes_on_the_wire_is_what_the_sdk_would_write(teams: LocalTeams) -> None:
    entity = Entity(type="mention")
    entity.additional_properties = {"mentioned": {"id": "29:ana"}, "text": "<at>Ana</at>"}
    activity = a_message(teams, text="hi", entities=[entity], channel_data={"notification": {"alert": True}}, value={"a": [1, None]})
    theirs = activity.serialize()

    # Two things differ, and are meant to: the SDK misspells tenantId, and drops what an entity says beside its type.
    theirs["conversation"]["tenantId"] = theirs["conversation"].pop("tenantID")
    theirs["entities"][0] |= entity.additional_properties
    assert to_wire(activity) == theirs
