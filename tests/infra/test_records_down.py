"""When nothing can be recorded nothing is done, and whoever asked for it reads so; when something can be again, everything goes on."""

import asyncio
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
from sqlalchemy import Connection, select

from approvals.jobs.embedded import LEASE
from approvals.store.tables import JobRow
from infra.serving import Local
from tests.approvals.test_store import a_full_disk
from tests.infra.scenes import ANA, LOOP, MARIA, TARGET, asked, granted, heard, ledger, members, previewed, quiet, seen, told
from tests.infra.troubled import Scene, Troubled, held_by_a_process_that_was_stopped, troubled

NOTHING = "Nothing was changed: Countersign cannot keep its records at the moment, and does nothing that it cannot record."
NOT_KNOWN = "This is taking too long, and it is not known yet whether it was done."
Fault = Callable[[Scene], AbstractContextManager[None]]


@contextmanager
def hurt(scene: Scene, pragma: str) -> Iterator[None]:
    scene.store.trouble = pragma
    try:
        yield
    finally:
        scene.store.trouble = ""


FAULTS: dict[str, tuple[Fault, str]] = {
    "no room": (lambda scene: hurt(scene, "max_page_count = 1"), ""),
    "read-only": (
        lambda scene: hurt(scene, "query_only = ON"),
        "the database could not make it durable: attempt to write a readonly database",
    ),
    "I/O error": (lambda _scene: a_full_disk(), "the database could not make it durable: disk I/O error"),
    "held up": (lambda scene: held_by_a_process_that_was_stopped(scene.local.settings.database), "no answer within 2 s"),
}
"""What goes wrong, and what ``/readyz`` says of it: a full database still has room for what changes no page's number."""


async def why_not_ready(local: Local) -> str:
    async with aiohttp.ClientSession() as session, session.get(f"{local.house.url}/readyz") as answer:
        return str((await answer.json()).get("why", {}).get("database", ""))


@pytest.mark.parametrize("name", FAULTS)
async def test_whoever_presses_or_writes_reads_that_nothing_was_changed_and_nothing_was(tmp_path: Path, name: str) -> None:
    fault, why = FAULTS[name]
    async with troubled(tmp_path) as scene:
        local, maria, ana = scene.local, scene.local.simulator.person(MARIA), scene.local.simulator.person(ANA)
        card = await asked(local)
        await maria.says("help")
        await quiet(local)
        before = scene.records()
        with fault(scene):
            pressed, written = await asyncio.gather(maria.presses("Approve", on=card), ana.says("what can I ask for"))
            said = await heard(local, ANA, "Nothing was changed")
            not_ready = await why_not_ready(local)
        await scene.store.touch()

        assert (pressed.status, written.status if written else None, not_ready) == (200, 200, why)
        assert pressed.error is not None
        assert [text[: len(NOTHING)] for text in (pressed.error.title, said)] == [NOTHING] * 2
        assert set(scene.records().splitlines()) ^ set(before.splitlines()) == set()
        assert scene.directory.calls == []

        await maria.presses("Approve", on=card)
        await seen(local, ANA, "You have this access now")
        await quiet(local)

        assert (await ledger(local), await why_not_ready(local)) == (LOOP[:5], "")


class Hung(Troubled):
    """A store whose commits wait for a disk that does not answer."""

    def __init__(self, path: Path) -> None:
        self.answers = threading.Event()
        self.answers.set()
        super().__init__(path)

    def commit(self, connection: Connection) -> None:
        self.answers.wait(timeout=60)
        super().commit(connection)


async def test_of_a_commit_that_hangs_it_is_said_that_nobody_knows_yet(tmp_path: Path) -> None:
    async with troubled(tmp_path, store=Hung) as scene:
        local, store = scene.local, scene.store
        assert isinstance(store, Hung)
        card = await asked(local)
        await local.simulator.person(MARIA).says("help")
        await quiet(local)
        store.answers.clear()
        denied = await local.simulator.person(MARIA).presses("Deny with this reason", inputs={"reason": "Use the replica."}, on=card)
        store.answers.set()
        await heard(local, ANA, "Maria Lindqvist denied")

        assert denied.status == 200
        assert denied.error is not None
        assert denied.error.title.startswith(NOT_KNOWN)
        assert await ledger(local) == [LOOP[0], ("request:deny", "Maria Lindqvist")]


