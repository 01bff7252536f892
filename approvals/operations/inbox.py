"""Each activity acts once, however often it is delivered."""

from datetime import datetime

from sqlalchemy.dialects.sqlite import insert

from approvals.evidence import Trigger
from approvals.store.sqlite import Tx
from approvals.store.statements import Statement
from approvals.store.tables import InboxRow

_MARK = Statement(insert(InboxRow.__table__).on_conflict_do_nothing())  # type: ignore[attr-defined]


def is_first_time(tx: Tx, trigger: Trigger, *, now: datetime) -> bool:
    """Mark the activity as acted on; False if it was before. The mark commits with the act, or vanishes with it.

    An activity without an id cannot be told from its repeat; the front lets none in.
    """
    row = {"conversation": trigger.conversation, "activity": trigger.activity, "at": now}
    return _MARK.run(tx, row) == 1
