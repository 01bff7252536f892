"""Mediation: who may do what. The one place that says yes or no, and the only privileged path.

    facts      everything that an answer may rest on, read afresh by operations
    questions  facts → what the policy in force is asked
    budgets    how often something may be done
    stages     what the policy demands → people who must agree, and people who are told
    healing    who decides in the place of somebody who cannot any more
    demands    what asking and approving need beside the right to do it: a sign-in, a second look, room in a budget
    checks     the numbered checks, each with its source; what no policy may lift stands there in Python
    turning    which single facts would have turned an answer
    authorize  all of it in order → Allowed(stages, obligations) or Denied(check, reason)

Pure: no clock, no I/O, no database; the same facts give the same answer.
"""

from approvals.mediation.authorize import authorize
from approvals.mediation.facts import Facts

__all__ = ["Facts", "authorize"]
