"""When the worker tries again, and what it gives up."""

from datetime import timedelta

import pytest

from approvals.errors import ConnectorError, HeldBackError
from approvals.jobs.embedded import Job, Kind
from bot.teams.errors import Throttled, Unavailable
from bot.worker import GRANT_TRIES, HELD_BACK_TRIES, LINGER_TRIES, Worker, _delay, _lingers
from tests.builders import NOON


def a_job(kind: Kind = Kind.SEND, *, attempts: int = 1) -> Job:
    return Job(id=1, kind=kind, subject=1, attempts=attempts, wanted=1, lease="a/1")


def test_a_send_that_was_throttled_waits_as_long_as_teams_asked() -> None:
    delay = _delay(a_job(attempts=9), Throttled("the service answered 429", retry_after=timedelta(seconds=17)), now=NOON)

    assert delay == timedelta(seconds=17)


@pytest.mark.parametrize(("attempts", "longest_s"), [(1, 1), (2, 2), (5, 16), (11, 600), (10_000, 600)])
def test_what_failed_is_tried_again_less_and_less_often(attempts: int, longest_s: int) -> None:
    delays = [_delay(a_job(attempts=attempts), Unavailable("no connection", may_have_arrived=False), now=NOON) for _ in range(50)]

    assert min(delays) >= timedelta(seconds=longest_s / 2)
    assert max(delays) <= timedelta(seconds=longest_s)
    assert len(set(delays)) > 1


@pytest.mark.parametrize(
    ("job", "is_hopeless"),
    [
        (a_job(Kind.GRANT, attempts=GRANT_TRIES - 1), False),
        (a_job(Kind.GRANT, attempts=GRANT_TRIES), True),
        (a_job(Kind.SEND, attempts=30), True),
        (a_job(Kind.REDRAW, attempts=30), True),
        (a_job(Kind.REVOKE, attempts=1_000_000), False),
    ],
)
def test_everything_is_given_up_in_the_end_but_never_a_removal(job: Job, is_hopeless: bool) -> None:
    assert Worker._is_hopeless(job) is is_hopeless


HELD = HeldBackError("the system has failed 5 times in a row", until=NOON + timedelta(seconds=30))


def test_a_removal_that_is_held_back_is_tried_as_soon_as_the_system_may_be_asked() -> None:
    delays = [_delay(a_job(Kind.REVOKE, attempts=9), HELD, now=NOON) for _ in range(50)]

    assert min(delays) >= timedelta(seconds=30)
    assert max(delays) <= timedelta(seconds=35)


@pytest.mark.parametrize(("attempts", "least_s"), [(1, 30), (9, 128)])
def test_a_grant_that_is_held_back_waits_for_both_the_breaker_and_its_own_turn(attempts: int, least_s: int) -> None:
    delays = [_delay(a_job(Kind.GRANT, attempts=attempts), HELD, now=NOON) for _ in range(50)]

    assert min(delays) >= timedelta(seconds=least_s)


@pytest.mark.parametrize(
    ("job", "error", "is_told"),
    [
        (a_job(Kind.REVOKE, attempts=LINGER_TRIES - 1), ConnectorError("no"), False),
        (a_job(Kind.REVOKE, attempts=LINGER_TRIES), ConnectorError("no"), True),
        (a_job(Kind.REVOKE, attempts=HELD_BACK_TRIES - 1), HELD, False),
        (a_job(Kind.REVOKE, attempts=HELD_BACK_TRIES), HELD, True),
        (a_job(Kind.GRANT, attempts=1_000), HELD, False),
    ],
)
def test_a_removal_that_fails_for_about_a_minute_is_told_also_where_the_system_is_left_alone(
    job: Job, error: Exception, is_told: bool
) -> None:
    assert _lingers(job, error) is is_told
