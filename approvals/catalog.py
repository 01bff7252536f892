"""The catalog: what can be asked for, and the people of the embedded directory, read from files that a person edits.

Text becomes vocabulary here and nowhere else; a mistake in a file is told with its file, entry, value and what is allowed.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Annotated, NoReturn, TypeVar
from uuid import UUID
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from approvals.change import Entitlement, EntitlementId, Hours, Person, PersonId, Risk, Task
from approvals.errors import CatalogError
from approvals.files import read_yaml, reason, short
from approvals.rota import Rota, on_call
from approvals.words import read_span, say

_LONGEST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Catalog:
    """Everything that can be asked for, in the order of the file, and who is on call."""

    entitlements: tuple[Entitlement, ...]
    rotas: tuple[Rota, ...] = ()
    _by_id: Mapping[EntitlementId, Entitlement] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_by_id", {entry.id: entry for entry in self.entitlements})

    def find(self, entitlement: EntitlementId) -> Entitlement | None:
        """The entry with this id, or None."""
        return self._by_id.get(entitlement)

    def on_call(self, person: PersonId, *, now: datetime) -> tuple[str, ...]:
        """The rotas on which this person is on call now."""
        return on_call(self.rotas, person, now=now)


def _duration(value: object) -> timedelta:
    duration = read_span(str(value))
    if duration is None:
        raise ValueError(say("write a whole number and m, h or d, such as 4h"))
    if not timedelta() < duration <= _LONGEST:
        raise ValueError(say("must be longer than nothing and at most {days}d", days=_LONGEST.days))
    return duration


def _time_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(say("is not a time zone of the IANA list, such as Europe/Lisbon")) from error
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
    steward: str | None = None
    usual_duration: Duration
    max_duration: Duration
    departments: tuple[Line, ...] = ()
    target: Line
    connector: str = "local"
    task: Task = Task.GROUP
    hours: Hours = Hours.ANY
    rota: Slug | None = None
    conflicts: tuple[Slug, ...] = ()


class _RotaEntry(BaseModel):
    model_config = ConfigDict(extra="forbid")

    id: Slug
    since: AwareDatetime
    people: Annotated[tuple[str, ...], Field(min_length=1)]


_Entry = TypeVar("_Entry", bound=BaseModel)


def read_catalog(people_yaml: str, entitlements_yaml: str, rotas_yaml: str = "[]") -> tuple[tuple[Person, ...], Catalog]:
    """The people and the catalog that three YAML texts describe; there may be no rotas.

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
    rotas = _rotas(rotas_yaml, by_email=by_email)
    conflicts, known = _conflicts(offers), tuple(rota.id for rota in rotas)
    for offer in offers:
        if offer.rota is not None and offer.rota not in known:
            raise CatalogError(
                say(
                    "entitlements.yaml ({id}): rota {rota} is not in rotas.yaml; add it or leave the line out",
                    id=offer.id,
                    rota=repr(offer.rota),
                )
            )
    entitlements = tuple(_entitlement(offer, by_email=by_email, conflicts=conflicts[offer.id]) for offer in offers)
    return people, Catalog(entitlements, rotas)


def _rotas(text: str, *, by_email: Mapping[str, PersonId]) -> tuple[Rota, ...]:
    if text.strip() in ("", "[]"):
        return ()
    entries = _entries(text, _RotaEntry, where="rotas.yaml")
    _refuse_twins("rotas.yaml", "id", (entry.id for entry in entries))
    return tuple(_rota(entry, by_email=by_email) for entry in entries)


def _rota(entry: _RotaEntry, *, by_email: Mapping[str, PersonId]) -> Rota:
    resolve = _resolver(by_email, where=f"rotas.yaml ({entry.id})")
    return Rota(id=entry.id, since=entry.since, people=tuple(resolve("on call", email) for email in entry.people))


