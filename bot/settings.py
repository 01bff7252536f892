"""Everything an operator can set, read once from ``COUNTERSIGN_…`` and checked before anything starts.

There is no setting that switches authentication off (hazard A1): a missing or misspelt id stops the start, and the simulator is an
authority like Microsoft's, only on this machine.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from approvals.errors import CountersignError, NoteError
from approvals.evidence.notes import Kind, VerifierKey
from approvals.files import reason
from approvals.words import Sentence, say
from bot.front.authority import GUID, Authority, is_loopback

PREFIX = "COUNTERSIGN_"
MICROSOFT_LOGIN = "https://login.microsoftonline.com"


class SettingsError(CountersignError):
    """The settings cannot be used. It says one sentence for each thing to put right, a line each."""


class AppType(StrEnum):
    """How the bot is registered in Azure. MultiTenant bots can no longer be created, and are refused."""

    SINGLE_TENANT = "SingleTenant"
    MANAGED_IDENTITY = "UserAssignedMSI"


def _guid(value: str) -> str:
    if not GUID.fullmatch(value) or set(value) <= {"0", "-"}:
        raise ValueError(
            say(
                "{value} is not a GUID such as 3f2b8c1e-9d57-4e0a-8f6b-2c1d0e9a7b65; copy it from the app registration in Entra",
                value=repr(value),
            )
        )
    return value.lower()


def _loopback_http(value: str) -> str:
    return _loopback(value, scheme="http")


def _loopback_https(value: str) -> str:
    return _loopback(value, scheme="https")


def _loopback(value: str, *, scheme: str) -> str:
    parts = urlsplit(value)
    if parts.scheme != scheme or parts.path not in ("", "/") or not is_loopback(value):
        raise ValueError(
            say(
                "{value} is not {scheme}://127.0.0.1:PORT; the simulator runs on this machine only, and outside it leave the setting out",
                value=repr(value),
                scheme=scheme,
            )
        )
    return value.rstrip("/")


def _public(value: str) -> str:
    if urlsplit(value).scheme != "https" and not is_loopback(value):
        raise ValueError(
            say("{value} is neither https nor on this machine; what goes there must not be read or changed on its way", value=repr(value))
        )
    return value.rstrip("/")


def _readable(value: Path) -> Path:
    try:
        empty = not value.read_bytes().strip()
    except OSError as error:
        told = {"file": repr(str(value)), "why": str(error.strerror)}
        raise ValueError(say("{file} cannot be read ({why}); give the path of a file that this user may read", **told)) from error
    if empty:
        raise ValueError(say("{file} is empty; put the secret or the certificate in it", file=repr(str(value))))
    return value


def _verifier_key(value: str) -> str:
    try:
        key = VerifierKey.parse(value)
    except NoteError as error:
        raise ValueError(*error.args) from error
    if key.kind is not Kind.COSIGNED:
        raise ValueError(
            say("the key of {name} is no witness's; copy the line that the witness printed when it started", name=repr(key.name))
        )
    return value


_APP_ID = say("the bot's application (client) id, a GUID; tokens for any other audience are refused")
_TENANT_ID = say("the home tenant, a GUID; people of any other tenant are refused")
Guid = Annotated[str, AfterValidator(_guid)]
Readable = Annotated[Path, AfterValidator(_readable)]


class Settings(BaseSettings):
    """What this installation is: whose tenant, which bot, which authority, where things lie."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    app_id: Guid = Field(description=_APP_ID.msgid)
    tenant_id: Guid = Field(description=_TENANT_ID.msgid)
    app_type: AppType = Field(
        default=AppType.SINGLE_TENANT, description="SingleTenant or UserAssignedMSI; says which credential the bot sends with"
    )
    client_secret_file: Readable | None = Field(default=None, description="file holding the client secret of a SingleTenant bot")
    client_certificate_file: Readable | None = Field(
        default=None, description="PEM file: private key and certificate of a SingleTenant bot"
    )
    simulator_url: Annotated[str, AfterValidator(_loopback_http)] | None = Field(
        default=None, description="http://127.0.0.1:PORT; makes the simulator the only authority, and loopback addresses the only service"
    )
    simulator_https_url: Annotated[str, AfterValidator(_loopback_https)] | None = Field(
        default=None, description="https://127.0.0.1:PORT, the simulator's sign-in and token listener; goes with COUNTERSIGN_SIMULATOR_URL"
    )
    simulator_ca_file: Readable | None = Field(
        default=None, description="PEM file of the authority that signed the simulator's https certificate"
    )
    step_up_context: str | None = Field(
        default=None,
        pattern=r"^c[1-9][0-9]?$",
        description="Entra authentication context, c1 to c99, that approvals of high risk ask for; none: a fresh sign-in is enough",
    )
    host: str = Field(default="127.0.0.1", description="address to listen on; 0.0.0.0 behind an ingress")
    port: int = Field(default=3978, ge=0, le=65535, description="TCP port to listen on; 0 takes a free one")
    metrics_port: int | None = Field(
        default=None, ge=1, le=65535, description="TCP port for /metrics alone; without it the bot's own port answers to this machine only"
    )
    metrics_host: str = Field(default="127.0.0.1", description="address for COUNTERSIGN_METRICS_PORT to listen on")
    public_url: Annotated[str, AfterValidator(_public)] = Field(
        default="http://127.0.0.1:3978", description="where people's browsers reach this server: sign-in returns here, cards link here"
    )
    database: Path = Field(default=Path(".cache/countersign.db"), description="SQLite file; made at the first start")
    catalog: Path = Field(default=Path("infra/catalog"), description="folder with people.yaml, entitlements.yaml and perhaps rotas.yaml")
    policy: Path = Field(default=Path("infra/policy"), description="folder with the policies, their schema and limits.yaml")
    secret_file: Path = Field(
        default=Path(".cache/countersign.key"), description="at least 32 random bytes; button and session keys are derived from it"
    )

    checkpoint_file: Path | None = Field(
        default=None, description="file to which each new checkpoint of the evidence is added; best on a disk that the bot cannot rewrite"
    )
    checkpoint_webhook: Annotated[str, AfterValidator(_public)] | None = Field(
        default=None, description="https address to which each new checkpoint of the evidence is posted as text"
    )
    witness_url: Annotated[str, AfterValidator(_public)] | None = Field(
        default=None, description="address of a witness (c2sp.org/tlog-witness) that cosigns checkpoints; goes with COUNTERSIGN_WITNESS_KEY"
    )
    witness_key: Annotated[str, AfterValidator(_verifier_key)] | None = Field(
        default=None, description="the witness's verifier key, as it printed it when it started"
    )

    @model_validator(mode="after")
    def _witness_is_whole(self) -> Self:
        if (self.witness_url is None) is not (self.witness_key is None):
            raise ValueError(f"{PREFIX}WITNESS_URL and {PREFIX}WITNESS_KEY go together; set both or none")
        return self

    @model_validator(mode="after")
    def _credential_fits(self) -> Self:
        given = [path for path in (self.client_secret_file, self.client_certificate_file) if path is not None]
        if self.app_type is AppType.MANAGED_IDENTITY and given:
            raise ValueError(
                say("COUNTERSIGN_APP_TYPE=UserAssignedMSI takes no secret and no certificate; unset both of COUNTERSIGN_CLIENT_…_FILE")
            )
        if self.app_type is AppType.SINGLE_TENANT and len(given) != 1:
            raise ValueError(
                say(
                    "COUNTERSIGN_APP_TYPE=SingleTenant needs exactly one of COUNTERSIGN_CLIENT_SECRET_FILE and "
                    "COUNTERSIGN_CLIENT_CERTIFICATE_FILE, and {given} are set",
                    given=len(given),
                )
            )
        return self

    @model_validator(mode="after")
    def _simulator_is_whole(self) -> Self:
        parts = (self.simulator_url, self.simulator_https_url, self.simulator_ca_file)
        if any(part is None for part in parts) and any(part is not None for part in parts):
            raise ValueError(
                say(
                    "COUNTERSIGN_SIMULATOR_URL, COUNTERSIGN_SIMULATOR_HTTPS_URL and COUNTERSIGN_SIMULATOR_CA_FILE go together; "
                    "set all three or none"
                )
            )
        if self.simulator_url is not None and self.app_type is AppType.MANAGED_IDENTITY:
            raise ValueError(say("the simulator plays no managed identity; use COUNTERSIGN_APP_TYPE=SingleTenant with it"))
        return self

    @classmethod
    def from_environment(cls) -> Self:
        """The settings of this process.

        Raises:
            SettingsError: one line for each setting that is missing or wrong, and what to do about it.
        """
        try:
            return cls()  # type: ignore[call-arg]  # pydantic-settings takes them from the environment
        except ValidationError as error:
            lines = (part for problem in error.errors() for part in ("\n", *_said(problem)))
            raise SettingsError(*tuple(lines)[1:]) from error

    @property
    def authority(self) -> Authority:
        """Who may call the bot, and where the bot may send: Microsoft, or the simulator when one is set, never both."""
        if self.simulator_url is None:
            return Authority.microsoft()
        return Authority.simulator(self.simulator_url)

    @property
    def login_url(self) -> str:
        """The Entra authority of the home tenant, for the bot's own tokens and for sign-in at the helpdesk pages."""
        return f"{self.simulator_https_url or MICROSOFT_LOGIN}/{self.tenant_id}"

    @property
    def sign_in_authority(self) -> Authority:
        """Who vouches for people who sign in: where its keys are read, and the issuer of its id_tokens (v2.0)."""
        issuer = f"{self.login_url}/v2.0"
        return Authority(
            metadata_url=f"{issuer}/.well-known/openid-configuration", issuer=issuer, service_hosts=frozenset(), loopback=False
        )


def _said(problem: ErrorDetails) -> tuple[Sentence | str, ...]:
    if not problem["loc"]:
        return (reason(problem),)
    name = str(problem["loc"][0])
    setting = f"{PREFIX}{name.upper()}"
    if problem["type"] == "missing" and name in _MISSING:
        return say("{setting} is not set: ", setting=setting), _MISSING[name]
    return f"{setting}: ", reason(problem)


_MISSING = {"app_id": _APP_ID, "tenant_id": _TENANT_ID}
