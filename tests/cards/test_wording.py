"""What each reader is told in each state: what it is, what happened, what happens next."""

from datetime import timedelta

import pytest

from approvals.change import EndCause, PersonId, State
from approvals.views import RequestView, Standing
from approvals.words import say
from cards.language import Language
from cards.wording import Tone, badge, summary, told
from tests.builders import ANA, HOUR, MARIA, TOM, a_person, a_request_view

LISBON = Language("en-GB", "Europe/Lisbon")
VIEWERS = {Standing.REQUESTER: ANA.id, Standing.APPROVER: MARIA.id, Standing.RELIEVED: MARIA.id, Standing.ONLOOKER: TOM.id}


JONAS = a_person("Jonas Weber", title="Team lead")


def as_told(view: RequestView, *, viewer: PersonId | None = None) -> str:
    """The head of the card, a sentence a line; the tone is the name of its colour."""
    said = told(view, language=LISBON, viewer=viewer or VIEWERS[view.standing])
    lines = [said.badge, said.headline, said.happened, *([said.then] if said.then else [])]
    return "\n".join([said.tone.name, *(LISBON.words(line) for line in lines)])


TOLD = {
    (State.WAITING, Standing.REQUESTER): """INFORM
Waiting
Waiting for a decision
You asked on Sat, 22 Nov 2025, 12:00 (Lisbon time). It waits for Maria Lindqvist.
You are told here as soon as it is decided.""",
    (State.WAITING, Standing.APPROVER): """INFORM
Waiting
Your decision is needed
Ana Ferreira asked on Sat, 22 Nov 2025, 12:00 (Lisbon time).""",
    (State.WAITING, Standing.ONLOOKER): """INFORM
Waiting
Waiting for a decision
Ana Ferreira asked on Sat, 22 Nov 2025, 12:00 (Lisbon time). It waits for Maria Lindqvist.""",
    (State.APPROVED, Standing.REQUESTER): """INFORM
Approved
Approved, and being made now
Maria Lindqvist approved 4 hours.
Time starts only once the change is made and checked.""",
    (State.APPROVED, Standing.APPROVER): """INFORM
Approved
Approved, and being made now
You approved 4 hours.
Time starts only once the change is made and checked.""",
    (State.GRANTED, Standing.REQUESTER): """GOOD
Live
You have this access now
Maria Lindqvist approved 4 hours.
It ends by itself on Sat, 22 Nov 2025, 17:00 (Lisbon time). Finished sooner? Hand it back with “I'm done”.""",
    (State.GRANTED, Standing.APPROVER): """GOOD
Live
Access is live
You approved 4 hours.
It ends by itself on Sat, 22 Nov 2025, 17:00 (Lisbon time).""",
    (State.ENDING, Standing.REQUESTER): """WARN
Ending
Access is being removed
Its time is over.
Not confirmed yet: it counts as ended once a check of the system no longer finds it.""",
    (State.ENDED, Standing.REQUESTER): """QUIET
Ended
Access has ended
It ran for the time that was approved, 4 hours.
Its removal was checked on Sat, 22 Nov 2025, 17:00 (Lisbon time).""",
    (State.DENIED, Standing.REQUESTER): """QUIET
Denied
The request was denied
Maria Lindqvist denied this on Sat, 22 Nov 2025, 13:00 (Lisbon time).
Nothing was changed. You can ask again and say more.""",
    (State.DENIED, Standing.APPROVER): """QUIET
Denied
The request was denied
You denied this on Sat, 22 Nov 2025, 13:00 (Lisbon time).""",
    (State.LAPSED, Standing.REQUESTER): """QUIET
Lapsed
Nobody answered in time
No decision was made by Tue, 25 Nov 2025, 12:00 (Lisbon time), so nothing was changed.
Still needed? Ask again: it goes to the same people.""",
    (State.LAPSED, Standing.APPROVER): """QUIET
Lapsed
Nobody answered in time
No decision was made by Tue, 25 Nov 2025, 12:00 (Lisbon time), so nothing was changed.""",
    (State.WITHDRAWN, Standing.REQUESTER): """QUIET
Withdrawn
The request was withdrawn
You withdrew it.
Nothing was changed. Still needed? You can ask again.""",
    (State.WITHDRAWN, Standing.APPROVER): """QUIET
Withdrawn
The request was withdrawn
Ana Ferreira withdrew it.
Nothing was changed, and nothing is left to decide.""",
    (State.WAITING, Standing.RELIEVED): """INFORM
Waiting
Somebody else decides now
Ana Ferreira asked on Sat, 22 Nov 2025, 12:00 (Lisbon time). It is asked of Jonas Weber now, in your place.""",
    (State.REFUSED, Standing.REQUESTER): """WARN
Refused
Nobody can decide on this
Nobody can decide on Write access to billing-db for you.
Nobody has denied it, and nothing was changed. You can ask again once somebody can decide.""",
    (State.REFUSED, Standing.RELIEVED): """WARN
Refused
Nobody can decide on this
Nobody can decide on Write access to billing-db for you.
Nobody has denied it, and nothing was changed.""",
    (State.FAILED, Standing.REQUESTER): """ALERT
Failed
The change could not be made
The directory refused the change to grp-billing-db-write.
Nothing more happens by itself. The helpdesk follows it up: ticket TCK-1042.""",
}


