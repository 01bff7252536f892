"""Requests in which somebody has a part. To anybody else it is as if there were none."""

from approvals import reading
from approvals.change import PersonId, RequestId
from approvals.errors import UnknownRequestError
from approvals.store.requests import find
from approvals.store.sqlite import Tx
from approvals.views import RequestView, Standing
from approvals.words import Sentence, say
from bot.counter import Counter


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
