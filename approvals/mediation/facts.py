"""Everything that an answer may rest on."""

from dataclasses import dataclass
from datetime import datetime

from approvals.change import Decision, Entitlement, Look, NotSignedIn, Person, RequestId, Stage, StepUp
from approvals.mediation.budgets import Spending
from approvals.policy.schema import Source


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """Read afresh from the directory and the records at ``read_at``; what is older is listed in ``older``.

    ``actor`` is None when time itself acts. ``stages`` and ``decisions`` are empty before submit. ``word`` is what the actor decides now.
    """

    read_at: datetime
    actor: Person | None
    requester: Person | None
    beneficiary: Person | None
    entitlement: Entitlement | None
    owners: tuple[Person, ...]
    """The owner, then the deputy, of the entitlement: as far as the directory knows them."""
    manager: Person | None = None
    """The beneficiary's manager, as far as the directory knows them."""
    manager_above: Person | None = None
    """The manager of that manager; read where a manager decides, or would have to and cannot."""
    steward: Person | None = None
    """The steward of the entitlement, where it has one and the directory knows them."""
    on_call: tuple[str, ...] = ()
    """The rotas on which the requester is on call at ``read_at``."""
    conflicts: tuple[Entitlement, ...] = ()
    """What must not come together with the entitlement and is held or asked for by the requester, the beneficiary or who acts for them."""
    open_request: RequestId | None = None
    """Another request of the beneficiary for the same entitlement that has not ended."""
    holds: bool = False
    """Whether the directory already shows the beneficiary in the entitlement's group."""
    asked_at: datetime | None = None
    """When the request was submitted; None before."""
    stages: tuple[Stage, ...] = ()
    stage: int = 0
    decisions: tuple[Decision, ...] = ()
    approvers: tuple[Person, ...] = ()
    """The directory's records of everybody in ``stages``."""
    lapses_at: datetime | None = None
    word: Decision | None = None
    given_to: Person | None = None
    """Who is to decide in the actor's place, where the actor wants that."""
    is_by_time: bool = False
    why: str = ""
    """What the actor says why they take access back."""
    step_up: StepUp | NotSignedIn | None = None
    """The actor's sign-in for this very decision, as verified, or why it does not count; None where they have not signed in."""
    looked: Look | None = None
    """What the actor says they are about to allow."""
    spending: tuple[Spending, ...] = ()
    """The budgets that the act draws on and that were spent before."""
    older: tuple[tuple[Source, datetime], ...] = ()
    """Sources whose values were read before ``read_at``, from a copy, say; and when."""

    def read_from(self, source: Source) -> datetime:
        """When what comes from ``source`` was read."""
        return dict(self.older).get(source, self.read_at)
