"""botbuilder's adapter, cut down to what is safe: runs a turn for an activity that the front has verified, and sends through our sender.

What differs from the stock CloudAdapter, by hazard (platform.md): it authenticates nothing and cannot be asked to (A1–A10); it builds no
connector, credential or user-token client per turn (D1, D6); it hands the invoke's answer back instead of writing it twice (C1); every
send goes through the asynchronous sender, to permitted addresses only (A4, D2). It has no storage and no BotState (D7).
"""

from collections.abc import Awaitable, Callable
from uuid import uuid4

from botbuilder.core import TurnContext
from botbuilder.core.conversation_reference_extension import get_continuation_activity
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import (
    Activity,
    ActivityTypes,
    ConversationAccount,
    ConversationParameters,
    ConversationReference,
    ResourceResponse,
)
from botframework.connector.auth import AuthenticationConstants, ClaimsIdentity

from bot.front.authority import Authority
from bot.teams.connectors import FrontOnly, SharedConnectors
from bot.teams.context import TeamsContext
from bot.teams.credential import SCOPE, Credential
from bot.teams.sender import Place, Sender
from bot.teams.wire import to_wire

Turn = Callable[[TurnContext], Awaitable[dict[str, object] | None]]
"""One turn of the dialogue. For an invoke its answer, ``{"status": int, "body": dict}``; for anything else None."""


class TeamsAdapter(CloudAdapter):  # type: ignore[misc]
    """Runs turns and sends. Made once, shared by all turns."""

    def __init__(self, *, authority: Authority, credential: Credential, sender: Sender, app_id: str) -> None:
        self._sender = sender
        self._connectors = SharedConnectors(authority=authority, credential=credential)
        super().__init__(FrontOnly(self._connectors))
        claims = {AuthenticationConstants.AUDIENCE_CLAIM: app_id, AuthenticationConstants.APP_ID_CLAIM: app_id}
        # What every turn's state holds, made once (D1, D6). There is no user-token client.
        self._always = {
            self.BOT_IDENTITY_KEY: ClaimsIdentity(claims, is_authenticated=True),
            self.CONNECTOR_FACTORY_KEY: self._connectors,
            self.BOT_OAUTH_SCOPE_KEY: SCOPE,
        }

    async def take(self, activity: Activity, turn: Turn) -> dict[str, object] | None:
        """Run ``turn`` (through the middleware) for an activity that the front has verified. The answer of an invoke, or None."""
        answer: dict[str, object] | None = None

        async def logic(context: TurnContext) -> None:
            nonlocal answer
            answer = await turn(context)

        context = self._context(activity, logic)
        await self.run_pipeline(context, logic)
        if answer is None and activity.type == ActivityTypes.invoke:
            answer = _left_behind(context.turn_state.get(self._INVOKE_RESPONSE_KEY))
        return answer

    async def process(self, request: object, bot: object, ws_response: object = None) -> None:  # noqa: ARG002  (the SDK's signature)
        """Always refused: it parses before it authenticates (B1), and answers every card action with a 500 (C1)."""
        raise PermissionError("requests come in through bot/front/endpoint.py")

    async def process_activity(self, auth_header_or_authenticate_request_result: object, activity: Activity, logic: object) -> None:  # noqa: ARG002
        """Always refused: an activity that the front has not verified is not run."""
        raise PermissionError("activities are run by TeamsAdapter.take, after bot/front has verified their sender")

    async def send_activities(self, context: TurnContext, activities: list[Activity]) -> list[ResourceResponse]:
        """Send through our sender, in order. Raises SendError; those before it are out."""
        return [await self._send(context, activity) for activity in activities]

    async def update_activity(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        """Put ``activity`` in place of the message whose id it carries."""
        await self._sender.update(
            _place(activity.service_url or context.activity.service_url, activity.conversation), activity.id, to_wire(activity)
        )
        return ResourceResponse(id=activity.id)

    async def delete_activity(self, context: TurnContext, reference: ConversationReference) -> None:
        """Take away the message that ``reference`` names."""
        place = _place(reference.service_url or context.activity.service_url, reference.conversation)
        await self._sender.delete(place, reference.activity_id)

    async def continue_conversation(  # the SDK's signature; its identity and audience are ours anyway
        self,
        reference: ConversationReference,
        callback: Turn,
        bot_app_id: str | None = None,  # noqa: ARG002
        claims_identity: ClaimsIdentity | None = None,  # noqa: ARG002
        audience: str | None = None,  # noqa: ARG002
    ) -> None:
        """Run ``callback`` as a turn in a conversation that is known already. NotPermitted when it is at a foreign address."""
        await self._proactive(get_continuation_activity(reference), callback)

    async def create_conversation(
        self,
        bot_app_id: str,  # noqa: ARG002
        callback: Turn,
        conversation_parameters: ConversationParameters,
        channel_id: str | None = None,
        service_url: str = "",
        audience: str | None = None,  # noqa: ARG002
    ) -> None:
        """Open the personal chat with the one member of ``conversation_parameters`` and run ``callback`` in it."""
        (member,) = conversation_parameters.members
        place = await self._sender.open_chat(service_url, member.aad_object_id or member.id, tenant=conversation_parameters.tenant_id)
        activity = Activity(
            type=ActivityTypes.event,
            name="CreateConversation",
            id=str(uuid4()),
            channel_id=channel_id,
            service_url=place.service_url,
            conversation=ConversationAccount(id=place.conversation, tenant_id=conversation_parameters.tenant_id),
            recipient=conversation_parameters.bot,
            channel_data=conversation_parameters.channel_data,
        )
        await self._proactive(activity, callback)

    async def _proactive(self, activity: Activity, turn: Turn) -> None:
        # The shared connectors, and the sender before each send, refuse a service URL that is not the authority's (A4).
        await self.take(activity, turn)

    async def _send(self, context: TurnContext, activity: Activity) -> ResourceResponse:
        if activity.type == ActivityTypes.invoke_response:
            context.turn_state[self._INVOKE_RESPONSE_KEY] = activity
            return ResourceResponse()
        if activity.type in (ActivityTypes.trace, "delay"):
            # Traces are for the emulator. A delay would hold the turn: pacing is the outbox's.
            return ResourceResponse()
        place = _place(activity.service_url or context.activity.service_url, activity.conversation)
        if activity.reply_to_id:
            return ResourceResponse(id=await self._sender.reply(place, activity.reply_to_id, to_wire(activity)))
        return ResourceResponse(id=await self._sender.post(place, to_wire(activity)))

    def _context(self, activity: Activity, logic: Callable[[TurnContext], Awaitable[None]]) -> TurnContext:
        context = TeamsContext(self, activity)
        context.turn_state.update(self._always)
        context.turn_state[self.BOT_CALLBACK_HANDLER_KEY] = logic
        context.turn_state[self.BOT_CONNECTOR_CLIENT_KEY] = self._connectors.client(activity.service_url)
        return context


def _place(service_url: str, conversation: ConversationAccount) -> Place:
    return Place(service_url=service_url, conversation=conversation.id)


def _left_behind(activity: Activity | None) -> dict[str, object] | None:
    """The answer of a handler that follows the SDK's way and sends an ``invokeResponse`` activity."""
    response = activity.value if activity is not None else None
    if response is None:
        return None
    return {"status": int(response.status), "body": response.body or {}}
