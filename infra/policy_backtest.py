"""``countersign policy backtest``: what another policy would have made of everything that was decided."""

from collections import Counter
from enum import StrEnum
from pathlib import Path

import click

from approvals.change import Allowed
from approvals.errors import PolicyError
from approvals.operations.replay import Replayed, TooOld, replay
from approvals.policy import Policy
from approvals.store.sqlite import Tx
from approvals.words import say
from infra.audit.answers import headed, terms, told
from infra.audit.asking import ask
from infra.house import policy_in
from infra.words import tell


class Turn(StrEnum):
    """What becomes of a decision under another policy."""

    SAME = "the same"
    DENIED = "now denied"
    ALLOWED = "now allowed"
    TERMS = "allowed on other terms"
    REFUSED = "denied for another reason"
    UNKNOWN = "not to be judged"


async def backtest(folder: Path, *, database: Path, since: int) -> None:
    """Print what would differ, each decision by itself, and how many of each kind.

    Raises:
        PolicyError: the policy cannot be used, or something that was recorded cannot be judged.
    """
    policy = policy_in(folder)
    lines, counts, old = await ask(lambda tx: _tested(tx, policy, since=since), database)
    for line in lines:
        click.echo(line)
    told_counts = ", ".join(f"{counts[turn]} {turn}" for turn in Turn if counts[turn] or turn is Turn.SAME)
    tell(say("{total} decision(s) by policy {version}: {counts}", total=counts.total(), version=policy.version, counts=told_counts))
    if old:
        tell(say("{count} more were recorded by a release that did not keep what they rested on", count=old))
    if counts[Turn.UNKNOWN]:
        raise PolicyError(say("{count} decision(s) cannot be judged: what was recorded of them cannot be read", count=counts[Turn.UNKNOWN]))


def _tested(tx: Tx, policy: Policy, *, since: int) -> tuple[list[str], Counter[Turn], int]:
    lines, counts, old = list[str](), Counter[Turn](), 0
    for one in replay(tx, since=since, by=policy):
        if isinstance(one, TooOld):
            old += 1
            continue
        turn = _turn(one)
        counts[turn] += 1
        if turn is not Turn.SAME:
            lines.append(f"{turn}: {headed(tx, one)}: {_said(tx, one, turn)}")
    return lines, counts, old


def _turn(one: Replayed) -> Turn:
    if one.then is None or one.now is None:
        return Turn.UNKNOWN
    if one.is_same:
        return Turn.SAME
    was, is_now = isinstance(one.then.answer, Allowed), isinstance(one.now, Allowed)
    return {(True, True): Turn.TERMS, (True, False): Turn.DENIED, (False, True): Turn.ALLOWED}.get((was, is_now), Turn.REFUSED)


def _said(tx: Tx, one: Replayed, turn: Turn) -> str:
    if one.then is None or one.now is None:
        return one.problem
    said = f"{told(one.then.answer)} → {told(one.now)}"
    return f"{said}; {terms(tx, one.then.answer)} → {terms(tx, one.now)}" if turn is Turn.TERMS else said
