"""An approver's word: checked for staleness, then for right, then written once."""

import asyncio
import hashlib
from collections.abc import Mapping
from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta

import pytest

from approvals.change import Decision, EntitlementId, PersonId, RequestId, Risk, State, Verdict
from approvals.errors import UnknownRequestError
from approvals.operations.decide import decide
from approvals.operations.desk import Act, Done, Outcome, Refused
from approvals.operations.staleness import Seen
from approvals.reading import request_view
from approvals.views import Terms
from approvals.words import Sentence, say
from tests.approvals.northwind import ANA, BILLING_WRITE, JONAS, MARIA, STRANGER, TOM
from tests.approvals.signing import ISSUER, SIGNED_AT, a_token
from tests.approvals.story import Story, a_proposal, a_trigger
from tests.builders import HOUR, NOON


async def test_the_owner_approves(story: Story) -> None:
    request = await story.asked()
    await story.jobs_done()
    story.clock.advance(HOUR)
    sought = await story.sought(request)

    outcome = await story.approves(request)

    row = await story.row(request)
    assert outcome == Done(request)
    assert (row.state, row.version, row.duration, row.decided_by, row.decided_at, row.decision_reason) == (
        State.APPROVED,
        2,
        4 * HOUR,
        MARIA,
        NOON + HOUR,
        "",
    )
    assert [one.model_dump() for one in await story.decisions(request)] == [
        {
            "request": request,
            "stage": 0,
            "approver": MARIA,
            "verdict": Verdict.APPROVE,
            "duration": 4 * HOUR,
            "reason": "",
            "at": NOON + HOUR,
            "step_up": {
                "issuer": ISSUER,
                "person": MARIA,
                "auth_time": datetime.fromtimestamp(SIGNED_AT, UTC).isoformat(),
                "age_s": 0,
                "contexts": [],
                "token": hashlib.sha256(a_token(sought).encode()).hexdigest(),
                "token_id": "uti-1",
            },
        }
    ]
    assert await story.jobs() == [("grant:execute", request), ("request:redraw", request)]


async def test_the_owner_approves_for_less(story: Story) -> None:
    request = await story.asked()

    await story.approves(request, duration=2 * HOUR)

    row = await story.row(request)
    assert (row.asked_duration, row.duration) == (4 * HOUR, 2 * HOUR)
    assert [one.duration for one in await story.decisions(request)] == [2 * HOUR]
    assert [one.says for one in await story.evidence(request, kind="request:approve")] == ["Approved for 2 h."]


@pytest.mark.parametrize("duration", [4 * HOUR + timedelta(seconds=1), timedelta(minutes=4), timedelta(), -HOUR])
async def test_neither_more_than_was_asked_nor_nothing_is_approved(story: Story, duration: timedelta) -> None:
    request = await story.asked()

    outcome = await story.approves(request, duration=duration)

    text = "The duration has to be from {least} to {most}, which was asked for."
    await _refused(story, request, outcome, say(text, least=timedelta(minutes=5), most=timedelta(hours=4)), check=12)


async def test_the_owner_denies_and_the_requester_reads_why(story: Story) -> None:
    request = await story.asked()
    await story.jobs_done()

    outcome = await story.denies(request, reason="Use the replica.")

    row = await story.row(request)
    ticket = await story.ticket(request)
    assert outcome == Done(request)
    assert (row.state, row.version, row.decided_by, row.decision_reason) == (State.DENIED, 2, MARIA, "Use the replica.")
    assert ticket is not None
    assert ticket.closed_at == NOON
    assert await story.told() == [(ANA, "Maria Lindqvist denied REQ-1001 (Write access to billing-db): “Use the replica.”")]
    assert [one.duration for one in await story.decisions(request)] == [None]
    assert await story.jobs() == [("request:redraw", request), ("message:send", 1)]


@pytest.mark.parametrize("reason", ["", "  "])
async def test_a_denial_without_a_reason_is_refused(story: Story, reason: str) -> None:
    request = await story.asked()

    outcome = await story.denies(request, reason=reason)

    text = "Please say why you deny it, in at most {most} characters: the requester will read it."
    await _refused(story, request, outcome, say(text, most=1_000), check=13)


async def test_the_requester_cannot_approve_even_as_the_owner(story: Story) -> None:
    request = await story.asked()
    await story.needs(request, ("owner", (ANA, MARIA), 1))

    outcome = await story.approves(request, ANA)

    await _refused(story, request, outcome, say("This is your own request. Somebody else has to decide on it."), check=9)


