"""When Teams fails: whatever goes wrong on the way, everybody's card ends up right, and the requester is told."""

from pathlib import Path

import pytest
from sqlmodel import select

from approvals.jobs import embedded as jobs
from approvals.store.tables import CopyRow
from infra.serving import Local
from infra.simulator import Simulator
from tests.infra.scenes import ANA, LOOP, MARIA, asked, beside, granted, heard, ledger, previewed, quiet, request_row, seen, told
from tests.infra.test_ending import ticket_page

CERTAIN = ["429", "412", "500", "502", "503", "504"]
"""Faults after which it is known that nothing was done."""


async def both_cards_are_live(local: Local) -> None:
    assert (await seen(local, MARIA, "REQ-1001")).shows("Access is live")
    assert (await seen(local, ANA, "REQ-1001")).shows("You have this access now")
    assert await ledger(local) == LOOP[:5]


@pytest.mark.parametrize("kind", [*CERTAIN, "202_empty"])
async def test_posts_that_fail_arrive_later_and_once(local: Local, kind: str) -> None:
    """Agents-for-python #312: a 202 read as a failure, so sent twice."""
    sim = local.simulator
    preview = await previewed(local)
    sim.faults.add("post", kind, times=2, retry_after_s=1 if kind == "429" else None)

    await sim.person(ANA).presses("Send request", on=preview)
    approval = await seen(local, MARIA, "Your decision is needed")
    await sim.person(MARIA).presses("Approve", on=approval)
    await heard(local, ANA, "is live")
    await quiet(local)

    await both_cards_are_live(local)
    assert len([text for text in told(sim.person(ANA)) if "is live" in text]) == 1
    # Teams names no message that it took with a 202: the card is brought up to date once it is pressed, and by a fresh one until then.
    assert sim.person(MARIA).now(approval).shows("Access is live")
    assert len(sim.person(MARIA).cards()) == 1 or kind == "202_empty"


async def test_a_card_whose_posting_was_never_confirmed_converges_once_it_is_looked_at(local: Local) -> None:
    sim = local.simulator
    await sim.person(MARIA).open_chat()
    preview = await previewed(local)
    sim.faults.add("post", "202_empty")
    await sim.person(ANA).presses("Send request", on=preview)
    await quiet(local)
    approval = await seen(local, MARIA, "Your decision is needed")

    await sim.person(MARIA).views(approval)
    await quiet(local)
    await sim.person(ANA).presses("Yes, withdraw")
    await quiet(local)

    assert sim.person(MARIA).now(approval).shows("The request was withdrawn")


async def test_a_card_that_is_kept_up_to_date_is_only_read_when_it_is_looked_at(local: Local) -> None:
    await local.simulator.person(MARIA).open_chat()
    approval = await asked(local)
    before = await _copies(local)

    await local.simulator.person(MARIA).views(approval)

    assert await _copies(local) == before
    assert await local.house.desk.store.read(jobs.waiting) == 0


@pytest.mark.parametrize("fallback", [False, True])
async def test_a_withdrawal_that_was_asked_for_in_words_and_dropped_leaves_the_card_of_the_request(local: Local, *, fallback: bool) -> None:
    sim = local.simulator
    approval = await asked(local)
    await sim.person(ANA).says("withdraw")
    # Her living card asks the same, folded away.
    await quiet(local)
    question = await seen(local, ANA, "Withdraw REQ-1001?")

    await sim.person(ANA).presses("Keep it", on=question, fallback=fallback)
    await quiet(local)
    kept = sim.person(ANA).now(question)
    await sim.person(MARIA).presses("Approve", on=approval)
    await quiet(local)

    assert kept.shows("Waiting for a decision")
    assert sim.person(ANA).now(question).shows("You have this access now")


async def _copies(local: Local) -> list[tuple[int, str | None, int]]:
    rows = await local.house.desk.store.read(lambda tx: tx.exec(select(CopyRow).order_by(CopyRow.id)).all())  # type: ignore[arg-type]
    return [(row.request, row.activity, row.shown) for row in rows]


@pytest.mark.parametrize("kind", [*CERTAIN, "202_empty", "drop_reply"])
async def test_updates_that_fail_are_made_later(local: Local, kind: str) -> None:
    sim = local.simulator
    approval = await asked(local)
    sim.faults.add("update", kind, times=2)

    await sim.person(MARIA).presses("Approve", on=approval)
    await quiet(local)

    await both_cards_are_live(local)
    assert [len(sim.person(who).cards()) for who in (ANA, MARIA)] == [2, 1]


async def test_a_post_whose_answer_is_lost_is_repeated_rather_than_missed(local: Local) -> None:
    sim = local.simulator
    preview = await previewed(local)
    sim.faults.add("post", "drop_reply")

    await sim.person(ANA).presses("Send request", on=preview)
    await quiet(local)
    first, second = (card for card in sim.person(MARIA).cards() if card.shows("Your decision is needed"))
    await sim.person(MARIA).presses("Approve", on=first)
    await quiet(local)

    await both_cards_are_live(local)
    assert sim.person(MARIA).now(first).shows("Access is live")
    assert sim.person(MARIA).now(second).shows("Access is live")


async def test_a_notice_whose_answer_is_lost_is_told_again_rather_than_missed(local: Local) -> None:
    sim = local.simulator
    approval = await asked(local)
    sim.faults.add("post", "drop_reply")

    await sim.person(MARIA).presses("Approve", on=approval)
    await quiet(local)

    assert ["is live" in text for text in told(sim.person(ANA))] == [True] * 2
    await both_cards_are_live(local)


