"""What the pages of this product have in common: templates in which every value is escaped, and files that browsers keep for ever.

What people typed reaches a page by two doors only, and both are shut here: ``finalize`` makes hidden and overriding characters visible
(cards/text.py), then autoescape makes it text.
"""

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from cards.text import visible

_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_YEAR_S = 365 * 24 * 3600


def page_environment(folder: Path) -> Environment:
    """The templates of a folder, each compiled once."""
    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        auto_reload=False,
        finalize=_finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


class StaticFiles:
    """The files of ``folder``, served under the path ``at``. Read once: no path of the outside reaches the disk."""

    def __init__(self, folder: Path, *, at: str, headers: Mapping[str, str]) -> None:
        self._at = at
        self._headers = headers
        self._files = {path.name: _read(path) for path in sorted(folder.iterdir()) if path.suffix in _TYPES}

    def address(self, name: str) -> str:
        """The address of a file: it changes with the content, so that browsers may keep it for ever."""
        return f"{self._at}/{name}?v={self._files[name][1]}"

    @property
    def route(self) -> web.RouteDef:
        """Where they are asked for."""
        return web.get(f"{self._at}/{{name}}", self._answer)

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        known = self._files.get(request.match_info["name"])
        if known is None:
            raise web.HTTPNotFound
        body, version, content_type = known
        keep = f"public, max-age={_YEAR_S}, immutable" if request.query.get("v") == version else "no-cache"
        return web.Response(body=body, content_type=content_type, charset="utf-8", headers={**self._headers, "Cache-Control": keep})


def _finalize(value: object) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _read(path: Path) -> tuple[bytes, str, str]:
    body = path.read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:12], _TYPES[path.suffix]
