"""The front beside the stock adapter: turns per second, and how long an attack holds everybody up.

    python -m infra.bench.front

A turn is one message in and one message out to a connector on loopback. The stock adapter runs as its samples run locally,
unauthenticated; ours verifies tokens, as always. Server, connector and load are three processes.
"""

import asyncio
import json
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import aiohttp
import jwt
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key
from jwt.algorithms import RSAAlgorithm

from infra.bench.lines import Line
from infra.bench.load import framed, post
from infra.bench.teams import HANG_S, KID

APP_ID = "3f2b8c1e-9d57-4e0a-8f6b-2c1d0e9a7b65"
TENANT = "7c9e6679-7425-40de-944b-e07fc1f90ae7"
CONNECTIONS = 16
SECONDS = 2.0
ROUNDS = 5
TOKENS = 20
_STOCK, _OURS = "stock CloudAdapter, no authentication", "ours, tokens verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """The process that plays Teams: its address, and tokens that it has signed."""

    url: str
    tokens: tuple[str, ...]
    unknown: str
    """A token under a key id that the authority does not publish."""


async def measure() -> list[Line]:
    """All lines of the front, in the order they are printed. Takes about half a minute."""
    return [*await turns(), *await lags()]


async def turns(seconds: float = SECONDS) -> list[Line]:
    """Turns per second and CPU time per turn, of both, in rounds that take turns, so that both meet the same disturbances.

    What is told is the round in the middle, by its ratio.
    """
    rounds = []
    async with teams() as side, stock(side, app_id="") as theirs, _ours(side) as ours:
        for _ in range(ROUNDS):
            unchecked = await rate(theirs, side, seconds, tokens=(None,))
            rounds.append((*unchecked, *await rate(ours, side, seconds, tokens=side.tokens)))
    stock_rate, stock_ms, our_rate, our_ms = sorted(rounds, key=lambda one: one[2] / one[0])[len(rounds) // 2]
    return [
        Line(what=f"turns/s, {_STOCK}", value=stock_rate, unit="turns/s"),
        Line(what=f"turns/s, {_OURS}", value=our_rate, unit="turns/s"),
        Line(what="ratio of turns/s", value=our_rate / stock_rate, unit="×", at_least=20),
        Line(what=f"CPU per turn, {_STOCK}", value=stock_ms, unit="ms"),
        Line(what=f"CPU per turn, {_OURS}", value=our_ms, unit="ms"),
    ]


async def lags() -> list[Line]:
    """The worst event-loop lag of both under three attacks. Here the stock adapter has an app id, and so authentication."""
    lines = []
    for name in ("1 MB body", "slow body", "hung metadata"):
        async with teams() as side, stock(side, app_id=APP_ID) as other, _ours(side) as ours:
            theirs, mine = await _attacked(name, other, side), await _attacked(name, ours, side)
        lines.append(Line(what=f"event-loop lag, {name}, stock CloudAdapter", value=theirs, unit="ms"))
        lines.append(Line(what=f"event-loop lag, {name}, ours", value=mine, unit="ms", at_most=250))
    return lines


async def rate(port: int, side: Side, seconds: float, tokens: Sequence[str | None]) -> tuple[float, float]:
    """Turns per second of the server on ``port``, and CPU milliseconds each."""
    requests = [post("/api/messages", _activity(side, number), token=token) for number, token in enumerate(tokens)]
    await load(port, 1.0, requests)  # warm
    before = (await probe(port))["cpu_s"]
    result = await load(port, seconds, requests)
    spent = (await probe(port))["cpu_s"] - before
    statuses = result["statuses"]
    assert isinstance(statuses, dict)  # noqa: S101  (for the type checker)
    done = sum(count for status, count in statuses.items() if status.startswith("2"))
    if done != sum(statuses.values()):
        raise RuntimeError(f"the benchmark was refused: answers by status {statuses}; every one must be 2xx")
    return done / float(str(result["seconds"])), spent / done * 1000


async def _attacked(name: str, port: int, side: Side) -> float:
    attack = {"1 MB body": _big, "slow body": _slow, "hung metadata": _hung}[name]
    await asyncio.sleep(0.5)  # let start-up pass: it is not what is measured
    await probe(port)
    await attack(port, side)
    return (await probe(port))["worst_ms"]


async def _big(port: int, side: Side) -> None:
    numbers = b"[" + b",".join([b"1"] * 500_000) + b"]"
    await _send(port, b'{"type":"message","value":%s}' % numbers, None)
    await _send(port, b'{"type":"message","value":%s}' % numbers, side.tokens[0])
    # The most work that fits under our limit of 256 KiB.
    await _send(port, b'{"type":"message","value":%s}' % numbers[: 255 * 1024 - 1] + b"]}", side.tokens[0])


async def _slow(port: int, side: Side) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    head = post("/api/messages", b"", token=side.tokens[0]).replace(b"Content-Length: 0", b"Content-Length: 1000")
    writer.write(head)
    for _ in range(20):
        writer.write(b" ")
        await writer.drain()
        await asyncio.sleep(0.05)
    writer.close()
    del reader


async def _hung(port: int, side: Side) -> None:
    async with aiohttp.ClientSession() as session, session.get(f"{side.url}/hang"):
        pass
    await _send(port, _activity(side, 1), side.unknown)


async def _send(port: int, body: bytes, token: str | None) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    try:
        writer.write(post("/api/messages", body, token=token))
        await writer.drain()
        await asyncio.wait_for(reader.readline(), timeout=30)
    except ConnectionError:
        # A server that answers before it has read everything may cut the connection: the lag is what is measured.
        return
    finally:
        writer.close()


def _activity(side: Side, number: int) -> bytes:
    activity = {
        "type": "message",
        "id": f"17322400{number:05}",
        "timestamp": "2025-11-22T12:00:00.123Z",
        "channelId": "msteams",
        "serviceUrl": f"{side.url}/",
        "from": {"id": "29:ana", "name": "Ana Ferreira", "aadObjectId": "11111111-2222-4333-8444-555555555555"},
        "conversation": {"id": "a:ana", "conversationType": "personal", "tenantId": TENANT},
        "recipient": {"id": f"28:{APP_ID}", "name": "Countersign"},
        "channelData": {"tenant": {"id": TENANT}},
        "entities": [{"type": "clientInfo", "locale": "en-GB", "country": "GB", "platform": "Web", "timezone": "Europe/London"}],
        "locale": "en-GB",
        "text": "I need write access to billing-db for 4 hours to fix INC-4711",
    }
    return json.dumps(activity).encode()


async def probe(port: int) -> dict[str, float]:
    """CPU seconds of the server so far, and the worst lag of its event loop since the last call."""
    async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/lag") as answer:
        return dict(await answer.json())


async def load(port: int, seconds: float | None, requests: Sequence[bytes]) -> dict[str, object]:
    """What came of ``requests``, sent again and again for so many seconds; None sends each once."""
    program = await asyncio.create_subprocess_exec(
        sys.executable,
        "-m",
        "infra.bench.load",
        *(str(port), str(CONNECTIONS), "once" if seconds is None else str(seconds)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    written, _ = await program.communicate(framed(requests))
    return dict(json.loads(written))


@asynccontextmanager
async def teams() -> AsyncIterator[Side]:
    """The process that plays Teams."""
    key = generate_private_key(public_exponent=65537, key_size=2048)
    async with program("teams", "0", str(RSAAlgorithm.to_jwk(key.public_key(), as_dict=True)["n"])) as port:
        url, now = f"http://127.0.0.1:{port}", int(time.time())
        claims = {"iss": url, "aud": APP_ID, "serviceurl": f"{url}/", "nbf": now, "exp": now + 3600}
        yield Side(
            url=url,
            tokens=tuple(
                jwt.encode({**claims, "jti": str(number)}, key, algorithm="RS256", headers={"kid": KID}) for number in range(TOKENS)
            ),
            unknown=jwt.encode(claims, key, algorithm="RS256", headers={"kid": "rolled over"}),
        )


@asynccontextmanager
async def stock(side: Side, *, app_id: str) -> AsyncIterator[int]:
    """The stock adapter's program; without an app id it checks no tokens."""
    async with program("stock", app_id, side.url) as port:
        yield port


