"""Transactions that only read, on connections that stay open.

SQLAlchemy takes a connection from its pool, begins, commits, resets it and gives it back for each transaction: that
takes as long as several queries. Here a connection stays taken, and the driver itself begins and ends transactions.
"""

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import Any

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import SQLAlchemyError

#: The connections that stay taken between transactions. Others go back to the pool, where threads may wait for them.
MOST_IDLE = 16


class Readers:
    """Connections for transactions that read, from an engine whose driver begins none. Threads may share them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._idle: deque[Connection] = deque()
        self._is_closed = False

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, all of it from the same state of the database. Raises SQLAlchemyError."""
        connection = self._taken()
        try:
            _begin(connection)
            yield connection
        except BaseException:
            # The connection may be broken: the pool looks at it.
            connection.close()
            raise
        _driver(connection).rollback()
        self._give_back(connection)

    def close(self) -> None:
        """Close all connections."""
        self._is_closed = True
        while self._idle:
            with suppress(IndexError, SQLAlchemyError):
                self._idle.pop().close()
        self._engine.dispose()

    def _taken(self) -> Connection:
        with suppress(IndexError):
            return self._idle.pop()
        return self._engine.connect()

    def _give_back(self, connection: Connection) -> None:
        if self._is_closed or len(self._idle) >= MOST_IDLE:
            connection.close()
        else:
            # The last one used is used next.
            self._idle.append(connection)


def _begin(connection: Connection) -> None:
    driver = _driver(connection)
    try:
        driver.execute("BEGIN")
    except connection.dialect.loaded_dbapi.Error:
        # It raises the error as SQLAlchemy's.
        connection.exec_driver_sql("BEGIN")


def _driver(connection: Connection) -> Any:
    """The connection of the sqlite3 module."""
    return connection.connection.dbapi_connection
