"""Every recorded decision, made again: is the answer the one that was recorded?"""

from pathlib import Path

import click

from approvals.change import Allowed, Denied, Grounds, RequestId, number
from approvals.operations.replay import Replayed, TooOld, replay
from approvals.store.people import people
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from infra.audit.asking import AuditError, ask
from infra.audit.records import request_number


async def replay_log(request: str | None, *, since: int, database: Path) -> None:
    """Print each decision that would not be answered now as it was then; fail if there is any."""
    wanted = request_number(request) if request else None
    told, decisions, old = await ask(lambda tx: _replayed(tx, wanted, since=since), database)
    for line in told:
        click.echo(line)
    if told:
        problem = f"{len(told)} of {decisions} decision(s) are not answered as they were"
        raise AuditError(f"{problem}; keep the database as it is, and compare it with a backup")
    older = f"; {old} more were recorded by a release that did not keep what they rested on" if old else ""
    click.echo(f"{decisions} decision(s) are answered as they were, by the policy of their time{older}")


def _replayed(tx: Tx, request: RequestId | None, *, since: int) -> tuple[list[str], int, int]:
    if request is not None:
        find(tx, request)  # Says so where there is no such request.
    told, decisions, old = [], 0, 0
    for one in replay(tx, request=request, since=since):
        if isinstance(one, TooOld):
            old += 1
            continue
        decisions += 1
        if not one.is_same_throughout:
            told.append(_line(tx, one))
    return told, decisions, old


def _line(tx: Tx, one: Replayed) -> str:
    return f"{headed(tx, one)}: {one.problem or _difference(one)}"


def headed(tx: Tx, one: Replayed) -> str:
    """Which decision it is: the entry, the request, what was to be done and by whom."""
    about = number(one.request) if one.request is not None else "no request"
    if one.then is None:
        return f"entry {one.entry}  {about}"
    who = people(tx, one.actor)
    name = who[one.actor].name if one.actor in who else one.actor or "Countersign"
    return f"entry {one.entry}  {about}  {one.then.grounds.action} of {one.then.grounds.proposal.entitlement} by {name}"


def told(answer: Allowed | Denied) -> str:
    """An answer in a few words: by which policies it is allowed, or by which check denied."""
    by = ", ".join(answer.rules)
    if isinstance(answer, Denied):
        return f"denied by check {answer.check}{f' ({by})' if by else ''}"
    return f"allowed{f' by {by}' if by else ''}"


def _difference(one: Replayed) -> str:
    if one.then is None or one.now is None:
        return "cannot be asked for"
    if told(one.then.answer) != told(one.now):
        return f"then {told(one.then.answer)}; now {told(one.now)}"
    if not one.is_same:
        return f"{told(one.now)}, as then, but it binds to something else: {one.then.answer!r} then, {one.now!r} now"
    return f"{told(one.now)}, as then, but the policy {_why(one.then.grounds, one.now.grounds)}"


def _why(then: Grounds, now: Grounds | None) -> str:
    if now is None or then.digest != now.digest:
        return "is asked something else than it was"
    return f"says {now.ruled!r} and said {then.ruled!r}"
