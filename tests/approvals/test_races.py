"""Four processes on one database, a thousand requests, everybody pressing at once: one winner each, and everybody else reads who it was."""

import asyncio
import json
import subprocess
import sys
from collections import Counter, defaultdict
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
from approvals.words import say
from tests.approvals.crowd import APPROVERS, ENTITLEMENTS, FIRST, LOT, REQUESTERS, desk_over, people, verdict_of
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
    for lot in range(0, _REQUESTS, LOT):
        for process in running:
            assert process.stdout is not None
            assert await process.stdout.readline() == b"ready\n"
        turn = lot // LOT % _PROCESSES
        for process in running[turn:] + running[:turn]:
            assert process.stdin is not None
            process.stdin.write(b"go\n")
    told = await asyncio.gather(*(process.communicate() for process in running))
    return [json.loads(out) for out, _ in told]


@pytest.mark.slow
@pytest.mark.parametrize(
    "approvers",
    [pytest.param([APPROVERS[0]] * _PROCESSES, id="one approver in four processes"), pytest.param([*APPROVERS], id="four approvers")],
)
async def test_of_any_number_of_presses_at_once_one_wins(asked_for: Path, tmp_path: Path, approvers: list[str]) -> None:
    path = Path(copyfile(asked_for, tmp_path / "countersign.db"))

    told = await _race(path, approvers)

    heard = [[process[place] for process in told] for place in range(_REQUESTS)]
    winners = [words.index("done") for words in heard]
    verdicts = [verdict_of(winner, FIRST + place) for place, winner in enumerate(winners)]
    names = [approvers[winner].title() for winner in winners]
    assert heard == [
        [
            "done" if place == winner else _loses_to(verdict, None if approvers[place] == approvers[winner] else name)
            for place in range(_PROCESSES)
        ]
        for winner, verdict, name in zip(winners, verdicts, names, strict=True)
    ]
    assert await _recorded(path) == [
        (FIRST + place, verdict, approvers[winner], _PROOFS[verdict])
        for place, (winner, verdict) in enumerate(zip(winners, verdicts, strict=True))
    ]
    assert len({*winners}) > 1, "one process won everything: this was no race"


_PROOFS = {verdict: Counter({("request:submit", 1): 1, (f"request:{verdict.value}", 2): 1, ("act:refused", 2): 3}) for verdict in Verdict}
"""The kinds and versions of what is written of one race: one transition, and a refusal for each who lost."""
_ENDS = {State.APPROVED: Verdict.APPROVE, State.DENIED: Verdict.DENY}


def _loses_to(verdict: Verdict, name: str | None) -> str:
    """What a press that came second reads: who was first, or with ``name`` None that it was the presser."""
    done = "denied" if verdict is Verdict.DENY else "approved"
    if name is None:
        return str(say(f"You have already {done} this, on {{at}}. This press changed nothing more.", at=NOON))
    return str(say(f"{{who}} has already {done} this, on {{at}}. Your press changed nothing.", who=name, at=NOON))


async def _recorded(path: Path) -> list[tuple[int, Verdict, str, Counter[tuple[str, int | None]]]]:
    """For each request how it ended and by whom, as its row and its only decision agree, and what was written of it."""
    store = Store(path)
    rows = await store.read(lambda tx: list(tx.exec(select(RequestRow).order_by(RequestRow.id))))  # type: ignore[arg-type]
    decided = await store.read(lambda tx: [(one.request, one.verdict, one.approver) for one in tx.exec(select(DecisionRow))])
    proofs: defaultdict[int, Counter[tuple[str, int | None]]] = defaultdict(Counter)
    for proof in await store.read(lambda tx: list(tx.exec(select(EvidenceRow)))):
        proofs[proof.request or 0][proof.kind, proof.version] += 1
    await store.close()
    ended = [(row.id or 0, _ENDS[row.state], row.decided_by or "") for row in rows]
    assert sorted(decided) == ended
    return [(request, verdict, by, proofs[request]) for request, verdict, by in ended]
