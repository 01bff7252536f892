"""The way out to Teams: one asynchronous HTTP client for every send, with limits of its own (D2, D3).

Five seconds a call, no redirects, a bound on connections, a bound on the answer; one attempt. Trying again is the outbox's business.
The service URL is checked before every call, because it may have been stored long ago (A4).

Source: https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-api-reference
"""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from functools import lru_cache
from urllib.parse import quote

import aiohttp
import orjson
from yarl import URL

from bot.front.authority import Authority
from bot.teams.credential import Credential, CredentialError
from bot.teams.errors import Gone, NotPermitted, Refused, SendError, Throttled, Unavailable

SEND_WITHIN = timedelta(seconds=5)
CONNECT_WITHIN = timedelta(seconds=2)
MAX_CONNECTIONS = 64
MAX_ANSWER = 64 * 1024
_LONGEST_WAIT = timedelta(hours=1)
_NOT_THERE = frozenset(
    {"BotNotInConversationRoster", "BotDisabledByAdmin", "ConversationBlockedByUser", "ConversationNotFound", "UserNotFound"}
)
"""403 codes that mean "not installed, or blocked by the person": the same send later makes no sense."""

Activity = Mapping[str, object]
"""An outbound activity as JSON values."""

Observe = Callable[[str, str], None]
"""Told the operation and its outcome, after each send."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A conversation: where it is served, and its id there. Both are kept with whatever is to be posted or redrawn later."""

    service_url: str
    conversation: str


class Sender:
    """Posts, redraws and deletes. ``open`` it in a running loop; ``close`` it at the end. It does not own the credential."""

    def __init__(
        self,
        *,
        authority: Authority,
        credential: Credential,
        app_id: str,
        observe: Observe = lambda _operation, _outcome: None,
        send_within: timedelta = SEND_WITHIN,
    ) -> None:
        self._authority = authority
        self._credential = credential
        self._bot = f"28:{app_id}"
        self._observe = observe
        self._timeout = aiohttp.ClientTimeout(total=send_within.total_seconds(), connect=min(send_within, CONNECT_WITHIN).total_seconds())
        self._session: aiohttp.ClientSession | None = None

    async def open(self) -> None:
        """Make the connection pool."""
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(limit=MAX_CONNECTIONS, ttl_dns_cache=60),
            timeout=self._timeout,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            skip_auto_headers=("User-Agent", "Accept-Encoding"),
        )

    async def close(self) -> None:
        """Close the connections."""
        if self._session is not None:
            await self._session.close()

    async def post(self, place: Place, activity: Activity) -> str | None:
        """Post ``activity`` as a new message. Its id, or None when the service took it without naming it (202, empty body).

        Raises:
            SendError: see errors.py; so do all the others below.
        """
        return _id(await self._call("post", "POST", place.service_url, f"{_path(place)}/activities", activity))

    async def reply(self, place: Place, activity_id: str, activity: Activity) -> str | None:
        """Post ``activity`` in answer to the message ``activity_id``."""
        return _id(await self._call("reply", "POST", place.service_url, f"{_path(place)}/activities/{_segment(activity_id)}", activity))

    async def update(self, place: Place, activity_id: str, activity: Activity) -> None:
        """Put ``activity`` in place of the message ``activity_id``. :class:`Gone` may last for ever: then post afresh."""
        await self._call("update", "PUT", place.service_url, f"{_path(place)}/activities/{_segment(activity_id)}", activity)

    async def delete(self, place: Place, activity_id: str) -> None:
        """Take the message ``activity_id`` away."""
        await self._call("delete", "DELETE", place.service_url, f"{_path(place)}/activities/{_segment(activity_id)}", None)

    async def open_chat(self, service_url: str, person: str, *, tenant: str) -> Place:
        """The personal chat with ``person`` (an Entra object id), made if there is none. The app must be installed for them.

        Calling it again gives the same conversation.
        """
        wanted = {
            "bot": {"id": self._bot},
            "members": [{"id": person}],
            "isGroup": False,
            "tenantId": tenant,
            "channelData": {"tenant": {"id": tenant}},
        }
        conversation = _id(await self._call("open_chat", "POST", service_url, "/v3/conversations", wanted))
        if conversation is None:
            raise Unavailable("the service opened a chat and did not say which", may_have_arrived=True)
        return Place(service_url=service_url, conversation=conversation)

    async def _call(self, operation: str, method: str, service_url: str, path: str, body: Activity | None) -> bytes:
        try:
            answer = await self._ask(method, service_url, path, body)
        except SendError as error:
            self._observe(operation, type(error).__name__)
            raise
        self._observe(operation, "sent")
        return answer

    async def _ask(self, method: str, service_url: str, path: str, body: Activity | None) -> bytes:
        if not self._authority.permits(service_url):
            raise NotPermitted("the service URL does not belong to the configured authority; nothing was sent")
        if self._session is None:
            raise Unavailable("the sender was asked to send before open()", may_have_arrived=False)
        # Encoded by us: conversation ids hold ':', ';', '=' and '@', and must not be read as anything but one path segment.
        url = URL(service_url.rstrip("/") + path, encoded=True)
        headers = {"Authorization": f"Bearer {await self._token()}"}
        if body is not None:
            headers["Content-Type"] = "application/json; charset=utf-8"
        try:
            async with self._session.request(
                method, url, data=orjson.dumps(body) if body is not None else None, headers=headers, allow_redirects=False
            ) as answer:
                return await self._judge(answer)
        except (aiohttp.ClientConnectorError, aiohttp.ConnectionTimeoutError) as error:
            raise Unavailable(f"no connection to the service: {type(error).__name__}", may_have_arrived=False) from error
        except (aiohttp.ClientError, TimeoutError) as error:
            raise Unavailable(f"no answer from the service: {type(error).__name__}", may_have_arrived=True) from error

    async def _token(self) -> str:
        if self._credential.ready:
            return self._credential.at_hand()
        try:
            async with asyncio.timeout(self._timeout.total):
                return await self._credential.token()
        except (CredentialError, TimeoutError) as error:
            raise Unavailable(f"no token to send with: {type(error).__name__}", may_have_arrived=False) from error

    async def _judge(self, answer: aiohttp.ClientResponse) -> bytes:
        status = answer.status
        body = await _bounded(answer)
        if 200 <= status < 300:
            return body
        if status == 401:
            self._credential.refused()
        raise _error(status, _code(body), answer.headers.get("Retry-After"))


