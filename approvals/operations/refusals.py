"""How many refusals are recorded one by one: whoever holds a token of the channel can bring about as many as they like.

Of each kind and each person, the first ``MOST`` in an hour are entries of their own. The rest are refused all the same and counted, and the
count becomes one entry when the hour is over. Altered buttons, and people whom the directory does not know, are counted together, whoever
they say they are: who invents names must not get a budget for each.

The count is written in the transaction of the refusal, so a restart loses none.
"""

import json
from datetime import datetime, timedelta

from sqlalchemy import Row, delete, insert, select, update

from approvals import evidence
from approvals.change import Denied, PersonId
from approvals.evidence import Trace, Trigger
from approvals.operations.desk import Act
from approvals.store.sqlite import Tx
from approvals.store.tables import PersonRow, RefusalRow
from approvals.words import Sentence, say

MOST = 60
"""One a minute: nobody meets it who presses by hand."""
WINDOW = timedelta(hours=1)
_NAMES = 100
"""So many of those who acted are counted by name; the rest, whom somebody has invented, together."""
_OURS = ("timer", "start", "cli")
"""What time does by itself or is done on this machine, nobody else can bring about."""
_ROWS = RefusalRow.__table__  # type: ignore[attr-defined]


def is_to_be_recorded(tx: Tx, kind: Trace, denied: Denied, *, act: Act, is_forged: bool = False) -> bool:
    """Whether this refusal becomes an entry of its own. If not, it is counted here, and :func:`sum_up` records how many there were."""
    if act.trigger.source in _OURS:
        return True
    who = "" if is_forged or not _is_known(tx, act.actor) else act.actor or ""
    this = (_ROWS.c.who == who, _ROWS.c.kind == kind.value, _ROWS.c.check == denied.check)
    row = tx.run(select(_ROWS).where(*this)).first()
    if row is not None and act.at >= row.since + WINDOW:
        _sum_up(tx, row, now=act.at)
        row = None
    if row is None:
        new = {"who": who, "kind": kind.value, "check": denied.check, "since": act.at}
        tx.run(insert(_ROWS), {**new, "recorded": 1, "more": 0, "by": "{}"})
        return True
    if row.recorded < MOST:
        tx.run(update(_ROWS).where(*this).values(recorded=row.recorded + 1))
        return True
    first = row.first_at if row.more else act.at
    tx.run(update(_ROWS).where(*this).values(more=row.more + 1, first_at=first, last_at=act.at, by=_counted(row.by, act.actor or "")))
    return False


def is_any_over(tx: Tx, *, now: datetime) -> bool:
    """Whether :func:`sum_up` would find anything."""
    return tx.run(select(_ROWS.c.who).where(_ROWS.c.since <= now - WINDOW).limit(1)).first() is not None


def sum_up(tx: Tx, *, now: datetime, most: int) -> int:
    """Record what was counted in hours that are over, at most ``most`` of them; answer how many hours that were."""
    over = tx.run(select(_ROWS).where(_ROWS.c.since <= now - WINDOW).order_by(_ROWS.c.since).limit(most)).all()
    for row in over:
        _sum_up(tx, row, now=now)
    return len(over)


def _sum_up(tx: Tx, row: Row[tuple[object, ...]], *, now: datetime) -> None:
    tx.run(delete(_ROWS).where(_ROWS.c.who == row.who, _ROWS.c.kind == row.kind, _ROWS.c.check == row.check))
    if not row.more:
        return
    evidence.record(
        tx,
        Trace.REFUSED_MORE,
        at=now,
        request=None,
        actor=PersonId(row.who) if row.who else None,
        trigger=Trigger(source="timer"),
        sentence=_sentence(row),
        policy=None,
        result={
            "kind": row.kind,
            "check": row.check,
            "recorded": row.recorded,
            "more": row.more,
            "first": row.first_at,
            "last": row.last_at,
            "by": json.loads(row.by),
        },
    )


def _sentence(row: Row[tuple[object, ...]]) -> Sentence:
    told = {"count": row.more, "recorded": row.recorded, "first": row.first_at, "last": row.last_at}
    if row.kind == Trace.SIGN_IN_ASKED:
        return say(
            "Asked to sign in {recorded} times within an hour, each on record, and then {count} more times, "
            "between {first} and {last}: these were counted only.",
            **told,
        )
    return say(
        "Refused {recorded} times within an hour, each on record, and then {count} more times in the same way, "
        "between {first} and {last}: these were counted only.",
        **told,
    )


def _is_known(tx: Tx, person: PersonId | None) -> bool:
    return person is not None and tx.run(select(PersonRow.id).where(PersonRow.id == person)).first() is not None  # type: ignore[call-overload]


def _counted(by: str, actor: str) -> str:
    counts = json.loads(by)
    name = actor[:64] if actor[:64] in counts or len(counts) < _NAMES else "others"
    return json.dumps({**counts, name: counts.get(name, 0) + 1})