@asynccontextmanager
async def _ours(side: Side) -> AsyncIterator[int]:
    with tempfile.TemporaryDirectory() as folder:
        secret = Path(folder) / "secret"
        secret.write_text("bench")
        async with program("ours", APP_ID, TENANT, side.url, str(secret)) as port:
            await ready(port)
            yield port


async def ready(port: int) -> None:
    """Wait until the server on ``port`` says that it is ready."""
    async with aiohttp.ClientSession() as session:
        while True:
            async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
                if answer.status == 200:
                    return
            await asyncio.sleep(0.05)


@asynccontextmanager
async def program(name: str, *arguments: str) -> AsyncIterator[int]:
    """One of the benchmark's programs, running; its port."""
    program = await asyncio.create_subprocess_exec(
        sys.executable, "-m", f"infra.bench.{name}", *arguments, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        assert program.stdout is not None  # noqa: S101  (for the type checker)
        line = await program.stdout.readline()
        if not line:
            raise RuntimeError(f"infra.bench.{name} did not start; run it by hand to see why")
        yield int(line)
    finally:
        if program.returncode is None:
            program.terminate()
        await program.wait()


if __name__ == "__main__":
    for _line in asyncio.run(measure()):
        print(_line)
    print(f"(metadata hangs for {HANG_S:g} s and is then cut off; an authority that hangs for longer holds the stock adapter for longer)")
