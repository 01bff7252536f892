"""A database full of requests, and the clicks that approve some of them, as Teams would deliver them.

The benchmark has an organisation of its own, since nobody may ask twice for one thing: 200 people who ask, and 100 entitlements, each with
an owner. Their risk is medium: a click of high risk is two, with a person's sign-in between them.
"""

import json
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from shutil import copytree, ignore_patterns
from uuid import UUID

import yaml
from sqlalchemy import insert

from approvals.catalog import Catalog
from approvals.change import PersonId, State
from approvals.mediation.budgets import Budget
from approvals.policy.loading import LIMITS
from approvals.reading import terms
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.store.tables import CopyRow, EvidenceRow, RequestRow, TicketRow
from approvals.words import say
from bot.clock import system_now
from cards.actions import Button, Verb, digest, mint
from infra.bench.front import APP_ID, TENANT
from infra.bench.whole import bench_settings
from infra.house import open_desk
from infra.secret import button_key, installation_secret

PEOPLE, ENTITLEMENTS = 200, 100
_SHIPPED = Path("infra/policy")
_STEP = 5_000
_FIRST = 1_001


@dataclass(frozen=True, slots=True, kw_only=True)
class Ledger:
    """The clicks to send, each for a request of its own; and how many decisions stand in the database."""

    clicks: tuple[bytes, ...]
    database: Path

    def decided(self) -> int:
        """Decisions, counted in the file itself."""
        with closing(sqlite3.connect(f"file:{self.database}?mode=ro", uri=True)) as records:
            return int(records.execute("SELECT count(*) FROM decision").fetchone()[0])


async def fill(folder: Path, authority: str, *, clicks: int, stored: int, pending: int) -> Ledger:
    """Make the database: ``clicks`` requests to be approved, and before them ``stored`` others, ``pending`` of which wait too."""
    settings = bench_settings(folder, authority, app_id=APP_ID, tenant=TENANT, secret=folder / "client-secret")
    _write_organisation(settings.catalog)
    _write_policy(settings.policy)
    key = button_key(installation_secret(settings.secret_file), tenant=TENANT)
    async with open_desk(settings, now=system_now) as desk:
        for first in range(0, stored + clicks, _STEP):
            numbers = range(first, min(first + _STEP, stored + clicks))
            rows = [_request(number, is_waiting=number < pending or number >= stored, is_click=number >= stored) for number in numbers]
            await desk.store.write(lambda tx, rows=rows: _insert(tx, rows))  # type: ignore[misc]
        wanted = range(_FIRST + stored, _FIRST + stored + clicks)
        bodies = await desk.store.read(lambda tx: tuple(_click(tx, number, authority, catalog=desk.catalog, key=key) for number in wanted))
    return Ledger(clicks=bodies, database=settings.database)


def _write_organisation(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    people = [
        {"id": _person(number), "name": f"Person {number}", "email": f"p{number}@bench.example"} for number in range(PEOPLE + ENTITLEMENTS)
    ]
    offer = {"level": "write", "description": "A thing.", "opens": "Changes the thing.", "risk": "medium"}
    times = {"usual_duration": "4h", "max_duration": "8h"}
    entitlements = [
        {"id": f"thing-{number}", "name": f"Thing {number}", "system": f"system-{number}", "target": f"grp-{number}"}
        | {"owner": f"p{PEOPLE + number}@bench.example", **offer, **times}
        for number in range(ENTITLEMENTS)
    ]
    # JSON is YAML.
    (folder / "people.yaml").write_text(json.dumps(people))
    (folder / "entitlements.yaml").write_text(json.dumps(entitlements))


def _person(number: int) -> str:
    return str(UUID(int=number + 1))


def _owner(thing: int) -> str:
    return _person(PEOPLE + thing)


def _write_policy(folder: Path) -> None:
    """The shipped policy, but that the owners of what is clicked may approve as fast as a benchmark does."""
    copytree(_SHIPPED, folder, ignore=ignore_patterns("tests"))
    table = yaml.safe_load((folder / LIMITS).read_text(encoding="utf-8"))
    (folder / LIMITS).write_text(json.dumps({**table, Budget.APPROVED_IN_A_MINUTE: 100}))


def _insert(tx: Tx, rows: list[dict[str, object]]) -> None:
    tx.execute(insert(RequestRow), rows)
    tickets = [{"id": row["id"], "request": row["id"], "opened_at": row["asked_at"], "updated_at": row["asked_at"]} for row in rows]
    tx.execute(insert(TicketRow), tickets)
    copies = [
        {"request": row["id"], "person": row["requester"], "shown": 1, "conversation": "a:1", "activity": f"a{row['id']}"} for row in rows
    ]
    tx.execute(insert(CopyRow), copies)
    submitted = {"kind": "request:submit", "version": 1, "sentence": say("Asked for."), "body": "{}"}
    tx.execute(insert(EvidenceRow), [{"request": row["id"], "at": row["asked_at"], **submitted} for row in rows])


def _request(number: int, *, is_waiting: bool, is_click: bool) -> dict[str, object]:
    """One request; those that wait have each a pair of person and entitlement to themselves, the clicks' in the second half."""
    half = ENTITLEMENTS // 2
    person, thing = _person(number // half % PEOPLE), number % half + (half if is_click else 0)
    now = system_now()
    return {
        "id": _FIRST + number,
        "draft": _FIRST + number,
        "version": 1,
        "state": State.WAITING if is_waiting else State.LAPSED,
        "requester": person,
        "beneficiary": person,
        "entitlement": f"thing-{thing}",
        "connector": "local",
        "target": f"grp-{thing}",
        "asked_duration": timedelta(hours=1),
        "duration": timedelta(hours=1),
        "reason": "to fix INC-4711",
        "stages": [{"name": "owner", "approvers": [_owner(thing)], "quorum": 1}],
        "stage": 0,
        "asked_at": now - timedelta(minutes=5),
        "lapses_at": now + timedelta(days=1),
        "decision_reason": "",
        "had_before": False,
    }


def _click(tx: Tx, number: int, authority: str, *, catalog: Catalog, key: bytes) -> bytes:
    """The owner's press of Approve on the card of one request, as an invoke activity."""
    row = find(tx, number)  # type: ignore[arg-type]
    owner = PersonId(row.stages[0]["approvers"][0])
    button = Button(Verb.APPROVE, "request", number, 1, digest(terms(row, catalog=catalog)))
    data = mint(button, viewer=owner, key=key)
    activity = {
        "type": "invoke",
        "name": "adaptiveCard/action",
        "id": f"f:{number}",
        "channelId": "msteams",
        "serviceUrl": f"{authority}/",
        "from": {"id": f"29:{owner}", "name": "Owner", "aadObjectId": owner},
        "conversation": {"id": f"a:{owner}", "conversationType": "personal", "tenantId": TENANT},
        "recipient": {"id": f"28:{APP_ID}", "name": "Countersign"},
        "channelData": {"tenant": {"id": TENANT}},
        "replyToId": f"b{number}",
        "value": {"action": {"type": "Action.Execute", "verb": "approve", "data": data}, "trigger": "manual"},
    }
    return json.dumps(activity).encode()
