"""A verified caller and its bytes → one activity of checked fields, or a refusal."""

import json
from datetime import UTC, datetime

import pytest
from botbuilder.core import TurnContext
from botbuilder.schema import Activity

from bot.front.authority import Authority
from bot.front.errors import Refused
from bot.front.parse import read_activity
from bot.front.tokens import Caller
from tests.bot.front.local_teams import ANA, APP_ID, BOT, TENANT, LocalTeams


def _read(teams: LocalTeams, activity: object) -> Activity:
    caller = Caller(issuer=teams.url, app_id=APP_ID, service_url=teams.service_url, kid="key-1", expires_at=0)
    body = json.dumps(activity).encode()
    return read_activity(body, caller=caller, authority=Authority.simulator(teams.url), app_id=APP_ID, tenant_id=TENANT)


def _refusal(teams: LocalTeams, **changes: object) -> tuple[int, str, str]:
    with pytest.raises(Refused) as refused:
        _read(teams, teams.activity(**changes))
    return refused.value.status, refused.value.code, refused.value.message


def test_a_message_keeps_what_the_dialogue_reads(teams: LocalTeams) -> None:
    activity = _read(teams, teams.activity(text="hello", localTimezone="Europe/London", replyToId="1:2"))

    assert (
        activity.type,
        activity.id,
        activity.text,
        activity.timestamp,
        activity.service_url,
        activity.channel_id,
        (activity.from_property.id, activity.from_property.name, activity.from_property.aad_object_id),
        (activity.conversation.id, activity.conversation.conversation_type, activity.conversation.tenant_id),
        activity.recipient.id,
        activity.locale,
        activity.local_timezone,
        activity.reply_to_id,
        [(entity.type, entity.additional_properties) for entity in activity.entities],
    ) == (
        "message",
        "1732240000001",
        "hello",
        datetime(2025, 11, 22, 12, 0, 0, 123000, tzinfo=UTC),
        teams.service_url,
        "msteams",
        ("29:ana", "Ana Ferreira", ANA),
        ("a:ana", "personal", TENANT),
        BOT,
        "en-GB",
        "Europe/London",
        "1:2",
        [("clientInfo", {"locale": "en-GB", "timezone": "Europe/London"})],
    )


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"channelId": ...}, "wrong_channel"),
        ({"channelId": "webchat"}, "wrong_channel"),
        ({"channelId": "directline"}, "wrong_channel"),
        ({"channelId": "MSTEAMS"}, "wrong_channel"),
        ({"serviceUrl": ...}, "wrong_service_url"),
        ({"serviceUrl": None}, "wrong_service_url"),
        ({"serviceUrl": "https://evil.example/"}, "wrong_service_url"),
        ({"serviceUrl": "http://127.0.0.1:1/"}, "wrong_service_url"),
        ({"channelData": {"tenant": {"id": ANA}}}, "foreign_tenant"),
        ({"channelData": {"tenant": {}}}, "foreign_tenant"),
        ({"conversation": {"id": "a:ana"}}, "foreign_tenant"),
        ({"conversation": {"id": "a:ana", "tenantId": ANA}}, "foreign_tenant"),
        ({"recipient": {"id": "28:99999999-9999-4999-8999-999999999999"}}, "wrong_recipient"),
        ({"recipient": {"id": APP_ID}}, "wrong_recipient"),
    ],
)
def test_an_activity_that_is_not_for_this_bot_here_is_forbidden(changes: dict[str, object], code: str, teams: LocalTeams) -> None:
    assert _refusal(teams, **changes)[:2] == (403, code)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"type": ...}, "The field 'type' is missing or not a word."),
        ({"type": "a message"}, "The field 'type' is missing or not a word."),
        ({"type": 1}, "The field 'type' is not a string."),
        ({"id": ...}, "The field 'id' is missing."),
        ({"id": {"a": 1}}, "The field 'id' is not a string."),
        ({"id": "with space"}, "The field 'id' is not an id."),
        ({"id": ".."}, "The field 'id' is not an id."),
        ({"id": "x" * 513}, "The field 'id' is longer than 512 characters."),
        ({"text": ["hello"]}, "The field 'text' is not a string."),
        ({"text": "x" * 32_001}, "The field 'text' is longer than 32000 characters."),
        ({"from": "ana"}, "The field 'from' is not an object."),
        ({"from": {"aadObjectId": ANA}}, "The field 'id' is missing."),
        ({"from": {"id": "29:ana"}}, "The field 'from.aadObjectId' is missing."),
        ({"from": {"id": "29:ana", "aadObjectId": "ana@northwind.example"}}, "The field 'aadObjectId' is not a GUID."),
        ({"from": {"id": "29:ana", "aadObjectId": ANA, "name": {}}}, "The field 'name' is not a string."),
        ({"conversation": None}, "The field 'conversation' is not an object."),
        ({"conversation": {"id": "a:ana", "tenantId": TENANT, "isGroup": "no"}}, "The field 'conversation.isGroup' is not true or false."),
        ({"channelData": ...}, "The field 'channelData' is not an object."),
        ({"channelData": {"tenant": TENANT}}, "The field 'tenant' is not an object."),
        ({"recipient": ...}, "The field 'recipient' is not an object."),
        ({"timestamp": "yesterday"}, "The field 'timestamp' is not an ISO 8601 time."),
        ({"timestamp": "2025-11-22T12:00:00"}, "The field 'timestamp' has no offset from UTC."),
        ({"timestamp": 1732240000}, "The field 'timestamp' is not a string."),
        ({"value": "approve"}, "The field 'value' is not an object."),
        ({"entities": {}}, "The field 'entities' is not a list of objects."),
        ({"entities": [None]}, "The field 'entities' is not a list of objects."),
        ({"entities": [{}]}, "The field 'entities.type' is missing."),
        ({"entities": [{"type": "mention"}]}, "The field 'mentioned' is not an object."),
        ({"entities": [{"type": "clientInfo"}] * 201}, "The field 'entities' has more than 200 entries."),
        ({"membersAdded": "everybody"}, "The field 'membersAdded' is not a list of objects."),
        ({"membersAdded": [{"id": 1}]}, "The field 'id' is not a string."),
        ({"locale": "x" * 36}, "The field 'locale' is longer than 35 characters."),
        ({"replyToId": 5}, "The field 'replyToId' is not a string."),
        ({"name": 5, "type": "invoke"}, "The field 'name' is not a string."),
    ],
)
def test_a_malformed_field_is_named(changes: dict[str, object], message: str, teams: LocalTeams) -> None:
    assert _refusal(teams, **changes) == (400, "malformed", message)


