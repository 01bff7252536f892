"""The stock CloudAdapter, as its samples set it up, answering every message with one message; with a probe of its event loop's lag.

    python -m infra.bench.stock APP_ID AUTHORITY

An empty APP_ID is its local, unauthenticated mode. Prints the port it listens on.
"""

import sys

from aiohttp import web
from botbuilder.core import TurnContext
from botbuilder.integration.aiohttp import CloudAdapter
from botframework.connector.auth import (
    BotFrameworkAuthentication,
    BotFrameworkAuthenticationFactory,
    PasswordServiceClientCredentialFactory,
)

from infra.bench.lag import with_probe
from infra.bench.serving import serve


class _Bot:
    async def on_turn(self, context: TurnContext) -> None:
        if context.activity.type == "message":
            await context.send_activity(f"You said: {context.activity.text}")


def stock_app(app_id: str, authority: str) -> web.Application:
    """The application of the samples."""
    adapter = CloudAdapter(_authenticated(app_id, authority) if app_id else _unauthenticated())
    bot = _Bot()

    async def messages(request: web.Request) -> web.StreamResponse:
        return await adapter.process(request, bot) or web.Response()

    app = web.Application(client_max_size=4 * 1024 * 1024)
    app.router.add_post("/api/messages", messages)
    return with_probe(app)


def _unauthenticated() -> BotFrameworkAuthentication:
    return BotFrameworkAuthenticationFactory.create(credential_factory=PasswordServiceClientCredentialFactory("", ""))


def _authenticated(app_id: str, authority: str) -> BotFrameworkAuthentication:
    metadata = f"{authority}/v1/.well-known/openidconfiguration"
    return BotFrameworkAuthenticationFactory.create(
        validate_authority=True,
        to_channel_from_bot_login_url="https://login.microsoftonline.com/botframework.com",
        to_channel_from_bot_oauth_scope="https://api.botframework.com",
        to_bot_from_channel_token_issuer=authority,
        oauth_url="https://api.botframework.com",
        to_bot_from_channel_open_id_metadata_url=metadata,
        to_bot_from_emulator_open_id_metadata_url=metadata,
        credential_factory=PasswordServiceClientCredentialFactory(app_id, "secret"),
    )


if __name__ == "__main__":
    serve(stock_app(sys.argv[1], sys.argv[2]))
