"""What is wrong with the file of a database: damaged, read-only, or no file at all."""

import json
import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from simpleturk.marketplace.errors import StoreUnavailable

#: How long a connection waits for other writers, in seconds.
BUSY_TIMEOUT = 60

_DAMAGED = "is damaged"

#: Files that SQLite or this program writes beside the database. A link there could lead to a file of the user's.
_WRITTEN_BESIDE = ("-wal", "-shm", "-journal", ".lock")


def check_file(path: Path) -> None:
    """Raise StoreUnavailable for a path that cannot be a marketplace's database, before anything is written."""
    if not path.name:
        raise StoreUnavailable(f"{path} is not the name of a file")
    if path.is_dir():
        raise StoreUnavailable(f"{path}: is a folder")
    if path.exists() and not path.is_file():
        raise StoreUnavailable(f"{path}: is not a file")
    for suffix in _WRITTEN_BESIDE:
        side = path.with_name(path.name + suffix)
        if side.is_symlink():
            raise StoreUnavailable(f"{side}: is a link, and would be written to", "remove the link")
    key = path.with_name(path.name + ".key")
    if path.is_file() and not path.stat().st_size and key.exists():
        raise damaged(path, "it is empty, but its key file shows that it was used")


def is_read_only(path: Path) -> bool:
    """Whether a file exists that cannot be written, or in whose folder no file can be created."""
    return path.is_file() and not (os.access(path, os.W_OK) and os.access(os.path.realpath(path.parent), os.W_OK))


def connect_read_only(path: Path) -> sqlite3.Connection:
    """A connection that writes nothing, not even beside the file."""
    # Without a log there is no other process that writes, and SQLite must not try to create one.
    options = "mode=ro" if path.with_name(path.name + "-wal").exists() else "mode=ro&immutable=1"
    uri = f"file:{quote(str(path.absolute()))}?{options}"
    return sqlite3.connect(uri, uri=True, timeout=BUSY_TIMEOUT, check_same_thread=False, isolation_level=None)


def damaged(path: Path, detail: str = "") -> StoreUnavailable:
    """The error for a damaged file, which is left as it is."""
    text = f"{path}: {_DAMAGED}" + (f" ({detail})" if detail else "")
    return StoreUnavailable(text, "restore it from a backup, or name another file with --database")


def read_only(path: Path) -> StoreUnavailable:
    """The error for a command that would change a file that cannot be written."""
    return StoreUnavailable(
        f"{path}: is read-only, and this command changes it",
        "make the file and its folder writable, or name another file with --database",
    )


def cause(path: Path, error: Exception, message: str) -> StoreUnavailable | None:
    """The error for the operator if the machine or the file caused an exception; None if it is a bug.

    `message` is SQLite's own, "" for another exception.
    """
    known = {
        "database or disk is full": "no space left on the disk",
        "disk I/O error": "the disk reports an error (is it full?)",
        "unable to open database file": "cannot be opened (is the folder writable?)",
        "readonly database": "is not writable",
        "file is not a database": "is not a marketplace's database",
        "malformed": _DAMAGED,
        "Could not decode to UTF-8": _DAMAGED,
        "no such table": _DAMAGED,
        "no such column": _DAMAGED,
        "database is locked": f"has been in use by another program for more than {BUSY_TIMEOUT} seconds",
    }
    sentence = next((sentence for pattern, sentence in known.items() if pattern in message), None)
    if sentence == _DAMAGED or (sentence is None and _shows_damage(path, error)):
        return damaged(path)
    return StoreUnavailable(f"{path}: {sentence}") if sentence else None


def _shows_damage(path: Path, error: Exception) -> bool:
    """Whether the file is damaged; SQLite reads all of it for that, except where the exception is proof enough."""
    if isinstance(error, json.JSONDecodeError):
        return True
    try:
        connection = connect_read_only(path)
        try:
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
        finally:
            connection.close()
    except sqlite3.OperationalError:  # another program holds it
        return False
    except sqlite3.DatabaseError:
        return True
