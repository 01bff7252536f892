"""How it ends: taken back, handed back, by time, or because nobody answered; and what everybody is told and shown then."""

from datetime import timedelta

import aiohttp
import pytest

from approvals.change import EndCause
from approvals.connectors import Change
from approvals.errors import ConnectorError
from infra.serving import Local
from tests.infra.scenes import (
    ANA,
    FIRST,
    HOUR,
    LOOP,
    MARIA,
    PRIYA,
    TOM,
    asked,
    ended,
    granted,
    heard,
    joins,
    leaves,
    ledger,
    members,
    passes,
    previewed,
    quiet,
    request_row,
    requests,
    screen,
    seen,
    taken_out,
    told,
)

READ = "I need read access to billing-db for 2 hours to check INC-4712"
HANDED_BACK = [*LOOP[:5], ("grant:end", "Ana Ferreira"), *LOOP[6:]]


async def ticket_page(local: Local, number: str) -> str:
    """The helpdesk's page of a ticket, as Priya reads it after signing in."""
    page = f"{local.house.url}/desk/tickets/{number}"
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
        async with session.get(page) as sign_in:
            form = sign_in.url
        async with session.post(form, data={"person": local.simulator.person(PRIYA).email}) as signed_in:
            await signed_in.read()
        async with session.get(page) as ticket:
            assert ticket.status == 200
            return await ticket.text()


async def test_access_ends_by_itself_and_everybody_concerned_is_told_once(local: Local) -> None:
    await granted(local)

    await ended(local)

    sim = local.simulator
    assert await members(local) == []
    assert await ledger(local) == LOOP
    assert told(sim.person(ANA)) == [
        "REQ-1001 (Write access to billing-db) is live: you have it for 4 hours. Say “I'm done” to hand it back early.",
        "REQ-1001 (Write access to billing-db) has ended as planned; the access is gone.",
    ]
    assert told(sim.person(MARIA)) == ["REQ-1001 (Write access to billing-db) has ended as planned; the access is gone."]
    for who in (ANA, MARIA):
        assert (await seen(local, who, "REQ-1001")).shows("Access has ended")


async def test_access_lasts_until_its_end_and_not_a_minute_less(local: Local) -> None:
    await granted(local)

    await passes(local, 4 * HOUR - timedelta(minutes=1))
    await quiet(local)
    await local.simulator.person(ANA).says("my access")
    access = await seen(local, ANA, "Your access now")

    assert access.shows("Write access to billing-db")
    assert await members(local) == [local.simulator.person(ANA).id]


async def test_a_clock_that_jumps_by_days_ends_everything_once_and_in_words(local: Local) -> None:
    await granted(local)
    await granted(local, text=READ)

    await ended(local, after=timedelta(days=5))
    await heard(local, ANA, "REQ-1002 (Read access to billing-db) has ended as planned")
    await quiet(local)

    assert await ledger(local) == LOOP
    assert await ledger(local, FIRST + 1) == [entry for entry in LOOP if entry[0] != "sign_in:asked"]
    assert await requests(local) == [(FIRST, "ended", 5), (FIRST + 1, "ended", 5)]


async def test_a_request_is_withdrawn_with_the_button(local: Local) -> None:
    await asked(local)
    ana = local.simulator.person(ANA)

    answer = screen(await ana.presses("Yes, withdraw"))
    await quiet(local)

    assert answer.shows("You withdrew it.")
    assert answer.titles == ("Ask again",)
    assert (await seen(local, MARIA, "REQ-1001")).shows("Nothing was changed, and nothing is left to decide.")
    assert await ledger(local) == [("request:submit", "Ana Ferreira"), ("request:withdraw", "Ana Ferreira")]


@pytest.mark.parametrize("words", ["withdraw", "withdraw REQ-1001", "cancel my request REQ-1001"])
async def test_a_request_is_withdrawn_in_words(local: Local, words: str) -> None:
    await asked(local)
    ana = local.simulator.person(ANA)

    await ana.says(words)
    await quiet(local)
    question = ana.latest_card()
    before = await requests(local)
    await ana.presses("Yes, withdraw", on=question)
    await quiet(local)

    assert question.titles == ("Yes, withdraw", "Keep it")
    assert before == [(FIRST, "waiting", 1)]
    assert await requests(local) == [(FIRST, "withdrawn", 2)]
    assert ana.now(question).shows("You withdrew it.")
    assert ana.now(question).shows("Nothing was changed. Still needed? You can ask again.")


