"""What happened to one request, and whether anything is missing from any."""

import json
import re
from pathlib import Path

import click

from approvals.change import RequestId
from approvals.evidence import canonical
from approvals.evidence.witnessed import cover
from approvals.operations.audit import Entry, count, gaps, trail
from approvals.words import say
from infra.audit.asking import AuditError, ask
from infra.words import tell, words


async def show_request(request: str, *, database: Path, as_json: bool) -> None:
    """Print the path of one request."""
    wanted = request_number(request)
    entries, (sealed, witnessed) = await ask(lambda tx: (trail(tx, wanted), cover(tx)), database)
    for entry in entries:
        by = "witnessed" if entry.id <= witnessed else "sealed" if entry.id <= sealed else "not sealed"
        click.echo(_as_json(entry, by) if as_json else _as_line(entry, by))


def request_number(text: str) -> RequestId:
    """The request that ``text`` names. Raises AuditError where it names none."""
    match = re.fullmatch(r"(?:REQ-)?(\d{1,15})", text, re.IGNORECASE)
    if match is None:
        raise AuditError(say("{request} is no number of a request; write it as REQ-1042", request=repr(text)))
    return RequestId(int(match[1]))


async def check_records(*, database: Path) -> None:
    """Print whatever is missing; fail if anything is."""
    found, requests = await ask(lambda tx: (list(gaps(tx)), count(tx)), database)
    for gap in found:
        tell(gap)
    if found:
        raise AuditError(
            say(
                "{count} thing(s) are not accounted for in {requests} request(s); keep the database as it is and look into them",
                count=len(found),
                requests=requests,
            )
        )
    tell(say("every transition of {requests} request(s) is accounted for", requests=requests))


def _as_line(entry: Entry, covered: str) -> str:
    told = f"{entry.at:%Y-%m-%d %H:%M:%S} UTC  {entry.kind:16}  {entry.name:20}  {words(entry.sentence)}{_refused(entry)}"
    return f"{told}  [entry {entry.id}, {covered}]"


def _refused(entry: Entry) -> str:
    """By which check and which policies, where it is a refusal."""
    check = entry.body.get("check")
    rules = entry.body.get("decision", {}).get("answer", {}).get("rules", [])
    if check is None:
        return ""
    refused = say("[check {check}: {rules}]", check=check, rules=tuple(rules)) if rules else say("[check {check}]", check=check)
    return f"  {words(refused)}"


def _as_json(entry: Entry, covered: str) -> str:
    head = {"id": entry.id, "at": entry.at, "kind": entry.kind, "actor": entry.actor, "version": entry.version, "says": str(entry.sentence)}
    return canonical({**head, "covered": covered, "body": json.loads(canonical(dict(entry.body)))})
