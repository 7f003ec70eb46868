"""Statements compiled once, and run on the database's driver.

SQLAlchemy finds, binds and wraps a statement anew each time it runs: that takes several times as long as SQLite itself
takes for a row. A statement object that runs again, such as a constant of a module, is compiled once here, with the
conversions of its parameters and of its columns.
"""

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Executable, TextClause
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql.compiler import SQLCompiler

Convert = Callable[[Any], Any]


class _Parameter(NamedTuple):
    """A parameter of the driver: its name for the caller, its value if the caller gives none, its conversion."""

    name: str
    value: Any
    is_required: bool
    convert: Convert | None


class Prepared:
    """A statement for one dialect, with parameters of certain names."""

    def __init__(self, sql: str, parameters: list[_Parameter], columns: list[tuple[int, Convert]]) -> None:
        self._sql = sql
        self._parameters = parameters
        self._columns = columns

    def rows(self, connection: Connection, given: Mapping[str, Any], most: int | None = None) -> list[tuple[Any, ...]]:
        """The rows of a query, at most the first `most`. Raises SQLAlchemy's errors."""
        cursor = self._run(connection, given)
        try:
            rows: list[tuple[Any, ...]] = cursor.fetchall() if most is None else cursor.fetchmany(most)
        finally:
            cursor.close()
        return [self._converted(row) for row in rows] if self._columns else rows

    def change(self, connection: Connection, given: Mapping[str, Any]) -> int:
        """Run an INSERT, UPDATE or DELETE; return the number of rows that it changed. Raises SQLAlchemy's errors."""
        cursor = self._run(connection, given)
        try:
            return int(cursor.rowcount)
        finally:
            cursor.close()

    def _run(self, connection: Connection, given: Mapping[str, Any]) -> Any:
        values = [self._value(parameter, given) for parameter in self._parameters]
        cursor = connection.connection.cursor()
        try:
            cursor.execute(self._sql, values)
        except connection.dialect.loaded_dbapi.Error as error:
            cursor.close()
            dialect = connection.dialect
            failure = DBAPIError.instance(self._sql, values, error, dialect.loaded_dbapi.Error, dialect=dialect)
            raise failure.with_traceback(error.__traceback__) from error
        return cursor

    def _value(self, parameter: _Parameter, given: Mapping[str, Any]) -> Any:
        name, value, is_required, convert = parameter
        value = given[name] if is_required else given.get(name, value)
        return value if convert is None else convert(value)

    def _converted(self, row: tuple[Any, ...]) -> tuple[Any, ...]:
        values = list(row)
        for position, convert in self._columns:
            values[position] = convert(values[position])
        return tuple(values)


class _Known:
    """What is known of a statement: its forms by dialect and names of parameters; None where it has no such form."""

    def __init__(self) -> None:
        self.forms: dict[tuple[str, frozenset[str]], Prepared | None] = {}


_known: "WeakKeyDictionary[Executable, _Known]" = WeakKeyDictionary()


def prepared(connection: Connection, statement: Executable, given: Mapping[str, Any]) -> Prepared | None:
    """The prepared form of a statement; None if it runs for the first time, or if SQLAlchemy has to run it."""
    known = _known.get(statement)
    if known is None:
        _known[statement] = _Known()
        return None
    key = (connection.dialect.name, frozenset(given))
    try:
        return known.forms[key]
    except KeyError:
        form = known.forms[key] = _prepare(connection, statement, given)
        return form


def _prepare(connection: Connection, statement: Any, given: Mapping[str, Any]) -> Prepared | None:
    dialect = connection.dialect
    compiled = statement.compile(dialect=dialect, column_keys=list(given))
    if not _is_simple(compiled, given):
        return None
    sql, names, values = compiled.string, compiled.positiontup, {}
    if compiled.post_compile_params:
        # Each value of a list that belongs to the statement becomes a parameter of its own.
        state = compiled._process_parameters_for_postcompile(compiled.construct_params(_check=False))
        sql, names, values = state.statement, state.positiontup, state.parameters
    defaults = {column.key: column.default.arg for column in (*compiled.insert_prefetch, *compiled.update_prefetch)}
    converts = compiled._bind_processors
    parameters = []
    for name in names:
        bind = compiled.binds.get(name)
        if bind is None:
            parameters.append(_Parameter("", values[name], False, None))
            continue
        value = defaults.get(bind.key, bind.effective_value)
        is_required = bind.key not in defaults and bind.required
        parameters.append(_Parameter(bind.key, value, is_required, converts.get(name)))
    columns = []
    for position, column in enumerate(compiled._result_columns or ()):
        convert = column.type._cached_result_processor(dialect, None)
        if convert is not None:
            columns.append((position, convert))
    return Prepared(sql, parameters, columns)


def _is_simple(compiled: Any, given: Mapping[str, Any]) -> bool:
    """Whether the text of a statement and its parameters stay the same each time it runs."""
    if not isinstance(compiled, SQLCompiler) or compiled.positiontup is None:
        return False
    prefetched: list[Any] = [*compiled.insert_prefetch, *compiled.update_prefetch]
    binds = [compiled.binds[name] for name in compiled.positiontup]
    return (
        not isinstance(compiled.statement, TextClause)
        and not compiled.literal_execute_params
        and all(column.default.is_scalar for column in prefetched)
        and not any(bind.callable or bind.literal_execute for bind in binds)
        # A list that the caller gives has another length each time.
        and not any(bind.expanding and (bind.required or bind.key in given or not bind.value) for bind in binds)
        and not any(bind.expanding and compiled._bind_processors.get(compiled.bind_names[bind]) for bind in binds)
    )