@pytest.mark.parametrize("somebody", [TOM, JONAS])
async def test_a_stranger_is_told_who_decides(story: Story, somebody: PersonId) -> None:
    request = await story.asked()

    outcome = await story.denies(request, somebody)

    await _refused(story, request, outcome, say("Only {names} can decide on this request.", names=("Maria Lindqvist",)), check=10)


async def test_somebody_whom_the_directory_does_not_know_decides_nothing(story: Story) -> None:
    request = await story.asked()

    outcome = await story.approves(request, STRANGER)

    sentence = say("The directory does not know everybody concerned, so nothing can be done. Ask the helpdesk.")
    await _refused(story, request, outcome, sentence, check=1)


async def test_an_approver_who_has_left_decides_nothing(story: Story) -> None:
    request = await story.asked()
    await story.leaves(MARIA)

    outcome = await story.approves(request)

    sentence = say("{name} is not an active member of the organisation any more.", name="Maria Lindqvist")
    await _refused(story, request, outcome, sentence, check=1)


async def test_nothing_is_approved_for_a_requester_who_has_left(story: Story) -> None:
    request = await story.asked()
    await story.leaves(ANA)

    outcome = await story.approves(request)

    sentence = say("{name} is not an active member of the organisation any more.", name="Ana Ferreira")
    await _refused(story, request, outcome, sentence, check=1)


async def test_nobody_decides_after_the_last_moment(story: Story) -> None:
    request = await story.asked()
    story.clock.advance(timedelta(days=1))

    outcome = await story.approves(request)

    sentence = say("This request has lapsed: it was not decided in time. It has to be asked for again.")
    await _refused(story, request, outcome, sentence, check=11)


async def test_the_last_moment_is_in_time(story: Story) -> None:
    request = await story.asked()
    story.clock.advance(timedelta(days=1) - timedelta(microseconds=1))

    assert await story.approves(request) == Done(request)


@pytest.mark.parametrize("number", [4711, 0, -1, 2**63, 10**30])
async def test_nobody_decides_on_a_request_that_does_not_exist(story: Story, number: int) -> None:
    with pytest.raises(UnknownRequestError) as raised:
        await story.approves(RequestId(number), seen=Seen(version=1, fits=lambda _terms: True))

    assert str(raised.value) == f"there is no request REQ-{number}; “my requests” lists those that you can see"


# Staleness comes before legality.

_OLD = Seen(version=1, fits=lambda _terms: True)


@pytest.mark.parametrize("again", ["approves", "denies"])
@pytest.mark.parametrize(("first", "done"), [("approves", "approved"), ("denies", "denied")])
async def test_a_second_press_by_somebody_else_reads_who_was_first(story: Story, first: str, done: str, again: str) -> None:
    request = await story.asked()
    at = story.clock.advance(timedelta(hours=2, minutes=2))
    await getattr(story, first)(request)

    outcome = await getattr(story, again)(request, JONAS, seen=_OLD)

    sentence = say(f"{{who}} has already {done} this, on {{at}}. Your press changed nothing.", who="Maria Lindqvist", at=at)
    await _refused(story, request, outcome, sentence, check=0)


@pytest.mark.parametrize("again", ["approves", "denies"])
@pytest.mark.parametrize(("first", "done"), [("approves", "approved"), ("denies", "denied")])
async def test_whoever_presses_again_is_spoken_to_and_not_about(story: Story, first: str, done: str, again: str) -> None:
    request = await story.asked()
    at = story.clock.advance(timedelta(hours=2, minutes=2))
    await getattr(story, first)(request)

    outcome = await getattr(story, again)(request, seen=_OLD)

    sentence = say(f"You have already {done} this, on {{at}}. This press changed nothing more.", at=at)
    await _refused(story, request, outcome, sentence, check=0)


async def test_whoever_has_withdrawn_it_is_spoken_to(story: Story) -> None:
    request = await story.brought_to(State.WITHDRAWN)

    outcome = await story.approves(request, ANA, seen=_OLD)

    await _refused(story, request, outcome, say("You have withdrawn this request yourself. This press changed nothing more."), check=0)


