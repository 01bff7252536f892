"""Where the bot's token comes from: a client secret, a certificate, or a managed identity. Each blocks; credential.py gives it a thread."""

import time
from functools import partial
from pathlib import Path

import msal
from azure.core.exceptions import AzureError
from azure.identity import ManagedIdentityCredential
from msal.exceptions import MsalError
from requests import RequestException, Session

from bot.settings import AppType, Settings
from bot.teams.credential import SCOPE, CredentialError, Issued, Issuer

_TIMEOUT_S = 10


def issuer_for(settings: Settings) -> Issuer:
    """The issuer that the settings describe. Nothing is read over the network until it is called."""
    if settings.app_type is AppType.MANAGED_IDENTITY:
        return ManagedIdentity(settings.app_id)
    return ClientCredential(settings)


class ClientCredential:
    """A SingleTenant app: msal's client-credential flow against the home tenant, or against the simulator's https listener."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._app: msal.ConfidentialClientApplication | None = None

    def __call__(self) -> Issued:
        """Ask for a token; msal's own cache is emptied first, because renewing is decided by credential.py."""
        try:
            app = self._app = self._app or self._build()
            app.remove_tokens_for_client()
            asked_at = time.time()
            answer = app.acquire_token_for_client(scopes=[SCOPE])
        except (RequestException, MsalError, ValueError, OSError) as error:
            # msal raises ValueError for an authority that does not describe itself, and for a certificate it cannot read.
            raise CredentialError(f"{self._settings.login_url} gave no token: {type(error).__name__}; is the address reachable?") from error
        token, life = answer.get("access_token"), answer.get("expires_in")
        if not isinstance(token, str) or not isinstance(life, int):
            raise CredentialError(
                f"{self._settings.login_url} refused app {self._settings.app_id}: {answer.get('error', 'no reason')}; check its secret"
            )
        return Issued(token=token, expires_at=asked_at + life)

    def _build(self) -> msal.ConfidentialClientApplication:
        settings = self._settings
        return msal.ConfidentialClientApplication(
            settings.app_id,
            authority=settings.login_url,
            client_credential=_credential(settings),
            # Instance discovery asks Microsoft whether the authority is Microsoft's; the simulator's is not, and offline nobody answers.
            instance_discovery=None if settings.simulator_url is None else False,
            http_client=_simulator_session(settings.simulator_ca_file) if settings.simulator_ca_file else None,
            timeout=_TIMEOUT_S,
        )


class ManagedIdentity:
    """A UserAssignedMSI app: the platform's identity endpoint, no secret anywhere."""

    def __init__(self, client_id: str) -> None:
        self._credential = ManagedIdentityCredential(client_id=client_id)

    def __call__(self) -> Issued:
        """Ask the platform's identity endpoint for a token."""
        try:
            token = self._credential.get_token(SCOPE)
        except AzureError as error:
            raise CredentialError(
                f"the managed identity gave no token: {type(error).__name__}; is it assigned to this container?"
            ) from error
        return Issued(token=token.token, expires_at=float(token.expires_on))


def _simulator_session(ca_file: Path) -> Session:
    """A session that trusts the simulator's certificate alone.

    REQUESTS_CA_BUNDLE, which many companies set, would override msal's own ``verify=``; so the environment is not asked.
    """
    session = Session()
    session.trust_env = False
    session.verify = str(ca_file)
    # A token is asked for once an hour: a connection kept open until then is only one that somebody has to close.
    session.headers["Connection"] = "close"
    session.request = partial(session.request, timeout=_TIMEOUT_S)  # type: ignore[method-assign]  # msal passes none of its own here
    return session


def _credential(settings: Settings) -> str | dict[str, str]:
    if settings.client_certificate_file is not None:
        return _certificate(settings.client_certificate_file)
    if settings.client_secret_file is None:
        raise CredentialError("neither a client secret nor a certificate is set; set COUNTERSIGN_CLIENT_SECRET_FILE")
    return settings.client_secret_file.read_text().strip()


def _certificate(path: Path) -> dict[str, str]:
    pem = path.read_text()
    return {"private_key": pem, "public_certificate": pem}
