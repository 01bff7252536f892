"""A seeded generator of bodies that nobody well-meaning sends: a good activity bent in structure or bytes, or something else altogether."""

import json
import random
from collections.abc import Iterator

from tests.bot.front.local_teams import ANA, BOT, TENANT, LocalTeams

_WRONG: tuple[object, ...] = (
    *(None, True, False, 0, -1, 2**63, -(2**70), 1e308, 0.1),
    *("", " ", "x" * 40_000, "\u0000", "\u202e", "💥" * 50, "../../etc", "<at>x</at>", "{{7*7}}", "%00", "\r\nSet-Cookie: a=b", "a" * 600),
    *([], [[]], [None], [{}], {}, {"a": 1}, {"id": {}}, {"": ""}, {"__proto__": {}}, {"id": [ANA]}, [{"id": 1}] * 50),
    *(BOT, ANA, TENANT, "2025-13-45T99:99:99Z", "0001-01-01T00:00:00+23:59", "9999-12-31T23:59:59.999999999Z", "http://[::1", "invoke"),
)
_TYPES = ("message", "invoke", "conversationUpdate", "installationUpdate", "messageReaction", "event", "typing", "x", "endOfConversation")
_EXTRAS = (
    "attachments",
    "suggestedActions",
    "relatesTo",
    "deliveryMode",
    "reactionsAdded",
    "semanticAction",
    "membersAdded",
    "value",
    "entities",
)
_PIECES = (
    b'"',
    b"{",
    b"}",
    b"[",
    b"]",
    b",",
    b":",
    b"\\",
    b"\\u0000",
    b"\\ud800",
    b"\xff",
    b"\x00",
    b"NaN",
    b"1e999",
    b'"id":1,',
    b"\xef\xbb\xbf",
)


def hostile_bodies(teams: LocalTeams, *, count: int, seed: int) -> Iterator[bytes]:
    """``count`` bodies, the same for the same seed."""
    dice = random.Random(seed)  # noqa: S311  (repeatable, not secret)
    ways = (_bent, _bent, _bent, _torn, _torn, _doubled, _random, _huge)
    for _ in range(count):
        yield dice.choice(ways)(teams, dice)


def _bent(teams: LocalTeams, dice: random.Random) -> bytes:
    return json.dumps(_bent_activity(teams, dice), ensure_ascii=dice.random() < 0.5).encode()


def _bent_activity(teams: LocalTeams, dice: random.Random) -> dict[str, object]:
    activity = teams.activity(type=dice.choice(_TYPES))
    for _ in range(dice.randint(1, 3)):
        where: object = activity
        while isinstance(where, dict) and where:
            key = dice.choice([*where, dice.choice(_EXTRAS)])
            deeper = where.get(key)
            if isinstance(deeper, dict) and dice.random() < 0.6:
                where = deeper
                continue
            if dice.random() < 0.15:
                where.pop(key, None)
            else:
                where[key] = dice.choice(_WRONG)
            break
    return activity


def _torn(teams: LocalTeams, dice: random.Random) -> bytes:
    body = bytearray(json.dumps(teams.activity(type=dice.choice(_TYPES))).encode())
    for _ in range(dice.randint(1, 4)):
        at = dice.randrange(len(body))
        match dice.randrange(4):
            case 0:
                body[at] = dice.randrange(256)
            case 1:
                body[at:at] = dice.choice(_PIECES)
            case 2:
                del body[at : at + dice.randint(1, 20)]
            case _:
                del body[at:]
        if not body:
            break
    return bytes(body)


def _doubled(teams: LocalTeams, dice: random.Random) -> bytes:
    activity = teams.activity()
    key = dice.choice(list(activity))
    again = f"{json.dumps(key)}: {json.dumps(dice.choice(_WRONG))}, "
    return ("{" + again + json.dumps(activity)[1:]).encode()


def _random(_teams: LocalTeams, dice: random.Random) -> bytes:
    return dice.randbytes(dice.randrange(200)) if dice.random() < 0.5 else json.dumps(dice.choice(_WRONG)).encode()


def _huge(teams: LocalTeams, dice: random.Random) -> bytes:
    match dice.randrange(5):
        case 0:
            deep: object = 1
            for _ in range(dice.randint(20, 200)):
                deep = [deep] if dice.random() < 0.5 else {"a": deep}
            return json.dumps(teams.activity(value=deep)).encode()
        case 1:
            return json.dumps(teams.activity(value={"list": [1] * dice.choice((100, 19_000, 21_000))})).encode()
        case 2:
            return json.dumps(
                teams.activity(membersAdded=[{"id": f"29:{number}"} for number in range(dice.choice((10, 300, 5_001)))])
            ).encode()
        case 3:
            return b"[" * dice.randrange(10_000)
        case _:
            return json.dumps(teams.activity(value={"text": "x" * dice.choice((1_000, 262_144, 300_000))})).encode()
