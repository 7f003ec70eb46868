"""The marketplace's database as one SQLite file, and the files beside it.

    market.db           the database, with SQLite's own market.db-wal and market.db-shm
    market.db.key       the root secret (secrets.py)
    market.db.lock      the queue of writers (write_queue.py)
    market.db.assets/   the files that HITs show
    market.db.uploads/  the files that workers upload (uploads.py)

Writers begin IMMEDIATE: two transactions that begin as readers and then both want to write refuse each other at once,
whatever the time-out. The journal is a write-ahead log, so readers never wait for writers, and each commit is synced
before it is acknowledged. Threads that write at the same time share a commit (group_commit.py).
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext, suppress
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Connection, Engine, create_engine, event, insert, inspect, select, update
from sqlalchemy.exc import DatabaseError, SQLAlchemyError
from sqlalchemy.pool import QueuePool

from simpleturk.marketplace.errors import LaterVersion, StoreUnavailable
from simpleturk.marketplace.store import file_state
from simpleturk.marketplace.store.base import LOCAL_REQUESTER, Place, Result
from simpleturk.marketplace.store.file_state import BUSY_TIMEOUT
from simpleturk.marketplace.store.group_commit import GroupCommit
from simpleturk.marketplace.store.migrations import migrate
from simpleturk.marketplace.store.readers import Readers
from simpleturk.marketplace.store.schema import SCHEMA_VERSION, metadata, requesters, settings
from simpleturk.marketplace.store.secrets import derive_key, read_or_create_root
from simpleturk.marketplace.store.uploads import UploadFolder
from simpleturk.marketplace.store.write_queue import WriteQueue

#: Marks an SQLite file as a marketplace ("stkm"). A file with tables but without this mark is never written to.
APPLICATION_ID = 0x73746B6D

#: How much of the file is mapped into memory.
MAPPED_BYTES = 1024**3


#: Seconds between two looks at the whole file for damage.
DAMAGE_INTERVAL = 60


class _Foreign(Exception):
    """An SQLite file of another program."""


def assets_folder(database: Path) -> Path:
    """The folder of the files that HITs show, beside the database."""
    return _beside(database, ".assets")


class SQLiteStore:
    """A Store in one SQLite file, which is created if it does not exist.

    A file that cannot be written, such as a backup on read-only media, can be read: `is_read_only` is then set.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        file_state.check_file(path)
        self.is_read_only = file_state.is_read_only(path)
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise StoreUnavailable(f"{path.parent}: {error.strerror}") from error
        self._root: bytes | None = None
        self._checked = -float(DAMAGE_INTERVAL)
        #: Whether the tables have this program's version, as far as it knows.
        self._is_prepared = False
        if self.is_read_only:
            self._readers = Readers(_read_only_engine(path))
            self._open(self._check_version)
            return
        self._readers = Readers(_engine(path, connections=32))
        # One connection for all writing: its cache stays valid until another process writes.
        self._writers = _engine(path, connections=1)
        event.listen(self._writers, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE") and None)
        self._queue = WriteQueue(_beside(path, ".lock"))
        self._group = GroupCommit(self._begin)
        self._open(self._prepare)
        # Only the owner may read workers' answers.
        path.chmod(0o600)

    def _open(self, prepare: Callable[[], None]) -> None:
        try:
            prepare()
        except BaseException:
            self.close()
            raise
        self._is_prepared = True

    @property
    def assets(self) -> Path:
        """The folder of the files that HITs show; it may not exist yet."""
        return assets_folder(self._path)

    @property
    def uploads(self) -> UploadFolder:
        """The files that workers have uploaded with their answers."""
        return UploadFolder(_beside(self._path, ".uploads"))

    @contextmanager
    def write(self, place: Place | None = None) -> Iterator[Connection]:
        """A transaction that may write: committed at the end of the block, rolled back by an exception."""
        if self.is_read_only:
            raise file_state.read_only(self._path)
        with self._translated(), self._group.write(place) as connection:
            yield connection

    def run(self, part: Callable[[Connection], Result], place: Place | None = None) -> Result:
        """Run a function in a transaction that may write, as `write` does; it may run in another thread."""
        if self.is_read_only:
            raise file_state.read_only(self._path)
        with self._translated():
            return self._group.run(part, place)

    @contextmanager
    def _begin(self) -> Iterator[Connection]:
        with self._queue, self._writers.begin() as connection:
            if self._is_prepared:
                # A later version may have updated the tables since: what this program would write may not fit.
                if not _has_own_version(connection):
                    self._version(connection)
            yield connection

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """A transaction that only reads, all of it from the same state of the database."""
        with self._translated(), self._readers.read() as connection:
            yield connection

    def key(self, purpose: str) -> bytes:
        """A secret of 32 bytes for one purpose, always the same. It cannot be computed from the database's contents."""
        if self._root is None:
            with nullcontext() if self.is_read_only else self._queue:
                self._root = read_or_create_root(_beside(self._path, ".key"))
        return derive_key(self._root, purpose)

    def close(self) -> None:
        """Close all connections."""
        self._readers.close()
        if not self.is_read_only:
            self._writers.dispose()
            self._queue.close()

    def _prepare(self) -> None:
        """Create the tables in a new file, migrate those of an older version; refuse those of a later version."""
        with self.write() as connection:
            if not inspect(connection).get_table_names():
                connection.exec_driver_sql(f"PRAGMA application_id = {APPLICATION_ID}")
                _fill(connection)
                return
            version = self._version(connection)
            if version < SCHEMA_VERSION:
                migrate(connection, version, SCHEMA_VERSION)
                newer = update(settings).where(settings.c.name == "schema_version")
                connection.execute(newer.values(value=str(SCHEMA_VERSION)))

    def _check_version(self) -> None:
        """Refuse a file whose tables would have to be updated, which it does not allow."""
        with self.read() as connection:
            if self._version(connection) < SCHEMA_VERSION:
                raise StoreUnavailable(
                    f"{self._path}: is of an earlier version, and read-only: its tables cannot be updated",
                    "copy it, and name the copy with --database",
                )

    def _version(self, connection: Connection) -> int:
        """The version of the tables. Raises StoreUnavailable for a later version."""
        version = connection.scalar(select(settings.c.value).where(settings.c.name == "schema_version"))
        if version is None:
            raise file_state.damaged(self._path, "it has no schema_version")
        if not str(version).isdecimal() or int(version) > SCHEMA_VERSION:
            raise LaterVersion(
                f"{self._path} was made by a later version of simpleturk (its tables have version {version}; "
                f"this program reads up to {SCHEMA_VERSION})"
            )
        return int(version)

    def _check_later_version(self) -> None:
        """Raise LaterVersion if the tables have been updated since this program opened the file."""
        with suppress(SQLAlchemyError), self._readers.read() as connection:
            self._version(connection)

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Turn errors of the disk or the file into StoreUnavailable; errors in our SQL pass, they are bugs."""
        try:
            yield
        except _Foreign as error:
            raise StoreUnavailable(f"{self._path}: is another program's database") from error
        except (SQLAlchemyError, ValueError, TypeError, LookupError, ArithmeticError) as error:
            message = str(error.orig) if isinstance(error, DatabaseError) else ""
            if self._is_prepared and isinstance(error, DatabaseError):
                self._check_later_version()
            # Reading a damaged file may raise anything, but each look at the whole file takes a while.
            if not message and time.monotonic() - self._checked < DAMAGE_INTERVAL:
                raise
            self._checked = self._checked if message else time.monotonic()
            reason = file_state.cause(self._path, error, message)
            if reason is None:
                raise
            raise reason from error


def _has_own_version(connection: Connection) -> bool:
    """Whether the tables have this program's version. Each write asks: SQLAlchemy's own way takes ten times as long."""
    driver: Any = connection.connection.driver_connection
    found = driver.execute("SELECT value FROM settings WHERE name = 'schema_version'").fetchone()
    return bool(found == (str(SCHEMA_VERSION),))


def _fill(connection: Connection) -> None:
    """Create the tables of a new marketplace, and its first requester."""
    metadata.create_all(connection)
    connection.execute(insert(settings).values(name="schema_version", value=str(SCHEMA_VERSION)))
    connection.execute(insert(requesters).values(requester_id=LOCAL_REQUESTER, name="Local requester"))


def _configure(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    [(application_id,)] = cursor.execute("PRAGMA application_id").fetchall()
    [(tables,)] = cursor.execute("SELECT count(*) FROM sqlite_master").fetchall()
    # Checked first, because even the journal mode is written into the file.
    if tables and application_id != APPLICATION_ID:
        raise _Foreign
    cursor.execute("PRAGMA journal_mode = WAL")
    cursor.execute("PRAGMA synchronous = FULL")
    cursor.execute("PRAGMA foreign_keys = ON")
    # Connections share the pages in the system's cache instead of copying them.
    cursor.execute(f"PRAGMA mmap_size = {MAPPED_BYTES}")
    cursor.close()


def _check_mark(connection: Any, record: Any) -> None:
    cursor = connection.cursor()
    [(application_id,)] = cursor.execute("PRAGMA application_id").fetchall()
    cursor.close()
    if application_id != APPLICATION_ID:
        raise _Foreign


def _read_only_engine(path: Path) -> Engine:
    """A pool of connections to a file that cannot be written."""
    engine = create_engine("sqlite://", creator=lambda: file_state.connect_read_only(path), poolclass=QueuePool)
    event.listen(engine, "connect", _check_mark)
    return engine


def _engine(path: Path, connections: int) -> Engine:
    """A pool of connections. Their driver begins no transaction; the connection that was used last is used next."""
    engine = create_engine(
        URL.create("sqlite", database=str(path.absolute())),
        connect_args={"timeout": BUSY_TIMEOUT, "check_same_thread": False, "isolation_level": None},
        pool_size=connections,
        max_overflow=connections,
        pool_use_lifo=True,
    )
    event.listen(engine, "connect", _configure)
    return engine


def _beside(path: Path, suffix: str) -> Path:
    return path.with_name(path.name + suffix)
