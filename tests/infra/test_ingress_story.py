"""The front, from the other side: whatever arrives and however, nobody gets in without a token, and nobody's turn is lost."""

import json

import aiohttp

from infra.serving import Local
from infra.simulator import Card
from infra.simulator.shape import Json
from tests.infra.scenes import ANA, FIRST, MARIA, asked, execute, quiet, refusals, requests, screen, seen, told

ALTERED = ("This button was altered, or made for somebody else. Nothing was changed, and the attempt was recorded.",)


async def post(local: Local, body: bytes, **headers: str) -> tuple[int, bytes]:
    """Post to the bot's endpoint, past the simulator."""
    typed = {"Content-Type": "application/json", **{name.replace("_", "-"): value for name, value in headers.items()}}
    async with aiohttp.ClientSession() as session, session.post(f"{local.house.url}/api/messages", data=body, headers=typed) as answer:
        return answer.status, await answer.read()


async def test_a_press_without_a_token_is_turned_away_and_not_even_read(local: Local) -> None:
    card = await asked(local)
    await local.simulator.person(MARIA).invokes(execute("refresh", {}), on=card)
    pressed = {**local.simulator.delivered[-1].activity, "value": execute("approve", card.button("Approve").send({})), "id": "f:new"}

    for headers in ({}, {"Authorization": "Bearer"}, {"Authorization": "Bearer x.y.z"}):
        status, _ = await post(local, json.dumps(pressed).encode(), **headers)
        assert status == 401
    garbage, _ = await post(local, b"\xff{" * 100_000)

    assert garbage == 401
    assert await requests(local) == [(FIRST, "waiting", 1)]


async def test_a_token_for_one_person_cannot_speak_for_a_person_without_an_object_id(local: Local) -> None:
    await asked(local)
    sim = local.simulator
    activity = {**sim.delivered[-1].activity, "id": "f:other"}
    activity["from"] = {"id": sim.person(MARIA).teams_id, "name": "Maria Lindqvist"}

    answer = await sim.courier.deliver(activity)

    assert answer.status in (400, 403)
    assert await requests(local) == [(FIRST, "waiting", 1)]


async def test_somebody_of_another_tenant_is_turned_away(local: Local) -> None:
    await asked(local)
    sim = local.simulator
    elsewhere = "11111111-2222-3333-4444-555555555555"
    activity = {**sim.delivered[-1].activity, "id": "f:other", "channelData": {"tenant": {"id": elsewhere}}}

    answer = await sim.courier.deliver(activity)

    assert answer.status == 403
    assert await requests(local) == [(FIRST, "waiting", 1)]


async def test_the_same_message_delivered_five_times_is_answered_once(local: Local) -> None:
    sim = local.simulator
    ana = sim.person(ANA)
    await ana.says("status")
    said = sim.delivered[-1].activity

    for _ in range(4):
        await sim.courier.deliver(said)
    await quiet(local)

    assert told(ana) == ["You have not asked for anything yet. Say “request access” to begin."]


async def test_a_person_is_greeted_once_however_often_the_app_says_that_it_was_installed(local: Local) -> None:
    sim = local.simulator
    ana = sim.person(ANA)
    await ana.open_chat()
    installed = sim.delivered[0].activity

    for number in range(3):
        await sim.courier.deliver({**installed, "id": f"f:again-{number}"})
    await quiet(local)

    assert [card.shows("Ask for access here") for card in ana.cards()] == [True]


NO_PRESS: tuple[Json, ...] = (
    None,
    {},
    {"action": None},
    {"action": {"verb": 7, "data": 7}},
    {"action": {"verb": "approve", "data": {"id": 2**52, "seen": -1, "shown": "x", "mac": "y", "subject": "request"}}},
    {"action": {"verb": "approve", "data": {"id": True, "seen": 1, "shown": "", "mac": "", "subject": ["request"]}}},
    {"action": {"verb": "submit", "data": {"subject": "draft", "id": 0, "seen": 0, "shown": "", "mac": "é" * 64}}},
)
INVOKES = ("task/fetch", "task/submit", "application/search", "composeExtension/query", "signin/verifyState")


async def test_whatever_a_client_sends_for_a_press_is_answered_with_a_card_and_on_record(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.open_chat()
    card = await seen(local, ANA, "Ask for access here")

    answers = [await ana.invokes(value, on=card) for value in NO_PRESS]

    assert [screen(answer).words for answer in answers] == [ALTERED] * len(NO_PRESS)
    assert await refusals(local) == [(None, "Ana Ferreira", -1)] * len(NO_PRESS)


async def test_no_invoke_whatever_it_holds_goes_without_an_answer(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.open_chat()
    card = await seen(local, ANA, "Ask for access here")

    for name in INVOKES:
        for value in (None, {}, {"data": 7}, {"data": {"entitlement": ["x"], "verb": 3}, "queryText": 4, "dataset": {}}):
            answer = await ana.invokes(value, name=name, on=card)  # type: ignore[arg-type]
            assert (answer.status, bool(answer.body)) == (200, True), (name, value)


async def test_a_form_with_hostile_fields_comes_back_as_a_form(local: Local) -> None:
    ana = local.simulator.person(ANA)
    await ana.says("request access")
    form = await seen(local, ANA, "What do you need?")
    data = form.button("Preview").action["data"]
    hostile = {"entitlement": {"a": 1}, "duration": "PT99999H", "reason": "x" * 5_000, "reference": '"}],"actions":[]'}

    answer = await ana.invokes(execute("preview", {**data, **hostile}), on=form)  # type: ignore[dict-item]

    shown = screen(answer)
    assert shown.shows("Please choose what you need from the list: type a few letters of its name.")
    assert isinstance(shown, Card)
    assert shown.titles == ("Preview", "Cancel")
