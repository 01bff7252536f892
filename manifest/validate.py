"""Whether Teams would take a manifest and its icons: Microsoft's own schema, offline, and the rules about icons that no schema can say.

The schemas come with the npm package @microsoft/app-manifest, which `make setup` installs beside this file. Icons:
https://learn.microsoft.com/microsoftteams/platform/concepts/build-and-test/apps-package#app-icons
"""

from __future__ import annotations

import json
import re
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import yaml
from jsonschema import Draft4Validator

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jsonschema.exceptions import ValidationError

SCHEMAS = Path(__file__).parent / "node_modules" / "@microsoft" / "app-manifest" / "build" / "json-schemas" / "teams"
VERSION = re.compile(r"\d{1,2}\.\d{1,3}")
# Which icon of the manifest has which width and height, in pixels.
ICON_SIZES = {"color": (192, 192), "outline": (32, 32)}
PNG = b"\x89PNG\r\n\x1a\n"


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Fault:
    """One thing that Teams would refuse: the line of manifest.json (from 1), the place in it (`bots/0/botId`), and why."""

    line: int
    place: str
    reason: str

    def __str__(self) -> str:
        return f"manifest.json:{self.line}: {self.place or 'the manifest'}: {self.reason}"


class SchemaMissingError(Exception):
    """There is no official schema for the manifest's version; the message says which, and what to do."""


def manifest_faults(text: str) -> list[Fault]:
    """Everything in the manifest ``text`` that its schema refuses, in the order of its lines.

    Raises:
        SchemaMissingError: no schema for its manifestVersion is installed.
    """
    try:
        manifest = json.loads(text)
    except json.JSONDecodeError as error:
        return [Fault(line=error.lineno, place="", reason=f"is not JSON: {error.msg}")]
    if not isinstance(manifest, dict):
        return [Fault(line=1, place="", reason="must be a JSON object")]
    validator = Draft4Validator(_schema(manifest.get("manifestVersion")), format_checker=Draft4Validator.FORMAT_CHECKER)
    return sorted(_fault(error, text) for error in validator.iter_errors(manifest))


def icon_faults(text: str, files: Mapping[str, bytes]) -> list[Fault]:
    """What is wrong with the icons that the valid manifest ``text`` names, given the package's ``files`` by name."""
    faults = []
    for kind, name in json.loads(text)["icons"].items():
        if kind not in ICON_SIZES:
            continue
        reason = _icon_reason(files.get(name), ICON_SIZES[kind])
        if reason:
            place = ("icons", kind)
            faults.append(Fault(line=line_of(text, place), place="/".join(place), reason=f"{name} {reason}"))
    return faults


def line_of(text: str, place: Iterable[str | int]) -> int:
    """The line on which the value at ``place`` begins, or the nearest one around it."""
    # JSON is YAML once its tabs are blanks, and a YAML node knows its line. A tab inside a JSON string is not allowed anyway.
    node = yaml.compose(text.replace("\t", " "), Loader=yaml.SafeLoader)
    for step in place:
        if isinstance(node, yaml.MappingNode):
            inner = next((value for key, value in node.value if key.value == step), None)
        elif isinstance(node, yaml.SequenceNode) and isinstance(step, int):
            inner = node.value[step]
        else:
            inner = None
        if inner is None:
            break
        node = inner
    return int(node.start_mark.line) + 1 if node else 1


def _fault(error: ValidationError, text: str) -> Fault:
    # jsonschema says "is too long" and keeps the limit to itself.
    limit = f" ({error.validator}: {error.validator_value})" if isinstance(error.validator_value, int | str) else ""
    place = "/".join(map(str, error.absolute_path))
    return Fault(line=line_of(text, error.absolute_path), place=place, reason=f"{error.message}{limit}")


def _schema(version: object) -> dict[str, object]:
    if not isinstance(version, str) or not VERSION.fullmatch(version):
        raise SchemaMissingError(f"manifestVersion {version!r} is no version: write one of Microsoft's, such as '1.25'")
    path = SCHEMAS / f"v{version}" / "MicrosoftTeams.schema.json"
    if not path.is_file():
        raise SchemaMissingError(
            f"no schema for manifestVersion {version!r}: run `make setup`, or write a version that Microsoft has published"
        )
    schema: dict[str, object] = json.loads(path.read_text(encoding="utf-8"))
    return schema


def _icon_reason(content: bytes | None, size: tuple[int, int]) -> str | None:
    if content is None:
        return "is not in the package"
    if not content.startswith(PNG) or len(content) < 24:
        return "is not a PNG picture"
    # PNG 11.2.1: width and height are the first eight bytes of the first chunk's data.
    found = struct.unpack(">II", content[16:24])
    if found != size:
        return f"has {found[0]} × {found[1]} pixels and must have {size[0]} × {size[1]}"
    return None
