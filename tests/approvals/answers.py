"""Many answers of mediation in one text: what must not depend on the process that gives them. Imports as little as it can."""

from dataclasses import replace

from approvals.change import Action
from tests.approvals.northwind import POLICY
from tests.approvals.rules import BILLING, JONAS, MARIA, ORDER, TOM, judge


def everything_that_is_answered() -> str:
    """Answers with many names in them, and the version of the policy over the shipped catalog."""
    answers = [judge(action) for action in Action]
    answers += [judge(action, actor=TOM, approvers=(MARIA, JONAS)) for action in Action]
    answers += [judge(action, entitlement=replace(BILLING, departments=("Finance", "Data", "HR"))) for action in ORDER]
    return "\n".join([repr(answers), POLICY.version])