def _entries(text: str, shape: type[_Entry], *, where: str) -> tuple[_Entry, ...]:
    parsed = read_yaml(text, where=where, wrong=CatalogError)
    if not isinstance(parsed, list) or not parsed:
        raise CatalogError(say("{where}: holds no list of entries; begin each with '- id: …'", where=where))
    return tuple(_entry(raw, shape, where=f"{where}, entry {place}") for place, raw in enumerate(parsed, start=1))


def _entry(raw: object, shape: type[_Entry], *, where: str) -> _Entry:
    if not isinstance(raw, dict):
        raise CatalogError(
            say("{where}: is {given}; write it as 'id: …', 'name: …' and so on, one below the other", where=where, given=short(repr(raw)))
        )
    try:
        return shape.model_validate(raw)
    except ValidationError as error:
        first = error.errors()[0]
        name = raw.get("name") or raw.get("id")
        named = f"{where} ({short(str(name))})" if name else where
        field_name = ".".join(str(part) for part in first["loc"])
        if first["type"] == "missing":
            raise CatalogError(say("{where}: {field} is missing", where=named, field=field_name)) from error
        given = short(repr(first["input"]))
        raise CatalogError(say("{where}: {field} is {given}: ", where=named, field=field_name, given=given), reason(first)) from error


def _refuse_twins(where: str, what: str, values: Iterable[str]) -> None:
    seen: set[str] = set()
    for value in values:
        if value in seen:
            raise CatalogError(
                say("{where}: {what} {value} stands twice; each entry needs its own", where=where, what=what, value=repr(value))
            )
        seen.add(value)


def _resolver(by_email: Mapping[str, PersonId], *, where: str) -> Callable[[str, str], PersonId]:
    def resolve(role: str, email: str) -> PersonId:
        person = by_email.get(email.lower())
        if person is None:
            _unknown(where, role, email)
        return person

    return resolve


def _unknown(where: str, role: str, email: str) -> NoReturn:
    raise CatalogError(
        say(
            "{where}: {role} {email} is nobody in people.yaml; add the person or correct the address",
            where=where,
            role=role,
            email=repr(email),
        )
    )


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


def _conflicts(offers: Iterable[_EntitlementEntry]) -> dict[str, tuple[EntitlementId, ...]]:
    """What must not come together with each entry. Said of one of two it holds for both: who edits the file may forget the other."""
    found: dict[str, dict[EntitlementId, None]] = {offer.id: {} for offer in offers}
    for offer in offers:
        for other in offer.conflicts:
            if other not in found or other == offer.id:
                raise CatalogError(
                    say(
                        "entitlements.yaml ({id}): conflicts has {other}; write the id of another entry of this file",
                        id=offer.id,
                        other=repr(other),
                    )
                )
            found[offer.id][EntitlementId(other)] = None
            found[other][EntitlementId(offer.id)] = None
    return {name: tuple(sorted(others)) for name, others in found.items()}


def _entitlement(offer: _EntitlementEntry, *, by_email: Mapping[str, PersonId], conflicts: tuple[EntitlementId, ...]) -> Entitlement:
    resolve = _resolver(by_email, where=f"entitlements.yaml ({offer.id})")
    if offer.usual_duration > offer.max_duration:
        raise CatalogError(say("entitlements.yaml ({id}): usual_duration is longer than max_duration; shorten it", id=offer.id))
    _refuse_a_steward_who_decides_anyway(offer)
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
        task=offer.task,
        hours=offer.hours,
        rota=offer.rota,
        conflicts=conflicts,
        steward=resolve("steward", offer.steward) if offer.steward else None,
    )


def _refuse_a_steward_who_decides_anyway(offer: _EntitlementEntry) -> None:
    """A steward decides where nobody else can: one who is owner or deputy as well would be of no use then."""
    for role, email in (("owner", offer.owner), ("deputy", offer.deputy)):
        if offer.steward and email and offer.steward.lower() == email.lower():
            raise CatalogError(
                say(
                    "entitlements.yaml ({id}): steward {email} is its {role} already; name somebody else or leave the line out",
                    id=offer.id,
                    email=repr(offer.steward),
                    role=role,
                )
            )
