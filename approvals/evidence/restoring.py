"""Values of the vocabulary, made again from the JSON that spelling.py wrote of them: the way back, by the types that they declare."""

from collections.abc import Callable, Hashable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, NewType, TypeVar, Union, cast, get_args, get_origin, get_type_hints

from approvals.errors import ReplayError
from approvals.words import Sentence

T = TypeVar("T")
_Read = Callable[[Any], Any]


def restored(kind: type[T], plain: object) -> T:
    """The value of ``kind`` that ``plain`` was written from. A field that an older release did not have yet takes its default.

    Raises:
        ReplayError: ``plain`` is no such value, or a field is missing that has no default.
    """
    return cast(T, _reader(cast(Hashable, kind))(plain))


@cache
def _reader(kind: Any) -> _Read:
    if isinstance(kind, NewType):
        return _reader(kind.__supertype__)
    if get_origin(kind) in (Union, UnionType):
        return _perhaps(kind)
    if get_origin(kind) is tuple:
        return _several(get_args(kind))
    if kind is Sentence:
        # What a sentence holds may have been erased, and no decision rests on it.
        return _made(dict, lambda plain: Sentence(str(plain.get("msgid", ""))))
    if is_dataclass(kind):
        return _whole(cast(type, kind))
    if kind is datetime:
        return _made(str, datetime.fromisoformat)
    if kind is timedelta:
        return _made(int, lambda seconds: timedelta(seconds=seconds))
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return _made(str, kind)
    if kind in (str, int, bool):
        return _made(kind, lambda value: value)
    raise TypeError(f"{kind} cannot be made again from JSON; give it a reader in approvals/evidence/restoring.py")


def _made(written: type, make: _Read) -> _Read:
    def read(plain: Any) -> Any:
        # True is a whole number to Python, and none to a reader.
        if not isinstance(plain, written) or (written is int and isinstance(plain, bool)):
            raise ReplayError(f"{_short(plain)} stands where {written.__name__} should")
        try:
            return make(plain)
        except ValueError as error:
            raise ReplayError(str(error)) from error

    return read


def _perhaps(kind: Any) -> _Read:
    kinds = [each for each in get_args(kind) if each is not NoneType]
    there = _reader(kinds[0]) if len(kinds) == 1 else _one_of(kinds)
    return lambda plain: None if plain is None else there(plain)


def _one_of(kinds: list[Any]) -> _Read:
    """Dataclasses that are told apart by their fields: the one that has every field that is there."""
    readers = [(frozenset(each.name for each in fields(kind)), _reader(kind)) for kind in kinds]

    def read(plain: Any) -> Any:
        fitting = [reader for names, reader in readers if isinstance(plain, Mapping) and names >= plain.keys()]
        if len(fitting) != 1:
            raise ReplayError(f"{_short(plain)} stands where one of {', '.join(kind.__name__ for kind in kinds)} should")
        return fitting[0](plain)

    return read


def _several(kinds: tuple[Any, ...]) -> _Read:
    if kinds[-1] is not Ellipsis:
        each = tuple(_reader(kind) for kind in kinds)
        return lambda plain: tuple(read(one) for read, one in zip(each, _list(plain), strict=True))
    read_one = _reader(kinds[0])
    return lambda plain: tuple(read_one(one) for one in _list(plain))


def _whole(kind: type) -> _Read:
    hints = get_type_hints(kind)
    readers = {each.name: (each, _reader(hints[each.name])) for each in fields(kind) if each.init}

    def read(plain: Any) -> Any:
        if not isinstance(plain, Mapping):
            raise ReplayError(f"{_short(plain)} stands where a {kind.__name__} should")
        there = {name: reader(plain[name]) for name, (_, reader) in readers.items() if name in plain}
        missing = [name for name, (each, _) in readers.items() if name not in plain and not _has_default(each)]
        if missing:
            raise ReplayError(f"{kind.__name__}.{missing[0]} was not recorded")
        return kind(**there)

    return read


def _has_default(each: "Field[Any]") -> bool:
    return each.default is not MISSING or each.default_factory is not MISSING


def _list(plain: Any) -> list[Any]:
    if not isinstance(plain, list):
        raise ReplayError(f"{_short(plain)} stands where a list should")
    return plain


def _short(plain: object) -> str:
    return repr(plain)[:60]
