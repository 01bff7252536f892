"""The pages of a sign-in for one decision: what is about to be approved, and what came of signing in.

They open in a window of Teams, which hears of the end through Microsoft's Teams library; that is the one script from elsewhere, pinned by
its hash. Without any script the page says what to do by hand. The window's opener must stay reachable: no Cross-Origin-Opener-Policy.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from approvals.words import Sentence
from bot.settings import Settings
from cards.language import Language
from cards.text import visible

STATIC = "/step-up/static"
_HERE = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript"}
_YEAR_S = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Library:
    """The script that speaks to Teams. ``integrity`` is its hash, None for the simulator's stand-in on this machine."""

    url: str
    integrity: str | None

    @classmethod
    def of(cls, settings: Settings) -> "Library":
        """Microsoft's, from its own address; or the simulator's."""
        if settings.simulator_url is not None:
            return cls(url=f"{settings.simulator_url}/js/teams-library.js", integrity=None)
        # https://learn.microsoft.com/javascript/api/overview/msteams-client; the hash is that of @microsoft/teams-js 2.58.0 (MIT).
        return cls(
            url="https://res.cdn.office.net/teams-js/2.58.0/js/MicrosoftTeams.min.js",
            integrity="sha384-sMo/EOqQPa1OCup2/VBRum7oFeOS22kvs8WGDc45xK53tUVZzFR5WwFYDUYN1LO4",
        )


class Pages:
    """Draws the pages. Made once."""

    def __init__(self, settings: Settings) -> None:
        self._library = Library.of(settings)

    def page(self, template: str, *, language: Language, status: int = 200, with_library: bool = False, **values: object) -> web.Response:
        """The page made by ``templates/<template>.html.j2``, in the reader's language; ``with_library`` it may speak to Teams."""
        drawn = _environment.get_template(f"{template}.html.j2").render(
            _=language.text, language=language, address=_address, library=self._library, **values
        )
        return web.Response(text=drawn, content_type="text/html", status=status, headers=_headers(self._library if with_library else None))

    def notice(self, heading: Sentence, *sentences: Sentence, language: Language, status: int, again: str | None = None) -> web.Response:
        """A page that says one thing. ``again`` is where to try it once more, if that can help."""
        words = [language.words(each) for each in sentences]
        return self.page("notice", language=language, status=status, heading=language.words(heading), sentences=words, again=again)

    def redirect(self, to: str) -> web.Response:
        """303 See Other: the browser asks for ``to`` by GET."""
        return web.Response(status=303, headers={**_headers(None), "Location": to})


def _headers(library: Library | None) -> Mapping[str, str]:
    """What a browser is told about a page: without ``library`` no script runs in it; with it, that one file and our own."""
    scripts = f"script-src 'self' {library.url}; " if library else ""
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; style-src 'self'; {scripts}base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        ),
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
        "Referrer-Policy": "no-referrer",
    }


async def static_file(request: web.Request) -> web.StreamResponse:
    """One of the files of ``static/``; their names are known beforehand, so no path of the outside reaches the disk."""
    known = _files.get(request.match_info["name"])
    if known is None:
        raise web.HTTPNotFound
    body, version, content_type = known
    keep = f"public, max-age={_YEAR_S}, immutable" if request.query.get("v") == version else "no-cache"
    return web.Response(body=body, content_type=content_type, charset="utf-8", headers={"Cache-Control": keep})


def _address(name: str) -> str:
    """The address of a file of ``static/``: it changes with the content, so that browsers may keep it for ever."""
    return f"{STATIC}/{name}?v={_files[name][1]}"


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