@pytest.mark.parametrize(
    ("state", "sentence"),
    [
        (State.DENIED, say("{who} has already denied this, on {at}. Your press changed nothing.", who="Maria Lindqvist", at=NOON)),
        (State.LAPSED, say("This request has lapsed: nobody decided in time. Your press changed nothing.")),
        (State.WITHDRAWN, say("{who} has withdrawn this request. Your press changed nothing.", who="Ana Ferreira")),
        *(
            (state, say("{who} has already approved this, on {at}. Your press changed nothing.", who="Maria Lindqvist", at=NOON))
            for state in (State.APPROVED, State.GRANTED, State.ENDING, State.ENDED, State.FAILED)
        ),
    ],
)
@pytest.mark.parametrize("card", ["old", "new"])
async def test_a_press_on_what_waits_no_more_reads_what_happened(story: Story, state: State, sentence: Sentence, card: str) -> None:
    request = await story.brought_to(state)
    seen = _OLD if card == "old" else await story.seen_now(request)

    outcome = await story.approves(request, JONAS, seen=seen)

    await _refused(story, request, outcome, sentence, check=0)


async def test_a_card_of_another_version_is_stale_though_the_request_waits(story: Story) -> None:
    request = await story.asked()

    outcome = await story.approves(request, seen=Seen(version=2, fits=lambda _terms: True))

    sentence = say("This card was out of date. Here is the request as it stands now; please look again.")
    await _refused(story, request, outcome, sentence, check=0)


async def test_a_card_whose_terms_have_changed_since_is_stale(story: Story) -> None:
    request = await story.asked()
    shown = await _terms(story, request)
    before = story.desk.catalog.find(EntitlementId("billing-db-write"))
    assert before is not None
    wider = replace(story.desk.catalog, entitlements=(replace(before, opens="Everything."),))
    story.desk = replace(story.desk, catalog=wider)

    outcome = await story.approves(request, seen=Seen(version=1, fits=lambda now: now == shown))

    sentence = say("This card was out of date. Here is the request as it stands now; please look again.")
    await _refused(story, request, outcome, sentence, check=0)


async def test_the_terms_are_what_the_card_showed(story: Story) -> None:
    request = await story.asked()
    shown = await _terms(story, request)

    assert await story.approves(request, seen=Seen(version=1, fits=lambda now: now == shown)) == Done(request)


async def test_what_left_the_catalog_cannot_be_approved_and_can_be_denied(story: Story) -> None:
    request = await story.asked()
    story.desk = replace(story.desk, catalog=replace(story.desk.catalog, entitlements=()))

    refused, denied = await story.approves(request), await story.denies(request)

    assert refused == Refused(say("{entitlement} is not in the catalog any more.", entitlement="billing-db-write"), request)
    assert denied == Done(request)


# One winner.


async def test_of_many_presses_at_once_one_wins(story: Story) -> None:
    request = await story.asked()
    seen = await story.seen_now(request)

    outcomes = await asyncio.gather(
        *(story.approves(request, seen=seen) for _ in range(20)), *(story.denies(request, seen=seen) for _ in range(20))
    )

    assert len([one for one in outcomes if one == Done(request)]) == 1
    assert len(await story.decisions(request)) == 1
    assert len(await story.evidence(request, kind="act:refused")) == 39
    assert (await story.row(request)).version == 2


# Several approvers.

_TWO = ("owner", (MARIA, JONAS), 2)
_THEN_SECURITY = (("owner", (MARIA,), 1), ("security", (JONAS,), 1))


async def test_a_stage_waits_for_its_quorum(story: Story) -> None:
    request = await story.asked()
    await story.needs(request, _TWO)
    await story.jobs_done()
    await story.approves(request, MARIA, duration=3 * HOUR)

    row = await story.row(request)
    assert (row.state, row.version, row.stage, row.duration, row.decided_by) == (State.WAITING, 2, 0, 3 * HOUR, None)
    assert await story.jobs() == [("request:redraw", request)]

    await story.approves(request, JONAS)

    row = await story.row(request)
    assert (row.state, row.version, row.duration, row.decided_by) == (State.APPROVED, 3, 3 * HOUR, JONAS)
    assert [one.kind for one in await story.evidence(request)] == ["request:submit", "request:agree", "request:approve"]


async def test_an_approver_counts_once(story: Story) -> None:
    request = await story.asked()
    await story.needs(request, _TWO)
    await story.approves(request, MARIA)

    outcome = await story.approves(request, MARIA)

    await _refused(story, request, outcome, say("You have already decided on this request."), check=10)


async def test_one_denial_is_enough(story: Story) -> None:
    request = await story.asked()
    await story.needs(request, _TWO)
    await story.approves(request, MARIA)

    await story.denies(request, JONAS)

    assert (await story.row(request)).state is State.DENIED


async def test_the_next_stage_is_asked_when_the_first_has_agreed(story: Story) -> None:
    request = await story.asked()
    await story.needs(request, *_THEN_SECURITY)
    await story.approves(request, MARIA)

    row = await story.row(request)
    assert (row.state, row.stage) == (State.WAITING, 1)
    assert [copy.person for copy in await story.copies(request)] == [MARIA, ANA, JONAS]

    await story.approves(request, JONAS)

    assert (await story.row(request)).state is State.APPROVED


