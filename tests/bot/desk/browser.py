"""A browser without a window: it keeps cookies, follows redirects, and reads pages as text."""

import re
from dataclasses import dataclass
from html import unescape

from aiohttp import ClientSession
from yarl import URL

_TAG = re.compile(r"<[^>]*>")


@dataclass(frozen=True, kw_only=True)
class Seen:
    """What came back: where the browser ended up, and the page there."""

    status: int
    url: URL
    html: str
    headers: dict[str, str]

    @property
    def text(self) -> str:
        """What a reader reads, blanks made one."""
        return " ".join(unescape(_TAG.sub(" ", self.html.partition("<body>")[2])).split())

    @property
    def heading(self) -> str:
        """The page's heading."""
        return unescape(_TAG.sub("", self.html.partition("<h1>")[2].partition("</h1>")[0]))

    @property
    def tickets(self) -> list[str]:
        """The ticket numbers of a list, from top to bottom."""
        return re.findall(r'<th scope="row"><a href="[^"]*">(TCK-\d+)</a>', self.html)

    def link(self, words: str) -> str | None:
        """Where the link with these words leads."""
        found = re.search(rf'<a [^>]*href="([^"]*)"[^>]*>{re.escape(words)}</a>', self.html)
        return unescape(found[1]) if found else None


@dataclass(frozen=True, kw_only=True)
class Browser:
    """One person's browser at the desk; ``desk`` is its address."""

    session: ClientSession
    desk: URL

    async def gets(self, address: str | URL = "/desk", *, follows: bool = True, cookies: dict[str, str] | None = None) -> Seen:
        """Open a page: a path of the desk, or a whole address."""
        async with self.session.get(self.desk.join(URL(address, encoded=True)), allow_redirects=follows, cookies=cookies) as answer:
            return Seen(status=answer.status, url=answer.url, html=await answer.text(), headers=dict(answer.headers))

    async def posts(self, address: str | URL, form: dict[str, str] | None = None, *, follows: bool = True, **headers: str) -> Seen:
        """Send a form; header names are written with underscores."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        target = self.desk.join(URL(address))
        async with self.session.post(target, data=form, headers=sent, allow_redirects=follows) as answer:
            return Seen(status=answer.status, url=answer.url, html=await answer.text(), headers=dict(answer.headers))

    async def signs_in(self, email: str = "priya.nair@northwind.example", *, to: str = "/desk", follows: bool = True) -> Seen:
        """Open a page, be sent to the sign-in page, and press one's name there."""
        chooser = await self.gets(to)
        assert f'value="{email}"' in chooser.html, chooser.text
        return await self.posts(chooser.url, {"person": email}, follows=follows)

    def cookie(self, part: str) -> str | None:
        """The value of the cookie whose name contains ``part``."""
        return next((cookie.value for cookie in self.session.cookie_jar if part in cookie.key), None)

    def cookie_name(self, part: str) -> str:
        """The name of that cookie."""
        return next(cookie.key for cookie in self.session.cookie_jar if part in cookie.key)
