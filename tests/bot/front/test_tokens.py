"""Whose request is this? Every lie ends in the same 401, and not one byte of its body is read."""

import time

import pytest

from bot.app import Front
from bot.front.errors import NotAuthenticated
from bot.front.tokens import Caller, TokenVerifier
from bot.settings import Settings
from tests.bot.front.dialogue import Dialogue, WatchedBody, a_request, an_endpoint
from tests.bot.front.local_teams import APP_ID, LocalTeams, a_key, as_jwk
from tests.bot.front.tokens_that_lie import LIES


@pytest.mark.parametrize("name", LIES)
async def test_a_lie_is_unauthorized_and_its_body_unread(
    name: str, teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue
) -> None:
    said = LIES[name](teams)
    headers = {"Content-Type": "application/json"} | ({} if said is None else {"Authorization": said})

    async with front.open():
        await front.keys.refresh()
        body = WatchedBody(b'{"type": "message"}')
        answer = await an_endpoint(settings, front, dialogue).answer(a_request(headers, body))

    assert (answer.status, answer.headers["WWW-Authenticate"], body.was_read, dialogue.heard) == (401, "Bearer", False, [])


def test_there_are_enough_lies() -> None:
    assert len(LIES) >= 40


async def test_every_lie_gets_the_same_words(teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue) -> None:
    words = set()

    async with front.open():
        await front.keys.refresh()
        for told in LIES.values():
            headers = {"Content-Type": "application/json", "Authorization": told(teams) or ""}
            answer = await an_endpoint(settings, front, dialogue).answer(a_request(headers, WatchedBody(b"{}")))
            reference = answer.text.partition('"reference":"')[2][:8] if answer.text else ""
            words.add((answer.text or "").replace(reference, "…"))

    assert words == {'{"error":{"code":"unauthorized","message":"A valid bearer token is required.","reference":"…"}}'}


async def test_two_authorization_headers_are_nobody(teams: LocalTeams, settings: Settings, front: Front, dialogue: Dialogue) -> None:
    request = a_request({"Content-Type": "application/json", "Authorization": f"Bearer {teams.token()}"}, WatchedBody(b"{}"))
    headers = request.headers.copy()
    headers.add("Authorization", f"Bearer {teams.token()}")

    async with front.open():
        await front.keys.refresh()
        answer = await an_endpoint(settings, front, dialogue).answer(request.clone(headers=headers))

    assert answer.status == 401


@pytest.mark.parametrize(
    "changes",
    [{}, {"exp": -30}, {"nbf": 30}, {"serviceurl": "http://localhost:56150/_connector"}],
    ids=["good", "expired within the leeway", "starting within the leeway", "another port of this machine"],
)
async def test_a_true_token_names_its_caller(changes: dict[str, object], teams: LocalTeams, front: Front) -> None:
    now = int(time.time())
    claims = teams.claims(**{name: now + value if isinstance(value, int) else value for name, value in changes.items()})

    async with front.open():
        await front.keys.refresh()
        caller = await front.verifier.verify(f"bearer {teams.token(**claims)}")

    assert caller == Caller(
        issuer=teams.url, app_id=APP_ID, service_url=str(claims["serviceurl"]), kid="key-1", expires_at=int(str(claims["exp"]))
    )


async def test_a_token_is_verified_once_until_it_expires(teams: LocalTeams, front: Front) -> None:
    seen: list[str] = []
    now = [time.time()]
    verifier = TokenVerifier(authority=front.authority, app_id=APP_ID, keys=front.keys, seen=seen.append, epoch=lambda: now[0])
    header = f"Bearer {teams.token(exp=int(now[0]) + 600)}"

    async with front.open():
        await front.keys.refresh()
        await verifier.verify(header)
        await verifier.verify(header)
        now[0] += 661
        with pytest.raises(NotAuthenticated):
            await verifier.verify(header)

    assert seen == ["miss", "hit", "miss"]


async def test_a_withdrawn_key_takes_its_remembered_tokens_with_it(teams: LocalTeams, front: Front) -> None:
    header = f"Bearer {teams.token()}"

    async with front.open():
        await front.keys.refresh()
        await front.verifier.verify(header)
        teams.jwks["keys"] = [as_jwk(a_key(), kid="key-2")]
        await front.keys.refresh()

        with pytest.raises(NotAuthenticated):
            await front.verifier.verify(header)


async def test_remembered_tokens_are_bounded(teams: LocalTeams, front: Front, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.front.tokens.MAX_REMEMBERED", 3)
    seen: list[str] = []
    verifier = TokenVerifier(authority=front.authority, app_id=APP_ID, keys=front.keys, seen=seen.append)
    first, *others = [f"Bearer {teams.token(jti=str(number))}" for number in range(4)]

    async with front.open():
        await front.keys.refresh()
        for header in (first, *others, *others, first):
            await verifier.verify(header)

    assert seen == ["miss"] * 4 + ["hit"] * 3 + ["miss"]
