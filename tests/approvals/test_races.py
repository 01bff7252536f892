"""Four processes on one database, a thousand requests, everybody pressing at once: one winner each, and everybody else reads who it was."""

import asyncio
import json
import subprocess
import sys
from collections import Counter
from dataclasses import asdict
from pathlib import Path
from shutil import copyfile

import pytest
from sqlalchemy import update
from sqlmodel import select

from approvals.change import Proposal, Stage, State, Verdict
from approvals.evidence import Trigger
from approvals.operations.desk import Act
from approvals.operations.directory import load
from approvals.operations.submit import submit
from approvals.store.sqlite import Store
from approvals.store.tables import DecisionRow, EvidenceRow, RequestRow
from tests.approvals.crowd import APPROVERS, ENTITLEMENTS, FIRST, REQUESTERS, desk_over, people, verdict_of
from tests.builders import HOUR, NOON

_ROOT = Path(__file__).parents[2]
_PROCESSES = 4
_REQUESTS = 1_000


@pytest.fixture(scope="module")
def asked_for(migrated: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which a thousand requests wait for any one of the four approvers: made once, copied for each race."""
    path = Path(copyfile(migrated, tmp_path_factory.mktemp("race") / "countersign.db"))
    asyncio.run(_everything_is_asked_for(path))
    return path


async def _everything_is_asked_for(path: Path) -> None:
    store = Store(path)
    desk = desk_over(store)
    await store.write(lambda tx: load(tx, people()))
    asked = [
        Proposal(requester=somebody, beneficiary=somebody, entitlement=thing, duration=HOUR, reason="Why not?")
        for somebody in REQUESTERS
        for thing in ENTITLEMENTS
    ]
    act = [Act(actor=one.requester, trigger=Trigger(source="teams"), at=NOON) for one in asked]
    await asyncio.gather(
        *(
            store.write(lambda tx, place=place: submit(tx, asked[place], draft=place + 1, act=act[place], desk=desk))  # type: ignore[misc]
            for place in range(_REQUESTS)
        )
    )
    stage = asdict(Stage(name="owner", approvers=APPROVERS, quorum=1))
    await store.write(lambda tx: tx.execute(update(RequestRow).values(stages=[stage])))
    await store.close()


async def _race(path: Path, approvers: list[str]) -> list[list[str]]:
    """What each process was told about each request."""
    running = [
        await asyncio.create_subprocess_exec(
            sys.executable,
            *("-m", "tests.approvals.crowd", str(path), str(process), approver, str(_REQUESTS)),
            cwd=_ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
        )
        for process, approver in enumerate(approvers)
    ]
    for process in running:
        assert process.stdout is not None
        assert await process.stdout.readline() == b"ready\n"
    told = await asyncio.gather(*(process.communicate(b"go\n") for process in running))
    return [json.loads(out) for out, _ in told]


@pytest.mark.slow
@pytest.mark.parametrize(
    "approvers",
    [pytest.param([APPROVERS[0]] * _PROCESSES, id="one approver in four processes"), pytest.param([*APPROVERS], id="four approvers")],
)
async def test_of_any_number_of_presses_at_once_one_wins(asked_for: Path, tmp_path: Path, approvers: list[str]) -> None:
    path = Path(copyfile(asked_for, tmp_path / "countersign.db"))

    told = await _race(path, approvers)

    store = Store(path)
    rows = await store.read(lambda tx: {row.id: row for row in tx.exec(select(RequestRow))})
    decided = await store.read(lambda tx: {(one.request, one.approver): one for one in tx.exec(select(DecisionRow))})
    proofs = await store.read(lambda tx: Counter((one.request, one.kind, one.version) for one in tx.exec(select(EvidenceRow))))
    await store.close()
    wins: Counter[int] = Counter()
    for request in range(FIRST, FIRST + _REQUESTS):
        heard = [process[request - FIRST] for process in told]
        winner = heard.index("done")
        verdict, name = verdict_of(winner, request), approvers[winner].title()
        wins[winner] += 1

        past = "denied" if verdict is Verdict.DENY else "approved"
        stale = f"{name} has already {past} this, at 12:00 UTC. Your press changed nothing."
        assert sorted(heard) == sorted(["done", *[stale] * 3])
        assert (rows[request].state, rows[request].version, rows[request].decided_by) == (
            State.DENIED if verdict is Verdict.DENY else State.APPROVED,
            2,
            approvers[winner],
        )
        assert decided.pop((request, approvers[winner])).verdict is verdict
        assert proofs.pop((request, f"request:{verdict.value}", 2)) == 1
        assert proofs.pop((request, "act:refused", 2)) == 3
        assert proofs.pop((request, "request:submit", 1)) == 1
    assert (decided, proofs) == ({}, Counter())
    assert len(wins) > 1, "one process won everything: this was no race"
