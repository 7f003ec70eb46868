"""The queue of writers of an SQLite file: threads of one process, and processes.

SQLite lets one connection write at a time. The others poll for up to BUSY_TIMEOUT seconds with growing pauses, and some
of them starve. Here threads wait for a lock of their process, and one thread of each process for a lock on a file.
"""

import contextlib
import os
import threading
import weakref
from pathlib import Path
from types import TracebackType

from filelock import lock_descriptor, unlock_descriptor

from simpleturk.marketplace.errors import StoreUnavailable

#: Seconds between two attempts to lock the file. With filelock's default of 0.05 a busy process takes nearly all turns:
#: of three processes that wrote all the time, one got 1 % of them and waited four seconds. With a millisecond each got
#: a third, as with a blocking flock, and no writer waited longer than half a second.
POLL_INTERVAL = 0.001


class WriteQueue:
    """A context manager: the block runs alone among all threads and processes that use the same file.

    A thread that is in the block may enter it again. Where the file system has no locks, the queue orders only
    the threads of each process: the database itself still lets one connection write at a time. Raises StoreUnavailable.
    """

    def __init__(self, path: Path) -> None:
        self._turn = threading.RLock()
        self._depth = 0
        try:
            self._descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise StoreUnavailable(f"{path}: {error.strerror}") from error
        # Closed with the process when it is not closed before: a command does not close its store.
        self.close = weakref.finalize(self, os.close, self._descriptor)

    def __enter__(self) -> None:
        self._turn.acquire()
        self._depth += 1
        if self._depth == 1:
            with contextlib.suppress(OSError):
                lock_descriptor(self._descriptor, poll_interval=POLL_INTERVAL)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._depth -= 1
        if self._depth == 0:
            with contextlib.suppress(OSError):
                unlock_descriptor(self._descriptor)
        self._turn.release()
