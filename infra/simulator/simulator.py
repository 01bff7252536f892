"""The offline Microsoft Teams: one object that a test, the demo or the command line starts.

    async with Simulator(read_organisation(), bot_url="http://127.0.0.1:3978/api/messages") as sim:
        ...

Everything is in memory and on loopback; ids of people and chats are the same in every run, keys and secrets are new unless given.
"""

from __future__ import annotations

import asyncio
import secrets
import tempfile
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import timedelta
from pathlib import Path
from types import TracebackType
from typing import Self, TypeVar
from urllib.parse import urlsplit

from aiohttp import web

from approvals.words import say
from infra.simulator.activities import ActivityWriter
from infra.simulator.authority import Authority
from infra.simulator.certificates import make_certificates
from infra.simulator.chats import Chat
from infra.simulator.client import TeamsClient
from infra.simulator.clock import SimulatedClock
from infra.simulator.connector import Connector, ConnectorCall
from infra.simulator.deliver import Courier, Delivery
from infra.simulator.driver import Person
from infra.simulator.entra import Entra
from infra.simulator.errors import NotOnScreen, NotSeen, OrganisationError
from infra.simulator.events import Events
from infra.simulator.faults import Faults
from infra.simulator.organisation import APP_ID, TENANT_ID, Organisation, read_organisation
from infra.simulator.page_api import PageApi
from infra.simulator.page_files import add_page_routes
from infra.simulator.relay import Relay
from infra.simulator.server import Listener, new_app
from infra.simulator.world import World

Seen = TypeVar("Seen")
BOT_NAME = "Countersign"
_CREDENTIAL = "client-secret"


