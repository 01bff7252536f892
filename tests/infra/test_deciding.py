"""Deciding, as owners, strangers and clients that misbehave live it: one decision, by the right person, on what was shown."""

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest

from cards.language import Language
from infra.serving import Local
from infra.simulator import Card
from infra.simulator.shape import Json, JsonObject, object_at, objects_at
from infra.simulator.sign_in import sign_in
from tests.infra.scenes import (
    ANA,
    FIRST,
    LOOP,
    MARIA,
    TOM,
    asked,
    ended,
    execute,
    heard,
    leaves,
    ledger,
    members,
    previewed,
    quiet,
    refusals,
    request_row,
    requests,
    screen,
    seen,
    told,
)

SUBMITTED = ("request:submit", "Ana Ferreira")


async def test_an_approval_shows_what_it_opens_in_the_owners_eyes(local: Local) -> None:
    card = await asked(local)

    for words in ("Ana Ferreira", "Write access to billing-db", "High risk", "to fix INC-4711", "INC-4711", "4 hours", "REQ-1001"):
        assert card.shows(words), words
    assert card.titles == (
        *("Approve", "Approve for less time", "Approve this time", "Deny", "Deny with this reason"),
        *("Somebody else should decide", "Give it to them"),
    )


async def test_an_approval_makes_the_change_and_is_on_record(local: Local) -> None:
    card = await asked(local)

    answer = await local.simulator.person(MARIA).presses("Approve", on=card)
    await quiet(local)

    assert screen(answer).shows("You approved 4 hours.")
    assert await members(local) == [local.simulator.person(ANA).id]
    assert await ledger(local) == LOOP[:5]


async def test_an_approval_for_less_time_grants_less_and_says_so(local: Local) -> None:
    card = await asked(local)

    await local.simulator.person(MARIA).presses("Approve this time", inputs={"duration": "PT1H"}, on=card)
    await quiet(local)

    row = await request_row(local)
    assert row.granted_at is not None
    assert row.ends_at == row.granted_at + timedelta(hours=1)
    assert (await seen(local, ANA, "You have this access now")).shows("Maria Lindqvist approved 1 hour instead of 4 hours.")
    assert [text for text in told(local.simulator.person(ANA)) if "for 1 hour." in text]


@pytest.mark.parametrize("duration", ["PT9H", "PT1M", "forever", "", None, 7200, ["PT2H"]])
async def test_a_time_that_was_not_offered_approves_nothing(local: Local, duration: Json) -> None:
    maria = local.simulator.person(MARIA)
    card = await asked(local)
    data: JsonObject = {**object_at(card.button("Approve this time").action, "data"), "duration": duration}

    answer = await maria.invokes(execute("approve", data), on=card)

    assert screen(answer).shows("The duration has to be from 5 minutes to 4 hours, which was asked for.")
    assert await requests(local) == [(FIRST, "waiting", 1)]
    assert await refusals(local) == [(FIRST, "Maria Lindqvist", 12)]


async def test_a_denial_with_its_reason_reaches_the_requester(local: Local) -> None:
    card = await asked(local)

    answer = await local.simulator.person(MARIA).presses("Deny with this reason", inputs={"reason": "Use the replica, please."}, on=card)
    await quiet(local)

    assert screen(answer).shows("The request was denied")
    assert await heard(local, ANA, "Maria Lindqvist denied REQ-1001 (Write access to billing-db): “Use the replica, please.”")
    assert (await seen(local, ANA, "The request was denied")).shows("Use the replica, please.")
    assert await ledger(local) == [SUBMITTED, ("request:deny", "Maria Lindqvist")]
    assert await members(local) == []


async def test_a_denial_without_a_reason_is_asked_for_one(local: Local) -> None:
    maria = local.simulator.person(MARIA)
    card = await asked(local)
    data: JsonObject = {**object_at(card.button("Deny with this reason").action, "data"), "reason": "  "}

    answer = await maria.invokes(execute("deny", data), on=card)

    assert screen(answer).shows("Please say why you deny it, in at most 1000 characters: the requester will read it.")
    assert await requests(local) == [(FIRST, "waiting", 1)]
    assert await refusals(local) == [(FIRST, "Maria Lindqvist", 13)]