async def test_without_an_intent_that_is_durable_no_connector_is_called(tmp_path: Path) -> None:
    async with troubled(tmp_path) as scene:
        local, store = scene.local, scene.store
        card = await asked(local)
        store.hurts = lambda name: name.startswith("execute")  # type: ignore[method-assign]
        with hurt(scene, "query_only = ON"):
            await local.simulator.person(MARIA).presses("Approve", on=card)
            await claimed(scene, "grant:execute", times=3)
            called = list(scene.directory.calls)
        await until_quiet(scene)

        assert (called, scene.directory.calls) == ([], [("apply grant/1001", 1)])
        assert await members(local, TARGET) == [local.simulator.person(ANA).id]


async def test_a_change_that_was_made_and_could_not_be_recorded_is_made_once_and_each_call_has_its_intent(tmp_path: Path) -> None:
    async with troubled(tmp_path) as scene:
        local, store = scene.local, scene.store
        card = await asked(local)
        store.hurts = lambda name: name.startswith("execute.<locals>.<lambda>") and bool(scene.directory.calls)  # type: ignore[method-assign]

        def breaks() -> None:
            store.trouble = "query_only = ON"

        scene.directory.after = breaks
        await local.simulator.person(MARIA).presses("Approve", on=card)
        await claimed(scene, "grant:execute", times=3)
        scene.directory.after = lambda: None
        store.trouble = ""
        await until_quiet(scene)

        assert scene.directory.calls == [("apply grant/1001", count + 1) for count in range(len(scene.directory.calls))]
        assert len(scene.directory.calls) <= 3
        assert await members(local, TARGET) == [local.simulator.person(ANA).id]


async def test_what_teams_has_taken_and_nobody_could_note_is_not_sent_again(tmp_path: Path) -> None:
    async with troubled(tmp_path) as scene:
        local = scene.local
        preview = await previewed(local)
        await quiet(local)
        scene.store.hurts = lambda name: name.startswith("Delivery.")  # type: ignore[method-assign]
        with hurt(scene, "query_only = ON"):
            await local.simulator.person(ANA).says("what can I ask for")
            # Whoever shares a commit with what cannot be noted is refused with it, and presses again.
            while (await local.simulator.person(ANA).presses("Send request", on=preview)).error is not None:
                pass
            await seen(local, MARIA, "Your decision is needed")
            await claimed(scene, "message:send", times=4)
            await claimed(scene, "request:redraw", times=4)
        await until_quiet(scene)

        posts = Counter(str(call.body) for call in local.simulator.sent if call.route in ("post", "reply") and call.status < 300)
        assert max(posts.values()) == 1
        assert len(local.simulator.person(MARIA).cards()) == 1


async def test_the_records_come_back_and_nothing_has_to_be_started_again(tmp_path: Path) -> None:
    async with troubled(tmp_path) as scene:
        local = scene.local
        await granted(local)
        with a_full_disk():
            local.simulator.advance(timedelta(hours=4))
            await asyncio.sleep(1.5)
            during = await ledger(local)
        await heard(local, ANA, "the access is gone")

        assert (during, await ledger(local)) == (LOOP[:5], LOOP)
        assert not [text for text in told(local.simulator.person(MARIA)) if "Nothing was changed" in text]


async def claimed(scene: Scene, kind: str, *, times: int) -> None:
    """Let time pass until such a job has been claimed so often."""
    attempts = select(JobRow.attempts).where(JobRow.kind == kind)  # type: ignore[arg-type]
    async with asyncio.timeout(60):
        while max(await scene.store.read(lambda tx: list(tx.run(attempts).scalars())), default=0) < times:
            await asyncio.sleep(0.1)
            scene.local.simulator.advance(LEASE / 4)


async def until_quiet(scene: Scene) -> None:
    """Let time pass until nothing is left to do."""
    waiting = select(JobRow.id)
    async with asyncio.timeout(60):
        while await scene.store.read(lambda tx: tx.run(waiting).first()) is not None:
            await asyncio.sleep(0.1)
            scene.local.simulator.advance(LEASE / 4)
