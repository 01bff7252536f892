"""Which attributes the schema declares, where the value of each is read, and how old it may be when a decision rests on it.

The schema file is the one place that says so, in Cedar's own annotations (https://docs.cedarpolicy.com/schema/human-readable-schema.html).
"""

import re
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

import cedarpy

from approvals.errors import PolicyError
from approvals.words import read_span, say

_LINE = re.compile(r"\s*(?:(?P<open>entity|type) (?P<owner>\w+)|@(?P<key>\w+)\(\"(?P<value>[^\"]*)\"\)|\"?(?P<name>\w+)\"?\??: )")


class Source(StrEnum):
    """Where the value of an attribute is read."""

    DIRECTORY = "directory"
    CATALOG = "catalog"
    ROTA = "rota"
    RECORDS = "records"
    REQUEST = "request"
    CLOCK = "clock"


@dataclass(frozen=True, slots=True, kw_only=True)
class Declared:
    """One attribute that may reach a decision: ``Person.enabled``, from the directory, at most an hour old."""

    owner: str
    name: str
    source: Source
    within: timedelta


def declared(schema: cedarpy.Schema) -> tuple[Declared, ...]:
    """Every attribute that the schema declares, in order of owner and name.

    Raises:
        PolicyError: an attribute does not say its source or its age.
    """
    found: list[Declared] = []
    owner, notes = "", dict[str, str]()
    # Cedar writes a schema in one way, an attribute or an annotation a line, whatever the file looked like; actions come last.
    for line in str(schema).split("\naction ")[0].splitlines():
        match = _LINE.match(line)
        if match is None:
            continue
        if match["open"]:
            owner, notes = match["owner"], {}
        elif match["key"]:
            notes[match["key"]] = match["value"]
        else:
            found.append(_declared(owner, match["name"], notes))
            notes = {}
    return tuple(sorted(found, key=lambda one: (one.owner, one.name)))


def _declared(owner: str, name: str, notes: dict[str, str]) -> Declared:
    where = f"schema: {owner}.{name}"
    source, within = notes.get("source"), read_span(notes.get("within", ""))
    if source not in tuple(Source):
        raise PolicyError(
            say("{where}: @source is {source}; write one of {sources}", where=where, source=repr(source), sources=", ".join(Source))
        )
    if not within:
        raise PolicyError(
            say(
                "{where}: @within is {within}; write how old it may be, such as 5m, 1h or 30d",
                where=where,
                within=repr(notes.get("within")),
            )
        )
    return Declared(owner=owner, name=name, source=Source(source), within=within)
