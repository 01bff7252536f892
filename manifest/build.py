"""The app package: settings in, manifest.json and a zip with its icons out. The same settings give the same bytes.

https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package
"""

from __future__ import annotations

import json
import uuid
import zipfile
from dataclasses import dataclass
from pathlib import Path
from string import Template
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from typing import BinaryIO

HERE = Path(__file__).parent
TEMPLATE = HERE / "template.json"
ICONS = HERE / "icons"
ICON_NAMES = ("color.png", "outline.png")
# The app's id follows from the bot's, so that a package that is built again updates the app instead of adding a second one.
APP_IDS = uuid.UUID("6f0f8c1c-6d0f-5b6e-9a52-1b5b6d9c3a7e")
# The earliest moment that a zip file can name.
EPOCH = (1980, 1, 1, 0, 0, 0)


@dataclass(frozen=True, slots=True, kw_only=True)
class AppSettings:
    """What differs between two organisations' packages.

    ``bot_id`` is the bot's app registration, ``public_url`` where Teams and people reach the bot (https), ``website`` the page for
    people with questions (``public_url`` when None).
    """

    bot_id: uuid.UUID
    public_url: str
    version: str = "0.1.0"
    developer: str = "Countersign"
    website: str | None = None


class PublicUrlError(ValueError):
    """The public URL has no host, or is not https; Teams accepts no other."""


def build_manifest(settings: AppSettings) -> str:
    """The text of manifest.json.

    Raises:
        PublicUrlError: Teams would refuse the public URL.
    """
    address = urlsplit(settings.public_url)
    if address.scheme != "https" or not address.hostname:
        raise PublicUrlError(f"public URL {settings.public_url!r} must be https://HOST, as Teams reaches the bot")
    values = {
        "app_id": str(uuid.uuid5(APP_IDS, str(settings.bot_id))),
        "bot_id": str(settings.bot_id),
        "developer": settings.developer,
        "domain": address.hostname,
        "version": settings.version,
        "website": settings.website or settings.public_url,
    }
    filled = _fill(json.loads(TEMPLATE.read_text(encoding="utf-8")), values)
    return json.dumps(filled, indent=2, ensure_ascii=False) + "\n"


def _fill(part: object, values: dict[str, str]) -> object:
    # Strings are filled after parsing, so no value can add a key or end a string.
    match part:
        case str():
            return Template(part).substitute(values)
        case list():
            return [_fill(each, values) for each in part]
        case dict():
            return {key: _fill(each, values) for key, each in part.items()}
        case _:
            return part


def write_package(manifest: str, into: BinaryIO) -> None:
    """Write the zip that Teams takes: the manifest and the two icons at its top."""
    # Stored, not deflated: compressors differ from machine to machine, and the bytes must not.
    with zipfile.ZipFile(into, "w", zipfile.ZIP_STORED) as package:
        _add(package, "manifest.json", manifest.encode())
        for name in ICON_NAMES:
            _add(package, name, (ICONS / name).read_bytes())


def _add(package: zipfile.ZipFile, name: str, content: bytes) -> None:
    entry = zipfile.ZipInfo(name, date_time=EPOCH)
    # Unix, rw-r--r--: what the building machine is must not show.
    entry.create_system = 3
    entry.external_attr = 0o100644 << 16
    package.writestr(entry, content)