async def test_a_chat_that_cannot_be_opened_at_first_is_opened_later(local: Local) -> None:
    local.simulator.faults.add("create", "503", times=2)

    approval = await asked(local)

    assert "Approve" in approval.titles


@pytest.mark.parametrize("who", [ANA, MARIA])
async def test_a_card_that_teams_will_not_update_is_posted_afresh(local: Local, who: str) -> None:
    """msteams-docs #6139: cards that never update."""
    sim = local.simulator
    approval = await asked(local)
    person = sim.person(who)
    lost = person.latest_card(containing="REQ-1001").message
    assert lost is not None
    sim.world.delete(person.chat, lost.id)
    if who == MARIA:
        await sim.person(ANA).presses("Yes, withdraw")
    else:
        await sim.person(MARIA).presses("Approve", on=approval)
    await quiet(local)

    fresh = person.latest_card(containing="REQ-1001")
    assert fresh.message is not None
    assert fresh.message.id != lost.id
    assert fresh.shows("The request was withdrawn" if who == MARIA else "You have this access now")


async def test_an_approver_without_the_app_is_named_in_evidence_and_on_the_ticket(local: Local) -> None:
    sim = local.simulator
    preview = await previewed(local)
    sim.uninstall(MARIA)

    await sim.person(ANA).presses("Send request", on=preview)
    await quiet(local)

    assert await ledger(local) == [("request:submit", "Ana Ferreira"), ("delivery:failed", "Countersign")]
    assert "Maria Lindqvist could not be reached in Teams" in await ticket_page(local, "TCK-1001")


async def test_who_installs_the_app_later_is_shown_how_it_stands_with_the_next_step(local: Local) -> None:
    sim = local.simulator
    preview = await previewed(local)
    sim.uninstall(MARIA)
    await sim.person(ANA).presses("Send request", on=preview)
    await quiet(local)

    sim.install(MARIA)
    await sim.person(MARIA).says("status REQ-1001")
    await quiet(local)
    await sim.person(MARIA).presses("Approve")
    await quiet(local)

    assert (await request_row(local)).state.value == "granted"
    assert all(card.shows("Access is live") for card in sim.person(MARIA).cards() if card.shows("REQ-1001"))


async def test_no_greeting_is_put_below_the_first_card_that_somebody_gets(local: Local) -> None:
    await asked(local)
    maria = local.simulator.person(MARIA)

    await maria.open_chat()
    await quiet(local)

    assert [card.shows("Your decision is needed") for card in maria.cards()] == [True]


async def test_somebody_whom_no_card_has_reached_is_greeted_when_the_app_is_installed(local: Local) -> None:
    sim = local.simulator
    preview = await previewed(local)
    sim.uninstall(MARIA)
    await sim.person(ANA).presses("Send request", on=preview)
    await quiet(local)
    sim.install(MARIA)

    await sim.person(MARIA).open_chat()
    await quiet(local)

    assert [card.shows("Ask for access here") for card in sim.person(MARIA).cards()] == [True]


async def test_a_notice_that_never_gets_through_is_on_record(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    """Teleport #42419: the requester is never told."""
    sim = local.simulator
    approval = await asked(local)
    monkeypatch.setattr("bot.worker._SEND_TRIES", 1)
    sim.faults.add("post", "503", times=1)

    await sim.person(MARIA).presses("Approve", on=approval)
    await quiet(local)

    assert await ledger(local) == [*LOOP[:5], ("delivery:failed", "Countersign")]
    assert "Ana Ferreira could not be reached in Teams: the service answered 503 ServiceError." in await ticket_page(local, "TCK-1001")


async def test_a_card_that_never_gets_through_is_on_record_and_tried_again_at_the_next_step(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    sim = local.simulator
    preview = await previewed(local)
    monkeypatch.setattr("bot.worker._SEND_TRIES", 1)
    sim.faults.add("post", "503", times=1)

    await sim.person(ANA).presses("Send request", on=preview)
    await quiet(local)
    assert await ledger(local) == [("request:submit", "Ana Ferreira"), ("delivery:failed", "Countersign")]
    await sim.person(ANA).presses("Yes, withdraw")
    await quiet(local)

    assert (await seen(local, MARIA, "REQ-1001")).shows("The request was withdrawn")


async def test_a_bot_that_gets_no_token_at_first_answers_when_it_has_one(tmp_path: Path) -> None:
    def no_tokens(simulator: Simulator) -> None:
        simulator.faults.add("token", "drop_reply", times=2)

    async with beside(tmp_path, first=no_tokens) as local:
        await local.simulator.person(ANA).says("help")

        assert await seen(local, ANA, "Ask for access here")


async def test_teams_own_limits_are_kept_to_in_the_end(tmp_path: Path) -> None:
    def strict(simulator: Simulator) -> None:
        simulator.connector.enforce_limits = True

    async with beside(tmp_path, first=strict) as local:
        ana = local.simulator.person(ANA)
        for _ in range(9):
            await ana.says("my access")
        await quiet(local)

        assert len([card for card in ana.cards() if card.shows("Your access now")]) == 9
        assert any(call.status == 429 for call in local.simulator.sent)


async def test_nobody_is_told_twice_where_nothing_was_lost(local: Local) -> None:
    await granted(local)

    notices = [call for call in local.simulator.sent if call.route == "post" and "is live" in str(call.body)]
    assert len(notices) == 1
