"""A verified caller and the bytes it sent → one Activity, built by hand from checked fields; anything else is a refusal.

(1) Strict JSON within limits: strictjson.py (B3, B4).
(2) ``channelId`` is ``msteams`` (A5).
(3) ``serviceUrl`` is the one in the token, and is permitted (A4, A6).
(4) ``channelData.tenant.id`` and ``conversation.tenantId`` are the home tenant (A7).
(5) The recipient is this bot.
(6) A message or an invoke comes from a person with an Entra object id (A7): never known by name, UPN or e-mail.
(7) Of ``membersAdded`` and ``membersRemoved`` only the bot itself is kept: nothing later can fan out over a roster (B7).

botbuilder's own deserialiser is not used: it turns an object into the text of a dict, and takes 40 times as long. Fields that nothing
reads (attachments, suggested actions, deliveryMode and so on) are not carried over, so an activity cannot ask for buffered replies.
"""

from collections.abc import Mapping
from datetime import datetime

from botbuilder.schema import Activity, ChannelAccount, ConversationAccount, Entity

from bot.front import fields
from bot.front.authority import Authority
from bot.front.errors import Refused
from bot.front.strictjson import read_object
from bot.front.tokens import CHANNEL, Caller

MAX_TEXT = 32_000
MAX_ENTITIES = 200
MAX_MEMBERS = 5_000
_FROM_PEOPLE = frozenset({"message", "invoke"})


def read_activity(body: bytes, *, caller: Caller, authority: Authority, app_id: str, tenant_id: str) -> Activity:
    """The activity in ``body``, for this bot in this tenant.

    Raises:
        Refused: 400 or 413 for its form, 403 when it is well formed and not for us.
    """
    raw = read_object(body)  # (1)
    kind = _kind(raw)
    # (2) The channel.
    if fields.text(raw, "channelId") != CHANNEL:
        raise Refused(403, "wrong_channel", "This bot serves the channel msteams only.")
    # (3) The address that answers go to is the one that the token vouches for.
    service_url = fields.text(raw, "serviceUrl")
    if service_url != caller.service_url or not authority.permits(service_url):
        raise Refused(403, "wrong_service_url", "The field 'serviceUrl' is not the one in the token.")
    channel = fields.required_object(raw, "channelData")
    conversation = _conversation(raw, channel, tenant_id=tenant_id)  # (4)
    # (5) The recipient.
    recipient = _account(raw, "recipient")
    if recipient.id.lower() != f"28:{app_id}":
        raise Refused(403, "wrong_recipient", "The activity is addressed to another bot.")
    # (6) The person.
    sender = _account(raw, "from")
    if kind in _FROM_PEOPLE and sender.aad_object_id is None:
        raise fields.malformed("from.aadObjectId", "is missing")
    return Activity(
        type=kind,
        id=fields.required_id(raw, "id") if kind in _FROM_PEOPLE else fields.optional_id(raw, "id"),
        timestamp=_time(raw, "timestamp"),
        service_url=service_url,
        channel_id=CHANNEL,
        from_property=sender,
        conversation=conversation,
        recipient=recipient,
        text=fields.text(raw, "text", limit=MAX_TEXT),
        text_format=fields.text(raw, "textFormat", limit=32),
        locale=fields.text(raw, "locale", limit=35),
        local_timezone=fields.text(raw, "localTimezone", limit=64),
        name=fields.text(raw, "name", limit=128),
        action=fields.text(raw, "action", limit=32),
        value=_value(raw, kind),
        reply_to_id=fields.optional_id(raw, "replyToId"),
        entities=[_entity(entry) for entry in fields.objects(raw, "entities", limit=MAX_ENTITIES)],
        members_added=_only_bot(raw, "membersAdded", bot=recipient),
        members_removed=_only_bot(raw, "membersRemoved", bot=recipient),
        channel_data=channel,
    )


def _kind(raw: Mapping[str, object]) -> str:
    kind = fields.text(raw, "type", limit=64)
    if not kind or not kind.isalnum():
        raise fields.malformed("type", "is missing or not a word")
    return kind


def _conversation(raw: Mapping[str, object], channel: Mapping[str, object], *, tenant_id: str) -> ConversationAccount:
    source = fields.required_object(raw, "conversation")
    tenants = (
        fields.optional_guid(fields.required_object(channel, "tenant"), "id"),
        fields.optional_guid(source, "tenantId"),
    )
    if tenants != (tenant_id, tenant_id):
        raise Refused(403, "foreign_tenant", "The activity does not come from the tenant that this bot serves.")
    is_group = source.get("isGroup")
    if is_group is not None and not isinstance(is_group, bool):
        raise fields.malformed("conversation.isGroup", "is not true or false")
    return ConversationAccount(
        id=fields.required_id(source, "id"),
        conversation_type=fields.text(source, "conversationType", limit=32),
        is_group=is_group,
        name=fields.text(source, "name"),
        tenant_id=tenant_id,
    )


def _account(raw: Mapping[str, object], key: str) -> ChannelAccount:
    source = fields.required_object(raw, key)
    return ChannelAccount(
        id=fields.required_id(source, "id"),
        name=fields.text(source, "name"),
        aad_object_id=fields.optional_guid(source, "aadObjectId"),
    )


def _only_bot(raw: Mapping[str, object], key: str, *, bot: ChannelAccount) -> list[ChannelAccount] | None:
    members = fields.objects(raw, key, limit=MAX_MEMBERS)
    return [ChannelAccount(id=bot.id, name=bot.name)] if any(fields.required_id(member, "id") == bot.id for member in members) else None


def _entity(source: dict[str, object]) -> Entity:
    kind = fields.text(source, "type", limit=64)
    if kind is None:
        raise fields.malformed("entities.type", "is missing")
    if kind.lower() == "mention":
        # The SDK reads these two without looking.
        fields.required_id(fields.required_object(source, "mentioned"), "id")
        fields.text(source, "text")
    entity = Entity(type=kind)
    entity.additional_properties = {key: value for key, value in source.items() if key != "type"}
    return entity


def _value(raw: Mapping[str, object], kind: str) -> dict[str, object] | None:
    # Action.Submit arrives as a message with an object here; an invoke always has one. Other activities' values are read by nobody.
    if kind not in _FROM_PEOPLE or raw.get("value") is None:
        return None
    return fields.required_object(raw, "value")


def _time(raw: Mapping[str, object], key: str) -> datetime | None:
    value = fields.text(raw, key, limit=40)
    if value is None:
        return None
    try:
        moment = datetime.fromisoformat(value)
    except ValueError as error:
        raise fields.malformed(key, "is not an ISO 8601 time") from error
    if moment.tzinfo is None:
        raise fields.malformed(key, "has no offset from UTC")
    return moment
