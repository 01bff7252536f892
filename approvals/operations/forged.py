"""A button that this product did not draw for the person who pressed it: refused, recorded, and answered in words.

The request is found by the card that was pressed, where that card is one of ours; what the button itself says is believed in nothing.
"""

from sqlmodel import select

from approvals.change import Action, Denied, RequestId
from approvals.errors import UnknownRequestError
from approvals.mediation import authorize
from approvals.operations.desk import Act, Desk, Refused
from approvals.operations.facts import for_request
from approvals.operations.transition import refuse
from approvals.store.requests import find, proposal_of
from approvals.store.sqlite import Tx
from approvals.store.tables import CopyRow, RequestRow
from approvals.words import say

FORGED = -1
"""The check number that evidence gives to a button whose MAC does not fit."""
_WHO = (1, 9, 10, 14, 16)
"""The checks of mediation that are about who acts: their words say more than that the button does not fit."""
_VERBS = {
    "approve": Action.APPROVE,
    "deny": Action.DENY,
    "withdraw": Action.WITHDRAW,
    "hand_back": Action.REVOKE,
    "reassign": Action.REASSIGN,
}


def refuse_forged(tx: Tx, *, verb: str, claimed: RequestId | None, act: Act, desk: Desk) -> Refused:
    """Refuse the press. Somebody who may not do this anyway is told so; anybody else, that the button has been altered.

    ``claimed`` is the request that the button names: evidence is filed under it, and the presser is shown nothing of it.
    """
    altered = Denied(FORGED, say("This button was altered, or made for somebody else. Nothing was changed, and the attempt was recorded."))
    here = (CopyRow.conversation == act.trigger.conversation, CopyRow.activity == act.trigger.card)
    request = tx.exec(select(CopyRow.request).where(*here)).first() if act.trigger.card else None
    doing = _VERBS.get(verb)
    if request is None or doing is None:
        row = _claimed(tx, claimed)
        refuse(tx, altered, act=act, row=row, desk=desk, facts=None, doing=verb[:32] or "press", is_forged=True)
        return Refused(altered.reason, None)
    row = find(tx, RequestId(request))
    facts = for_request(tx, row, actor=act.actor, desk=desk, now=act.at)
    answer = authorize(doing, proposal_of(row), facts=facts, policy=desk.policy, now=act.at)
    may_not = isinstance(answer, Denied) and answer.check in _WHO
    denied = answer if isinstance(answer, Denied) and may_not else altered
    return refuse(tx, denied, act=act, row=row, desk=desk, facts=facts, doing=doing, is_forged=True)


def _claimed(tx: Tx, claimed: RequestId | None) -> RequestRow | None:
    try:
        return find(tx, claimed) if claimed else None
    except UnknownRequestError:
        return None