async def test_a_request_that_is_kept_after_all_stays_as_it_was(local: Local) -> None:
    await asked(local)
    ana = local.simulator.person(ANA)
    await ana.says("withdraw")
    await quiet(local)
    question = ana.latest_card()

    kept = screen(await ana.presses("Keep it", on=question))
    await quiet(local)

    assert question.titles == ("Yes, withdraw", "Keep it")
    assert kept.shows("Waiting for a decision")
    assert await requests(local) == [(FIRST, "waiting", 1)]
    assert await ledger(local) == LOOP[:1]


async def test_withdrawing_a_second_time_is_answered_to_oneself(local: Local) -> None:
    await asked(local)
    ana = local.simulator.person(ANA)
    await ana.presses("Yes, withdraw")
    await quiet(local)

    await ana.says("withdraw REQ-1001")

    assert await heard(local, ANA, "You have withdrawn this request already. Still needed? You can ask again.")
    assert await requests(local) == [(FIRST, "withdrawn", 2)]


async def test_what_is_decided_cannot_be_withdrawn_any_more(local: Local) -> None:
    await granted(local)

    await local.simulator.person(ANA).says("withdraw REQ-1001")

    assert await heard(local, ANA, "It is too late to withdraw this request: it does not wait for a decision any more.")
    assert await requests(local) == [(FIRST, "granted", 3)]


async def test_access_is_handed_back_with_the_button_on_the_card(local: Local) -> None:
    """Teleport #15580: no early hand-back."""
    card = await granted(local)

    await local.simulator.person(ANA).presses("I'm done", on=card)
    await heard(local, ANA, "REQ-1001 (Write access to billing-db) was handed back early; the access is gone.")
    await quiet(local)

    assert await members(local) == []
    assert await ledger(local) == HANDED_BACK
    assert (await request_row(local)).end_cause is EndCause.HANDED_BACK
    assert (await seen(local, MARIA, "REQ-1001")).shows("Ana Ferreira handed it back.")


async def test_access_is_handed_back_from_the_list_of_ones_access(local: Local) -> None:
    await granted(local)
    ana = local.simulator.person(ANA)
    await ana.says("my access")
    access = await seen(local, ANA, "Your access now")

    await ana.presses("I'm done", on=access)
    await heard(local, ANA, "was handed back early; the access is gone.")

    assert await members(local) == []


@pytest.mark.parametrize("words", ["I'm done", "i am done with billing-db", "hand back REQ-1001", "I no longer need it"])
async def test_access_is_handed_back_in_words(local: Local, words: str) -> None:
    await granted(local)

    await local.simulator.person(ANA).says(words)

    assert await heard(local, ANA, "Thank you. Write access to billing-db is being taken back now; you will be told when it is gone.")
    assert await heard(local, ANA, "was handed back early; the access is gone.")


async def test_with_several_grants_it_is_asked_which_one_is_done_with(local: Local) -> None:
    await granted(local)
    await granted(local, text=READ)
    ana = local.simulator.person(ANA)

    await ana.says("I'm done")
    which = await seen(local, ANA, "Which one are you done with?")
    await ana.says("I'm done with read access to billing-db")
    await heard(local, ANA, "REQ-1002 (Read access to billing-db) was handed back early; the access is gone.")
    await quiet(local)

    assert [title for title in which.titles if title == "I'm done"] == ["I'm done"] * 2
    assert await requests(local) == [(FIRST, "granted", 3), (FIRST + 1, "ended", 5)]


