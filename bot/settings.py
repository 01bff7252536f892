"""Everything an operator can set, read once from ``COUNTERSIGN_…`` and checked before anything starts.

There is no setting that switches authentication off (hazard A1): a missing or misspelt id stops the start, and the simulator is an
authority like Microsoft's, only on this machine.
"""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from approvals.errors import CountersignError, NoteError
from approvals.evidence.notes import Kind, VerifierKey
from bot.front.authority import GUID, Authority, is_loopback

PREFIX = "COUNTERSIGN_"
MICROSOFT_LOGIN = "https://login.microsoftonline.com"


class SettingsError(CountersignError):
    """The settings cannot be used. The message has one line for each thing to put right."""


class AppType(StrEnum):
    """How the bot is registered in Azure. MultiTenant bots can no longer be created, and are refused."""

    SINGLE_TENANT = "SingleTenant"
    MANAGED_IDENTITY = "UserAssignedMSI"


def _guid(value: str) -> str:
    if not GUID.fullmatch(value) or set(value) <= {"0", "-"}:
        raise ValueError(
            f"{value!r} is not a GUID such as 3f2b8c1e-9d57-4e0a-8f6b-2c1d0e9a7b65; copy it from the app registration in Entra"
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
            f"{value!r} is not {scheme}://127.0.0.1:PORT; the simulator runs on this machine only, and outside it leave the setting out"
        )
    return value.rstrip("/")


def _public(value: str) -> str:
    if urlsplit(value).scheme != "https" and not is_loopback(value):
        raise ValueError(f"{value!r} is neither https nor on this machine; what goes there must not be read or changed on its way")
    return value.rstrip("/")


def _readable(value: Path) -> Path:
    try:
        empty = not value.read_bytes().strip()
    except OSError as error:
        raise ValueError(f"{str(value)!r} cannot be read ({error.strerror}); give the path of a file that this user may read") from error
    if empty:
        raise ValueError(f"{str(value)!r} is empty; put the secret or the certificate in it")
    return value


def _verifier_key(value: str) -> str:
    try:
        key = VerifierKey.parse(value)
    except NoteError as error:
        raise ValueError(str(error)) from error
    if key.kind is not Kind.COSIGNED:
        raise ValueError(f"the key of {key.name!r} is no witness's; copy the line that the witness printed when it started")
    return value


Guid = Annotated[str, AfterValidator(_guid)]
Readable = Annotated[Path, AfterValidator(_readable)]


class Settings(BaseSettings):
    """What this installation is: whose tenant, which bot, which authority, where things lie."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, frozen=True, extra="forbid")

    app_id: Guid = Field(description="the bot's application (client) id, a GUID; tokens for any other audience are refused")
    tenant_id: Guid = Field(description="the home tenant, a GUID; people of any other tenant are refused")
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
            raise ValueError(f"{PREFIX}APP_TYPE=UserAssignedMSI takes no secret and no certificate; unset both of {PREFIX}CLIENT_…_FILE")
        if self.app_type is AppType.SINGLE_TENANT and len(given) != 1:
            raise ValueError(
                f"{PREFIX}APP_TYPE=SingleTenant needs exactly one of {PREFIX}CLIENT_SECRET_FILE and {PREFIX}CLIENT_CERTIFICATE_FILE, "
                f"and {len(given)} are set"
            )
        return self

    @model_validator(mode="after")
    def _simulator_is_whole(self) -> Self:
        parts = (self.simulator_url, self.simulator_https_url, self.simulator_ca_file)
        if any(part is None for part in parts) and any(part is not None for part in parts):
            raise ValueError(
                f"{PREFIX}SIMULATOR_URL, {PREFIX}SIMULATOR_HTTPS_URL and {PREFIX}SIMULATOR_CA_FILE go together; set all three or none"
            )
        if self.simulator_url is not None and self.app_type is AppType.MANAGED_IDENTITY:
            raise ValueError(f"the simulator plays no managed identity; use {PREFIX}APP_TYPE=SingleTenant with it")
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
            raise SettingsError("\n".join(_said(problem["loc"], problem["type"], problem["msg"]) for problem in error.errors())) from error

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


def _said(loc: tuple[int | str, ...], kind: str, message: str) -> str:
    text = message.removeprefix("Value error, ")
    if not loc:
        return text
    name = str(loc[0])
    field = Settings.model_fields.get(name)
    if kind == "missing" and field is not None:
        return f"{PREFIX}{name.upper()} is not set: {field.description}"
    return f"{PREFIX}{name.upper()}: {text}"
