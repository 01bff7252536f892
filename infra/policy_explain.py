"""``countersign policy explain``: why something was decided as it was, and what would have turned the answer."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from approvals.change import Allowed, RequestId, number
from approvals.errors import PolicyError
from approvals.operations.explaining import Explained, Spoken, explain_entry, explain_request
from approvals.policy.question import Attribute
from approvals.store.people import people
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.words import say
from infra.audit.answers import told
from infra.audit.asking import ask

_MEANT = re.compile(r"REQ-(?P<request>\d{1,15})|(?P<entry>\d{1,15})", re.IGNORECASE)


async def explain(what: str, *, database: Path) -> None:
    """Explain each decision on a request, or the one that an entry of the evidence keeps.

    Raises:
        PolicyError: it is neither, or nothing was decided there.
        UnknownRequestError: there is no such request.
    """
    meant = _MEANT.fullmatch(what)
    if meant is None:
        raise PolicyError(say("{what} is neither a request such as REQ-1042 nor the number of an entry", what=repr(what)))
    for line in await ask(lambda tx: _lines(tx, meant), database):
        click.echo(line)


def _lines(tx: Tx, meant: re.Match[str]) -> list[str]:
    if meant["request"]:
        request = RequestId(int(meant["request"]))
        find(tx, request)  # Says so where there is no such request.
        found = explain_request(tx, request)
    else:
        entry = explain_entry(tx, int(meant["entry"]))
        found = (entry,) if entry else ()
    if not found:
        raise PolicyError(
            say("{meant}: no decision was recorded there with what it rested on; `countersign audit show` tells what was", meant=meant[0])
        )
    return [line for one in found for line in _explained(tx, one)]


def _explained(tx: Tx, one: Explained) -> Iterator[str]:
    about, who = number(one.request) if one.request is not None else "no request", _somebody(tx, one.actor or "")
    yield f"entry {one.entry}  {one.at:%Y-%m-%d %H:%M:%S} UTC  {about}  {one.action} of {one.entitlement} by {who}"
    yield f"  {told(one.answer)}, of policy {one.policy}: {one.says}"
    for spoken in one.spoken:
        yield f"  {_spoken(tx, spoken)}"
    would = "stopped it" if isinstance(one.answer, Allowed) else "let it through"
    if not one.turns:
        yield f"  no single fact that is tried would have {would}"
        return
    yield f"  any one of these would have {would}:"
    for turn in one.turns:
        yield f"    - {turn.says}"


def _spoken(tx: Tx, one: Spoken) -> str:
    verb = ("permits it" if one.rule.is_permit else "forbids it") if one.applied else "would permit it, and does not apply"
    facts = "; ".join(f"{looked.path} is {_value(tx, looked.value)}" for looked in one.looked)
    return f"{one.rule.id} {verb}{f': {facts}' if facts else ', whatever the facts are'}"


def _value(tx: Tx, value: Attribute | None) -> str:
    if value is None:
        return "missing"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ", ".join(_value(tx, one) for one in value) or "empty"
    return str(value) if isinstance(value, int | str) else _somebody(tx, value["id"])


def _somebody(tx: Tx, person: str) -> str:
    known = people(tx, person)
    return known[person].name if person in known else person or "Countersign"