def _error(status: int, code: str, retry_after: str | None) -> SendError:
    said = f"the service answered {status} {code}".rstrip()
    if status == 429:
        return Throttled(said, retry_after=_wait(retry_after))
    if status == 404 or (status == 403 and code in _NOT_THERE):
        return Gone(said, code=code)
    # 401: the token was withdrawn and another is being fetched. 412: the service says that it did not carry out the call.
    if status in (401, 408, 412) or status >= 500:
        return Unavailable(said, may_have_arrived=status >= 500)
    return Refused(said, status=status, code=code)


def _wait(retry_after: str | None) -> timedelta:
    """RFC 9110 10.2.3: seconds or a date. Never negative, at most an hour, a second when absent or unreadable."""
    try:
        seconds = float(int(retry_after or "1"))
    except ValueError:
        seconds = _seconds_until(retry_after or "")
    return min(max(timedelta(seconds=min(seconds, _LONGEST_WAIT.total_seconds())), timedelta()), _LONGEST_WAIT)


def _seconds_until(date: str) -> float:
    try:
        moment = parsedate_to_datetime(date)
    except ValueError:
        return 1.0
    return (moment.replace(tzinfo=moment.tzinfo or UTC) - datetime.now(UTC)).total_seconds()


async def _bounded(answer: aiohttp.ClientResponse) -> bytes:
    if answer.content.is_eof() and answer.content.total_bytes <= MAX_ANSWER:
        # All of it came with the headers, as nearly always.
        return answer.content.read_nowait()
    body = bytearray()
    async for chunk in answer.content.iter_any():
        body += chunk
        if len(body) > MAX_ANSWER:
            raise Unavailable(f"the service's answer is larger than {MAX_ANSWER} bytes", may_have_arrived=True)
    return bytes(body)


def _object(body: bytes) -> dict[str, object]:
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError:
        return {}
    return value if isinstance(value, dict) else {}


def _id(body: bytes) -> str | None:
    value = _object(body).get("id") if body else None
    return value if isinstance(value, str) and value else None


def _code(body: bytes) -> str:
    error = _object(body).get("error")
    code = error.get("code") if isinstance(error, dict) else None
    return code if isinstance(code, str) and code.isalnum() else ""


def _path(place: Place) -> str:
    return f"/v3/conversations/{_segment(place.conversation)}"


@lru_cache(maxsize=4096)
def _segment(value: str) -> str:
    if value in ("", ".", ".."):
        raise Refused(f"{value!r} is not the id of a conversation or an activity", status=0, code="BadId")
    return quote(value, safe="")
