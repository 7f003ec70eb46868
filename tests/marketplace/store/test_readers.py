"""Connections that stay open for transactions that only read."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Connection, text
from sqlalchemy.exc import OperationalError

from simpleturk.marketplace.store import readers
from simpleturk.marketplace.store.sqlite import SQLiteStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SQLiteStore]:
    with closing(SQLiteStore(tmp_path / "m.db")) as store:
        yield store


def names(connection: Connection) -> int:
    return int(connection.execute(text("SELECT count(*) FROM settings")).scalar() or 0)


def add(store: SQLiteStore, name: str) -> None:
    with store.write() as connection:
        connection.execute(text(f"INSERT INTO settings VALUES ('{name}', 'x')"))


def test_a_transaction_reads_one_state_and_the_next_one_on_its_connection_a_later_state(store: SQLiteStore) -> None:
    with store.read() as connection:
        first, before = connection, names(connection)
        add(store, "a")
        assert names(connection) == before
    with store.read() as connection:
        assert connection is first and names(connection) == before + 1


def test_a_transaction_that_ends_holds_no_state_of_the_database(store: SQLiteStore) -> None:
    """A reader that stays in a transaction keeps the log from being emptied."""
    with store.read() as connection:
        names(connection)
    assert not readers._driver(connection).in_transaction


def test_a_connection_whose_transaction_failed_is_not_used_again(store: SQLiteStore) -> None:
    with store.read() as connection:
        first = connection
    with pytest.raises(ZeroDivisionError), store.read() as connection:
        assert connection is first
        raise ZeroDivisionError
    assert first.closed
    with store.read() as connection:
        assert connection is not first and names(connection)


def test_an_error_at_the_beginning_is_sqlalchemys(store: SQLiteStore) -> None:
    with store.read() as connection:
        readers._driver(connection).execute("PRAGMA user_version")
        with pytest.raises(OperationalError, match="within a transaction"):
            readers._begin(connection)


def test_many_threads_read_at_once_and_few_connections_stay_open(store: SQLiteStore) -> None:
    together = threading.Barrier(40)

    def read(_: int) -> int:
        with store.read() as connection:
            together.wait(60)
            return names(connection)

    with ThreadPoolExecutor(40) as pool:
        assert len(set(pool.map(read, range(40)))) == 1
    assert len(store._readers._idle) == readers.MOST_IDLE


def test_a_closed_store_keeps_no_connection(store: SQLiteStore) -> None:
    with store.read() as connection, store.read() as other:
        pass
    store.close()
    assert connection.closed and other.closed and not store._readers._idle
