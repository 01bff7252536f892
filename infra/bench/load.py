"""The load, in a process of its own: requests made beforehand, written to sockets as fast as answers come back.

    python -m infra.bench.load PORT CONNECTIONS SECONDS|once < requests

Standard input holds the requests, each preceded by its length in four bytes; they are sent round and round for so many seconds, or each
once. Prints one JSON object: how many answers, by status, in how many seconds, and how long they took. It parses no more of HTTP than
where an answer ends, so that it costs a tenth of what it measures.
"""

import asyncio
import json
import struct
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from itertools import cycle, islice


def framed(requests: Sequence[bytes]) -> bytes:
    """``requests`` as this program reads them."""
    return b"".join(struct.pack("!I", len(request)) + request for request in requests)


def post(path: str, body: bytes, *, token: str | None) -> bytes:
    """One HTTP/1.1 request that keeps its connection."""
    authorization = f"Authorization: Bearer {token}\r\n" if token else ""
    head = (
        f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{authorization}Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


@dataclass(slots=True)
class _Seen:
    """What came back."""

    statuses: Counter[int] = field(default_factory=Counter)
    ms: list[float] = field(default_factory=list)


class _Caller(asyncio.Protocol):
    def __init__(self, requests: Iterator[bytes], seen: "_Seen", until: float) -> None:
        self._requests, self._seen, self._until = requests, seen, until
        self._began = 0.0
        self._answer = bytearray()
        self.done: asyncio.Future[None] = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)  # noqa: S101  (for the type checker)
        self._transport = transport
        self._next()

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head, found, rest = self._answer.partition(b"\r\n\r\n")
        if not found or len(rest) < _length(bytes(head)):
            return
        self._seen.statuses[int(self._answer[9:12])] += 1
        self._seen.ms.append((time.perf_counter() - self._began) * 1000)
        self._answer.clear()
        self._next()

    def connection_lost(self, exc: Exception | None) -> None:  # noqa: ARG002
        if not self.done.done():
            self.done.set_result(None)

    def _next(self) -> None:
        self._began = time.perf_counter()
        request = next(self._requests, None) if self._began < self._until else None
        if request is None:
            self._transport.close()
        else:
            self._transport.write(request)


def _length(head: bytes) -> int:
    for line in head.lower().split(b"\r\n"):
        if line.startswith(b"content-length:"):
            return int(line[15:])
    return 0


async def _run(port: int, connections: int, seconds: float | None, requests: Sequence[bytes]) -> dict[str, object]:
    loop = asyncio.get_running_loop()
    seen, started, once = _Seen(), time.perf_counter(), iter(requests)
    until = float("inf") if seconds is None else started + seconds
    callers = []
    for first in range(connections):
        mine = once if seconds is None else cycle([*requests[first % len(requests) :], *requests[: first % len(requests)]])
        _, caller = await loop.create_connection(lambda mine=mine: _Caller(mine, seen, until), "127.0.0.1", port)  # type: ignore[misc]
        callers.append(caller)
    await asyncio.gather(*(caller.done for caller in callers))
    spent, ms = time.perf_counter() - started, sorted(seen.ms)
    times = {name: ms[min(int(len(ms) * share), len(ms) - 1)] for name, share in (("p50", 0.5), ("p95", 0.95), ("p99", 0.99)) if ms}
    return {"seconds": spent, "statuses": {str(status): count for status, count in seen.statuses.items()}, "ms": times}


def _read_requests() -> list[bytes]:
    raw, at, requests = sys.stdin.buffer.read(), 0, []
    while at < len(raw):
        (length,) = struct.unpack_from("!I", raw, at)
        requests.append(raw[at + 4 : at + 4 + length])
        at += 4 + length
    return requests


if __name__ == "__main__":
    _port, _connections, _seconds = islice(sys.argv, 1, 4)
    print(json.dumps(asyncio.run(_run(int(_port), int(_connections), None if _seconds == "once" else float(_seconds), _read_requests()))))
