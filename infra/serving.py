"""``countersign serve``: for Teams, by the settings of the environment; or with the simulator beside it, by settings made up here."""

import asyncio
import signal
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

import click

from approvals.words import say
from bot.app import settle
from bot.settings import AppType, Settings
from infra.house import House, open_house
from infra.simulator import SAMPLE, Simulator
from infra.words import tell, words

_LOCAL = Path(".cache/simulator")


@dataclass(frozen=True, slots=True, kw_only=True)
class Local:
    """A bot and the simulator beside it, both on loopback."""

    house: House
    simulator: Simulator
    settings: Settings


async def serve_for_teams(*, port: int | None) -> None:
    """Serve by the settings of the environment until interrupted."""
    settings = Settings.from_environment()
    settings = settings if port is None else settings.model_copy(update={"port": port})
    async with open_house(settings) as house:
        settle()
        tell(say("Countersign answers at {url}/api/messages; helpdesk at {public_url}/desk", url=house.url, public_url=settings.public_url))
        await _until_interrupted()


async def serve_with_simulator(*, port: int, simulator_port: int) -> None:
    """Serve with the simulator until interrupted. Begins with empty records each time, as the simulator does with empty chats."""
    for wanted in (port, simulator_port):
        _must_be_free(wanted)
    rmtree(_LOCAL, ignore_errors=True)
    async with beside_simulator(_LOCAL, port=port, simulator_port=simulator_port) as local:
        told = (
            say("Open  {url}", url=f"{local.simulator.url}/"),
            say("Helpdesk            {url}   (sign in as Priya Nair)", url=f"{local.house.url}/desk"),
            say("What an auditor asks: {ask}", ask=f"countersign audit check --database {local.settings.database}"),
            say("Ctrl+C stops both; chats and records begin empty again at the next start."),
        )
        click.echo("\n  {}\n\n  {}\n  {}\n  {}\n".format(*map(words, told)))
        await _until_interrupted()


@asynccontextmanager
async def beside_simulator(folder: Path, *, port: int = 0, simulator_port: int = 0) -> AsyncIterator[Local]:
    """A bot and a simulator, wired to each other over HTTP; ports of 0 are chosen freely. Records and secrets lie in ``folder``."""
    port = port or free_port()
    async with Simulator(port=simulator_port, folder=folder) as simulator:
        settings = local_settings(folder, simulator, port=port)
        async with open_house(settings) as house:
            simulator.bot_url = f"{house.url}/api/messages"
            yield Local(house=house, simulator=simulator, settings=settings)


def free_port() -> int:
    """A port that nobody listens on, for a server whose address others must know before it starts."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _must_be_free(port: int) -> None:
    """Refuse a port that somebody listens on: it may be another of us, whose records must not be swept away."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            taken = say("port {port} is taken; stop what listens there, or choose others with --port and --simulator-port", port=port)
            raise OSError(error.errno, words(taken)) from error


def local_settings(folder: Path, simulator: Simulator, *, port: int) -> Settings:
    """Settings for a bot whose only authority is ``simulator``."""
    return Settings(
        # Everything is said here: what the environment sets is meant for another installation.
        app_id=simulator.app_id,
        tenant_id=simulator.tenant_id,
        app_type=AppType.SINGLE_TENANT,
        client_certificate_file=None,
        host="127.0.0.1",
        client_secret_file=simulator.client_secret_file,
        simulator_url=simulator.url,
        simulator_https_url=simulator.https_url,
        simulator_ca_file=simulator.ca_file,
        port=port,
        metrics_port=None,
        public_url=f"http://127.0.0.1:{port}",
        database=folder / "countersign.db",
        catalog=SAMPLE,
        secret_file=folder / "countersign.key",
    )


async def _until_interrupted() -> None:
    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await stop.wait()
