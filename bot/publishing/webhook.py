"""Somebody's server, which is told of each checkpoint by a POST with the signed note as its text.

The address may hold a secret (``https://countersign:SECRET@log.example/…``, or in its path), so nothing but the host is ever spoken of.
"""

from urllib.parse import urlsplit

import aiohttp

from approvals.errors import PublishError
from approvals.evidence.checkpoints import Checkpoint

WITHIN = aiohttp.ClientTimeout(total=5)
_HEARD = 4_096
"""Bytes of an answer that are listened to: a few cosignatures."""


class Webhook:
    """The address ``url``. Any answer of 2xx means that it has it; one that points elsewhere does not, and is not followed."""

    def __init__(self, url: str) -> None:
        self.name = host_of(url)
        self._url = url

    async def take(self, checkpoint: Checkpoint) -> None:
        """Post the checkpoint."""
        status, _ = await post(self._url, str(checkpoint.note))
        if not 200 <= status < 300:
            raise PublishError(f"{self.name} answered {status} to the checkpoint of {checkpoint.size} entries")


def host_of(url: str) -> str:
    """What may be said of an address: where it leads, without user, password, path and query."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


async def post(url: str, text: str) -> tuple[int, str]:
    """Post ``text``; answer the status and the beginning of what was said, as far as it came in time.

    Raises:
        PublishError: nobody answered within five seconds.
    """
    headers = {"Content-Type": "text/plain; charset=utf-8"}
    try:
        async with (
            aiohttp.ClientSession(timeout=WITHIN) as session,
            session.post(url, data=text.encode(), headers=headers, allow_redirects=False) as answer,
        ):
            return answer.status, (await _beginning(answer.content)).decode(errors="replace")
    except (aiohttp.ClientError, TimeoutError) as error:
        raise PublishError(f"{host_of(url)} did not answer: {type(error).__name__}") from error


async def _beginning(answer: aiohttp.StreamReader) -> bytes:
    heard = b""
    while len(heard) < _HEARD and (more := await answer.read(_HEARD - len(heard))):
        heard += more
    return heard