class Simulator:
    """A Teams tenant, its directory, its connector and its sign-in page, on two loopback ports."""

    def __init__(
        self,
        organisation: Organisation | None = None,
        *,
        app_id: str = APP_ID,
        tenant_id: str = TENANT_ID,
        bot_url: str | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        https_port: int = 0,
        folder: Path | None = None,
        enforce_limits: bool = False,
    ) -> None:
        """Prepare; nothing listens before ``async with``.

        ``bot_url`` is the bot's messaging endpoint and may be set later. ``folder`` receives ca.pem and client-secret, and keeps the
        secret between runs; without one they live in a temporary folder. ``enforce_limits`` answers 429, as Teams does, when the bot
        writes too fast.
        """
        self.app_id = app_id.lower()
        self.tenant_id = tenant_id.lower()
        self.organisation = organisation or read_organisation()
        self.clock = SimulatedClock()
        self.events = Events()
        self.faults = Faults(self.events)
        self.world = World(
            self.organisation,
            app_id=self.app_id,
            tenant_id=self.tenant_id,
            bot_name=BOT_NAME,
            clock=self.clock,
            events=self.events,
        )
        self._exit = AsyncExitStack()
        self._folder = folder
        self.client_secret = _kept_secret(folder) or secrets.token_urlsafe(30)
        self.authority = Authority(app_id=self.app_id, tenant_id=self.tenant_id, client_secret=self.client_secret)
        self.courier = Courier(authority=self.authority, clock=self.clock, events=self.events, faults=self.faults, bot_url=bot_url)
        self.connector = Connector(self.world, authority=self.authority, faults=self.faults, enforce_limits=enforce_limits)
        self._address = (host, port, https_port)
        self._client: TeamsClient | None = None
        self._people: dict[str, Person] = {}

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as stack:
            await self._open(stack)
            self._exit = stack.pop_all()
        return self

    async def __aexit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        await self._exit.aclose()

    async def _open(self, stack: AsyncExitStack) -> None:
        host, port, https_port = self._address
        if self._folder is None:
            self._folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="countersign-simulator-")))
        self._folder.mkdir(parents=True, exist_ok=True)
        self.client_secret_file.touch(mode=0o600)
        self.client_secret_file.write_text(self.client_secret, encoding="utf-8")
        certificates = make_certificates(self.ca_file)
        entra = Entra(self.authority, organisation=self.organisation, faults=self.faults)
        secure = new_app()
        entra.add_https_routes(secure)
        listener = await Listener.bind(secure, host=host, port=https_port, ssl_context=certificates.ssl_context)
        stack.push_async_callback(listener.close)
        self.authority.https_url = f"https://127.0.0.1:{listener.port}"
        plain = new_app()
        writer = ActivityWriter(world=self.world, authority=self.authority)
        self._client = TeamsClient(self.world, courier=self.courier, writer=writer)
        self._add_routes(plain, entra=entra, client=self._client)
        listener = await Listener.bind(plain, host=host, port=port)
        stack.push_async_callback(listener.close)
        self.authority.url = f"http://127.0.0.1:{listener.port}"
        self.courier.open()
        stack.push_async_callback(self.courier.close)
        stack.callback(self.faults.clear)
        stack.callback(self.events.close)

    @property
    def url(self) -> str:
        """The plain listener, http://127.0.0.1:PORT: page, connector, metadata, sign-in page."""
        return self.authority.url

    @property
    def https_url(self) -> str:
        """The https listener, https://127.0.0.1:PORT: discovery and tokens."""
        return self.authority.https_url

    @property
    def ca_file(self) -> Path:
        """PEM of the authority that signed the https listener's certificate; there once the simulator runs."""
        return self._files() / "ca.pem"

    @property
    def client_secret_file(self) -> Path:
        """The file that holds ``client_secret``, readable by its owner only; there once the simulator runs."""
        return self._files() / _CREDENTIAL

    @property
    def bot_url(self) -> str | None:
        """Where activities are delivered."""
        return self.courier.bot_url

    @bot_url.setter
    def bot_url(self, url: str) -> None:
        self.courier.bot_url = url
        self.events.touch()

    @property
    def sent(self) -> tuple[ConnectorCall, ...]:
        """Every call of the bot to the connector, refused ones included, oldest first."""
        return self.connector.sent

    @property
    def delivered(self) -> tuple[Delivery, ...]:
        """Every activity that was handed to the bot, with what came back."""
        return self.courier.delivered

    @property
    def desk_url(self) -> str:
        """Where the helpdesk pages are, as long as the bot serves them."""
        if self.bot_url is None:
            return ""
        parts = urlsplit(self.bot_url)
        return f"{parts.scheme}://{parts.netloc}/desk"

    def person(self, who: str) -> Person:
        """Answer the person called ``who``: name, e-mail, first part of the e-mail, or object id. The same object every time."""
        if self._client is None:
            raise RuntimeError("people can act only inside 'async with Simulator(...)'")
        employee = self.organisation.find(who)
        if employee.id not in self._people:
            self._people[employee.id] = Person(employee, world=self.world, client=self._client)
        return self._people[employee.id]

    def chat(self, title: str) -> Chat:
        """Answer the group chat or channel called ``title``."""
        for chat in self.world.chats:
            if chat.kind != "personal" and chat.title == title:
                return chat
        known = ", ".join(chat.title for chat in self.world.chats)
        raise OrganisationError(say("there is no group chat or channel {title}; there are {known}", title=repr(title), known=known))

    def install(self, who: str) -> None:
        """Install the app for a person (everybody who is enabled has it at the start)."""
        self.world.install(self.organisation.find(who))

    def uninstall(self, who: str) -> None:
        """Take the app away from a person: the bot's calls about their chat are refused with 403."""
        self.world.uninstall(self.organisation.find(who))

    def advance(self, step: timedelta) -> None:
        """Move the simulated time forward."""
        self.clock.advance(step)
        self.events.emit("clock", now=self.clock.now().isoformat(), offset_s=self.clock.offset.total_seconds())

    async def wait_for(self, predicate: Callable[[], Seen], *, what: str, timeout_s: float = 5) -> Seen:
        """Answer the first true value of ``predicate``, asked again after everything that happens here; NotOnScreen counts as "not yet".

        Raises:
            NotSeen: it did not become true within ``timeout_s`` seconds; the message says what happened last.
        """
        missing: NotOnScreen | None = None
        try:
            async with asyncio.timeout(timeout_s):
                while True:
                    try:
                        if seen := predicate():
                            return seen
                    except NotOnScreen as error:
                        missing = error
                    # Nothing can happen between the question and the wait: both run without giving the loop away.
                    await self.events.changed()
        except TimeoutError as error:
            raise NotSeen(f"{what}: not seen within {timeout_s:g} s; {missing or self._last_calls()}") from error

    def _files(self) -> Path:
        if self._folder is None:
            raise RuntimeError("the simulator's files exist only inside 'async with Simulator(...)'")
        return self._folder

    def _last_calls(self) -> str:
        calls = [f"{call.route} {call.status}" for call in self.sent[-5:]]
        answers = [f"{delivery.activity.get('type')} {delivery.answer.status}" for delivery in self.delivered[-5:]]
        return f"the bot's last calls: {', '.join(calls) or 'none'}; its last answers: {', '.join(answers) or 'none'}"

    def _add_routes(self, app: web.Application, *, entra: Entra, client: TeamsClient) -> None:
        page = PageApi(world=self.world, client=client, courier=self.courier, faults=self.faults, desk_url=lambda: self.desk_url)
        entra.add_http_routes(app)
        self.connector.add_routes(app)
        Relay(authority=self.authority, courier=self.courier).add_routes(app)
        app.router.add_get("/clock", page.read_clock)
        app.add_subapp("/sim", page.app())
        add_page_routes(app)


async def run_simulator(simulator: Simulator, *, started: Callable[[Simulator], None]) -> None:
    """Serve until cancelled. ``started`` is called once both ports are bound."""
    async with simulator:
        started(simulator)
        await asyncio.Event().wait()


def _kept_secret(folder: Path | None) -> str:
    """Answer the app's secret that an earlier run left in ``folder``, or ""."""
    path = folder / _CREDENTIAL if folder else None
    return path.read_text(encoding="utf-8").strip() if path and path.exists() else ""
