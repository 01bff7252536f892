"""Facts under which each action is allowed, people with readable names, and a judge that asks mediation about a change to them."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any

from approvals.change import (
    Action,
    Allowed,
    Decision,
    Denied,
    Entitlement,
    EntitlementId,
    Obligations,
    Person,
    PersonId,
    Proposal,
    Risk,
    Stage,
    StepUp,
    Verdict,
)
from approvals.mediation import Facts, authorize
from approvals.mediation.budgets import Budget, Spending
from approvals.policy import Policy
from approvals.policy.loading import load_policy
from approvals.policy.schema import Source
from tests.approvals.northwind import POLICY
from tests.builders import HOUR, NOON


def somebody(name: str, **changes: Any) -> Person:
    """A person whose id is their first name."""
    first = name.split()[0].lower()
    return Person(**{"id": PersonId(first), "name": name, "email": f"{first}@northwind.example", "department": "Payments", **changes})


ANA = somebody("Ana Ferreira")
MARIA = somebody("Maria Lindqvist")
JONAS = somebody("Jonas Weber")
TOM = somebody("Tom Okafor", department="Customer Care")
BILLING = Entitlement(
    id=EntitlementId("billing-db-write"),
    name="Write access to billing-db",
    system="billing-db",
    level="write",
    description="Change rows in the production billing database.",
    opens="Correct or delete every invoice.",
    risk=Risk.HIGH,
    owner=MARIA.id,
    deputy=JONAS.id,
    usual_duration=4 * HOUR,
    max_duration=8 * HOUR,
    target="grp-billing-db-write",
)
PROPOSAL = Proposal(requester=ANA.id, beneficiary=ANA.id, entitlement=BILLING.id, duration=4 * HOUR, reason="Fix INC-4711")
STAGES = (Stage(name="owner", approvers=(MARIA.id,), quorum=1),)
ESCALATED = (Stage(name="owner", approvers=(MARIA.id, JONAS.id), quorum=1),)
_STAGED = {Action.ESCALATE: ESCALATED, Action.REASSIGN: (Stage(name="owner", approvers=(JONAS.id,), quorum=1),)}
OBLIGATIONS = Obligations(
    max_duration=8 * HOUR, lapses_after=timedelta(days=1), step_up=True, remind_after=4 * HOUR, escalate_after=8 * HOUR
)
_DECIDED: Mapping[Action, tuple[str, ...]] = {
    Action.SUBMIT: ("tier.high",),
    Action.APPROVE: ("tier.high", "approve.owner"),
    Action.REROUTE: ("approve.owner",),
    Action.ESCALATE: ("approve.owner",),
    Action.REASSIGN: ("approve.owner",),
    Action.EXECUTE: ("tier.high", "execute.decided", "approve.owner"),
}
_BINDING = (Action.SUBMIT, Action.APPROVE, Action.EXECUTE)
_PERMITTED: Mapping[Action, tuple[str, ...]] = {**_DECIDED, Action.EXTEND: ("tier.high", "extend.holder")}
ALLOWED: Mapping[Action, Allowed] = {
    action: Allowed(
        stages=_STAGED.get(action, STAGES), obligations=OBLIGATIONS if action in _BINDING else None, rules=_PERMITTED.get(action, ())
    )
    for action in Action
}
"""What each action is answered on its good facts."""

SIGNED_IN = StepUp(
    issuer="https://login.example",
    person=MARIA.id,
    auth_time=NOON - timedelta(minutes=1),
    age=timedelta(minutes=1),
    contexts=(),
    token="0f" * 32,
    token_id="uti-1",
)
YES = Decision(approver=MARIA.id, verdict=Verdict.APPROVE, at=NOON, duration=4 * HOUR, step_up=SIGNED_IN)
NO = Decision(approver=MARIA.id, verdict=Verdict.DENY, at=NOON, reason="Use the replica.")

_KNOWN = Facts(read_at=NOON, actor=ANA, requester=ANA, beneficiary=ANA, entitlement=BILLING, owners=(MARIA, JONAS))
_ASKED = replace(_KNOWN, actor=MARIA, stages=STAGES, approvers=(MARIA,), lapses_at=NOON + HOUR)
GOOD: Mapping[Action, Facts] = {
    Action.SUBMIT: _KNOWN,
    Action.APPROVE: replace(_ASKED, word=YES, step_up=SIGNED_IN),
    Action.DENY: replace(_ASKED, word=NO),
    Action.WITHDRAW: replace(_ASKED, actor=ANA),
    Action.REROUTE: replace(_ASKED, actor=None, is_by_time=True),
    Action.ESCALATE: replace(_ASKED, actor=None, is_by_time=True),
    Action.REASSIGN: replace(_ASKED, given_to=JONAS),
    Action.EXECUTE: replace(_ASKED, actor=None, is_by_time=True, decisions=(YES,)),
    Action.EXTEND: replace(_ASKED, actor=ANA),
    Action.REVOKE: replace(_ASKED, actor=ANA, decisions=(YES,)),
}
"""For each action the facts under which it is allowed."""


REQUESTING = "10-requesting.cedar"


def judge(action: Action, proposal: Proposal = PROPOSAL, *, policy: Policy = POLICY, **changes: Any) -> Allowed | Denied:
    """The answer on the good facts of ``action``, with ``changes``."""
    return authorize(action, proposal, facts=replace(GOOD[action], **changes), policy=policy, now=NOON)


def rewritten(name: str, old: str, new: str) -> Policy:
    """The shipped policy with ``old``, wherever it stands in the file ``name``, made ``new``."""
    assert old in POLICY.texts[name]
    return load_policy({**POLICY.texts, name: POLICY.texts[name].replace(old, new)})


WRONG: Mapping[int, tuple[Callable[[Proposal], Proposal], Mapping[str, Any]]] = {
    1: (lambda asked: asked, {"requester": replace(ANA, enabled=False)}),
    2: (lambda asked: asked, {"entitlement": None}),
    3: (lambda asked: asked, {"actor": TOM}),
    4: (lambda asked: asked, {"entitlement": replace(BILLING, departments=("Finance",))}),
    5: (lambda asked: replace(asked, duration=9 * HOUR), {}),
    6: (lambda asked: replace(asked, reason=""), {}),
    7: (lambda asked: asked, {"holds": True}),
    8: (lambda asked: asked, {"owners": (), "approvers": ()}),
    9: (lambda asked: asked, {"actor": ANA}),
    10: (lambda asked: asked, {"actor": TOM}),
    11: (lambda asked: asked, {"lapses_at": None}),
    12: (lambda asked: asked, {"word": None}),
    13: (lambda asked: asked, {"word": None}),
    14: (lambda asked: asked, {"actor": TOM}),
    15: (lambda asked: asked, {"decisions": ()}),
    17: (lambda asked: asked, {"step_up": None}),
    18: (lambda asked: asked, {"looked": None}),
    20: (lambda asked: asked, {"spending": tuple(Spending(budget=budget, most=1, since=NOON) for budget in Budget)}),
    22: (lambda asked: asked, {"given_to": TOM}),
    19: (lambda asked: asked, {"older": ((Source.DIRECTORY, NOON - timedelta(days=1)),)}),
}
ORDER: Mapping[Action, tuple[int, ...]] = {
    Action.SUBMIT: (1, 2, 3, 19, 4, 5, 6, 7, 8, 20),
    Action.APPROVE: (1, 2, 9, 10, 11, 19, 4, 5, 6, 12, 20, 17),
    Action.DENY: (1, 9, 10, 11, 13),
    Action.WITHDRAW: (1, 14),
    Action.REROUTE: (1, 2, 8),
    Action.ESCALATE: (1, 2, 8),
    Action.REASSIGN: (1, 2, 9, 10, 11, 19, 22),
    Action.EXECUTE: (1, 2, 19, 4, 5, 6, 15),
    Action.EXTEND: (1, 2, 3, 19, 4, 5, 6),
}
