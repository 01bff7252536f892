"""A crowd at one desk: an organisation as large as a race needs, and the program that each process of a race runs."""

import asyncio
import json
import sys
from dataclasses import replace
from pathlib import Path

from approvals.catalog import Catalog
from approvals.change import Decision, Entitlement, EntitlementId, Person, PersonId, RequestId, Risk, Verdict
from approvals.evidence import Trigger
from approvals.operations import refusals
from approvals.operations.decide import decide
from approvals.operations.desk import Act, Desk, Done
from approvals.operations.staleness import Seen
from approvals.store.sqlite import Store
from tests.approvals.northwind import WIDE
from tests.builders import HOUR, NOON

APPROVERS = tuple(PersonId(f"approver-{count}") for count in range(4))
REQUESTERS = tuple(PersonId(f"requester-{count}") for count in range(100))
ENTITLEMENTS = tuple(EntitlementId(f"entitlement-{count}") for count in range(10))
FIRST = 1001
LOT = 20
_AT_ONCE = 4
_TIRELESS = replace(WIDE, limits=replace(WIDE.limits, budgets=dict.fromkeys(WIDE.limits.budgets, 1_000_000)))
"""A race is pressed by more hands than one, under one name."""


def people() -> tuple[Person, ...]:
    return tuple(Person(id=one, name=one.title(), email=f"{one}@northwind.example") for one in (*APPROVERS, *REQUESTERS))


def catalog() -> Catalog:
    return Catalog(
        tuple(
            Entitlement(
                id=one,
                name=one.title(),
                system="billing",
                level="write",
                description="Change rows.",
                opens="Everything.",
                risk=Risk.MEDIUM,
                owner=APPROVERS[0],
                deputy=None,
                usual_duration=HOUR,
                max_duration=8 * HOUR,
                target=f"grp-{one}",
            )
            for one in ENTITLEMENTS
        )
    )


def desk_over(store: Store) -> Desk:
    return Desk(store=store, catalog=catalog(), policy=_TIRELESS, connectors={}, now=lambda: NOON, url="")


def verdict_of(process: int, request: int) -> Verdict:
    """On even requests everybody approves; on odd ones every second process denies."""
    return Verdict.DENY if request % 2 and process % 2 else Verdict.APPROVE


async def press(store: Store, *, process: int, approver: PersonId, requests: range) -> list[str]:
    """Press on each request in turn, a few at a time; what each press came to, in order."""
    desk, room = desk_over(store), asyncio.Semaphore(_AT_ONCE)
    act = Act(actor=approver, trigger=Trigger(source="teams", activity=f"press-{process}"), at=NOON)
    seen = Seen(version=1, fits=lambda _terms: True)

    async def one(request: int) -> str:
        word = Decision(approver=approver, verdict=verdict_of(process, request), at=NOON, reason=f"I am process {process}.")
        async with room:
            outcome = await store.write(lambda tx: decide(tx, RequestId(request), word, seen=seen, act=act, desk=desk))
        return "done" if isinstance(outcome, Done) else str(outcome.reason)

    return await asyncio.gather(*(one(request) for request in requests))


async def main(path: str, process: str, approver: str, requests: str) -> None:
    """Lot by lot: say that this process is ready, wait for the word, press. Then print what came of it all.

    In lots, so that all begin each lot at once: otherwise the first process to hold the lock would run ahead and win everything.
    """
    refusals.MOST = sys.maxsize  # As with its budgets: this is more than one person.
    store = Store(Path(path))
    outcomes: list[str] = []
    for first in range(FIRST, FIRST + int(requests), LOT):
        print("ready", flush=True)
        await asyncio.to_thread(sys.stdin.readline)
        lot = range(first, min(first + LOT, FIRST + int(requests)))
        outcomes += await press(store, process=int(process), approver=PersonId(approver), requests=lot)
    await store.close()
    print(json.dumps(outcomes))


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