async def test_a_stranger_with_a_copy_of_the_button_is_refused_and_shown_nothing(local: Local) -> None:
    tom = local.simulator.person(TOM)
    stolen = (await asked(local)).button("Approve").send({})
    await tom.open_chat()

    answer = screen(await tom.invokes(execute("approve", stolen), on=await seen(local, TOM, "Ask for access here")))

    assert answer.words == ("This button was altered, or made for somebody else. Nothing was changed, and the attempt was recorded.",)
    assert await requests(local) == [(FIRST, "waiting", 1)]
    assert await refusals(local) == [(FIRST, "Tom Okafor", -1)]


async def test_nobody_approves_their_own_request(local: Local) -> None:
    ana = local.simulator.person(ANA)
    stolen = (await asked(local)).button("Approve").send({})

    answer = screen(await ana.invokes(execute("approve", stolen), on=await seen(local, ANA, "Waiting for a decision")))

    assert answer.shows("This is your own request. Somebody else has to decide on it.")
    assert await requests(local) == [(FIRST, "waiting", 1)]
    assert await refusals(local) == [(FIRST, "Ana Ferreira", 9)]


async def test_an_approver_who_has_left_decides_nothing_and_is_shown_nothing(local: Local) -> None:
    maria = local.simulator.person(MARIA)
    card = await asked(local)
    await leaves(local, MARIA)

    first = screen(await maria.presses("Approve", on=card))
    await local.simulator.courier.deliver(local.simulator.delivered[-1].activity)
    repeated = local.simulator.delivered[-1].answer
    altered = screen(await maria.invokes(execute("approve", {**card.button("Approve").send({}), "seen": 9}), on=card))

    for shown in (first, screen(repeated), altered):
        assert not shown.shows("billing-db")
        assert not shown.shows("Ana Ferreira")
    assert first.words == ("The directory does not know you as an active member of this organisation. Please ask the helpdesk.",)
    assert await requests(local) == [(FIRST, "waiting", 1)]
    assert await refusals(local) == [(FIRST, "Maria Lindqvist", 1), (FIRST, "Maria Lindqvist", 1)]


async def test_a_press_on_a_card_from_before_is_refused_with_what_has_happened(local: Local) -> None:
    card = await asked(local)
    await local.simulator.person(ANA).presses("Yes, withdraw")
    await quiet(local)

    answer = screen(await local.simulator.person(MARIA).presses("Approve", on=card))

    assert answer.shows("Ana Ferreira has withdrawn this request. Your press changed nothing.")
    assert answer.shows("The request was withdrawn")
    assert await refusals(local) == [(FIRST, "Maria Lindqvist", 0)]


async def test_whoever_presses_again_is_told_that_it_was_they_and_when(local: Local) -> None:
    maria = local.simulator.person(MARIA)
    card = await asked(local)
    await maria.presses("Approve", on=card)
    await quiet(local)
    row = await request_row(local)

    answer = screen(await maria.presses("Deny with this reason", inputs={"reason": "Oh no."}, on=card))

    when = Language("en-GB", "Europe/Stockholm").moment(row.decided_at)
    assert answer.shows(f"You have already approved this, on {when}. This press changed nothing more.")
    assert (await request_row(local)).state.value == "granted"
    assert await ledger(local) == [*LOOP[:5], ("act:refused", "Maria Lindqvist")]


ALTERED: dict[str, Callable[[JsonObject], JsonObject]] = {
    "id": lambda data: {**data, "id": FIRST + 1},
    "id as text": lambda data: {**data, "id": str(data["id"])},
    "seen": lambda data: {**data, "seen": 2},
    "shown": lambda data: {**data, "shown": "0" * 32},
    "mac": lambda data: {**data, "mac": "0" * 64},
    "subject": lambda data: {**data, "subject": "draft"},
    "nothing but words": lambda _data: {"approve": True},
}


@pytest.mark.parametrize("what", ALTERED)
async def test_a_button_with_anything_altered_is_refused_in_a_clear_card_and_on_record(local: Local, what: str) -> None:
    card = await asked(local)
    data = ALTERED[what](card.button("Approve").send({}))

    answer = screen(await local.simulator.person(MARIA).invokes(execute("approve", data), on=card))

    assert answer.shows("This button was altered, or made for somebody else. Nothing was changed, and the attempt was recorded.")
    assert "Approve" in answer.titles
    assert await requests(local) == [(FIRST, "waiting", 1)]
    assert await refusals(local) == [(FIRST, "Maria Lindqvist", -1)]


