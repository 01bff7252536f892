"""What botbuilder asks for on every turn, built once: connector clients, and an authentication that says no.

msrest's retry policy makes a list by 500 thousand comparisons each time a client is built (D6); here that is once per service URL.
Sends do not go through it (D2): it is there for code of the SDK that looks one up in the turn, such as TeamsInfo.
"""

from collections import OrderedDict

import requests
from botframework.connector.aio import ConnectorClient
from botframework.connector.auth import (
    AuthenticateRequestResult,
    BotFrameworkAuthentication,
    ClaimsIdentity,
    ConnectorFactory,
    UserTokenClient,
)
from msrest.authentication import Authentication

from bot.front.authority import Authority
from bot.teams.credential import Credential
from bot.teams.errors import NotPermitted

MAX_CLIENTS = 16
"""Teams has a service URL per region; one tenant sees very few."""
_TIMEOUT_S = 5


class SharedConnectors(ConnectorFactory):  # type: ignore[misc]
    """One connector client per permitted service URL."""

    def __init__(self, *, authority: Authority, credential: Credential) -> None:
        self._authority = authority
        self._signer = _Signer(credential)
        self._clients: OrderedDict[str, ConnectorClient] = OrderedDict()

    async def create(self, service_url: str, audience: str | None = None) -> ConnectorClient:  # noqa: ARG002  (the SDK's signature)
        """The client for ``service_url``; see :meth:`client`."""
        return self.client(service_url)

    def client(self, service_url: str) -> ConnectorClient:
        """The client for ``service_url``, the same one every time.

        Raises:
            NotPermitted: the address is not the authority's.
        """
        client = self._clients.get(service_url)
        if client is not None:
            return client
        if not self._authority.permits(service_url):
            raise NotPermitted("the service URL does not belong to the configured authority")
        client = self._clients[service_url] = self._build(service_url)
        if len(self._clients) > MAX_CLIENTS:
            self._clients.popitem(last=False)
        return client

    def _build(self, service_url: str) -> ConnectorClient:
        client = ConnectorClient(self._signer, base_url=service_url)
        client.config.connection.timeout = _TIMEOUT_S
        client.config.retry_policy.retries = 0
        client.config.redirect_policy.allow = False
        return client


class _Signer(Authentication):  # type: ignore[misc]
    def __init__(self, credential: Credential) -> None:
        self._credential = credential

    def signed_session(self, session: requests.Session | None = None) -> requests.Session:
        signed = session or requests.Session()
        signed.headers["Authorization"] = f"Bearer {self._credential.at_hand()}"
        return signed


class FrontOnly(BotFrameworkAuthentication):  # type: ignore[misc]
    """botbuilder's authentication, closed: requests are authenticated in bot/front and nowhere else (A1–A10)."""

    def __init__(self, connectors: SharedConnectors) -> None:
        self._connectors = connectors

    async def authenticate_request(self, activity: object, auth_header: str) -> AuthenticateRequestResult:  # noqa: ARG002
        """Always refused: this would authenticate after the body was parsed (B1)."""
        raise PermissionError("requests are authenticated by bot/front before they are read; use TeamsAdapter.take")

    async def authenticate_streaming_request(self, auth_header: str, channel_id_header: str) -> AuthenticateRequestResult:  # noqa: ARG002
        """Always refused: Teams does not stream to bots over web sockets."""
        raise PermissionError("streaming requests are not served")

    def create_connector_factory(self, claims_identity: ClaimsIdentity) -> ConnectorFactory:  # noqa: ARG002
        """The shared one, whoever asks."""
        return self._connectors

    async def create_user_token_client(self, claims_identity: ClaimsIdentity) -> UserTokenClient | None:  # noqa: ARG002
        """None: people sign in at the helpdesk pages, not through the Bot Framework's token service (D1, D6)."""
        return None
