"""Every recorded decision, made again: is the answer the one that was recorded?"""

from pathlib import Path

import click

from approvals.change import Grounds, RequestId
from approvals.operations.replay import Replayed, TooOld, replay
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.words import say
from infra.audit.answers import headed, terms, told
from infra.audit.asking import AuditError, ask
from infra.audit.records import request_number
from infra.words import tell


async def replay_log(request: str | None, *, since: int, database: Path) -> None:
    """Print each decision that would not be answered now as it was then; fail if there is any."""
    wanted = request_number(request) if request else None
    lines, decisions, old = await ask(lambda tx: _replayed(tx, wanted, since=since), database)
    for line in lines:
        click.echo(line)
    if lines:
        raise AuditError(
            say(
                "{count} of {decisions} decision(s) are not answered as they were; "
                "keep the database as it is, and compare it with a backup",
                count=len(lines),
                decisions=decisions,
            )
        )
    tell(say("{decisions} decision(s) are answered as they were, by the policy of their time", decisions=decisions))
    if old:
        tell(say("{count} more were recorded by a release that did not keep what they rested on", count=old))


def _replayed(tx: Tx, request: RequestId | None, *, since: int) -> tuple[list[str], int, int]:
    if request is not None:
        find(tx, request)  # Says so where there is no such request.
    lines, decisions, old = [], 0, 0
    for one in replay(tx, request=request, since=since):
        if isinstance(one, TooOld):
            old += 1
            continue
        decisions += 1
        if not one.is_same_throughout:
            lines.append(_line(tx, one))
    return lines, decisions, old


def _line(tx: Tx, one: Replayed) -> str:
    return f"{headed(tx, one)}: {one.problem or _difference(tx, one)}"


def _difference(tx: Tx, one: Replayed) -> str:
    if one.then is None or one.now is None:
        return "cannot be asked for"
    then, now = told(one.then.answer), told(one.now)
    if then != now:
        return f"then {then}; now {now}"
    if not one.is_same:
        return f"{now}, as then, but on other terms; then {terms(tx, one.then.answer)}; now {terms(tx, one.now)}"
    return f"{now}, as then, but the policy {_otherwise(one.then.grounds, one.now.grounds)}"


def _otherwise(then: Grounds, now: Grounds | None) -> str:
    if now is None or then.digest != now.digest:
        return "is asked something else than it was"
    return "says something else to: " + ", ".join(sorted({one.about for one in {*then.ruled} ^ {*now.ruled}}))
