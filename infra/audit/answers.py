"""A recorded decision and its answers, in a few words of one line."""

from dataclasses import fields
from datetime import timedelta

from approvals.change import Allowed, Denied, PersonId, number
from approvals.operations.replay import Replayed
from approvals.store.people import people
from approvals.store.sqlite import Tx
from approvals.words import spell


def headed(tx: Tx, one: Replayed) -> str:
    """Which decision it is: the entry, the request, what was to be done and by whom."""
    about = number(one.request) if one.request is not None else "no request"
    if one.then is None:
        return f"entry {one.entry}  {about}"
    who = _named(tx, one.actor) if one.actor else "Countersign"
    return f"entry {one.entry}  {about}  {one.then.grounds.action} of {one.then.grounds.proposal.entitlement} by {who}"


def told(answer: Allowed | Denied) -> str:
    """An answer: by which policies it is allowed, or by which check denied."""
    by = ", ".join(answer.rules)
    if isinstance(answer, Denied):
        return f"denied by check {answer.check}{f' ({by})' if by else ''}"
    return f"allowed{f' by {by}' if by else ''}"


def terms(tx: Tx, answer: Allowed | Denied) -> str:
    """What an answer binds to: who must agree, for how long, and the rest that the policy demands."""
    if isinstance(answer, Denied):
        return "nothing"
    stages = [f"{one.name}: {one.quorum} of {', '.join(_named(tx, who) for who in one.approvers) or 'nobody'}" for one in answer.stages]
    bound = answer.obligations
    demands = (
        [f"{each.name} {_plain(tx, getattr(bound, each.name))}" for each in fields(bound) if getattr(bound, each.name)] if bound else []
    )
    return "; ".join([*(stages or ["nobody has to agree"]), *demands])


def _plain(tx: Tx, value: object) -> str:
    if isinstance(value, timedelta):
        return spell(value)
    if isinstance(value, tuple):
        return ", ".join(_named(tx, PersonId(one)) for one in value)
    return "yes" if value is True else str(value)


def _named(tx: Tx, person: PersonId) -> str:
    known = people(tx, person)
    return known[person].name if person in known else person
