"""JSON as it travels: the type, and reading a nested value without trusting that it is there."""

from __future__ import annotations

from typing import TypeAlias

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"
JsonObject: TypeAlias = dict[str, Json]


def value_at(whole: Json, *path: str) -> Json:
    """Answer the value under ``path``, or None where a step is missing or not an object."""
    for step in path:
        if not isinstance(whole, dict):
            return None
        whole = whole.get(step)
    return whole


def text_at(whole: Json, *path: str) -> str:
    """Answer the text under ``path``, or "" where there is none."""
    found = value_at(whole, *path)
    return found if isinstance(found, str) else ""


def object_at(whole: Json, *path: str) -> JsonObject:
    """Answer the object under ``path``, or an empty one where there is none."""
    found = value_at(whole, *path)
    return found if isinstance(found, dict) else {}


def list_at(whole: Json, *path: str) -> list[Json]:
    """Answer the list under ``path``, or an empty one where there is none."""
    found = value_at(whole, *path)
    return found if isinstance(found, list) else []


def objects_at(whole: Json, *path: str) -> list[JsonObject]:
    """Answer the objects in the list under ``path``; entries of other types are left out."""
    return [entry for entry in list_at(whole, *path) if isinstance(entry, dict)]
