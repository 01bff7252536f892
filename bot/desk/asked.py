"""What the address of a page asks for, read strictly: anything else is passed over with a note, never an error."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from urllib.parse import urlencode

from approvals.words import Sentence, say

LIST = "/desk"
SIGN_IN = "/desk/sign-in"
LONGEST_SEARCH = 100

_TICKET = re.compile(r"TCK-([1-9][0-9]{0,17})", re.ASCII | re.IGNORECASE)
_ID = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)
_OURS = re.compile(r"/desk(?:/tickets/TCK-[0-9]{1,18})?(?:\?[!-\[\]-~]*)?", re.ASCII | re.IGNORECASE)
_LONGEST_ADDRESS = 1000


class Show(StrEnum):
    """Which tickets are listed."""

    ALL = "all"
    OPEN = "open"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool | None:
        """What the list is narrowed to; None for everything."""
        return {Show.ALL: None, Show.OPEN: True, Show.CLOSED: False}[self]


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which part of the list is asked for. ``before`` and ``after`` are ticket ids: the page older, or newer, than that one."""

    show: Show = Show.ALL
    search: str = ""
    before: int | None = None
    after: int | None = None
    note: Sentence | None = None

    @property
    def address(self) -> str:
        """The address of this page."""
        names = {
            "show": "" if self.show is Show.ALL else self.show.value,
            "search": self.search,
            "before": self.before,
            "after": self.after,
        }
        given = {name: str(value) for name, value in names.items() if value}
        return f"{LIST}?{urlencode(given)}" if given else LIST

    def older_than(self, ticket: int) -> str:
        """The address of the page that begins after ``ticket``."""
        return replace(self, before=ticket, after=None).address

    def newer_than(self, ticket: int) -> str:
        """The address of the page that ends before ``ticket``."""
        return replace(self, before=None, after=ticket).address

    def showing(self, show: Show) -> str:
        """The address of the first page of another filter, with the same search."""
        return Asked(show=show, search=self.search).address


def read_asked(query: Mapping[str, str]) -> Asked:
    """What the query of an address asks for."""
    wished = query.get("show", "")
    show = Show(wished) if wished in tuple(Show) else Show.ALL
    before, after = _id(query.get("before", "")), _id(query.get("after", ""))
    search, is_clipped = _search(query.get("search", ""))
    return Asked(show=show, search=search, before=before, after=None if before else after, note=_note(wished, query, is_clipped=is_clipped))


def read_ticket_number(text: str) -> int | None:
    """The id behind ``TCK-1042``, or None when it is no ticket number."""
    match = _TICKET.fullmatch(text)
    return int(match[1]) if match else None


def one_of_ours(address: str) -> str:
    """``address`` when it is a page of the desk; else the list. Sign-in leads nowhere else (CWE-601, open redirect)."""
    return address if len(address) <= _LONGEST_ADDRESS and _OURS.fullmatch(address) else LIST


def sign_in_address(to: str) -> str:
    """The address at which a sign-in begins that ends at ``to``."""
    return f"{SIGN_IN}?{urlencode({'to': to})}"


def _id(text: str) -> int | None:
    return int(text) if _ID.fullmatch(text) else None


def _search(text: str) -> tuple[str, bool]:
    seen = " ".join("".join(each if each.isprintable() else " " for each in text).split())
    return seen[:LONGEST_SEARCH].rstrip(), len(seen) > LONGEST_SEARCH


def _note(wished: str, query: Mapping[str, str], *, is_clipped: bool) -> Sentence | None:
    if wished and wished not in tuple(Show):
        return say("There is no filter “{filter}”: this is all tickets.", filter=_search(wished)[0])
    if any(query.get(name) and _id(query[name]) is None for name in ("before", "after")):
        return say("The address named no page that exists: this is the newest.")
    if is_clipped:
        return say("Only the first {count} characters were searched for.", count=LONGEST_SEARCH)
    return None
