"""How a request moves: state, version, evidence, ticket and work in one transaction, in one place.

Deciding whether it may move is mediation's; this only writes what was decided.
"""

from collections.abc import Mapping

from sqlalchemy import bindparam, update
from sqlalchemy.orm.attributes import set_committed_value

from approvals import evidence, lifecycle, tickets
from approvals.change import Allowed, Denied, EntitlementId, number
from approvals.errors import IllegalTransitionError
from approvals.evidence import Trace
from approvals.jobs.embedded import Kind, ask_for
from approvals.lifecycle import Event
from approvals.mediation import Facts
from approvals.operations.desk import Act, Desk, Refused
from approvals.operations.refusals import is_to_be_recorded
from approvals.store.requests import id_of
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import RequestRow
from approvals.words import Sentence

_REQUEST = RequestRow.__table__  # type: ignore[attr-defined]
_MOVE = Statement(update(_REQUEST).where(_REQUEST.c.id == bindparam("this"), _REQUEST.c.version == bindparam("seen")))


def move(
    tx: Tx,
    row: RequestRow,
    event: Event,
    *,
    desk: Desk,
    act: Act,
    sentence: Sentence,
    facts: Facts,
    changes: Mapping[str, object],
    work: tuple[Kind, ...] = (),
    answer: Allowed | Denied | None = None,
    calls: Mapping[str, object] | None = None,
) -> None:
    """Take ``row`` along one edge of its life, with its evidence, ticket and jobs. ``row`` shows it afterwards.

    ``answer`` is mediation's, where it was asked whether the request may move. ``calls`` are what a connector was asked and answered, where
    it moved because of that.

    Raises:
        IllegalTransitionError: the lifecycle has no such edge, or somebody else moved the request in between.
    """
    request = id_of(row)
    before, state, version = row.state, lifecycle.after(row.state, event), row.version + 1
    values = {**changes, "state": state, "version": version}
    # A sentence among the changes is why it failed: the evidence's own sentence tells that already, and holds names apart.
    changed = {name: value for name, value in changes.items() if not isinstance(value, Sentence)}
    if _MOVE.run(tx, {**values, "this": request, "seen": row.version}) != 1:
        raise IllegalTransitionError(f"{number(request)} is not at version {row.version} any more")
    evidence.record(
        tx,
        event,
        at=act.at,
        request=request,
        actor=act.actor,
        trigger=act.trigger,
        sentence=sentence,
        policy=desk.policy,
        facts=facts,
        answer=answer,
        version=version,
        result={"from": before, "to": state, **changed, **({"calls": calls} if calls else {})},
    )
    tickets.touch_ticket(tx, request, now=act.at, is_final=state.is_final)
    ask_for(tx, *((kind, request) for kind in (*work, Kind.REDRAW)), now=act.at)
    for name, value in values.items():
        # As loaded, not as changed: it is written already.
        set_committed_value(row, name, value)


def named(row: RequestRow, desk: Desk) -> str:
    """A request as people recognise it: its number and what it is about."""
    offer = desk.catalog.find(EntitlementId(row.entitlement))
    return f"{number(id_of(row))} ({offer.name if offer else row.entitlement})"


def refuse(
    tx: Tx, denied: Denied, *, act: Act, row: RequestRow | None, desk: Desk, facts: Facts | None, doing: str, is_forged: bool = False
) -> Refused:
    """Write that somebody was refused, and why: refusals are evidence too, where there are too many of them by their number."""
    request = id_of(row) if row else None
    if not is_to_be_recorded(tx, Trace.REFUSED, denied, act=act, is_forged=is_forged):
        return Refused(denied.reason, request)
    evidence.record(
        tx,
        Trace.REFUSED,
        at=act.at,
        request=request,
        actor=act.actor,
        trigger=act.trigger,
        sentence=denied.reason,
        policy=desk.policy,
        facts=facts,
        answer=denied,
        version=row.version if row else None,
        result={"refused": doing},
    )
    return Refused(denied.reason, request)
