"""The composition root: settings in, a running Countersign out. The only place where the rooms of the house are put together."""

import asyncio
import logging
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from aiohttp import web

from approvals.catalog import Catalog, read_catalog
from approvals.change import Person
from approvals.connectors import Connector
from approvals.connectors.breaker import Way, standing
from approvals.connectors.local import LocalDirectory
from approvals.errors import CatalogError, CountersignError, PolicyError
from approvals.evidence.sealing import Sealer
from approvals.operations.changing_policy import begin, take_up
from approvals.operations.desk import Desk
from approvals.operations.directory import load
from approvals.operations.policies import kept
from approvals.policy import Policy
from approvals.policy.loading import load_policy
from approvals.step_up import Vouching
from approvals.store.sqlite import BEGIN_WITHIN, Store
from approvals.words import say
from bot.app import Front, make_app
from bot.clock import system_now
from bot.counter import Counter
from bot.delivery import Delivery
from bot.desk.routes import desk_routes
from bot.front.metrics import Metrics
from bot.publishing.publisher import Publisher
from bot.settings import Settings
from bot.step_up.door import StepUpDoor
from bot.step_up.sign_ins import SignIns
from bot.teams.sender import Sender
from bot.turns import Turns
from bot.worker import Worker
from infra.evidence_key import evidence_signer
from infra.followed_clock import FollowedClock
from infra.migrations.upgrade import upgrade
from infra.secret import button_key, derive, installation_secret

_TEAMS_SERVICE = "https://smba.trafficmanager.net/teams/"
"""Where Teams is reached before it has named another address (the global endpoint of the Bot Connector)."""


_LOOK_EVERY_S = 2
"""How soon a change of the policy is taken up."""
log = logging.getLogger("infra.house")


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A running Countersign: where it answers, and the desk behind it."""

    url: str
    desk: Desk


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """How the parts are made that leave marks in the world. A crash test makes them so that they die on either side of each mark."""

    store: Callable[[Path], Store] = lambda path: Store(path, begin_within=BEGIN_WITHIN)
    directory: Callable[[Store, Callable[[], datetime]], Connector] = lambda store, now: LocalDirectory(store, now=now)
    sender: Callable[..., Sender] = Sender
    """Takes what :class:`Sender` takes."""


def organisation(folder: Path) -> tuple[tuple[Person, ...], Catalog]:
    """The people and the catalog in ``folder``.

    Raises:
        CatalogError: a file is missing or wrong; the message says where and what to do.
    """
    names = ["people.yaml", "entitlements.yaml", *(("rotas.yaml",) if (folder / "rotas.yaml").exists() else ())]
    texts = []
    for name in names:
        try:
            texts.append((folder / name).read_text(encoding="utf-8"))
        except (OSError, UnicodeDecodeError) as error:
            raise CatalogError(
                say(
                    "{folder}: cannot be read ({why}); set COUNTERSIGN_CATALOG to the folder that holds it",
                    folder=str(folder / name),
                    why=str(error),
                )
            ) from error
    return read_catalog(*texts)


def policy_in(folder: Path) -> Policy:
    """The policy whose files lie in ``folder``.

    Raises:
        PolicyError: a file is missing or wrong; the message says where and what to do.
    """
    try:
        names = sorted(each for each in folder.iterdir() if each.suffix in (".cedar", ".cedarschema", ".yaml"))
        texts = {each.name: each.read_text(encoding="utf-8") for each in names}
    except (OSError, UnicodeDecodeError) as error:
        raise PolicyError(
            say(
                "{folder}: cannot be read ({why}); set COUNTERSIGN_POLICY to the folder that holds the policies",
                folder=str(folder),
                why=str(error),
            )
        ) from error
    return load_policy(texts)


@asynccontextmanager
async def open_desk(settings: Settings, *, now: Callable[[], datetime], parts: Parts | None = None) -> AsyncIterator[Desk]:
    """The records, brought up to date, and the rules in force; nothing is served yet.

    Raises:
        CountersignError: a file, the database or the secret cannot be used.
    """
    parts = parts or Parts()
    (people, catalog), policy = organisation(settings.catalog), policy_in(settings.policy)
    await asyncio.to_thread(_prepare, settings.database)
    store = parts.store(settings.database)
    try:
        store.before_commit(Sealer(evidence_signer(settings)))
        connectors = {"local": parts.directory(store, now)}
        _check_connectors(catalog, known=tuple(connectors))
        await store.write(lambda tx: load(tx, people))
        policy = await _in_force(store, policy, folder=settings.policy, now=now)
        url = f"{settings.public_url}/desk"
        yield Desk(store=store, catalog=catalog, policy=policy, connectors=connectors, now=now, url=url)
    finally:
        await store.close()


async def _in_force(store: Store, files: Policy, *, folder: Path, now: Callable[[], datetime]) -> Policy:
    """The policy that decides: the files at the first start, and from then on what two people agreed to."""
    version = await store.write(lambda tx: begin(tx, files, now=now()))
    if version == files.version:
        return files
    log.warning(
        "%s means policy %s, and policy %s is in force: propose the files with `countersign policy propose %s`",
        folder,
        files.version,
        version,
        folder,
    )
    return await store.read(lambda tx: kept(tx, version))


def _check_connectors(catalog: Catalog, *, known: tuple[str, ...]) -> None:
    """Refuse a connector that is not set up here: better at the start than when somebody's approved request comes to it."""
    for offer in catalog.entitlements:
        if offer.connector not in known:
            allowed = ", ".join(known)
            raise CatalogError(
                say(
                    "entitlements.yaml ({id}): connector is {connector}: write one that is set up here: {allowed}",
                    id=offer.id,
                    connector=repr(offer.connector),
                    allowed=allowed,
                )
            )