@pytest.mark.parametrize("verb", ["approve", "withdraw", "hand_back", "submit", "drop table", ""])
async def test_the_button_to_deny_does_nothing_else(local: Local, verb: str) -> None:
    card = await asked(local)
    data = card.button("Deny with this reason").send({"reason": "No."})

    answer = screen(await local.simulator.person(MARIA).invokes(execute(verb, data), on=card))

    assert answer.words
    assert await requests(local) == [(FIRST, "waiting", 1)]
    assert len(await refusals(local)) == 1


async def test_of_an_approval_and_a_denial_at_once_exactly_one_holds(local: Local) -> None:
    maria = local.simulator.person(MARIA)
    card = await asked(local)
    first = await maria.presses("Approve", on=card, signs_in=False)
    assert first.sign_in is not None
    await sign_in(first.sign_in.url, email=maria.email)

    answers = await asyncio.gather(
        maria.presses("Approve", on=card, signs_in=False),
        maria.presses("Deny with this reason", inputs={"reason": "No."}, on=card),
        maria.presses("Approve", on=card, signs_in=False),
    )
    await quiet(local)

    decided = [kind for kind, _ in await ledger(local) if kind in ("request:approve", "request:deny")]
    assert len(decided) == 1
    assert [check for _, _, check in await refusals(local)] == [0, 0]
    assert sum("This press changed nothing more." in " ".join(screen(answer).words) for answer in answers) == 2


@pytest.mark.parametrize("times", [1, 2, 5])
async def test_the_same_press_delivered_again_and_again_is_one_press(local: Local, times: int) -> None:
    sim = local.simulator
    await sim.person(MARIA).presses("Approve", on=await asked(local))
    pressed = sim.delivered[-1].activity

    answers = [await sim.courier.deliver(pressed) for _ in range(times - 1)]
    await quiet(local)

    assert all(answer.error is None and screen(answer).shows("You approved 4 hours.") for answer in answers)
    assert await ledger(local) == LOOP[:5]
    assert len([text for text in told(sim.person(ANA)) if "is live" in text]) == 1


async def test_a_whole_loop_in_which_everything_arrives_twice_leaves_the_same_ledger(local: Local) -> None:
    """vercel/chat #731: the handler runs twice on a retry."""
    sim = local.simulator
    ana, maria = sim.person(ANA), sim.person(MARIA)
    sim.faults.add("deliver", "duplicate", times=1_000)

    card = await asked(local)
    await maria.presses("Approve", on=card)
    await quiet(local)
    await ended(local)

    assert await ledger(local) == LOOP
    assert [text.split(" (")[0] for text in told(ana)] == ["REQ-1001", "REQ-1001"]
    assert [text.split(" (")[0] for text in told(maria)] == ["REQ-1001"]
    assert len(maria.cards()) == 1


async def test_a_press_that_is_overtaken_by_the_next_changes_nothing_late(local: Local) -> None:
    sim = local.simulator
    maria = sim.person(MARIA)
    card = await asked(local)
    await maria.presses("Approve", on=card, signs_in=False)
    sim.faults.add("deliver", "reorder")

    overtaken = asyncio.create_task(maria.presses("Deny with this reason", inputs={"reason": "No."}, on=card))
    await sim.wait_for(lambda: not sim.faults.active, what="the denial being held up")
    await maria.signs_in()
    late = screen(await overtaken)
    await quiet(local)

    assert "You have already approved this" in " ".join(late.words)
    assert await ledger(local) in (
        [*LOOP[:3], ("act:refused", "Maria Lindqvist"), *LOOP[3:5]],
        [*LOOP[:4], ("act:refused", "Maria Lindqvist"), LOOP[4]],
        [*LOOP[:5], ("act:refused", "Maria Lindqvist")],
    )


async def test_an_altered_press_delivered_twice_is_one_attempt_on_record(local: Local) -> None:
    sim = local.simulator
    card = await asked(local)
    sim.faults.add("deliver", "duplicate")

    await sim.person(MARIA).invokes(execute("approve", {**card.button("Approve").send({}), "seen": 7}), on=card)

    assert await refusals(local) == [(FIRST, "Maria Lindqvist", -1)]


