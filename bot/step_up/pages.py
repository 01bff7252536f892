"""The pages of a sign-in for one decision: what is about to be approved, and what came of signing in.

They open in a window of Teams, which hears of the end through Microsoft's Teams library; that is the one script from elsewhere, pinned by
its hash. Without any script the page says what to do by hand. The window's opener must stay reachable: no Cross-Origin-Opener-Policy.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from aiohttp import web

from approvals.words import Sentence
from bot.settings import Settings
from bot.web import StaticFiles, page_environment
from cards.language import Language

_HERE = Path(__file__).parent
STATIC = StaticFiles(_HERE / "static", at="/step-up/static", headers={"X-Content-Type-Options": "nosniff"})
_environment = page_environment(_HERE / "templates")


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
            _=language.text, language=language, address=STATIC.address, library=self._library, **values
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
