"""The organisation of the model, in plain values: who there is, what can be asked for, what each risk demands, and how things stand."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
START = datetime(2025, 11, 21, 12, 0, tzinfo=UTC)
"""A Friday at noon."""
SHORTEST = 5 * MINUTE
REASON_AT_MOST = 40
A_SHIFT = 12 * HOUR
"""The longest that somebody on call takes something without a person's yes."""
FRESH = 5 * MINUTE
"""How old a sign-in may be when it is used."""
ASKED_IN_AN_HOUR, ASKED_IN_A_DAY, ONE_ASKED_FOR_IN_AN_HOUR, OPEN, APPROVED_IN_A_MINUTE = 3, 5, 4, 2, 2
LOOKED_AT_EVERY = HOUR
"""How often it is seen whether those who are asked can still decide."""
FAILURES, LEFT_ALONE = 5, timedelta(seconds=30)
"""After so many failures in a row a system is left alone, for so long at a time."""


@dataclass
class Somebody:
    """A person. ``hours_ahead`` is their clock's, of UTC."""

    team: str
    manager: str | None = None
    hours_ahead: int = 0
    is_security: bool = False
    is_here: bool = True


@dataclass
class Thing:
    """Something that can be asked for."""

    risk: str
    owner: str
    deputy: str | None
    longest: timedelta
    steward: str | None = None
    teams: tuple[str, ...] = ()
    apart_from: tuple[str, ...] = ()
    rota: str | None = None
    in_working_hours: bool = False


@dataclass(frozen=True)
class Tier:
    """What a risk demands: stages in order, as (whom, how many of them), how long the question stays open, and what else."""

    stages: tuple[tuple[str, int], ...]
    open_for: timedelta
    longest: timedelta | None = None
    wants_ticket: bool = False
    wants_sign_in: bool = False
    wants_second_look: bool = False


TIERS = {
    "low": Tier((("owner", 1),), 7 * DAY),
    "medium": Tier((("owner", 1),), 3 * DAY),
    "high": Tier((("manager", 1), ("owner", 1)), DAY, wants_sign_in=True),
    "critical": Tier((("owners", 2),), 8 * HOUR, longest=DAY, wants_ticket=True, wants_sign_in=True, wants_second_look=True),
}
ROTA, ON_CALL, SINCE = "platform", ("ana", "tom"), START - 2 * DAY
"""A week each, in turn."""


def people() -> dict[str, Somebody]:
    return {
        "ana": Somebody("Payments", manager="jonas"),
        "tom": Somebody("Care", manager="rosa", hours_ahead=9),
        "maria": Somebody("Payments", manager="rosa"),
        "jonas": Somebody("Payments", manager="maria"),
        "rosa": Somebody("Care"),
        "vera": Somebody("Security", manager="rosa", is_security=True),
    }


def things() -> dict[str, Thing]:
    return {
        "wiki": Thing("low", "jonas", None, 30 * DAY),
        "ledger": Thing("medium", "maria", "jonas", 8 * HOUR, steward="rosa", apart_from=("bank",)),
        "pager": Thing("medium", "jonas", "maria", 2 * DAY, rota=ROTA),
        "export": Thing("low", "rosa", "maria", DAY, in_working_hours=True),
        "bank": Thing("high", "maria", "jonas", 8 * HOUR, teams=("Payments", "Security"), apart_from=("ledger",)),
        "vault": Thing("critical", "maria", "jonas", 2 * DAY, steward="vera"),
    }


@dataclass(frozen=True)
class Stage:
    """Who is asked at once, and how many of them have to agree."""

    whom: str
    people: tuple[str, ...]
    quorum: int


@dataclass(frozen=True)
class Word:
    """What one of them said. ``is_proved`` where they signed in for it."""

    stage: int
    by: str
    is_yes: bool
    lasting: timedelta | None
    at: datetime
    is_proved: bool = False

    @property
    def verdict(self) -> str:
        return "approve" if self.is_yes else "deny"


@dataclass
class Request:
    """One request, as it has to stand."""

    number: int
    draft: int
    by: str
    whose: str
    thing: str
    asked_for: timedelta
    has_ticket: bool
    at: datetime
    lapses_at: datetime
    look_at: datetime
    stages: tuple[Stage, ...]
    lasting: timedelta
    state: str = "waiting"
    version: int = 1
    stage: int = 0
    words: list[Word] = field(default_factory=list)
    decided_by: str | None = None
    granted_at: datetime | None = None
    ends_at: datetime | None = None
    more: timedelta | None = None
    is_refused_more: bool = False
    had_before: bool = False
    is_begun: bool = False
    is_undone: bool = False
    lingers: bool = False
    held_back_at: int | None = None

    @property
    def whole(self) -> timedelta:
        """How long it is to last with what more is asked for."""
        return self.lasting + (self.more or timedelta())

    @property
    def waits_for_a_word(self) -> bool:
        return self.state == "waiting" or (self.state == "granted" and self.more is not None)

    @property
    def is_over(self) -> bool:
        return self.state in ("ended", "denied", "lapsed", "withdrawn", "refused", "failed")

    @property
    def pair(self) -> tuple[str, str]:
        return self.thing, self.whose


@dataclass(frozen=True)
class Entry:
    """One piece of evidence that there has to be; of a refusal, one of ``checks`` refused."""

    kind: str
    request: int | None
    by: str | None
    version: int | None
    checks: frozenset[int] = frozenset()
