"""Requests in which somebody has a part. To anybody else it is as if there were none."""

from collections.abc import Callable

from approvals import outbox, reading
from approvals.change import PersonId, RequestId
from approvals.errors import UnknownRequestError
from approvals.jobs.embedded import Kind, ask_for
from approvals.operations.desk import Outcome, Refused
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.views import RequestView, Standing
from approvals.words import Sentence, say
from bot.counter import Counter
from bot.visit import Visit


def request_id(argument: str | None) -> RequestId | None:
    """The request that ``REQ-1042`` means; None for anything else."""
    digits = (argument or "").upper().removeprefix("REQ-")
    return RequestId(int(digits)) if digits.isdecimal() and len(digits) < 16 else None


def view_for(tx: Tx, request: RequestId, *, reader: PersonId, counter: Counter) -> RequestView | None:
    """The request as ``reader`` may see it; None where there is none."""
    try:
        return reading.request_view(tx, find(tx, request), reader=reader, shelf=counter.desk.shelf)
    except UnknownRequestError:
        return None


def concerns(view: RequestView | None) -> bool:
    """Whether there is such a request and its reader has any part in it."""
    return view is not None and (view.standing is not Standing.ONLOOKER or view.may_take_back)


def not_yours(argument: str | None) -> Sentence:
    """What is said of a request that there is not, or in which the reader has no part."""
    return say("I find no request {number} of yours. “my requests” lists them.", number=argument or "")


def show_card(tx: Tx, visit: Visit, request: RequestId) -> None:
    """Post its living card anew; it is kept up to date from then on."""
    outbox.show(tx, request, visit.person)
    ask_for(tx, (Kind.REDRAW, request), now=visit.at)


def said(act: Callable[[], Outcome], *, done: Sentence) -> Sentence:
    """What is said after an operation: why it was refused, or that it is ``done``."""
    try:
        outcome = act()
    except UnknownRequestError:
        return not_yours(None)
    return outcome.reason if isinstance(outcome, Refused) else done