async def test_pressing_done_twice_takes_it_back_once(local: Local) -> None:
    """sso-elevator #47: two clicks make two revoke schedules."""
    card = await granted(local)
    ana = local.simulator.person(ANA)

    await ana.presses("I'm done", on=card)
    await ana.presses("I'm done", on=card)
    await ana.says("I'm done")
    await heard(local, ANA, "was handed back early; the access is gone.")
    await quiet(local)

    assert await ledger(local) == HANDED_BACK
    assert len([text for text in told(ana) if "handed back early" in text]) == 1


TAKEN_BACK = [*LOOP[:5], ("grant:end", "Maria Lindqvist"), *LOOP[6:]]


async def test_the_owner_takes_access_back_from_the_card_with_a_reason(local: Local) -> None:
    """ConductorOne, Opal: an approver cannot end what they approved."""
    await granted(local)
    maria = local.simulator.person(MARIA)
    card = await seen(local, MARIA, "Access is live")

    refused = screen(await maria.presses("Take it back now", inputs={"why": " "}, on=card))
    await maria.presses("Take it back now", inputs={"why": "The laptop was stolen."}, on=card)
    await heard(local, ANA, "Maria Lindqvist took back REQ-1001 (Write access to billing-db): “The laptop was stolen.”.")
    await heard(local, ANA, "REQ-1001 (Write access to billing-db) was taken back early; the access is gone.")
    await quiet(local)

    assert refused.shows("Please say why you take it back, in at most 1000 characters: whoever has it will read it.")
    assert await members(local) == []
    assert [one for one in await ledger(local) if one[0] != "act:refused"] == TAKEN_BACK
    assert (await seen(local, ANA, "Maria Lindqvist revoked it before its time.")).shows("The laptop was stolen.")
    assert "The laptop was stolen." in await ticket_page(local, "TCK-1001")


async def test_the_owner_takes_access_back_in_words(local: Local) -> None:
    await granted(local)

    await local.simulator.person(MARIA).says("revoke REQ-1001 because the laptop was stolen")

    assert await heard(local, MARIA, "REQ-1001 is being taken back now; its card tells you when the access is gone.")
    assert await heard(local, ANA, "Maria Lindqvist took back REQ-1001 (Write access to billing-db): “the laptop was stolen”.")


async def test_without_a_reason_the_card_asks_for_one(local: Local) -> None:
    await granted(local)
    maria = local.simulator.person(MARIA)

    await maria.says("revoke REQ-1001")
    card = await seen(local, MARIA, "Access is live")

    assert card.titles == ("Take it back", "Take it back now")
    assert await requests(local) == [(FIRST, "granted", 3)]


async def test_nobody_else_learns_that_there_is_something_to_take_back(local: Local) -> None:
    await granted(local)

    await local.simulator.person(TOM).says("revoke REQ-1001 because I say so")

    assert await heard(local, TOM, "I find no request REQ-1001 of yours.")
    assert await requests(local) == [(FIRST, "granted", 3)]


async def test_nobodys_answer_is_a_lapse_and_no_denial(local: Local) -> None:
    """hermes-agent #76235: a time-out must not be read as a denial."""
    card = await asked(local)
    sim = local.simulator

    sim.advance(timedelta(days=1, minutes=1))
    await heard(local, ANA, "Nobody decided on REQ-1001 (Write access to billing-db) in time, so it has lapsed. That is no denial")
    await quiet(local)
    late = screen(await sim.person(MARIA).presses("Approve", on=card))

    assert late.shows("This request has lapsed: nobody decided in time. Your press changed nothing.")
    assert (await seen(local, ANA, "Nobody answered in time")).titles == ("Ask again",)
    assert await ledger(local) == [
        ("request:submit", "Ana Ferreira"),
        ("request:lapse", "Countersign"),
        ("act:refused", "Maria Lindqvist"),
    ]


async def test_access_ends_though_its_owner_has_left_and_cannot_be_told(local: Local) -> None:
    await granted(local)
    local.simulator.uninstall(MARIA)
    await leaves(local, MARIA)

    await ended(local)

    assert await members(local) == []
    assert [kind for kind, _ in await ledger(local) if kind != "delivery:failed"] == [kind for kind, _ in LOOP]
    page = await ticket_page(local, "TCK-1001")
    assert "Maria Lindqvist could not be reached in Teams" in page


