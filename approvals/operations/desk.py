"""What every verb needs to hand: the records, the rules in force, the clock, and the systems that changes are made in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from approvals.catalog import Catalog
from approvals.change import PersonId, RequestId
from approvals.connectors import Connector
from approvals.evidence import Trigger
from approvals.policy import Policy
from approvals.reading import Shelf
from approvals.step_up import Vouching
from approvals.store.sqlite import Store
from approvals.words import Sentence


@dataclass(slots=True, kw_only=True)
class Desk:
    """The composition that the edge makes once. ``url`` is where the helpdesk's pages are, without a slash at its end.

    ``vouching`` says whose sign-in counts; without it nothing of high risk can be approved.
    One thing of it changes while it is in use: ``policy``, on the writer's thread between two transactions (changing_policy.py).
    """

    store: Store
    catalog: Catalog
    policy: Policy
    connectors: Mapping[str, Connector]
    now: Callable[[], datetime]
    url: str
    vouching: Vouching | None = None

    @property
    def shelf(self) -> Shelf:
        """Where views look names up."""
        return Shelf(catalog=self.catalog, url=self.url)


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Somebody, or time itself (``actor`` is None), does something to a request: who (as the channel proved it), by what, when."""

    actor: PersonId | None
    trigger: Trigger
    at: datetime


@dataclass(frozen=True, slots=True)
class Done:
    """It was done, or had been done before by the very same act; ``request`` is in its new state."""

    request: RequestId


@dataclass(frozen=True, slots=True)
class Refused:
    """It was not done. ``reason`` is for the person; ``request`` is known where there is one to show them."""

    reason: Sentence
    request: RequestId | None


Outcome = Done | Refused


def by_time(now: datetime) -> Act:
    """What nobody presses: a timer that came due, or a job."""
    return Act(actor=None, trigger=Trigger(source="timer"), at=now)


def by_policy(act: Act) -> Act:
    """What nobody does, and the policy does at once, because of ``act``."""
    return replace(act, actor=None)
