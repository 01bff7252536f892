"""The hops before and after authentication that concern the request's form: what its headers declare, and reading its bytes in time.

The declared form is judged from headers alone. The bytes are read only by :func:`read_body`, which the endpoint calls once the caller is
known (B1). A client that asks ``Expect: 100-continue`` is told to go on only then.
"""

import asyncio
from datetime import timedelta

from aiohttp import web
from aiohttp.http import HttpProcessingError

from bot.front.errors import NotAuthenticated, Refused
from bot.front.strictjson import MAX_BYTES, too_large

READ_WITHIN = timedelta(seconds=5)
_AS_TEAMS_SENDS = frozenset({"application/json; charset=utf-8", "application/json"})


async def expect_later(request: web.Request) -> None:
    """aiohttp's hook for ``Expect``: say nothing yet. The go-ahead is written by :func:`read_body`."""


def check_declared(request: web.Request) -> None:
    """Refuse by headers alone: not JSON in UTF-8 (415), compressed (415), declared too large (413)."""
    if request.headers.get("Content-Type") not in _AS_TEAMS_SENDS and not _is_json(request):
        raise Refused(415, "not_json", "Send Content-Type: application/json, in UTF-8.")
    if request.headers.get("Content-Encoding", "identity").lower() != "identity":
        raise Refused(415, "compressed", "Send the body uncompressed.")
    if (request.content_length or 0) > MAX_BYTES:
        raise too_large()


def _is_json(request: web.Request) -> bool:
    return request.content_type == "application/json" and (request.charset or "utf-8").lower() in ("utf-8", "utf8")


def authorization(request: web.Request) -> str | None:
    """The one ``Authorization`` header; two of them are nobody's."""
    values = request.headers.getall("Authorization", [])
    if len(values) > 1:
        raise NotAuthenticated("two headers")
    return values[0] if values else None


async def read_body(request: web.Request, *, within: timedelta = READ_WITHIN) -> bytes:
    """The whole body, at most 256 KiB (413), within ``within`` (408)."""
    if request.content.is_eof() and request.content.exception() is None:
        # All of it came with the headers, as nearly always: no timer.
        return bytes(_bounded(request.content.read_nowait()))
    try:
        async with asyncio.timeout(within.total_seconds()):
            if request.headers.get("Expect", "").lower() == "100-continue":
                await request.writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
            return await _read(request)
    except TimeoutError as error:
        raise Refused(408, "too_slow", f"The body did not arrive within {within.total_seconds():g} s.") from error
    except (web.RequestPayloadError, HttpProcessingError, ConnectionError, RuntimeError) as error:
        # RuntimeError is how aiohttp's stream says that the connection was closed while it was being read.
        raise Refused(400, "unreadable", "The body broke off or is not framed as HTTP/1.1 says.") from error


async def _read(request: web.Request) -> bytes:
    body = bytearray()
    while chunk := await request.content.readany():
        body += chunk
        _bounded(body)
    return bytes(body)


def _bounded(body: bytes | bytearray) -> bytes | bytearray:
    if len(body) > MAX_BYTES:
        raise too_large()
    return body
