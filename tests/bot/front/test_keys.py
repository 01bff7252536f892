"""The authority's keys: read ahead, one flight, at most once a minute for an unknown one, kept when the authority fails (A8, A9)."""

import asyncio

import pytest
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from bot.front.authority import Authority
from bot.front.errors import KeysUnavailable
from bot.front.keys import MAX_DOCUMENT, MetadataError, SigningKeys, read_keys
from tests.bot.front.local_teams import LocalTeams, a_key, as_jwk

ONE_READ = ["/v1/.well-known/openidconfiguration", "/v1/.well-known/keys"]


class _Watched:
    """Keys with a clock that the test moves."""

    def __init__(self, teams: LocalTeams) -> None:
        self.now = 0.0
        self.keys = SigningKeys(Authority.simulator(teams.url), monotonic=lambda: self.now)

    async def __aenter__(self) -> "_Watched":
        await self.keys.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.keys.close()


async def test_keys_are_read_ahead_of_need(teams: LocalTeams) -> None:
    async with _Watched(teams) as watched:
        await watched.keys.refresh()
        teams.fetches.clear()
        found = await watched.keys.find("key-1")

    assert (found is not None and found.endorsements, teams.fetches) == (frozenset({"msteams"}), [])


async def test_however_many_ask_one_read_runs(teams: LocalTeams) -> None:
    async with _Watched(teams) as watched:
        found = await asyncio.gather(*(watched.keys.find("key-1") for _ in range(50)))

    assert (len(found), None in found, teams.fetches) == (50, False, ONE_READ)


async def test_an_unknown_key_id_causes_one_read_a_minute(teams: LocalTeams) -> None:
    async with _Watched(teams) as watched:
        await watched.keys.refresh()
        reads = []
        for moment in (0.0, 59.0, 60.0, 61.0, 119.0, 120.0):
            watched.now = moment
            teams.fetches.clear()
            await asyncio.gather(*(watched.keys.find(f"junk-{number}") for number in range(20)))
            reads.append(len(teams.fetches) // 2)

    assert reads == [0, 0, 1, 0, 0, 1]


async def test_when_the_authority_fails_the_old_keys_stay(teams: LocalTeams) -> None:
    async with _Watched(teams) as watched:
        await watched.keys.refresh()
        teams.status = 500
        watched.now = 61.0
        unknown, known = await watched.keys.find("junk"), await watched.keys.find("key-1")

    assert (unknown, known is not None) == (None, True)


async def test_a_failing_authority_is_asked_no_more_often(teams: LocalTeams) -> None:
    async with _Watched(teams) as watched:
        await watched.keys.refresh()
        teams.status = 500
        watched.now = 61.0
        teams.fetches.clear()
        for number in range(10):
            await watched.keys.find(f"junk-{number}")

    assert teams.fetches == ONE_READ[:1]


async def test_a_hung_authority_holds_nobody_whose_key_is_known(teams: LocalTeams) -> None:
    async with _Watched(teams) as watched:
        await watched.keys.refresh()
        teams.hold = True
        watched.now = 61.0
        stranger = asyncio.create_task(watched.keys.find("junk"))
        await asyncio.sleep(0)
        known = await watched.keys.find("key-1")
        is_waiting = not stranger.done()
        stranger.cancel()

    assert (known is not None, is_waiting) == (True, True)


async def test_before_the_first_keys_nobody_can_be_verified(teams: LocalTeams) -> None:
    teams.status = 500
    async with _Watched(teams) as watched:
        with pytest.raises(KeysUnavailable):
            await watched.keys.find("key-1")

        assert not watched.keys.ready


async def test_keys_come_by_themselves_once_the_authority_is_back(teams: LocalTeams) -> None:
    asked, loop = asyncio.Event(), asyncio.get_running_loop()

    async def tell() -> None:
        loop.call_soon_threadsafe(asked.set)

    teams.status = 500
    async with _Watched(teams) as watched:
        with pytest.raises(MetadataError):
            await watched.keys.refresh()
        teams.status, teams.before_document = 200, tell
        await asked.wait()
        flight = watched.keys._flight
        assert flight is not None
        await flight

        assert watched.keys.ready


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"issuer": "https://evil.example"}, "names another issuer"),
        ({"issuer": ...}, "names another issuer"),
        ({"jwks_uri": "https://evil.example/keys"}, "gives a jwks_uri on another host"),
        ({"jwks_uri": None}, "gives a jwks_uri on another host"),
        ({"padding": "x" * MAX_DOCUMENT}, "is larger than"),
    ],
)
async def test_metadata_that_points_elsewhere_is_not_followed(changes: dict[str, object], words: str, teams: LocalTeams) -> None:
    teams.metadata = {name: value for name, value in {**teams.metadata, **changes}.items() if value is not ...}
    async with _Watched(teams) as watched:
        with pytest.raises(MetadataError, match=words):
            await watched.keys.refresh()

    assert "/v1/.well-known/keys" not in teams.fetches


async def test_an_empty_key_set_does_not_replace_a_good_one(teams: LocalTeams) -> None:
    async with _Watched(teams) as watched:
        await watched.keys.refresh()
        teams.jwks = {"keys": []}
        with pytest.raises(MetadataError, match="holds no RSA key"):
            await watched.keys.refresh()

        assert watched.keys.knows("key-1")


def test_keys_that_are_not_for_this_are_passed_over() -> None:
    good = as_jwk(a_key(), kid="good")
    short = as_jwk(generate_private_key(public_exponent=65537, key_size=1024), kid="short")  # noqa: S505
    others = [
        {**good, "kid": "symmetric", "kty": "oct"},
        {**good, "kid": "encryption", "use": "enc"},
        {**good, "kid": 5},
        {**good, "kid": ""},
        {**good, "kid": "broken", "n": "!"},
        {**good, "kid": "endorsed oddly", "endorsements": "msteams"},
        "not a key",
    ]

    assert list(read_keys({"keys": [good, short, *others]})) == ["good"]
