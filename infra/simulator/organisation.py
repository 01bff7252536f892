"""Who works here, as the simulator needs it: people from people.yaml, and the chats that exist at the start from chats.yaml.

The bot reads the same people through approvals/catalog.py; the two never share memory, as Teams and a bot do not.
"""

from __future__ import annotations

import base64
import hashlib
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml

from approvals.words import say
from infra.simulator.errors import OrganisationError
from infra.simulator.shape import Json, JsonObject, list_at, text_at, value_at

# libyaml reads the sample ten times faster; wheels for some platforms come without it.
_LOADER: type[yaml.SafeLoader | yaml.CSafeLoader] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
SAMPLE = Path(__file__).parent.parent / "catalog"
TENANT_ID = "7c3f9a52-1f0e-4f4b-9a56-0c1de2b7a910"
"""The tenant of the sample organisation; nothing real has this id."""
APP_ID = "2d4e6a80-93b5-4c1f-8e27-5a6b7c8d9e0f"
"""The bot's app registration in the sample tenant; nothing real has this id."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Employee:
    """One person of the organisation."""

    id: str
    """Entra object id."""
    name: str
    email: str
    title: str
    department: str
    manager: str | None
    """E-mail of the manager."""
    locale: str
    time_zone: str
    enabled: bool
    roles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedChat:
    """A group chat or a channel that exists from the start. ``members`` are e-mails; empty means everybody."""

    kind: Literal["group", "channel"]
    title: str
    team: str
    members: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    """The people and shared chats of one tenant."""

    people: tuple[Employee, ...]
    shared_chats: tuple[SharedChat, ...] = ()

    def find(self, who: str) -> Employee:
        """Answer the person whose object id, e-mail, name, or first part of the e-mail (``ana`` or ``ana.ferreira``) is ``who``.

        Raises:
            OrganisationError: nobody is called that, or several are.
        """
        wanted = who.strip().casefold()
        exact = [person for person in self.people if wanted in {person.id.casefold(), person.email.casefold(), person.name.casefold()}]
        found = exact or [person for person in self.people if wanted in _handles(person)]
        if len(found) != 1:
            raise OrganisationError(
                say("{count} people are called {who}: use an e-mail address of people.yaml", count=len(found), who=repr(who))
            )
        return found[0]


def teams_id(object_id: str, *, tenant_id: str) -> str:
    """The person's id inside Teams (29:…). The same in every run, so that a bot's stored references outlive a restart."""
    return "29:1" + _stable(f"{tenant_id}/{object_id}")


def personal_chat_id(object_id: str, *, app_id: str) -> str:
    """The id of the person's 1:1 chat with the bot (a:…). The same in every run."""
    return "a:1" + _stable(f"{app_id}/{object_id}")


def shared_chat_id(chat: SharedChat) -> str:
    """The id of a group chat or channel (19:…). The same in every run."""
    name = hashlib.sha256(f"{chat.kind}/{chat.team}/{chat.title}".encode()).hexdigest()[:32]
    return f"19:{name}@thread.v2" if chat.kind == "group" else f"19:{name}@thread.tacv2"


def read_organisation(folder: Path = SAMPLE) -> Organisation:
    """Read people.yaml and, where there is one, chats.yaml from ``folder``.

    Raises:
        OrganisationError: a file is missing, is not YAML, or says something impossible; the message names file, entry and value.
    """
    entries = _entries(folder / "people.yaml")
    people = tuple(_employee(entry, where=f"people.yaml, entry {number}") for number, entry in enumerate(entries, 1))
    for key in ("id", "email"):
        seen: set[str] = set()
        for person in people:
            value = str(getattr(person, key)).casefold()
            if value in seen:
                raise OrganisationError(say("people.yaml: {key} {value} is given to two people", key=key, value=repr(value)))
            seen.add(value)
    chats = folder / "chats.yaml"
    emails = {person.email for person in people}
    shared = tuple(_shared_chat(entry, emails=emails) for entry in _entries(chats)) if chats.exists() else ()
    return Organisation(people=people, shared_chats=shared)


def _entries(path: Path) -> list[JsonObject]:
    try:
        whole: Json = yaml.load(path.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506 - both loaders are the safe ones
    except OSError as error:
        raise OrganisationError(say("{path}: cannot be read: {why}", path=str(path), why=str(error.strerror))) from error
    except yaml.YAMLError as error:
        raise OrganisationError(say("{path}: is not YAML: {why}", path=str(path), why=" ".join(str(error).split()))) from error
    if not isinstance(whole, list) or not all(isinstance(entry, dict) for entry in whole):
        raise OrganisationError(say("{path}: must be a list of entries that begin with '- '", path=str(path)))
    return [entry for entry in whole if isinstance(entry, dict)]


def _employee(entry: JsonObject, *, where: str) -> Employee:
    for key in ("id", "name", "email", "title", "department", "locale", "time_zone"):
        if not text_at(entry, key):
            raise OrganisationError(say("{where}: {key} is missing or is not text", where=where, key=key))
    try:
        UUID(text_at(entry, "id"))
        ZoneInfo(text_at(entry, "time_zone"))
    except (ValueError, ZoneInfoNotFoundError) as error:
        raise OrganisationError(say("{where}: id must be a GUID and time_zone an IANA name: {why}", where=where, why=str(error))) from error
    return Employee(
        id=text_at(entry, "id").lower(),
        name=text_at(entry, "name"),
        email=text_at(entry, "email").lower(),
        title=text_at(entry, "title"),
        department=text_at(entry, "department"),
        manager=text_at(entry, "manager").lower() or None,
        locale=text_at(entry, "locale"),
        time_zone=text_at(entry, "time_zone"),
        enabled=value_at(entry, "enabled") is not False,
        roles=tuple(str(role) for role in list_at(entry, "roles")),
    )


def _shared_chat(entry: JsonObject, *, emails: set[str]) -> SharedChat:
    kind, title = text_at(entry, "kind"), text_at(entry, "title")
    members = tuple(str(member).lower() for member in list_at(entry, "members"))
    if kind not in ("group", "channel") or not title:
        raise OrganisationError(
            say(
                "chats.yaml: kind must be group or channel and title must be given, not {kind} and {title}",
                kind=repr(kind),
                title=repr(title),
            )
        )
    if strangers := [member for member in members if member not in emails]:
        raise OrganisationError(
            say("chats.yaml: {title} has a member {strangers} who is not in people.yaml", title=repr(title), strangers=repr(strangers[0]))
        )
    return SharedChat(kind="group" if kind == "group" else "channel", title=title, team=text_at(entry, "team"), members=members)


def _handles(person: Employee) -> set[str]:
    local = person.email.split("@")[0]
    return {local, re.split(r"[._-]", local)[0]}


def _stable(text: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(text.encode()).digest()).decode().rstrip("=")
