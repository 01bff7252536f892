"""Thousands of bodies that nobody well-meaning sends: never a 5xx, and not one byte read of a stranger's."""

from collections import Counter

from botbuilder.core import TurnContext

from bot.app import Front
from bot.settings import Settings
from tests.bot.front.conftest import Client
from tests.bot.front.dialogue import Answer, Dialogue, WatchedBody, a_request, an_endpoint
from tests.bot.front.hostile_bodies import hostile_bodies
from tests.bot.front.local_teams import LocalTeams

COUNT = 5_000


async def _replies(context: TurnContext) -> Answer:
    await context.send_activity(f"You said: {context.activity.text}")
    return None


async def test_no_hostile_body_makes_a_5xx(teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue) -> None:
    dialogue.does = _replies
    endpoint = an_endpoint(settings, front, dialogue)
    headers = teams.bearer()
    statuses: Counter[int] = Counter()

    async with front.open():
        await front.keys.refresh()
        for body in hostile_bodies(teams, count=COUNT, seed=2025):
            answer = await endpoint.answer(a_request(headers, WatchedBody(body)))
            statuses[answer.status] += 1

    # Each kind of ending is met often, so the generator reaches past the first check.
    assert set(statuses) == {200, 400, 403, 413}
    assert min(statuses.values()) > 20


async def test_no_hostile_body_makes_a_5xx_over_the_wire(client: Client, teams: LocalTeams, dialogue: Dialogue) -> None:
    dialogue.does = _replies
    headers = teams.bearer()
    statuses = set()

    for body in hostile_bodies(teams, count=300, seed=2027):
        async with client.post("/api/messages", data=body, headers=headers) as answer:
            statuses.add(answer.status)

    assert statuses == {200, 400, 403, 413}


async def test_no_strangers_body_is_read(teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue) -> None:
    endpoint = an_endpoint(settings, front, dialogue)
    headers = ({"Content-Type": "application/json"}, {"Content-Type": "application/json", "Authorization": "Bearer a.b.c"})
    seen = set()

    async with front.open():
        await front.keys.refresh()
        for number, body in enumerate(hostile_bodies(teams, count=COUNT, seed=2026)):
            watched = WatchedBody(body)
            answer = await endpoint.answer(a_request(headers[number % 2], watched))
            seen.add((answer.status, watched.was_read))

    assert (seen, dialogue.heard) == ({(401, False)}, [])