async def test_a_later_stage_cannot_be_decided_first(story: Story) -> None:
    request = await story.asked()
    await story.needs(request, *_THEN_SECURITY)

    outcome = await story.approves(request, JONAS)

    sentence = say("Only {names} can decide on this request.", names=("Maria Lindqvist", "Jonas Weber"))
    await _refused(story, request, outcome, sentence, check=10)


# What was shown.

_OTHERWISE: Mapping[str, object] = {
    "version": 2,
    "requester": JONAS,
    "beneficiary": JONAS,
    "entitlement": "billing-db-read",
    "asked_duration": 8 * HOUR,
    "reason": "Something else.",
    "reference": "INC-4712",
}
"""What of a request can stand in its row otherwise than it did on the card."""
_IN_THE_CATALOG: Mapping[str, object] = {"name": "Another name", "opens": "Everything there is.", "risk": Risk.CRITICAL}


def test_every_term_is_changed_in_one_of_these_tests() -> None:
    assert {*_OTHERWISE, *_IN_THE_CATALOG, "request"} == {field.name for field in fields(Terms)}


@pytest.mark.parametrize("name", [*_OTHERWISE, *_IN_THE_CATALOG])
async def test_whatever_changed_since_the_card_was_drawn_the_press_changes_nothing(story: Story, name: str) -> None:
    request = await story.asked()
    before = await _terms(story, request)
    seen = Seen(version=1, fits=lambda now: now == before, shown="as it was")
    await story.signs_in(request, seen=seen)
    if name in _OTHERWISE:
        await story.is_changed(request, **{name: _OTHERWISE[name]})
    else:
        story.catalog_changes(BILLING_WRITE, **{name: _IN_THE_CATALOG[name]})

    outcome = await story.presses_approve(request, seen=seen)

    assert outcome == Refused(say("This card was out of date. Here is the request as it stands now; please look again."), request)
    assert await story.decisions(request) == []
    assert (await story.evidence(request))[-1].check == 0


async def test_a_card_of_another_request_decides_nothing_on_this_one(story: Story) -> None:
    other, request = await story.asked(), await story.asked(a_proposal(entitlement="billing-db-read"))
    shown = await _terms(story, other)

    outcome = await story.presses_approve(request, seen=Seen(version=1, fits=lambda now: now == shown))

    assert isinstance(outcome, Refused)
    assert await story.decisions(request) == []


# Whose word it is.


async def test_the_word_is_the_actors_own_whatever_it_says_of_itself(story: Story) -> None:
    request = await story.asked()
    lie = Decision(approver=TOM, verdict=Verdict.APPROVE, at=NOON - 100 * HOUR, stage=5)
    seen, act = await story.seen_now(request), story.act(MARIA)
    await story.signs_in(request)

    await story.desk.store.write(lambda tx: decide(tx, request, lie, seen=seen, act=act, desk=story.desk))

    assert [(one.approver, one.at, one.stage) for one in await story.decisions(request)] == [(MARIA, NOON, 0)]


async def test_time_decides_nothing(story: Story) -> None:
    request = await story.asked()
    word, seen = story.word(MARIA, Verdict.APPROVE), await story.seen_now(request)
    by_nobody = Act(actor=None, trigger=a_trigger(), at=NOON)

    outcome = await story.desk.store.write(lambda tx: decide(tx, request, word, seen=seen, act=by_nobody, desk=story.desk))

    assert outcome == Refused(say("This is your own request. Somebody else has to decide on it."), request)


async def _terms(story: Story, request: RequestId) -> Terms:
    row, shelf = await story.row(request), story.desk.shelf
    view = await story.desk.store.read(lambda tx: request_view(tx, row, reader=MARIA, shelf=shelf))
    return view.terms


async def _refused(story: Story, request: RequestId, outcome: Outcome, sentence: Sentence, *, check: int) -> None:
    """It was refused in these words, which are evidence; and nothing else has changed."""
    proofs = await story.evidence(request)
    moves = [one for one in proofs if one.kind != "act:refused" and one.version is not None]
    row = await story.row(request)
    assert outcome == Refused(sentence, request)
    assert (proofs[-1].kind, proofs[-1].check, proofs[-1].says, proofs[-1].version) == ("act:refused", check, str(sentence), row.version)
    assert max(one.version or 0 for one in moves) == row.version
