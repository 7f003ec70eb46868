"""The marketplace's database: opening it, and transactions that see a settled world.

SQLite writers begin IMMEDIATE: two that begin as readers and then both want to write refuse each other at once,
whatever the time-out. The journal is a write-ahead log, so readers never wait for writers, and each commit is
synced before it is acknowledged.
"""

import contextlib
import fcntl
import hmac
import os
import secrets
import tempfile
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, select, update
from sqlalchemy.exc import DatabaseError

from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.store.migrations import migrate
from simpleturk.marketplace.store.schema import SCHEMA_VERSION, metadata, requesters, settings

#: Everybody who calls over the loopback interface or in-process is this requester.
LOCAL_REQUESTER = "A0LOCALREQUESTER"

#: What marks an SQLite file as a marketplace of ours ("stkm"): nobody else's is ever written to.
APPLICATION_ID = 0x73746B6D

#: How long a writer waits for other writers, in seconds.
BUSY_TIMEOUT = 60

#: How much of the file is mapped into memory.
MAPPED_BYTES = 1024**3


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
        self._readers = _engine(path, connections=32, begin="BEGIN")
        # One connection for all writing: what it has read stays right until another process writes.
        self._writers = _engine(path, connections=1, begin="BEGIN IMMEDIATE")
        self._lock = threading.Lock()
        self._queue = self._opened_queue()
        # A command's store lives as long as the command: nobody closes it.
        self._close_queue = weakref.finalize(self, os.close, self._queue)
        self._root: bytes | None = None
        try:
            self._prepare()
            # People's work is nobody else's to read.
            self.path.chmod(0o600)
        except BaseException:
            self.close()
            raise

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """A transaction that may write: committed at the end of the block, undone by an exception."""
        with self._turn(), self._translated(), self._writers.begin() as connection:
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads: one consistent picture."""
        with self._translated(), self._readers.connect() as connection, connection.begin():
            yield connection

    @contextmanager
    def _turn(self) -> Iterator[None]:
        """Wait for one's turn to write: threads and processes in order, and not in the database, where they would poll.

        It is only for their comfort: where files cannot be locked, the database still lets one write at a time.
        """
        with self._lock:
            with contextlib.suppress(OSError):
                fcntl.flock(self._queue, fcntl.LOCK_EX)
            try:
                yield
            finally:
                with contextlib.suppress(OSError):
                    fcntl.flock(self._queue, fcntl.LOCK_UN)

    def key(self, purpose: str) -> bytes:
        """A secret for one purpose, 32 bytes. All are made from one random key, in a file beside the database.

        It is not in the database: whoever gets a copy of that can neither sign sessions nor API calls.
        Raises StoreUnavailable.
        """
        if self._root is None:
            self._root = self._read_root()
        return hmac.digest(self._root, purpose.encode(), "sha256")

    def _read_root(self) -> bytes:
        path = self.path.with_name(self.path.name + ".key")
        try:
            if not path.exists():
                _write_once(path, secrets.token_hex(32))
            root = bytes.fromhex(path.read_text(encoding="ascii").strip())
        except OSError as error:
            raise StoreUnavailable(f"{path}: {error.strerror}") from error
        except ValueError as error:
            raise StoreUnavailable(f"{path}: is damaged") from error
        if len(root) != 32:
            raise StoreUnavailable(f"{path}: is damaged")
        return root

    def close(self) -> None:
        """Close all connections."""
        self._readers.dispose()
        self._writers.dispose()
        self._close_queue()

    def _opened_queue(self) -> int:
        """The file in whose lock writers of all processes queue up."""
        if not self.path.name:
            raise StoreUnavailable(f"{self.path} is not the name of a file")
        path = self.path.with_name(self.path.name + ".lock")
        try:
            return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise StoreUnavailable(f"{path}: {error.strerror}") from error

    def _prepare(self) -> None:
        """Make the tables, once; refuse a database of another version."""
        with self.write() as connection:
            if not inspect(connection).get_table_names():
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                _fill(connection)
                return
            version = connection.scalar(select(settings.c.value).where(settings.c.name == "schema_version"))
            if version is None:
                raise StoreUnavailable(f"{self.path}: is damaged (it has no schema_version)")
            if not version.isdecimal() or int(version) > SCHEMA_VERSION:
                raise StoreUnavailable(
                    f"{self.path} was made by a later version of simpleturk (tables of version {version}; "
                    f"this one knows {SCHEMA_VERSION})"
                )
            if int(version) < SCHEMA_VERSION:
                migrate(connection, int(version), SCHEMA_VERSION)
                newer = update(settings).where(settings.c.name == "schema_version")
                connection.execute(newer.values(value=str(SCHEMA_VERSION)))

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
    """Make the tables of a new marketplace, and its first requester."""
    metadata.create_all(connection)
    connection.execute(insert(settings).values(name="schema_version", value=str(SCHEMA_VERSION)))
    connection.execute(insert(requesters).values(requester_id=LOCAL_REQUESTER, name="Local requester"))


def _write_once(path: Path, text: str) -> None:
    """Write a file of the owner's alone, whole, unless another process is faster: then its file stays."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=path.name)
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(text + "\n")
            file.flush()
            os.fsync(file.fileno())
        with contextlib.suppress(FileExistsError):
            os.link(temporary, path)
    finally:
        os.unlink(temporary)


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
    # Pages are read where the system keeps them, and not copied for each connection.
    cursor.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
    cursor.close()


def _engine(path: Path, connections: int, begin: str) -> Engine:
    """Connections to a database whose transactions begin in a certain way; the one used last is used next."""
    engine = create_engine(
        URL.create("sqlite", database=str(path.absolute())),
        connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False, "isolation_level": None},
        pool_size=connections,
        max_overflow=connections,
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", _configure)
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql(begin) and None)
    return engine
