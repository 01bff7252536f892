"""The stock CloudAdapter, set up as its samples do, beside ours: so that each hazard is seen on it before it is seen gone."""

from collections.abc import Awaitable, Callable

from aiohttp import web
from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botbuilder.schema import Activity
from botframework.connector.auth import (
    AppCredentials,
    BotFrameworkAuthentication,
    BotFrameworkAuthenticationFactory,
    JwtTokenExtractor,
    PasswordServiceClientCredentialFactory,
)

from tests.bot.front.local_teams import APP_ID, LocalTeams

Logic = Callable[[TurnContext], Awaitable[object]]


class Bot:
    """Writes down the activities that reach it, and does what the test says."""

    def __init__(self) -> None:
        self.heard: list[Activity] = []
        self.does: Logic | None = None

    async def on_turn(self, context: TurnContext) -> None:
        """The turn that is plugged into the stock adapter."""
        self.heard.append(context.activity)
        if self.does is not None:
            await self.does(context)


class CountingCredentials(PasswordServiceClientCredentialFactory):  # type: ignore[misc]
    """The stock credential factory; it counts how often a credential is made, and its tokens cost no call."""

    def __init__(self) -> None:
        super().__init__(APP_ID, "secret")
        self.made = 0

    async def create_credentials(self, *_: object, **__: object) -> AppCredentials:
        """A credential of the SDK's kind."""
        self.made += 1
        return _Token(APP_ID)


class _Token(AppCredentials):  # type: ignore[misc]
    def get_access_token(self, force_refresh: bool = False) -> str:
        return "the-bots-own"


def authenticated(teams: LocalTeams, credentials: PasswordServiceClientCredentialFactory | None = None) -> BotFrameworkAuthentication:
    """The SDK's authentication with an app id, the local Teams as its authority."""
    # A cache of the class: an authority of another test must not be found in it.
    JwtTokenExtractor.metadataCache.clear()
    metadata = f"{teams.url}/v1/.well-known/openidconfiguration"
    return BotFrameworkAuthenticationFactory.create(
        validate_authority=True,
        to_channel_from_bot_login_url="https://login.microsoftonline.com/botframework.com",
        to_channel_from_bot_oauth_scope="https://api.botframework.com",
        to_bot_from_channel_token_issuer=teams.url,
        oauth_url="https://api.botframework.com",
        # The documents' own address: the SDK reads jwks_uri out of it.
        to_bot_from_channel_open_id_metadata_url=metadata,
        to_bot_from_emulator_open_id_metadata_url=metadata,
        credential_factory=credentials or CountingCredentials(),
    )


def unauthenticated() -> BotFrameworkAuthentication:
    """The SDK's authentication as an empty app id leaves it."""
    return BotFrameworkAuthenticationFactory.create(credential_factory=PasswordServiceClientCredentialFactory("", ""))


def stock_app(authentication: BotFrameworkAuthentication, bot: Bot) -> web.Application:
    """The application of the samples, ``on_turn_error`` included."""
    adapter = CloudAdapter(authentication)
    adapter.on_turn_error = _as_in_the_samples

    async def messages(request: web.Request) -> web.StreamResponse:
        return await adapter.process(request, bot) or web.Response()

    app = web.Application()
    app.router.add_post("/api/messages", messages)
    return app


async def _as_in_the_samples(_context: TurnContext, _error: Exception) -> None:
    """The samples print the error and go on."""
