"""The evidence as other systems read it."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import pytest

from approvals.evidence.pieces import Piece
from approvals.words import say
from infra.audit.export import jsonl
from infra.audit.exported import About, Exported
from infra.audit.formats import cef, ocsf
from infra.serving import Local
from tests.infra.scenes import ANA, MARIA, asked, ended, granted
from tests.infra.test_commands import DONE, countersign

AT = datetime(2025, 11, 22, 12, 0, 0, 250_000, tzinfo=UTC)
ABOUT = About(beneficiary="ana-id", entitlement="billing-db-write", target="grp-billing")
# https://schema.ocsf.io/1.4.0/classes/user_access: what must be there, and what is allowed at the top.
REQUIRED = {"activity_id", "category_uid", "class_uid", "metadata", "privileges", "severity_id", "time", "type_uid", "user"}
ALLOWED = REQUIRED | {"activity_name", "actor", "message", "resource", "status_id", "unmapped"}


def exported(kind: str = "grant:grant", *, about: About | None = ABOUT, says: str = "Access works.", **body: object) -> Exported:
    piece = Piece(
        id=7,
        at=AT,
        kind=kind,
        request=1001 if about else None,
        draft=None,
        actor="maria-id",
        version=3,
        sentence=say(says),
        body={"policy": "p1", "check": None, **body},
    )
    return Exported(piece=piece, about=about, names={"maria-id": "Maria Lindqvist"}, release="1.2.3")


def event(one: Exported) -> Mapping[str, Any]:
    return json.loads(ocsf(one))  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("kind", "activity", "status", "severity"),
    [
        ("grant:grant", 1, 1, 1),
        ("grant:confirm", 2, 1, 1),
        ("request:approve", 99, 1, 1),
        ("act:refused", 99, 2, 3),
        ("delivery:failed", 99, 2, 2),
    ],
)
def test_ocsf_says_what_was_assigned_revoked_or_refused(kind: str, activity: int, status: int, severity: int) -> None:
    told = event(exported(kind))

    assert set(told) >= REQUIRED
    assert set(told) <= ALLOWED
    assert (told["category_uid"], told["class_uid"], told["activity_id"], told["type_uid"]) == (3, 3005, activity, 300_500 + activity)
    assert (told["status_id"], told["severity_id"], told["time"]) == (status, severity, 1_763_812_800_250)
    assert (told["user"], told["actor"]) == ({"uid": "ana-id"}, {"user": {"uid": "maria-id", "name": "Maria Lindqvist"}})
    assert (told["privileges"], told["resource"]["name"]) == (["billing-db-write"], "grp-billing")
    assert told["metadata"] == {
        "version": "1.4.0",
        "product": {"name": "Countersign", "vendor_name": "Countersign", "version": "1.2.3"},
        "uid": "7",
        "sequence": 7,
        "event_code": kind,
        "correlation_uid": "REQ-1001",
    }


def test_what_belongs_to_no_request_is_a_base_event() -> None:
    told = event(exported("person:erased", about=None))

    assert (told["category_uid"], told["class_uid"], told["activity_id"], told["type_uid"]) == (0, 0, 99, 99)
    assert not {"user", "privileges", "resource"} & set(told)


def test_cef_has_eight_fields_whatever_is_in_them() -> None:
    line = cef(exported("act:refused", says="Not = yes | no\\maybe\nnever", check=10))

    fields = re.split(r"(?<!\\)\|", line, maxsplit=7)
    assert fields[:7] == ["CEF:0", "Countersign", "Countersign", "1.2.3", "act:refused", "act refused", "7"]
    assert fields[7].startswith(
        "externalId=7 rt=1763812800250 act=act:refused outcome=failure suid=maria-id suser=Maria Lindqvist duid=ana-id "
    )
    assert fields[7].endswith("cs5=10 cs5Label=check msg=Not \\= yes | no\\\\maybe\\nnever")
    assert "\n" not in line


def test_cef_escapes_its_header_too() -> None:
    line = cef(exported("odd|kind\\with\nbreaks"))

    assert line.split("outcome")[0].startswith("CEF:0|Countersign|Countersign|1.2.3|odd\\|kind\\\\with breaks|odd\\|kind\\\\with breaks|3|")


def test_jsonl_holds_everything() -> None:
    told = json.loads(jsonl(exported(result={"from": "a"})))

    assert set(told) == {"entry", "at", "kind", "request", "draft", "actor", "version", "says", "body"}
    assert told["body"]["result"] == {"from": "a"}


async def test_an_export_goes_on_where_the_last_one_ended(local: Local) -> None:
    card = await asked(local)
    await local.simulator.person(MARIA).presses("Deny with this reason", inputs={"reason": "a|b=c\\d"}, on=card)
    where = ("--database", local.settings.database)

    whole = await countersign("audit", "export", *where)
    rest = await countersign("audit", "export", "--since", "3", *where)
    done = await countersign("audit", "export", "--since", "4", *where)

    entries = [json.loads(line) for line in whole.stdout.splitlines()]
    kinds = ["policy:begin", "draft:said", "request:submit", "request:deny"]
    assert [(entry["entry"], entry["kind"]) for entry in entries] == [*enumerate(kinds, 1)]
    assert entries[1]["body"]["result"]["understood"]["entitlement"] == "billing-db-write"
    assert rest.stdout == whole.stdout.splitlines(keepends=True)[3]
    assert (done.exit_code, done.stdout) == (DONE, "")


@pytest.mark.parametrize("form", ["ocsf", "cef"])
async def test_a_whole_loop_is_exported_line_by_line(local: Local, form: str) -> None:
    await granted(local)
    await ended(local)

    told = await countersign("audit", "export", "--format", form, "--database", local.settings.database)

    assert (told.exit_code, len(told.stdout.splitlines())) == (DONE, 10)
    ana = local.simulator.person(ANA).id
    if form == "ocsf":
        events = [json.loads(line) for line in told.stdout.splitlines()]
        assert [one["activity_id"] for one in events] == [99, 99, 99, 99, 99, 99, 1, 99, 99, 2]
        assert all(one["user"] == {"uid": ana, "name": "Ana Ferreira"} for one in events[2:])
    else:
        assert all(line.startswith("CEF:0|Countersign|Countersign|") for line in told.stdout.splitlines())
