"""The marketplace's database: opening it, and transactions that see a settled world.

SQLite writers begin IMMEDIATE: two that begin as readers and then both want to write refuse each other at once,
whatever the time-out. The journal is a write-ahead log, so readers never wait for writers, and each commit is
synced before it is acknowledged.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, create_engine, event, insert, inspect, select
from sqlalchemy.exc import DatabaseError

from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.schema import SCHEMA_VERSION, metadata, requesters, settings

#: Everybody who calls over the loopback interface or in-process is this requester.
LOCAL_REQUESTER = "A0LOCALREQUESTER"

#: What marks an SQLite file as a marketplace of ours ("stkm"): nobody else's is ever written to.
APPLICATION_ID = 0x73746B6D

#: How long a writer waits for other writers, in seconds.
BUSY_TIMEOUT = 60


class _Foreign(Exception):
    """An SQLite file that is not ours."""


class Store:
    """One marketplace's database, an SQLite file that is made when it does not exist.

    Several processes and threads may use the same file at once. Raises StoreUnavailable.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"{path.parent}: {error.strerror}") from error
        self._engine = create_engine(
            URL.create("sqlite", database=str(path.absolute())),
            connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False, "isolation_level": None},
            pool_size=32,
            max_overflow=32,
        )
        event.listen(self._engine, "connect", _configure)
        event.listen(self._engine, "begin", _begin)
        self._writers = self._engine.execution_options(begin="BEGIN IMMEDIATE")
        self._prepare()

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end of the block, undone by an exception."""
        with self._translated(), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent picture."""
        with self._translated(), self._engine.connect() as connection, connection.begin():
            yield connection

    def setting(self, name: str) -> str:
        """A value that was chosen when the database was made. Raises StoreUnavailable if it is lost."""
        with self.read() as connection:
            value = connection.scalar(select(settings.c.value).where(settings.c.name == name))
        if value is None:
            raise StoreUnavailable(f"{self.path}: is damaged (it has no {name})")
        return str(value)

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()

    def _prepare(self) -> None:
        """Make the tables, once; refuse a database of another version."""
        with self.write() as connection:
            if not inspect(connection).get_table_names():
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                _fill(connection)
            version = connection.scalar(select(settings.c.value).where(settings.c.name == "schema_version"))
            if version is None:
                raise StoreUnavailable(f"{self.path}: is damaged (it has no schema_version)")
            if version != str(SCHEMA_VERSION):
                raise StoreUnavailable(
                    f"{self.path} was made by another version of simpleturk (tables of version {version}; "
                    f"this one knows {SCHEMA_VERSION})"
                )
        # Sessions of workers are signed with a key in this file: nobody else's to read.
        self.path.chmod(0o600)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Say what stands between us and the file in the operator's words; a bug in our SQL stays a bug."""
        try:
            yield
        except _Foreign as error:
            raise StoreUnavailable(f"{self.path}: is another program's database") from error
        except DatabaseError as error:
            reason = _environmental(str(error.orig))
            if reason is None:
                raise
            raise StoreUnavailable(f"{self.path}: {reason}") from error


def _fill(connection: Connection) -> None:
    """Make the tables of a new marketplace, its signing key, and its one requester."""
    metadata.create_all(connection)
    values = {"schema_version": str(SCHEMA_VERSION), "secret_key": secrets.token_urlsafe(32)}
    connection.execute(insert(settings), [{"name": name, "value": value} for name, value in values.items()])
    connection.execute(insert(requesters).values(requester_id=LOCAL_REQUESTER, name="Local requester"))


def _environmental(message: str) -> str | None:
    """The sentence for an SQLite error that is the machine's and not ours; None for a bug."""
    known = {
        "database or disk is full": "no space left on the disk",
        "disk I/O error": "the disk reports an error (is it full?)",
        "unable to open database file": "cannot be opened (is the folder writable?)",
        "readonly database": "is not writable",
        "file is not a database": "is not a marketplace's database",
        "malformed": "is damaged",
        "database is locked": f"is in use by another program for more than {BUSY_TIMEOUT} seconds",
    }
    return next((sentence for pattern, sentence in known.items() if pattern in message), None)


def _configure(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    [(application_id,)] = cursor.execute("PRAGMA application_id").fetchall()
    [(tables,)] = cursor.execute("SELECT count(*) FROM sqlite_master").fetchall()
    # Before anything else: even the kind of journal is written into the file.
    if tables and application_id != APPLICATION_ID:
        raise _Foreign
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def _begin(connection: Connection) -> None:
    connection.exec_driver_sql(connection.get_execution_options().get("begin", "BEGIN"))
