"""What the rest of the marketplace knows of its database: transactions, secrets, and a folder for files.

sqlite.py implements it in one file on one machine. Only the commands that open the database name an implementation.
"""

from collections.abc import Callable
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol, TypeVar

from sqlalchemy import Connection

from simpleturk.marketplace.store.uploads import UploadFolder

Result = TypeVar("Result")

#: The requester of every call that comes over the loopback interface or from the same process.
LOCAL_REQUESTER = "A0LOCALREQUESTER"


class Place(Protocol):
    """The place of a transaction in an order that the caller gives to transactions of several threads."""

    def wait(self) -> None:
        """Wait until the places before are taken or given up."""
        ...

    def taken(self) -> None:
        """Let the next place be taken."""
        ...


class Store(Protocol):
    """One marketplace's database. Several processes and threads may use it at once. Methods raise StoreUnavailable."""

    @property
    def is_read_only(self) -> bool:
        """Whether nothing can be written: `write` raises StoreUnavailable."""
        ...

    @property
    def assets(self) -> Path:
        """The folder of the files that HITs show; it may not exist yet."""
        ...

    @property
    def uploads(self) -> UploadFolder:
        """The files that workers have uploaded with their answers."""
        ...

    def read(self) -> AbstractContextManager[Connection]:
        """A transaction that only reads, all of it from the same state of the database."""
        ...

    def write(self, place: Place | None = None) -> AbstractContextManager[Connection]:
        """A transaction that may write: committed at the end of the block, rolled back by an exception.

        It begins after the transactions of earlier places.
        """
        ...

    def run(self, part: Callable[[Connection], Result], place: Place | None = None) -> Result:
        """Run a function in a transaction that may write, as `write` does; it may run in another thread."""
        ...

    def key(self, purpose: str) -> bytes:
        """A secret of 32 bytes for one purpose, always the same. It cannot be computed from the database's contents."""
        ...

    def close(self) -> None:
        """Close all connections."""
        ...