async def test_the_loop_works_where_execute_is_dead_and_every_card_is_redrawn_in_place(local: Local) -> None:
    """AdaptiveCards #9315: Action.Execute dead on mobile."""
    sim = local.simulator
    ana, maria = sim.person(ANA), sim.person(MARIA)
    preview = await previewed(local)

    await ana.presses("Send request", on=preview, fallback=True)
    approval = await seen(local, MARIA, "Your decision is needed")
    await quiet(local)
    assert ana.now(preview).shows("Waiting for a decision")
    await maria.presses("Approve this time", inputs={"duration": "PT2H"}, on=approval, fallback=True)
    await maria.follows("Sign in", on=await seen(local, MARIA, "Sign in with the button below, then press Approve on the card again."))
    await maria.presses("Approve this time", inputs={"duration": "PT2H"}, on=approval, fallback=True)
    await quiet(local)
    assert maria.now(approval).shows("Access is live")
    assert ana.now(preview).shows("You have this access now")
    await ana.presses("I'm done", on=ana.now(preview), fallback=True)
    await heard(local, ANA, "handed back early")
    await quiet(local)

    assert [kind for kind, _ in await ledger(local)] == [kind for kind, _ in LOOP]
    assert [len(person.cards()) for person in (ana, maria)] == [2, 2]
    assert ana.now(preview).shows("Access has ended")
    assert maria.now(approval).shows("Access has ended")
    assert told(ana)[0] == "Sent. You will be told as soon as it is decided."


async def test_where_execute_is_dead_a_refusal_is_said_in_the_chat(local: Local) -> None:
    sim = local.simulator
    maria = sim.person(MARIA)
    card = await asked(local)
    await maria.presses("Approve", on=card)
    await quiet(local)

    await maria.presses("Deny with this reason", inputs={"reason": "No."}, on=card, fallback=True)
    await quiet(local)
    await maria.submits({**object_at(card.button("Approve").action, "fallback", "data"), "seen": 5}, on=card)
    await quiet(local)

    assert "You have already approved this" in told(maria)[0]
    assert told(maria)[1] == "You have already decided on this request."
    assert len(maria.cards()) == 1
    assert (await ledger(local))[5:] == [("act:refused", "Maria Lindqvist")] * 2


async def test_everybodys_newest_card_shows_the_final_state(local: Local) -> None:
    sim = local.simulator
    card = await asked(local)
    await sim.person(ANA).says("status")
    await sim.person(MARIA).says("status REQ-1001")
    await quiet(local)

    await sim.person(MARIA).presses("Deny with this reason", inputs={"reason": "Not today."}, on=card)
    await quiet(local)

    shown = [card for who in (ANA, MARIA) for card in sim.person(who).cards() if card.shows("REQ-1001")]
    assert len(shown) == 4
    assert all(card.shows("The request was denied") and card.shows("Not today.") for card in shown)


async def test_looking_at_a_card_shows_ones_own_view_of_it(local: Local) -> None:
    sim = local.simulator
    ana, maria = sim.person(ANA), sim.person(MARIA)
    await maria.open_chat()
    approval = await asked(local)

    mine = await ana.views(ana.latest_card(containing="REQ-1001"))
    hers = await maria.views(approval)

    assert mine.shows("Waiting for a decision")
    assert "Withdraw" in mine.titles
    assert "Approve" in hers.titles
    assert object_at(dict(hers), "refresh")["userIds"] == [maria.teams_id]
    assert object_at(dict(mine), "refresh")["userIds"] == [ana.teams_id]
    assert await refusals(local) == []


async def test_a_refresh_of_somebody_elses_card_shows_nothing_of_it(local: Local) -> None:
    sim = local.simulator
    tom = sim.person(TOM)
    await sim.person(MARIA).open_chat()
    approval = await asked(local)
    await tom.open_chat()
    refresh = object_at(dict(approval), "refresh", "action")

    answer = await tom.invokes(execute("refresh", object_at(refresh, "data")), on=await seen(local, TOM, "Ask for access here"))

    assert not screen(answer).shows("billing-db")
    assert await refusals(local) == [(FIRST, "Tom Okafor", -1)]


async def test_a_press_that_names_a_card_in_company_puts_no_private_card_there(local: Local) -> None:
    sim = local.simulator
    maria, chat = sim.person(MARIA), sim.chat("Payments on call")
    approval = await asked(local)
    await maria.says("good morning", chat=chat, mention=False)
    there = maria.messages_in(chat)[0]

    await maria.invokes(execute("approve", approval.button("Approve").send({})), on=Card({}, message=there))
    await maria.signs_in()
    await quiet(local)

    assert (await request_row(local)).state.value == "granted"
    assert [message.id for message in maria.messages_in(chat)] == [there.id]
    assert objects_at(dict(maria.now(approval)), "body")
    assert maria.now(approval).shows("Access is live")