@pytest.mark.parametrize(("state", "standing"), TOLD, ids=str)
def test_a_reader_is_told_what_happened_and_what_comes_next(state: State, standing: Standing) -> None:
    waits = {"waiting_for": (JONAS,)} if standing is Standing.RELIEVED and state is State.WAITING else {}

    assert as_told(a_request_view(state, standing, **waits)) == TOLD[state, standing]


@pytest.mark.parametrize("standing", Standing)
def test_every_reader_is_told_plainly_that_access_is_not_gone(standing: Standing) -> None:
    failure = say("It could not be removed from {target} in {attempts} attempts, so it counts as live.", target="grp-billing", attempts=7)

    assert as_told(a_request_view(State.ENDING, standing, failure=failure)) == (
        "ALERT\nNot removed\nThe access is not gone\n"
        "It could not be removed from grp-billing in 7 attempts, so it counts as live.\n"
        "It is tried again by itself, and the helpdesk has to look: ticket TCK-1042."
    )


def test_less_time_than_was_asked_is_told() -> None:
    assert "Maria Lindqvist approved 2 hours instead of 4 hours." in as_told(
        a_request_view(State.GRANTED, Standing.REQUESTER, duration=2 * HOUR)
    )


@pytest.mark.parametrize(
    ("standing", "cause", "who", "sentence"),
    [
        (Standing.REQUESTER, EndCause.HANDED_BACK, ANA, "You handed it back."),
        (Standing.APPROVER, EndCause.HANDED_BACK, ANA, "Ana Ferreira handed it back."),
        (Standing.APPROVER, EndCause.HANDED_BACK, None, "It was handed back early."),
        (Standing.REQUESTER, EndCause.REVOKED, MARIA, "Maria Lindqvist revoked it before its time."),
        (Standing.REQUESTER, EndCause.REVOKED, None, "It was revoked before its time."),
    ],
)
def test_why_access_ended_is_told(standing: Standing, cause: EndCause, who: object, sentence: str) -> None:
    assert sentence in as_told(a_request_view(State.ENDED, standing, end_cause=cause, ended_by=who)).splitlines()


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("standing", Standing)
def test_a_heading_holds_no_value_since_headings_read_markdown(state: State, standing: Standing) -> None:
    said = told(a_request_view(state, standing), language=LISBON, viewer=ANA.id)

    assert (said.badge.values, said.headline.values) == ((), ())


def test_final_states_are_quiet_unless_something_failed() -> None:
    tones = {state: told(a_request_view(state), language=LISBON, viewer=MARIA.id).tone for state in State if state.is_final}

    assert tones == {**dict.fromkeys(tones, Tone.QUIET), State.REFUSED: Tone.WARN, State.FAILED: Tone.ALERT}


def test_every_state_has_its_own_badge() -> None:
    assert len({badge(state) for state in State}) == len(State)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("standing", Standing)
def test_nothing_is_told_relative_to_now(state: State, standing: Standing) -> None:
    later = a_request_view(state, standing, asked_at=a_request_view().asked_at - timedelta(days=400))

    assert " ago" not in as_told(later)
    assert "{" not in as_told(later)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("standing", Standing)
def test_a_notification_names_the_request_and_the_access(state: State, standing: Standing) -> None:
    said = str(summary(a_request_view(state, standing)))

    assert "REQ-1042" in said
    assert "Write access to billing-db" in said
    assert "{" not in said


def test_an_approver_is_notified_that_a_decision_is_needed() -> None:
    said = str(summary(a_request_view()))

    assert said == "Ana Ferreira asks for Write access to billing-db: your decision is needed (REQ-1042)."
