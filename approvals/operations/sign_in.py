"""A sign-in for one decision: kept when it comes back from the authority, used up by the decision that it was made for."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.dialects.sqlite import insert

from approvals import evidence
from approvals.change import Action, Denied, NotSignedIn, RequestId, StepUp
from approvals.evidence import Trace
from approvals.mediation import Facts
from approvals.operations.desk import Act, Desk
from approvals.operations.refusals import is_to_be_recorded
from approvals.operations.transition import refuse
from approvals.step_up import Sought, Vouching, verify
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.store.tables import RequestRow, SignInRow
from approvals.words import Sentence, say

SIGN_IN = 17
"""The check of mediation that a sign-in satisfies."""
_ROWS = SignInRow.__table__  # type: ignore[attr-defined]
_PUT = insert(_ROWS)
_KEPT = timedelta(hours=1)
"""How long a sign-in that nobody uses lies about: far longer than it is of any use."""
NOT_SET_UP = NotSignedIn(
    why="setup",
    reason=say("Nobody can sign in for this here yet, so it cannot be approved. Ask whoever runs Countersign to set up sign-in."),
)
"""Where it is not said whose sign-in counts."""


NO_KEYS = NotSignedIn(
    why="keys",
    reason=say("Your sign-in cannot be checked yet, so nothing was approved. It is not lost: press Approve again in a minute."),
)
"""Where no key of the tenant has been read yet: nobody can tell whether a sign-in is genuine."""


@dataclass(frozen=True, slots=True)
class SignInNeeded:
    """It was not done yet: the presser signs in for ``sought``, and presses again. ``is_wrong_code``: the code that came was not ours."""

    request: RequestId
    sought: Sought
    reason: Sentence
    is_wrong_code: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was found of a sign-in: None where there is none. ``is_wrong_code``: a code came that is not the one that we gave out."""

    step_up: StepUp | NotSignedIn | None
    is_wrong_code: bool = False

    @property
    def proved(self) -> StepUp | None:
        """The sign-in, where it counts."""
        return self.step_up if isinstance(self.step_up, StepUp) else None


def keep(tx: Tx, token: str, *, code: str, sought: Sought, act: Act, desk: Desk) -> NotSignedIn | None:
    """Keep the sign-in for the decision that it was made for; why not, where it does not count. A refusal is recorded.

    Raises:
        UnknownRequestError: there is no such request.
    """
    row, vouching = find(tx, sought.request), desk.vouching
    proved = verify(token, sought=sought, vouching=vouching) if vouching else NOT_SET_UP
    if vouching is None or isinstance(proved, NotSignedIn):
        why = proved if isinstance(proved, NotSignedIn) else NOT_SET_UP
        refuse(tx, Denied(SIGN_IN, why.reason), act=act, row=row, desk=desk, facts=None, doing=f"sign-in: {why.why}")
        return why
    values = {"binding": sought.binding(vouching.tenant), "code": _hashed(code), "token": token, "at": act.at}
    kept = _PUT.on_conflict_do_update(index_elements=["request", "person"], set_=values)
    tx.run(kept, {"request": sought.request, "person": sought.person, **values})
    return None


def fetched(tx: Tx, sought: Sought, *, code: str | None, vouching: Vouching) -> Found:
    """What is proved now about the decision that is ``sought``. The sign-in is used up: it is for one attempt, whatever comes of it.

    ``code`` is what Teams handed back with the press, if anything.
    """
    mine = (_ROWS.c.request == sought.request, _ROWS.c.person == sought.person, _ROWS.c.binding == sought.binding(vouching.tenant))
    kept = tx.run(select(_ROWS).where(*mine)).mappings().first()
    if kept is None:
        return Found(step_up=None, is_wrong_code=code is not None)
    # Left where it is: a guess, or an authority that is away, must not take the sign-in from whoever made it.
    if code is not None and not hmac.compare_digest(_hashed(code), kept["code"]):
        return Found(step_up=None, is_wrong_code=True)
    if not vouching.keys():
        return Found(step_up=NO_KEYS)
    tx.run(delete(_ROWS).where(*mine))
    return Found(step_up=verify(kept["token"], sought=sought, vouching=vouching))


def forget_sign_ins(tx: Tx, *, now: datetime) -> None:
    """Drop the sign-ins that nobody used, once they are too old to be of use to anybody."""
    tx.run(delete(_ROWS).where(_ROWS.c.at < now - _KEPT))


def ask_to_sign_in(
    tx: Tx, denied: Denied, *, row: RequestRow, sought: Sought, found: Found, facts: Facts, act: Act, desk: Desk
) -> SignInNeeded:
    """Record that a press did not count, as far as it is within bounds, and answer for what the presser signs in.

    Nobody had signed in: of a forged press this is the trace. A sign-in that does not count is a refusal like any other.
    """
    needed = SignInNeeded(sought.request, sought, denied.reason, found.is_wrong_code)
    if found.step_up is not None:
        refuse(tx, denied, act=act, row=row, desk=desk, facts=facts, doing=Action.APPROVE)
        return needed
    if not is_to_be_recorded(tx, Trace.SIGN_IN_ASKED, denied, act=act):
        return needed
    evidence.record(
        tx,
        Trace.SIGN_IN_ASKED,
        at=act.at,
        request=sought.request,
        actor=act.actor,
        trigger=act.trigger,
        sentence=say("Asked to sign in once more before this approval counts."),
        policy=desk.policy,
        facts=facts,
        answer=denied,
        version=row.version,
        result={"asked": Action.APPROVE, "wrong_code": found.is_wrong_code},
    )
    return needed


def _hashed(code: str) -> str:
    return hashlib.sha256(code.encode("utf-8", "surrogatepass")).hexdigest()
