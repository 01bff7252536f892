"""Pages as HTML: jinja2 with escaping on, and the headers that keep a page what it is.

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

from approvals.words import Sentence
from cards.language import Language
from cards.text import visible

_HERE = Path(__file__).parent
_POLICY = "default-src 'none'; style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": _POLICY,
    "Cache-Control": "no-store",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
}
_TYPES = {".css": "text/css", ".svg": "image/svg+xml"}
_ENGLISH = Language()
_YEAR_S = 365 * 24 * 3600


def page(template: str, *, language: Language, status: int = 200, **values: object) -> web.Response:
    """The page made by ``templates/<template>.html.j2``, in the reader's language."""
    text = _environment.get_template(f"{template}.html.j2").render(_=language.text, language=language, address=static_address, **values)
    return web.Response(text=text, content_type="text/html", status=status, headers=HEADERS)


def notice(
    heading: Sentence,
    *sentences: Sentence,
    link: tuple[str, Sentence],
    status: int = 200,
    language: Language = _ENGLISH,
    who: str | None = None,
) -> web.Response:
    """A page that says one thing and offers one way on. ``who`` is the reader's name where one is signed in."""
    words = language.words
    address, label = link
    return page(
        "notice",
        language=language,
        status=status,
        heading=words(heading),
        sentences=[words(each) for each in sentences],
        way_on=(address, words(label)),
        who=who,
    )


def redirect(to: str) -> web.Response:
    """303 See Other: the browser asks for ``to`` by GET."""
    return web.Response(status=303, headers={**HEADERS, "Location": to})


def static_address(name: str) -> str:
    """The address of a file of ``static/``: it changes with the content, so that browsers may keep it for ever."""
    return f"/desk/static/{name}?v={_files[name][1]}"


async def static_file(request: web.Request) -> web.StreamResponse:
    """One of the files of ``static/``; their names are known beforehand, so no path of the outside reaches the disk."""
    known = _files.get(request.match_info["name"])
    if known is None:
        raise web.HTTPNotFound
    body, version, content_type = known
    is_current = request.query.get("v") == version
    keep = f"public, max-age={_YEAR_S}, immutable" if is_current else "no-cache"
    return web.Response(body=body, content_type=content_type, charset="utf-8", headers={**HEADERS, "Cache-Control": keep})


def _finalize(value: object) -> Any:
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def _read(path: Path) -> tuple[bytes, str, str]:
    body = path.read_bytes()
    return body, hashlib.sha256(body).hexdigest()[:12], _TYPES[path.suffix]


_files = {path.name: _read(path) for path in sorted((_HERE / "static").iterdir()) if path.suffix in _TYPES}
_environment = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    auto_reload=False,
    finalize=_finalize,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