def test_of_the_members_added_only_the_bot_is_kept(teams: LocalTeams) -> None:
    everybody = [{"id": f"29:person-{number}"} for number in range(300)]

    with_bot = _read(teams, teams.activity(type="conversationUpdate", membersAdded=[*everybody, {"id": BOT}]))
    without = _read(teams, teams.activity(type="conversationUpdate", membersAdded=everybody, membersRemoved=[{"id": BOT}]))

    assert ([member.id for member in with_bot.members_added], without.members_added) == ([BOT], None)
    assert [member.id for member in without.members_removed] == [BOT]


def test_nobody_needs_an_object_id_to_join_a_conversation(teams: LocalTeams) -> None:
    activity = _read(teams, teams.activity(type="conversationUpdate", id=..., **{"from": {"id": "29:ana"}}))

    assert (activity.type, activity.id, activity.from_property.aad_object_id) == ("conversationUpdate", None, None)


def test_an_object_id_and_a_tenant_are_compared_without_regard_to_case(teams: LocalTeams) -> None:
    activity = _read(
        teams,
        teams.activity(
            channelData={"tenant": {"id": TENANT.upper()}},
            **{"from": {"id": "29:ana", "aadObjectId": "AAAAAAAA-2222-4333-8444-555555555555"}},
        ),
    )

    assert activity.from_property.aad_object_id == "aaaaaaaa-2222-4333-8444-555555555555"


def test_an_activity_cannot_ask_for_buffered_replies(teams: LocalTeams) -> None:
    activity = _read(teams, teams.activity(deliveryMode="expectReplies", callerId="urn:botframework:azure"))

    assert (activity.delivery_mode, activity.caller_id) == (None, None)


def test_a_mention_of_the_bot_reads_as_the_sdk_expects(teams: LocalTeams) -> None:
    mention = {"type": "mention", "mentioned": {"id": BOT, "name": "Countersign"}, "text": "<at>Countersign</at>"}

    activity = _read(teams, teams.activity(text="<at>Countersign</at> my access", entities=[mention]))

    assert TurnContext.remove_recipient_mention(activity).strip() == "my access"
