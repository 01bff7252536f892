"""Ordered faults happen, on their route only, as often as ordered, and do what they say."""

from __future__ import annotations

import asyncio
import ssl
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from infra.simulator import Simulator
from infra.simulator.pace import Pace
from tests.infra.simulator.conftest import SmallBot, a_message


def path_of(sim: Simulator) -> str:
    return f"/v3/conversations/{sim.person('ana').chat.id}/activities"


@pytest.mark.parametrize("status", [429, 412, 500, 502, 503, 504])
async def test_a_status_is_answered_and_nothing_is_done(sim: Simulator, bot: SmallBot, status: int) -> None:
    sim.faults.add("post", str(status))
    first, body = await bot.call("POST", path_of(sim), a_message(text="one"))
    second, _ = await bot.call("POST", path_of(sim), a_message(text="two"))

    assert (first, second, list(body)) == (status, 201, ["error"])
    assert [message.text for message in sim.person("ana").messages] == ["two"]
    assert [(call.status, call.fault) for call in sim.sent] == [(status, str(status)), (201, None)]


async def test_retry_after_is_what_was_ordered(sim: Simulator, bot: SmallBot) -> None:
    sim.faults.add("post", "429", retry_after_s=7)
    assert bot.session
    headers = {"Authorization": f"Bearer {bot.token}"}
    async with bot.session.post(f"{sim.url}{path_of(sim)}", json=a_message(text="x"), headers=headers) as response:
        assert (response.status, response.headers["Retry-After"]) == (429, "7")


async def test_a_fault_is_for_one_route_and_so_many_calls(sim: Simulator, bot: SmallBot) -> None:
    sim.faults.add("update", "503", times=2)
    message = (await bot.call("POST", path_of(sim), a_message(text="one")))[1]["id"]
    updates = [(await bot.call("PUT", f"{path_of(sim)}/{message}", a_message(text="x")))[0] for _ in range(3)]

    assert (updates, sim.faults.active) == ([503, 503, 200], ())


async def test_202_without_a_body_is_a_delivered_message(sim: Simulator, bot: SmallBot) -> None:
    sim.faults.add("post", "202_empty")
    answer = await bot.call("POST", path_of(sim), a_message(text="one"))

    assert (answer, [message.text for message in sim.person("ana").messages]) == ((202, None), ["one"])


async def test_a_lost_reply_leaves_the_message_posted(sim: Simulator, bot: SmallBot) -> None:
    sim.faults.add("post", "drop_reply")
    with pytest.raises(aiohttp.ClientError):
        await bot.call("POST", path_of(sim), a_message(text="one"))

    assert [message.text for message in sim.person("ana").messages] == ["one"]
    assert [(call.status, call.fault) for call in sim.sent] == [(0, "drop_reply")]


async def test_a_timeout_answers_nothing_until_the_faults_are_cleared(sim: Simulator, bot: SmallBot) -> None:
    sim.faults.add("post", "timeout")
    call = asyncio.create_task(bot.call("POST", path_of(sim), a_message(text="one")))
    await sim.wait_for(lambda: sim.sent, what="the call that hangs")
    was_done = call.done()
    sim.faults.clear()

    with pytest.raises(aiohttp.ClientError):
        await call
    assert (was_done, sim.person("ana").messages) == (False, ())


async def test_duplicate_delivery_hands_the_same_activity_over_twice_at_once(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    await ana.open_chat()
    bot.received.clear()
    both = asyncio.Barrier(2)

    async def together(_activity: dict[str, Any]) -> None:
        await both.wait()

    bot.hook = together
    sim.faults.add("deliver", "duplicate")
    await ana.says("hello")

    first, second = bot.received
    assert (first == second, len(sim.delivered)) == (True, 4)


async def test_reordering_delivers_one_activity_after_the_next(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    await ana.open_chat()
    sim.faults.add("deliver", "reorder")
    first = asyncio.create_task(ana.says("first"))
    await sim.wait_for(lambda: not sim.faults.active, what="the first message being held")
    await ana.says("second")
    await first

    assert [activity["text"] for activity in bot.heard("message")] == ["second", "first"]


async def test_a_lost_answer_reached_the_bot_and_looks_unreachable_to_the_person(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    await ana.open_chat()
    sim.faults.add("deliver", "drop_reply")
    answer = await ana.says("hello")

    assert answer is not None
    assert (answer.status, answer.error and answer.error.title) == (0, "Unable to reach app. Please try again.")
    assert len(bot.heard("message")) == 1


async def test_an_undelivered_activity_never_reaches_the_bot(sim: Simulator, bot: SmallBot) -> None:
    ana = sim.person("ana")
    await ana.open_chat()
    sim.faults.add("deliver", "503")
    await ana.says("hello")

    assert bot.heard("message") == []


async def test_metadata_and_tokens_can_fail_too(sim: Simulator, http: aiohttp.ClientSession) -> None:
    sim.faults.add("metadata", "503")
    sim.faults.add("token", "500")
    trusted = ssl.create_default_context(cafile=str(sim.ca_file))
    async with http.get(f"{sim.url}/v1/.well-known/openidconfiguration") as response:
        metadata = response.status
    async with http.post(f"{sim.https_url}/{sim.tenant_id}/oauth2/v2.0/token", ssl=trusted) as response:
        token = response.status

    assert (metadata, token) == (503, 500)


@pytest.mark.parametrize(
    ("route", "kind", "times", "message"),
    [
        ("posts", "429", 1, "no route 'posts'"),
        ("post", "duplicate", 1, "route post has no fault 'duplicate'"),
        ("post", "429", 0, "times must be 1 to 10000, not 0"),
    ],
)
def test_a_fault_that_does_not_exist_cannot_be_ordered(route: str, kind: str, times: int, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        Simulator().faults.add(route, kind, times=times)


def test_teams_takes_7_sends_a_second_8_in_two_and_60_in_thirty() -> None:
    now = [0.0]
    pace = Pace(monotonic=lambda: now[0])

    def sends(moment: timedelta, times: int) -> list[int]:
        now[0] = moment.total_seconds()
        return [pace.wait_s("chat") for _ in range(times)]

    assert sends(timedelta(0), 8) == [0] * 7 + [1]
    assert sends(timedelta(seconds=1.5), 2) == [0, 1]
    for second in range(4, 24, 2):
        assert sends(timedelta(seconds=second), 4) == [0] * 4
    assert sends(timedelta(seconds=25), 6) == [0] * 6
    assert sends(timedelta(seconds=27), 7) == [0] * 6 + [3]
    assert pace.wait_s("another chat") == 0
