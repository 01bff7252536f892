"""Who may call the bot and where the bot may send. A value, decided once at start-up; there is no third kind and no "off" (A1, A2).

Source: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication
"""

import re
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Self

GUID = re.compile(r"[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}")

# One alphabet for every address we send to: two URL parsers must never disagree about the host, so user info, backslashes, percent
# escapes, queries and dot segments are not in it.
_ADDRESS = re.compile(
    r"(?P<scheme>https?)://(?P<host>[A-Za-z0-9.-]+|\[[0-9a-fA-F:]+\])(?::(?P<port>[0-9]{1,5}))?(?:/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?"
)
_MAX_ADDRESS = 512
_MAX_PORT = 65535


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """The issuer of inbound tokens, and the service URLs that belong to it."""

    metadata_url: str
    issuer: str
    service_hosts: frozenset[str]
    loopback: bool

    @classmethod
    def microsoft(cls) -> Self:
        """The public cloud's Bot Framework. The government and China clouds have other issuers and are not served."""
        return cls(
            metadata_url="https://login.botframework.com/v1/.well-known/openidconfiguration",
            issuer="https://api.botframework.com",
            service_hosts=frozenset({"smba.trafficmanager.net"}),
            loopback=False,
        )

    @classmethod
    def simulator(cls, url: str) -> Self:
        """The offline Teams at ``url`` (loopback, checked by the settings): it signs, and everything it names is on this machine."""
        root = url.rstrip("/")
        if not is_loopback(root):
            raise ValueError(f"simulator URL {url!r} is not on this machine; it must be http://127.0.0.1:PORT")
        return cls(metadata_url=f"{root}/v1/.well-known/openidconfiguration", issuer=root, service_hosts=frozenset(), loopback=True)

    def permits(self, service_url: str) -> bool:
        """Whether the bot may send, its token included, to ``service_url``. Asked inbound and again before every send (A4)."""
        address = _read(service_url)
        if address is None:
            return False
        if self.loopback:
            return is_loopback(service_url)
        return address["scheme"] == "https" and address["port"] in (None, "443") and address["host"].lower() in self.service_hosts


@lru_cache(maxsize=256)
def is_loopback(url: str) -> bool:
    """Whether ``url`` is plainly an address of this machine: 127.0.0.0/8, ::1 or ``localhost``."""
    address = _read(url)
    if address is None:
        return False
    host = address["host"].strip("[]")
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def _read(url: str) -> re.Match[str] | None:
    match = _ADDRESS.fullmatch(url) if len(url) <= _MAX_ADDRESS else None
    if match is None or int(match["port"] or 0) > _MAX_PORT:
        return None
    return match
