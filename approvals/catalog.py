"""The catalog: what can be asked for, and the people of the embedded directory, read from two files that a person edits.

Text becomes vocabulary here and nowhere else; a mistake in a file is told with its file, entry, value and what is allowed.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Annotated, NoReturn, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from approvals.change import Entitlement, EntitlementId, Person, PersonId, Risk
from approvals.errors import CatalogError

_DURATION = re.compile(r"(\d{1,4})\s*(m|h|d)")
_UNITS = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}
_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that can be asked for, in the order of the file."""

    entitlements: tuple[Entitlement, ...]
    _by_id: Mapping[EntitlementId, Entitlement] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {entry.id: entry for entry in self.entitlements})

    def find(self, entitlement: EntitlementId) -> Entitlement | None:
        """The entry with this id, or None."""
        return self._by_id.get(entitlement)


def _duration(value: object) -> timedelta:
    match = _DURATION.fullmatch(str(value).strip())
    if match is None:
        raise ValueError("write a whole number and m, h or d, such as 4h")
    duration = int(match[1]) * _UNITS[match[2]]
    if not timedelta() < duration <= _LONGEST:
        raise ValueError(f"must be longer than nothing and at most {_LONGEST.days}d")
    return duration


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError("is not a time zone of the IANA list, such as Europe/Lisbon") from error
    return name


Duration = Annotated[timedelta, BeforeValidator(_duration)]
Line = Annotated[str, Field(min_length=1, max_length=200)]
Slug = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")]


class _PersonEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: UUID
    name: Line
    email: Line
    title: str = ""
    department: str = ""
    manager: str | None = None
    enabled: bool = True
    locale: Annotated[str, Field(pattern=r"^[a-z]{2}(-[A-Z]{2})?$")] = "en-GB"
    time_zone: Annotated[str, AfterValidator(_time_zone)] = "UTC"
    roles: tuple[str, ...] = ()


class _EntitlementEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Slug
    name: Line
    system: Line
    level: Line
    aliases: tuple[Line, ...] = ()
    description: Line
    opens: Annotated[str, Field(min_length=1, max_length=400)]
    risk: Risk
    owner: str
    deputy: str | None = None
    usual_duration: Duration
    max_duration: Duration
    departments: tuple[Line, ...] = ()
    target: Line
    connector: str = "local"


_Entry = TypeVar("_Entry", bound=BaseModel)


def read_catalog(people_yaml: str, entitlements_yaml: str) -> tuple[tuple[Person, ...], Catalog]:
    """The people and the catalog that two YAML texts describe.

    Raises:
        CatalogError: one line that names the file, the entry, the value and what is allowed.
    """
    entries = _entries(people_yaml, _PersonEntry, where="people.yaml")
    _refuse_twins("people.yaml", "id", (str(entry.id) for entry in entries))
    _refuse_twins("people.yaml", "email", (entry.email.lower() for entry in entries))
    by_email = {entry.email.lower(): PersonId(str(entry.id)) for entry in entries}
    people = tuple(_person(entry, by_email=by_email) for entry in entries)
    offers = _entries(entitlements_yaml, _EntitlementEntry, where="entitlements.yaml")
    _refuse_twins("entitlements.yaml", "id", (offer.id for offer in offers))
    return people, Catalog(tuple(_entitlement(offer, by_email=by_email) for offer in offers))


def _entries(text: str, shape: type[_Entry], *, where: str) -> tuple[_Entry, ...]:
    try:
        parsed = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise CatalogError(f"{where}: not YAML: {' '.join(str(error).split())}") from error
    if not isinstance(parsed, list) or not parsed:
        raise CatalogError(f"{where}: holds no list of entries; begin each with '- id: …'")
    return tuple(_entry(raw, shape, where=f"{where}, entry {place}") for place, raw in enumerate(parsed, start=1))


def _entry(raw: object, shape: type[_Entry], *, where: str) -> _Entry:
    if not isinstance(raw, dict):
        raise CatalogError(f"{where}: is {_short(repr(raw))}; write it as 'id: …', 'name: …' and so on, one below the other")
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        name = raw.get("name") or raw.get("id")
        named = f"{where} ({_short(str(name))})" if name else where
        field_name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            raise CatalogError(f"{named}: {field_name} is missing") from error
        wrong = first["msg"].removeprefix("Value error, ")
        raise CatalogError(f"{named}: {field_name} is {_short(repr(first['input']))}: {wrong}") from error


def _short(text: str) -> str:
    """At most sixty characters on one line, for a message."""
    line = " ".join(text.split())
    return line if len(line) <= 60 else f"{line[:59]}…"


def _refuse_twins(where: str, what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise CatalogError(f"{where}: {what} {value!r} stands twice; each entry needs its own")
        seen.add(value)


def _resolver(by_email: Mapping[str, PersonId], *, where: str) -> Callable[[str, str], PersonId]:
    def resolve(role: str, email: str) -> PersonId:
        person = by_email.get(email.lower())
        if person is None:
            _unknown(where, role, email)
        return person

    return resolve


def _unknown(where: str, role: str, email: str) -> NoReturn:
    raise CatalogError(f"{where}: {role} {email!r} is nobody in people.yaml; add the person or correct the address")


def _person(entry: _PersonEntry, *, by_email: Mapping[str, PersonId]) -> Person:
    resolve = _resolver(by_email, where=f"people.yaml ({entry.name})")
    return Person(
        id=PersonId(str(entry.id)),
        name=entry.name,
        email=entry.email,
        title=entry.title,
        department=entry.department,
        manager=resolve("manager", entry.manager) if entry.manager else None,
        enabled=entry.enabled,
        locale=entry.locale,
        time_zone=entry.time_zone,
        roles=entry.roles,
    )


def _entitlement(offer: _EntitlementEntry, *, by_email: Mapping[str, PersonId]) -> Entitlement:
    resolve = _resolver(by_email, where=f"entitlements.yaml ({offer.id})")
    if offer.usual_duration > offer.max_duration:
        raise CatalogError(f"entitlements.yaml ({offer.id}): usual_duration is longer than max_duration; shorten it")
    return Entitlement(
        id=EntitlementId(offer.id),
        name=offer.name,
        system=offer.system,
        level=offer.level,
        description=offer.description,
        opens=offer.opens,
        risk=offer.risk,
        owner=resolve("owner", offer.owner),
        deputy=resolve("deputy", offer.deputy) if offer.deputy else None,
        usual_duration=offer.usual_duration,
        max_duration=offer.max_duration,
        target=offer.target,
        aliases=offer.aliases,
        departments=offer.departments,
        connector=offer.connector,
    )
