"""The files of the browser page: everything below page/, and the four files of npm packages that it uses, by name."""

from __future__ import annotations

from pathlib import Path

from aiohttp import web
from jinja2 import Environment, FileSystemLoader

from infra.simulator.words import words_for

HERE = Path(__file__).parent
PAGE = HERE / "page"
NODE_MODULES = HERE / "node_modules"
VENDOR = {
    "adaptivecards.min.js": "adaptivecards/dist/adaptivecards.min.js",
    "markdown-it.js": "markdown-it/dist/browser/markdown-it.esm.min.mjs",
    "microsoft-teams-light.json": "adaptivecards-designer/lib/hostConfigs/microsoft-teams-light.json",
    "microsoft-teams-dark.json": "adaptivecards-designer/lib/hostConfigs/microsoft-teams-dark.json",
}
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: https:; connect-src 'self'; "
        "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}
_TEMPLATES = Environment(loader=FileSystemLoader(PAGE), autoescape=True)
_TYPES = {".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
_TYPES |= {".json": "application/json", ".png": "image/png", ".ico": "image/x-icon", ".woff2": "font/woff2"}


def add_page_routes(app: web.Application) -> None:
    """Serve the page at / and its npm files under /vendor/."""
    app.router.add_get("/", _index)
    app.router.add_get("/words.json", _words)
    app.router.add_get("/vendor/{name}", _vendor)
    app.router.add_get("/{path:.+}", _page)


async def _index(request: web.Request) -> web.StreamResponse:
    words = words_for(request)
    page = _TEMPLATES.get_template("index.html.j2").render(_=words, language=words.language)
    return web.Response(text=page, content_type="text/html", headers=HEADERS)


async def _words(request: web.Request) -> web.StreamResponse:
    words = words_for(request)
    return web.json_response({"language": words.language, "messages": dict(words.messages)}, headers=HEADERS)


async def _page(request: web.Request) -> web.StreamResponse:
    path = (PAGE / request.match_info["path"]).resolve()
    if not path.is_relative_to(PAGE.resolve()) or path.suffix not in _TYPES or not path.is_file():
        raise web.HTTPNotFound
    return web.FileResponse(path, headers=HEADERS | {"Content-Type": _TYPES[path.suffix]})


async def _vendor(request: web.Request) -> web.StreamResponse:
    name = request.match_info["name"]
    if name not in VENDOR:
        raise web.HTTPNotFound
    path = NODE_MODULES / VENDOR[name]
    if not path.is_file():
        raise web.HTTPNotFound(text=f"{VENDOR[name]} is missing: run 'make setup', which installs the page's npm packages")
    return web.FileResponse(path, headers=HEADERS | {"Content-Type": _TYPES[path.suffix]})
