"""Statements that run at every act: described once in SQLAlchemy's Core, compiled once, and then run on the driver's own cursor.

What SQLAlchemy does anew at each execution (a key into its cache, a context, a cursor, a result and its rows) takes ten times as long as
SQLite takes to find or write a row by its key. Here it is done once. Values still go in and come out through the types of their columns,
and what the driver raises is raised as SQLAlchemy's own errors. Statements that are put together as they are needed stay with ``Tx.run``.
"""

from collections import namedtuple
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Delete, Insert, Select, Update
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import class_mapper

from approvals.store.sqlite import Tx

Core = Select[Any] | Insert | Update | Delete
T = TypeVar("T")
Values = Mapping[str, object]
_Process = Callable[[Any], Any] | None


class Row(Protocol):
    """A row, as a named tuple: each column by its name, in the terms of its type."""

    def __getattr__(self, name: str) -> Any:
        """The value of the column with this name."""


class Statement:
    """One statement. What varies in it are bound parameters, by name, and the columns that an insert or an update is given values for.

    Raises, whenever it runs:
        DBAPIError: the database refused it or could not do it, as SQLAlchemy's class for that.
    """

    def __init__(self, core: Core) -> None:
        self.core = core
        self._forms: dict[tuple[str, ...], _Form] = {}

    def rows(self, tx: Tx, values: Values) -> list[Row]:
        """Every row that it answers."""
        form = self._form(tx, values)
        return [form.row(*form.read(raw)) for raw in _run(tx, form, values)]

    def first(self, tx: Tx, values: Values) -> Row | None:
        """The first row that it answers; None where there is none."""
        return next(iter(self.rows(tx, values)), None)

    def objects(self, tx: Tx, values: Values, *, of: type[T]) -> list[T]:
        """Every row that it answers, as an object of the table's class; no session keeps it, so nothing is written by changing it."""
        form, manager = self._form(tx, values), class_mapper(of).class_manager
        made: list[T] = []
        for raw in _run(tx, form, values):
            # As SQLAlchemy's own loader makes it: without what a constructor checks and sets, one attribute after the other.
            one: T = manager.new_instance()
            vars(one).update(zip(form.names, form.read(raw), strict=True))
            made.append(one)
        return made

    def run(self, tx: Tx, *each: Values) -> int:
        """Run it with each of these values, which all have the same names; answer how many rows it touched."""
        if len(each) == 1:
            _run(tx, self._form(tx, each[0]), each[0])
            return tx.cursor.rowcount
        return sum(self.run(tx, values) for values in each)

    def _form(self, tx: Tx, values: Values) -> "_Form":
        names = tuple(values)
        form = self._forms.get(names)
        if form is None:
            form = self._forms[names] = _compiled(self.core, names, dialect=tx.here.dialect)
        return form


@dataclass(frozen=True, slots=True, kw_only=True)
class _Form:
    """A statement as the driver takes it, for one set of names."""

    sql: str
    places: tuple[tuple[str, _Process], ...]
    """What is bound, in the order of the question marks."""
    constants: Values
    columns: tuple[_Process, ...]
    names: tuple[str, ...]
    row: Callable[..., Row]

    def bound(self, values: Values) -> list[object]:
        known = {**self.constants, **values} if self.constants else values
        return [known[name] if process is None else process(known[name]) for name, process in self.places]

    def read(self, raw: Sequence[Any]) -> list[Any]:
        return [value if process is None else process(value) for value, process in zip(raw, self.columns, strict=True)]


def _run(tx: Tx, form: _Form, values: Values) -> Sequence[tuple[Any, ...]]:
    bound = form.bound(values)
    try:
        tx.cursor.execute(form.sql, bound)
        return tx.cursor.fetchall()
    except tx.here.dialect.loaded_dbapi.Error as error:
        raise DBAPIError.instance(form.sql, bound, error, tx.here.dialect.loaded_dbapi.Error, dialect=tx.here.dialect) from error


def _compiled(core: Core, names: tuple[str, ...], *, dialect: Dialect) -> _Form:
    compiled = core.compile(dialect=dialect, column_keys=names)
    binds = {name: compiled.binds[name] for name in compiled.positiontup or ()}
    columns = core.exported_columns
    called = tuple(str(name) for name in columns.keys())  # noqa: SIM118  (a collection of columns, not a mapping)
    return _Form(
        sql=compiled.string,
        places=tuple((name, binds[name].type.dialect_impl(dialect).bind_processor(dialect)) for name in compiled.positiontup or ()),
        constants={name: bind.value for name, bind in binds.items() if not bind.required},
        columns=tuple(column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns),
        names=called,
        row=cast(Callable[..., Row], namedtuple("Row", called)),
    )
