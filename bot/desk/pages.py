"""The helpdesk's pages as HTML, and the headers that keep a page what it is."""

from collections.abc import Mapping
from pathlib import Path

from aiohttp import web

from approvals.words import Sentence
from bot.web import StaticFiles, page_environment
from cards.language import Language

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
STATIC = StaticFiles(_HERE / "static", at="/desk/static", headers=HEADERS)
_ENGLISH = Language()
_environment = page_environment(_HERE / "templates")


def page(template: str, *, language: Language, status: int = 200, **values: object) -> web.Response:
    """The page made by ``templates/<template>.html.j2``, in the reader's language."""
    text = _environment.get_template(f"{template}.html.j2").render(_=language.text, language=language, address=STATIC.address, **values)
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