def _vouching(settings: Settings, sign_ins: SignIns) -> Vouching:
    """Whose sign-in counts for an approval: the home tenant's Entra, for this app; by real time, which tokens keep to."""
    return Vouching(
        issuer=settings.sign_in_authority.issuer,
        app_id=settings.app_id,
        tenant=settings.tenant_id,
        context=settings.step_up_context,
        keys=sign_ins.keys,
        now=system_now,
    )


def _prepare(database: Path) -> None:
    database.parent.mkdir(parents=True, exist_ok=True)
    upgrade(database)


@asynccontextmanager
async def open_house(settings: Settings, *, parts: Parts | None = None) -> AsyncIterator[House]:
    """Serve until the block ends: the front, the helpdesk's pages and the worker, in one process.

    Raises:
        CountersignError: something that it needs cannot be used; the message says what to do.
        OSError: the address is taken.
    """
    parts = parts or Parts()
    async with _clock(settings) as now, open_desk(settings, now=now, parts=parts) as desk:
        app = compose(settings, desk=desk, parts=parts)
        runner = web.AppRunner(app, access_log=None)
        await runner.setup()
        try:
            site = web.TCPSite(runner, settings.host, settings.port)
            await site.start()
            yield House(url=_url(runner), desk=desk)
        finally:
            await runner.cleanup()


def compose(settings: Settings, *, desk: Desk, parts: Parts) -> web.Application:
    """The web application with its worker, around a desk."""
    secret = installation_secret(settings.secret_file)
    sign_ins = SignIns(settings, key=derive(secret, purpose="step-up"), clock=system_now)
    # The same desk for everybody, and no copy of it: the policy in force is changed in one place.
    desk.vouching = _vouching(settings, sign_ins)
    step_up = StepUpDoor(desk=desk, settings=settings, sign_ins=sign_ins, secret=secret, clock=system_now)
    counter = Counter(desk=desk, key=button_key(secret, tenant=settings.tenant_id), sign_ins=sign_ins)
    front = Front.of(settings, sender=parts.sender)
    service_url = f"{settings.simulator_url}/" if settings.simulator_url else _TEAMS_SERVICE
    delivery = Delivery(counter=counter, sender=front.sender, tenant=settings.tenant_id, service_url=service_url)
    publisher = Publisher.of(settings, desk=desk)
    worker = Worker(desk=desk, delivery=delivery, publisher=publisher)
    return make_app(
        settings,
        turn=Turns(counter),
        front=front,
        checks={"database": lambda: _can_keep_records(desk.store)},
        routes=[*desk_routes(desk, settings=settings), *step_up.routes()],
        background=[
            sign_ins.beside,
            lambda _app: _opened(publisher),
            lambda _app: _beside(worker.run),
            lambda _app: _beside(lambda: _follow(desk)),
        ],
        measures=[lambda metrics: _measure_connectors(desk, metrics)],
    )


async def _measure_connectors(desk: Desk, metrics: Metrics) -> None:
    now, all_of_them = desk.now(), [(name, way) for name in desk.connectors for way in Way]
    for name, way in all_of_them:
        state = await desk.store.read(lambda tx, name=name, way=way: standing(tx, name, way, now=now))  # type: ignore[misc]
        metrics.connector_stands(name, way, state=state)


@asynccontextmanager
async def _clock(settings: Settings) -> AsyncIterator[Callable[[], datetime]]:
    if settings.simulator_url is None:
        yield system_now
        return
    clock = FollowedClock(settings.simulator_url)
    # Before anything is done: the first thing after a start must not happen hours ago.
    await clock.look()
    following = asyncio.create_task(clock.follow())
    try:
        yield clock.now
    finally:
        await _stop(following)


async def _opened(publisher: Publisher) -> AsyncIterator[None]:
    await publisher.open()
    yield


async def _beside(work: Callable[[], Coroutine[None, None, None]]) -> AsyncIterator[None]:
    working = asyncio.create_task(work())
    yield
    await _stop(working)


async def _follow(desk: Desk) -> None:
    """Take up the policy in force as it changes, whoever changed it: here in the chat, or at the command line."""
    while True:
        await asyncio.sleep(_LOOK_EVERY_S)
        try:
            if await take_up(desk):
                log.warning("policy %s is in force", desk.policy.version)
        except CountersignError as error:
            log.error("the policy in force could not be taken up; policy %s goes on deciding: %s", desk.policy.version, error)  # noqa: TRY400


async def _stop(task: "asyncio.Task[None]") -> None:
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task


async def _can_keep_records(store: Store) -> bool:
    await store.touch()
    return True


def _url(runner: web.AppRunner) -> str:
    host, port = runner.addresses[0][:2]
    return f"http://{host}:{port}"
