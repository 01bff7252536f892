"""More time, through the whole bot: reminded of the end, asked for with one tap or in words, and decided by whoever decided before."""

from datetime import timedelta

import pytest

from infra.serving import Local
from tests.infra.scenes import (
    ANA,
    FIRST,
    HOUR,
    JONAS,
    MARIA,
    TARGET,
    asked,
    granted,
    heard,
    leaves,
    ledger,
    members,
    passes,
    quiet,
    request_row,
    requests,
    screen,
    seen,
)

MINUTE = timedelta(minutes=1)


async def test_the_holder_is_reminded_asks_with_one_tap_and_keeps_the_access_for_longer(local: Local) -> None:
    """Teleport #8437, Indent: access ends in the middle of the work, and asking again begins from nothing."""
    await granted(local)
    ana, maria = local.simulator.person(ANA), local.simulator.person(MARIA)

    await passes(local, 3 * HOUR + 20 * MINUTE)
    await heard(local, ANA, "REQ-1001 (Write access to billing-db) ends on")
    await ana.presses("4 hours more", on=await seen(local, ANA, "You have this access now"))
    await maria.presses("Give more time", on=await seen(local, MARIA, "More time is asked for"))
    assert maria.window is not None
    told = await heard(local, ANA, "Maria Lindqvist gave you 4 hours more for REQ-1001 (Write access to billing-db): it ends on")
    await passes(local, 2 * HOUR)
    await quiet(local)

    row = await request_row(local)
    assert told
    assert "8 hours" in maria.window.confirmed
    assert row.granted_at is not None
    assert (row.duration, row.ends_at) == (8 * HOUR, row.granted_at + 8 * HOUR)
    assert await members(local, TARGET) == [ana.id]
    assert [kind for kind, _ in await ledger(local)][-3:] == ["grant:ask_more", "sign_in:asked", "grant:extend"]


async def test_a_no_is_told_with_its_reason_and_it_ends_as_planned(local: Local) -> None:
    await granted(local)
    maria = local.simulator.person(MARIA)
    await local.simulator.person(ANA).says("extend by 2 hours")
    await heard(local, ANA, "Asked for 2 hours more. Until somebody agrees, it ends as planned; you are told either way.")

    card = await seen(local, MARIA, "Ana Ferreira asks for 2 hours more, 6 hours in all.")
    await maria.presses("Refuse with this reason", inputs={"reason": "The fix is in."}, on=card)

    assert await heard(local, ANA, "Maria Lindqvist gave no more time for REQ-1001 (Write access to billing-db): “The fix is in.”.")
    assert await requests(local) == [(FIRST, "granted", 5)]


@pytest.mark.parametrize("words", ["extend REQ-1001", "extend my access", "prolong REQ-1001 by a while"])
async def test_without_a_length_the_card_that_offers_one_is_shown(local: Local, words: str) -> None:
    await granted(local)

    await local.simulator.person(ANA).says(words)

    assert (await seen(local, ANA, "You have this access now")).titles == ("4 hours more", "I'm done")
    assert await requests(local) == [(FIRST, "granted", 3)]


async def test_more_than_there_can_be_is_refused_with_the_most(local: Local) -> None:
    await granted(local)

    await local.simulator.person(ANA).says("extend REQ-1001 by 5 hours")

    assert await heard(local, ANA, "9 hours is too long: at most 8 hours. Please ask for less.")


async def test_the_deputy_is_asked_on_the_card_where_whoever_approved_has_left(local: Local) -> None:
    await granted(local)
    await leaves(local, MARIA)

    await local.simulator.person(ANA).says("extend by 2 hours")
    card = await seen(local, JONAS, "More time is asked for")
    await local.simulator.person(JONAS).presses("Give more time", on=card)

    assert (await seen(local, ANA, "You have this access now")).titles
    assert await heard(local, ANA, "Jonas Weber gave you 2 hours more for REQ-1001")


async def test_with_nothing_live_there_is_nothing_to_extend(local: Local) -> None:
    await local.simulator.person(ANA).says("extend my access by 2 hours")

    assert await heard(local, ANA, "You have no access through Countersign that could be extended.")


async def test_the_card_from_before_more_was_asked_for_gives_nothing(local: Local) -> None:
    card, maria = await asked(local), local.simulator.person(MARIA)
    await maria.presses("Approve", on=card)
    await quiet(local)
    await local.simulator.person(ANA).says("extend by 2 hours")
    await seen(local, MARIA, "More time is asked for")

    late = screen(await maria.presses("Approve", on=card))

    assert late.shows("You have already approved this")
    assert (await request_row(local)).more == 2 * HOUR
