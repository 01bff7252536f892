"""Approving something critical, as its owner lives it: a second look, a sign-in, and then it counts."""

import pytest

from infra.serving import Local
from infra.simulator import Card
from infra.simulator.shape import Json, objects_at, text_at
from tests.builders import HOUR
from tests.infra.scenes import FIRST, MARIA, asked, execute, ledger, members, parts, quiet, refusals, request_row, requests, screen

ADMIN = "I need to be administrator of billing-db for 1 hour to rotate its keys after INC-4711"
RIGHT = "Ana Ferreira gets: Administrator of billing-db, for 1 hour"
WRONG = "The line that you chose is not what is asked for, so nothing was approved. Please read the card again."
MISSING = "Nothing was approved yet. Choose the line that says who gets what, and for how long; then approve."


def _lines(card: Card) -> dict[str, str]:
    """The lines to choose from, with the value of each."""
    (field,) = [part for part in parts(dict(card), "Input.ChoiceSet") if part["id"] == "look"]
    return {text_at(choice, "title"): text_at(choice, "value") for choice in objects_at(field, "choices")}


async def test_who_chooses_the_right_line_and_signs_in_approves(local: Local) -> None:
    card = await asked(local, text=ADMIN)

    answer = await local.simulator.person(MARIA).presses("Approve now", inputs={"look": _lines(card)[RIGHT]}, on=card)
    await quiet(local)

    assert screen(answer).shows("You approved 1 hour.")
    assert [kind for kind, _ in await ledger(local)][:3] == ["request:submit", "sign_in:asked", "request:approve"]
    assert len(await members(local, "grp-billing-db-admin")) == 1


async def test_the_time_that_is_allowed_is_chosen_beside_the_line(local: Local) -> None:
    card = await asked(local, text=ADMIN)

    await local.simulator.person(MARIA).presses("Approve now", inputs={"look": _lines(card)[RIGHT], "duration": "PT30M"}, on=card)
    await quiet(local)

    assert (await request_row(local)).duration == HOUR / 2


async def test_a_wrong_line_is_refused_in_words_and_on_record_and_asks_nobody_to_sign_in(local: Local) -> None:
    card = await asked(local, text=ADMIN)
    wrong = [value for words, value in _lines(card).items() if words != RIGHT]

    answers = [await local.simulator.person(MARIA).presses("Approve now", inputs={"look": value}, on=card) for value in wrong]

    assert all(screen(answer).shows(WRONG) for answer in answers)
    assert await refusals(local) == [(FIRST, "Maria Lindqvist", 18)] * 3
    assert await requests(local) == [(FIRST, "waiting", 1)]


@pytest.mark.parametrize("look", [None, "", "nonsense", 7, ["a"], "a|b|c"])
async def test_without_a_line_nothing_is_approved(local: Local, look: Json) -> None:
    card = await asked(local, text=ADMIN)
    value = execute("approve", {**card.button("Approve now").send({"look": _lines(card)[RIGHT]}), "look": look})

    answer = screen(await local.simulator.person(MARIA).invokes(value, on=card))

    assert answer.shows(MISSING)
    assert await refusals(local) == [(FIRST, "Maria Lindqvist", 18)]
    assert await requests(local) == [(FIRST, "waiting", 1)]


async def test_the_card_offers_no_way_round_the_lines(local: Local) -> None:
    card = await asked(local, text=ADMIN)

    (field,) = [part for part in parts(dict(card), "Input.ChoiceSet") if part["id"] == "look"]
    titles = [button.title for button in card.buttons if button.kind == "Action.Execute"]
    assert titles == ["Approve now", "Deny with this reason", "Give it to them"]
    assert ("value" in field, field["isRequired"], len(_lines(card))) == (False, True, 4)


async def test_denying_what_is_critical_needs_no_line_and_no_sign_in(local: Local) -> None:
    card = await asked(local, text=ADMIN)

    await local.simulator.person(MARIA).presses("Deny with this reason", inputs={"reason": "Not now."}, on=card)

    assert await requests(local) == [(FIRST, "denied", 2)]
