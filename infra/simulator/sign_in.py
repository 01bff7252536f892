"""The window that a sign-in button opens, for the people that tests and the demo drive: a browser that keeps cookies and follows links."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import unescape

import aiohttp
from yarl import URL

from infra.simulator.errors import NotOnScreen, NotSeen

_CODE = re.compile(r'data-code="([^"]+)"')
_LINK = re.compile(r'<a [^>]*class="button"[^>]*href="([^"]+)"')
_TAG = re.compile(r"<[^>]*>")
_PATIENCE = aiohttp.ClientTimeout(total=10)


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """How the window was left: what stood there before the sign-in and after it, and the code that was handed to the client, if any."""

    confirmed: str
    words: str
    code: str | None


async def sign_in(url: str, *, email: str) -> Window:
    """Open ``url``, go on from there to the sign-in page, and sign in as ``email``.

    Raises:
        NotOnScreen: the sign-in page does not offer this person.
        NotSeen: a page on the way does not answer.
    """
    jar = aiohttp.CookieJar(unsafe=True)  # Cookies of an IP address, which is what loopback is.
    try:
        async with aiohttp.ClientSession(cookie_jar=jar, timeout=_PATIENCE) as session:
            confirm = await _page(session, URL(url))
            link = _LINK.search(confirm.text)
            if link is None:
                return Window(confirmed=_words(confirm.text), words=_words(confirm.text), code=None)
            chooser = await _page(session, confirm.url.join(URL(unescape(link[1]), encoded=True)))
            if f'value="{email}"' not in chooser.text:
                raise NotOnScreen(f"the sign-in page does not offer {email}; it says: {_words(chooser.text)[:200]}")
            async with session.post(chooser.url, data={"person": email}) as answer:
                text = await answer.text()
    except (aiohttp.ClientError, TimeoutError) as error:
        raise NotSeen(f"the window of the sign-in does not answer: {type(error).__name__}") from error
    code = _CODE.search(text)
    return Window(confirmed=_words(confirm.text), words=_words(text), code=unescape(code[1]) if code else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Page:
    url: URL
    text: str


async def _page(session: aiohttp.ClientSession, url: URL) -> _Page:
    async with session.get(url) as answer:
        return _Page(url=answer.url, text=await answer.text())


def _words(html: str) -> str:
    """What a reader reads, blanks made one."""
    return " ".join(unescape(_TAG.sub(" ", html.partition("<body>")[2])).split())
