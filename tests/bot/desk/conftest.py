"""The desk as it is deployed: the whole application on a port of its own, over a real database."""

import socket
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
from aiohttp import ClientSession, CookieJar, web
from yarl import URL

from approvals.operations.desk import Desk
from bot.app import make_app
from bot.clock import system_now
from bot.desk.claims import Visitor
from bot.desk.routes import desk_routes
from bot.desk.session import Cookies
from bot.settings import Settings
from infra.simulator.organisation import APP_ID, TENANT_ID
from tests.approvals.conftest import desk as desk
from tests.approvals.conftest import migrated, path, peopled, store, story
from tests.approvals.northwind import PRIYA
from tests.approvals.story import Clock
from tests.bot.desk.browser import Browser
from tests.bot.front.dialogue import a_front, silence
from tests.builders import NOON

SECRET = bytes(range(32))

__all__ = ["desk", "migrated", "path", "peopled", "store", "story"]


@pytest.fixture
def clock() -> Clock:
    """The desk's clock, which is simulated time; the sessions' clock is ``wall``."""
    return Clock()


@pytest.fixture
def wall() -> Clock:
    """The real time by which sessions age; it starts at the machine's, since the authority's tokens keep that."""
    return Clock(at=system_now())


@pytest.fixture
def listening() -> Iterator[socket.socket]:
    """A port that is ours before the application starts: its address stands in the settings."""
    with socket.create_server(("127.0.0.1", 0)) as made:
        yield made


@pytest.fixture
def authority(tmp_path: Path) -> dict[str, object]:
    """The settings that name the authority: nobody is there. The tests of signing in put the simulator in this place."""
    unused = tmp_path / "unused"
    unused.write_text("unused")
    return {
        "app_id": APP_ID,
        "tenant_id": TENANT_ID,
        "client_secret_file": unused,
        "simulator_url": "http://127.0.0.1:1",
        "simulator_https_url": "https://127.0.0.1:1",
        "simulator_ca_file": unused,
    }


@pytest.fixture
def settings(authority: dict[str, object], listening: socket.socket, tmp_path: Path) -> Settings:
    secret = tmp_path / "installation.key"
    secret.write_bytes(SECRET)
    public_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    return Settings.model_validate({**authority, "public_url": public_url, "secret_file": secret})


@pytest.fixture
async def served(desk: Desk, settings: Settings, wall: Clock, listening: socket.socket) -> AsyncIterator[URL]:
    """The application, at its address."""
    app = make_app(settings, turn=silence, front=a_front(settings), routes=desk_routes(desk, settings=settings, clock=wall))
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.SockSite(runner, listening).start()
    yield URL(settings.public_url)
    await runner.cleanup()


@pytest.fixture
async def browser(served: URL) -> AsyncIterator[Browser]:
    # Unsafe: cookies of an address without a name, as of 127.0.0.1, are kept too.
    async with ClientSession(cookie_jar=CookieJar(unsafe=True)) as session:
        yield Browser(session=session, desk=served)


@pytest.fixture
def priya(browser: Browser, wall: Clock) -> Browser:
    """Priya of the helpdesk, signed in a moment ago."""
    return signed_in(browser, a_visitor(signed_in_at=wall()))


def a_visitor(**changes: object) -> Visitor:
    """Priya, as the authority vouched for her at noon."""
    values: dict[str, Any] = {"id": PRIYA, "name": "Priya Nair", "roles": ("helpdesk",), "signed_in_at": NOON, **changes}
    return Visitor(**values)


def signed_in(browser: Browser, visitor: Visitor) -> Browser:
    """The browser with the cookie that signing in leaves behind."""
    response = web.Response()
    Cookies(SECRET, is_https=False, clock=Clock()).sign_in(response, visitor)
    browser.session.cookie_jar.update_cookies(response.cookies, browser.desk)
    return browser
