"""Asking, as the people who ask live it: what is sent once, to whom it goes, and who is refused."""

import asyncio
from pathlib import Path

from infra.serving import Local
from infra.simulator import Card
from tests.infra.scenes import (
    ANA,
    ASK,
    FIRST,
    JONAS,
    MARIA,
    TOM,
    asked,
    beside,
    catalog_without,
    fields,
    joins,
    ledger,
    previewed,
    quiet,
    refusals,
    requests,
    screen,
    seen,
)


async def test_one_sentence_is_enough_for_a_preview(local: Local) -> None:
    preview = await previewed(local)

    assert preview.titles == ("Send request", "Edit", "Discard")
    for words in ("Write access to billing-db", "4 hours", "INC-4711", "Maria Lindqvist", "to fix INC-4711"):
        assert preview.shows(words), words
    assert await requests(local) == []


async def test_the_person_who_decides_is_asked_in_their_own_chat_and_nobody_else_is(local: Local) -> None:
    await asked(local)

    sim = local.simulator
    written_to = {chat.title for chat in sim.world.chats if any(message.is_bot for message in chat.messages.values())}
    assert written_to == {"Ana Ferreira", "Maria Lindqvist"}


async def test_the_requester_gets_a_living_card_with_both_numbers(local: Local) -> None:
    await asked(local)

    card = local.simulator.person(ANA).latest_card(containing="Waiting for a decision")
    assert card.shows("REQ-1001")
    assert card.shows("TCK-1001")
    assert card.titles == ("Withdraw", "Yes, withdraw", "Keep it")


async def test_the_same_preview_sent_twice_at_once_is_one_request(local: Local) -> None:
    ana = local.simulator.person(ANA)
    preview = await previewed(local)

    answers = await asyncio.gather(*(ana.presses("Send request", on=preview) for _ in range(3)))
    await quiet(local)

    assert all(screen(answer).shows("REQ-1001") for answer in answers)
    assert await requests(local) == [(FIRST, "waiting", 1)]
    assert len([card for card in local.simulator.person(MARIA).cards() if card.shows("Your decision is needed")]) == 1


async def test_a_second_request_for_the_same_is_told_which_one_is_open(local: Local) -> None:
    await asked(local)

    await local.simulator.person(ANA).says(ASK)
    form = await seen(local, ANA, "You have already asked for this: REQ-1001. Say “status REQ-1001” to see it.")

    assert fields(form)["entitlement"] == "billing-db-write"
    assert await requests(local) == [(FIRST, "waiting", 1)]


async def test_what_only_the_requester_owns_is_refused_because_nobody_else_can_decide(local: Local) -> None:
    await local.simulator.person("julia.brandt").says("I need payroll for 4 hours to fix INC-4711")

    form = await seen(local, "julia.brandt", "Nobody can decide on Prepare the payroll run for you")

    assert fields(form)["entitlement"] == "payroll-run"


async def test_an_owner_who_asks_is_decided_on_by_the_deputy(local: Local) -> None:
    card = await asked(local, who=MARIA, of=JONAS)

    assert card.shows("Maria Lindqvist")
    assert "Approve" in card.titles


async def test_access_from_outside_is_not_asked_for_again(local: Local) -> None:
    preview = await previewed(local)
    await joins(local, ANA, since=local.house.desk.now())

    answer = screen(await local.simulator.person(ANA).presses("Send request", on=preview))

    assert answer.shows("You have this access already, from outside of Countersign; there is nothing to ask for.")
    assert await requests(local) == []
    assert await refusals(local) == [(None, "Ana Ferreira", 7)]


async def test_somebody_who_has_left_is_told_so_and_gets_nothing(local: Local) -> None:
    sim = local.simulator
    sim.install("viktor.hansen")
    viktor = sim.person("viktor.hansen")

    await viktor.says(ASK)
    card = await seen(local, "viktor.hansen", "The directory does not know you as an active member of this organisation.")
    searched = await viktor.invokes({"queryText": "", "dataset": "catalog"}, name="application/search", on=card)
    dialog = await viktor.invokes({"data": {}}, name="task/fetch", on=card)

    assert card.titles == ()
    assert searched.results == ()
    assert dialog.dialog is not None
    assert Card(dialog.dialog.card, message=None).words == card.words
    assert await requests(local) == []


async def test_somebody_whom_the_directory_does_not_know_is_told_so(tmp_path: Path) -> None:
    async with beside(tmp_path, catalog=catalog_without(tmp_path, email="tom.okafor@northwind.example")) as local:
        await local.simulator.person(TOM).says(ASK)

        card = await seen(local, TOM, "The directory does not know you as an active member of this organisation.")

        assert card.titles == ()
        assert await requests(local) == []


async def test_asking_again_after_a_denial_makes_the_card_that_of_the_new_request(local: Local) -> None:
    sim = local.simulator
    ana, maria = sim.person(ANA), sim.person(MARIA)
    await maria.presses("Deny with this reason", inputs={"reason": "Which invoices?"}, on=await asked(local))
    await quiet(local)
    denied = await seen(local, ANA, "The request was denied")

    await ana.presses("Ask again", on=denied)
    await ana.presses("Preview", inputs={"reason": "The two invoices of INC-4711"})
    await ana.presses("Send request")
    await quiet(local)
    await maria.presses("Approve", on=await seen(local, MARIA, "Your decision is needed"))
    await quiet(local)

    assert ana.now(denied).shows("You have this access now")
    assert ana.now(denied).shows("REQ-1002")
    assert await ledger(local, FIRST + 1) == [
        ("request:submit", "Ana Ferreira"),
        ("sign_in:asked", "Maria Lindqvist"),
        ("request:approve", "Maria Lindqvist"),
        ("grant:intended", "Countersign"),
        ("grant:grant", "Countersign"),
    ]
