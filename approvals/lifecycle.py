"""The life of a request: every edge there is. A pair that is not listed cannot happen.

        submit            approve             grant               end              confirm
    · ─────────▶ waiting ─────────▶ approved ─────────▶ granted ─────────▶ ending ─────────▶ ended
                 │  ▲ │                │                                   │  ▲
           agree └──┘ ├─ deny ─▶ denied└─ fail ─▶ failed            linger └──┘
         reroute ┘    ├─ lapse ─▶ lapsed
        escalate ┤    ├─ refuse ─▶ refused
        reassign ┘    │
                      └─ withdraw ─▶ withdrawn

While access is ``granted`` its holder may ask for more time (``ask_more``), which is given (``extend``) or not (``refuse_more``): the
request stays where it is, and so does its end until somebody has agreed.

``agree`` is an approval that leaves the quorum of its stage, or a later stage, still open. ``reroute`` puts others in the place of
those who cannot decide any more, ``escalate`` others beside those who do not, ``reassign`` another in the place of one who wants it so,
and ``refuse`` is what is left where there is nobody: no person's denial, and no time that ran out. ``linger`` says, once, that access
which is to end cannot be removed; nothing but its removal leads on from there. Each edge is one piece of evidence, one new version of
the request and the jobs that follow from it, in one transaction.
"""

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType

from approvals.change import State
from approvals.errors import IllegalTransitionError


class Event(StrEnum):
    """What moves a request, as ``<resource>:<verb>``; also the kind of its evidence."""

    SUBMIT = "request:submit"
    AGREE = "request:agree"
    APPROVE = "request:approve"
    DENY = "request:deny"
    LAPSE = "request:lapse"
    WITHDRAW = "request:withdraw"
    REROUTE = "request:reroute"
    ESCALATE = "request:escalate"
    REASSIGN = "request:reassign"
    REFUSE = "request:refuse"
    GRANT = "grant:grant"
    FAIL = "grant:fail"
    ASK_MORE = "grant:ask_more"
    EXTEND = "grant:extend"
    REFUSE_MORE = "grant:refuse_more"
    END = "grant:end"
    LINGER = "grant:linger"
    CONFIRM = "grant:confirm"


EDGES: Mapping[tuple[State | None, Event], State] = MappingProxyType(
    {
        (None, Event.SUBMIT): State.WAITING,
        (State.WAITING, Event.AGREE): State.WAITING,
        (State.WAITING, Event.APPROVE): State.APPROVED,
        (State.WAITING, Event.DENY): State.DENIED,
        (State.WAITING, Event.LAPSE): State.LAPSED,
        (State.WAITING, Event.WITHDRAW): State.WITHDRAWN,
        (State.WAITING, Event.REROUTE): State.WAITING,
        (State.WAITING, Event.ESCALATE): State.WAITING,
        (State.WAITING, Event.REASSIGN): State.WAITING,
        (State.WAITING, Event.REFUSE): State.REFUSED,
        (State.APPROVED, Event.GRANT): State.GRANTED,
        (State.APPROVED, Event.FAIL): State.FAILED,
        (State.GRANTED, Event.ASK_MORE): State.GRANTED,
        (State.GRANTED, Event.EXTEND): State.GRANTED,
        (State.GRANTED, Event.REFUSE_MORE): State.GRANTED,
        (State.GRANTED, Event.END): State.ENDING,
        (State.ENDING, Event.LINGER): State.ENDING,
        (State.ENDING, Event.CONFIRM): State.ENDED,
    }
)


def after(state: State | None, event: Event) -> State:
    """The state that ``event`` leads to.

    Raises:
        IllegalTransitionError: there is no such edge.
    """
    following = EDGES.get((state, event))
    if following is None:
        raise IllegalTransitionError(f"no edge {event} from {state or 'the beginning'}")
    return following
