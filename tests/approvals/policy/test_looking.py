"""What a policy looks at, and what it saw."""

from approvals.change import Action
from approvals.mediation.case import Case
from approvals.policy.looking import Looked, looked_at
from approvals.policy.question import person_uid
from approvals.policy.rules import Rule
from tests.approvals.rules import GOOD, POLICY, PROPOSAL
from tests.builders import NOON

_CASE = Case(action=Action.APPROVE, proposal=PROPOSAL, facts=GOOD[Action.APPROVE], policy=POLICY, now=NOON)
_REQUEST, _APPROVAL = _CASE.questions["request"], _CASE.questions["approve/owner/maria"]


def rule(name: str) -> Rule:
    (found,) = (one for one in POLICY.rules.values() if one.id == name)
    return found


def test_attributes_of_the_principal_the_resource_and_the_context_are_seen() -> None:
    assert looked_at(rule("approve.owner"), _APPROVAL) == (
        Looked(path="principal.enabled", value=True),
        Looked(path="context.stage", value="owner"),
        Looked(path="resource.owners", value=(person_uid("maria"), person_uid("jonas"))),
    )


def test_attributes_of_somebody_whom_the_context_names_are_seen() -> None:
    assert looked_at(rule("limit.department"), _REQUEST) == (
        Looked(path="resource.departments", value=()),
        Looked(path="context.beneficiary.department", value="Payments"),
    )


def test_what_is_missing_is_seen_to_be() -> None:
    found = {one.path: one.value for one in looked_at(rule("auto.on-call"), _REQUEST)}

    assert (found["resource.rota"], found["context.beneficiary"]) == (None, person_uid("ana"))


def test_a_policy_without_conditions_looks_at_nothing() -> None:
    assert looked_at(rule("execute.decided"), _REQUEST) == ()