async def test_an_approver_who_leaves_after_approving_has_approved_nothing_that_is_not_made_yet(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    card = await asked(local)
    directory = local.house.desk.connectors["local"]
    apply, refused = directory.apply, [ConnectorError("the directory is read-only for a moment")]

    async def apply_later(change: object) -> bool:
        if refused:
            await leaves(local, MARIA)
            raise refused.pop()
        return await apply(change)  # type: ignore[arg-type]

    monkeypatch.setattr(directory, "apply", apply_later)
    await local.simulator.person(MARIA).presses("Approve", on=card)

    assert await heard(local, ANA, "REQ-1001 (Write access to billing-db) was approved, but could not be given.")
    await quiet(local)
    assert await members(local) == []
    assert (await request_row(local)).state.value == "failed"


async def test_a_change_that_the_directory_keeps_refusing_is_told_as_failed(local: Local, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_change: object) -> bool:
        raise ConnectorError("the directory is read-only")

    monkeypatch.setattr("bot.worker.GRANT_TRIES", 1)
    card = await asked(local)
    monkeypatch.setattr(local.house.desk.connectors["local"], "apply", refuse)

    await local.simulator.person(MARIA).presses("Approve", on=card)

    assert await heard(local, ANA, "the directory is read-only")
    await quiet(local)
    for who in (ANA, MARIA):
        assert (await seen(local, who, "REQ-1001")).shows("The change could not be made")


async def test_access_that_came_from_outside_meanwhile_is_left_as_it_was(local: Local) -> None:
    card = await asked(local)
    await joins(local, ANA, since=local.house.desk.now())
    await local.simulator.person(MARIA).presses("Approve", on=card)
    await quiet(local)

    await ended(local)

    assert await members(local) == [local.simulator.person(ANA).id]
    assert "The access from before, which did not come from here, was left as it was." in await ticket_page(local, "TCK-1001")


async def test_somebody_who_is_put_back_while_access_is_removed_is_told_of_until_it_is_gone(
    local: Local, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.worker.LINGER_TRIES", 2)
    await granted(local)
    sim, directory = local.simulator, local.house.desk.connectors["local"]
    revert = directory.revert

    async def revert_and_see_them_put_back(change: Change) -> bool:
        monkeypatch.setattr(directory, "revert", revert)
        keeps = await revert(change)
        await joins(local, ANA, since=local.house.desk.now())
        return keeps

    monkeypatch.setattr(directory, "revert", revert_and_see_them_put_back)
    sim.advance(4 * HOUR)
    await heard(local, ANA, "is to end, but the access is not gone: it could not be removed from grp-billing-db-write.")
    lingering, page = await seen(local, ANA, "The access is not gone"), await ticket_page(local, "TCK-1001")
    await taken_out(local, ANA)
    sim.advance(HOUR)
    await heard(local, ANA, "is over at last: the access is gone")
    await quiet(local)

    assert lingering.shows("the helpdesk has to look: ticket TCK-1001.")
    assert "Not removed" in page
    assert "What went wrong" in page
    assert sim.person(ANA).now(lingering).shows("Access has ended")
    assert [kind for kind, _ in await ledger(local)].count("grant:linger") == 1


async def test_the_ticket_page_tells_the_whole_story_in_order(local: Local) -> None:
    """Teleport #68308: history vanishes on expiry."""
    await granted(local)
    await ended(local)

    page = await ticket_page(local, "TCK-1001")

    moments = [
        "Asked for Write access to billing-db.",
        "Approved for 4 hours.",
        "Adding to grp-billing-db-write.",
        "Access works, as read back from grp-billing-db-write. Its 4 hours begin now.",
        "The time is over; the access is being removed.",
        "Removing from grp-billing-db-write.",
        "The access is gone, as read back from grp-billing-db-write,",
    ]
    timeline = page[page.index("Timeline") :]
    assert sorted(moments, key=timeline.index) == moments


async def test_what_was_approved_yesterday_can_be_asked_for_again(local: Local) -> None:
    await granted(local)
    await ended(local)

    preview = await previewed(local)

    assert preview.shows("Check your request, then send it")
