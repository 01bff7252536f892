"""How values of the vocabulary stand in a column, the same on every database."""

import json
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from sqlalchemy import BigInteger, DateTime, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from approvals.words import Sentence, Value


class Instant(TypeDecorator[datetime]):
    """An aware UTC datetime. A naive one is a bug and is refused."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """In UTC, whatever zone it was given in. Raises ValueError for a naive one."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError(f"{value!r} has no time zone; pass an aware UTC datetime")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, _dialect: Dialect) -> datetime | None:
        """Aware again, where the database keeps no zone."""
        return None if value is None else value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Span(TypeDecorator[timedelta]):
    """A duration, in whole seconds."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: timedelta | None, _dialect: Dialect) -> int | None:
        """Whole seconds; a fraction is dropped."""
        return None if value is None else int(value.total_seconds())

    def process_result_value(self, value: int | None, _dialect: Dialect) -> timedelta | None:
        """The duration of so many seconds."""
        return None if value is None else timedelta(seconds=value)


class Said(TypeDecorator[Sentence]):
    """A sentence with its values, as JSON: translatable for ever."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Sentence | None, _dialect: Dialect) -> str | None:
        """``[msgid, values]`` as JSON with one spelling: evidence is hashed as it stands here."""
        return None if value is None else _encode([value.msgid, dict(value.values)])

    def process_result_value(self, value: str | None, _dialect: Dialect) -> Sentence | None:
        """The sentence, equal to the one that was stored."""
        if value is None:
            return None
        msgid, values = json.loads(value)
        return Sentence(msgid, tuple(sorted((name, _untagged(value)) for name, value in values.items())))


def _tagged(value: object) -> dict[str, str | int]:
    """A length or a moment within a sentence, told apart from text by its key."""
    if isinstance(value, timedelta):
        return {"seconds": int(value.total_seconds())}
    if isinstance(value, datetime):
        return {"at": value.astimezone(UTC).isoformat()}
    raise TypeError(f"a sentence cannot hold {type(value).__name__}")


def _untagged(value: str | int | list[str] | dict[str, str | int]) -> Value:
    if isinstance(value, list):
        return tuple(value)
    if not isinstance(value, dict):
        return value
    return timedelta(seconds=int(value["seconds"])) if "seconds" in value else datetime.fromisoformat(str(value["at"]))


_encode = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=_tagged).encode


class Named(TypeDecorator[StrEnum]):
    """A member of a closed set, as its value. A value that the set does not know is refused when it is read."""

    impl = Text
    cache_ok = True

    def __init__(self, names: type[StrEnum]) -> None:
        super().__init__()
        self.names = names

    def process_bind_param(self, value: StrEnum | None, _dialect: Dialect) -> str | None:
        """The member's value. Raises ValueError for one of another set."""
        return None if value is None else self.names(value).value

    def process_result_value(self, value: str | None, _dialect: Dialect) -> StrEnum | None:
        """The member of that value. Raises ValueError where there is none."""
        return None if value is None else self.names(value)
