"""Transactions of several threads in one commit, because each commit waits for the disk.

The first thread that wants to write is the leader: it begins a transaction and does its own part. The parts of the
threads that wait by then follow in the same transaction, one after the other, each within a savepoint; then the leader
commits. The leader runs a part that is a function itself, without a switch of threads; a part that is a block runs in
its own thread. No thread gets an answer before the commit that holds its part is on the disk. If the commit fails,
every part fails.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection

from simpleturk.marketplace.errors import StoreUnavailable
from simpleturk.marketplace.store.base import Place

#: At most this many parts are committed together, and none is added after this many seconds: other processes wait.
MAX_PARTS = 32
MAX_SECONDS = 0.05


Part = Callable[[Connection], Any]
Result = TypeVar("Result")


class _Turn:
    """A thread's place in the queue. `may_begin` is set when it may write: in `connection`, or else as the leader.

    If the thread gives its part as a function, the leader may run it: then `connection` is set, and `may_begin` only
    after the commit.
    """

    def __init__(self, part: Part | None = None) -> None:
        self.part = part
        self.result: Any = None
        self.may_begin = threading.Event()
        self.has_ended = threading.Event()
        self.is_committed = threading.Event()
        self.connection: Connection | None = None
        self.error: BaseException | None = None


class GroupCommit:
    """`begin` opens a transaction that is committed at the end of its block, and rolled back by an exception."""

    def __init__(self, begin: Callable[[], AbstractContextManager[Connection]]) -> None:
        self._begin = begin
        self._lock = threading.Lock()
        self._waiting: deque[_Turn] = deque()
        self._has_leader = False

    @contextmanager
    def write(self, place: Place | None = None) -> Iterator[Connection]:
        """A part of a transaction. When the block has ended, the part is on the disk, or else an exception is raised.

        Parts run in the order in which they come; with a `place`, a part comes when the places before are taken.
        An exception in the block rolls its part back. It is raised only after the commit, too: the block may have seen
        what an earlier part wrote, such as a token that is used already. Blocks must not be nested.
        """
        turn = _Turn()
        self._line_up(turn, place)
        with self._follow(turn, turn.connection) if turn.connection else self._lead() as connection:
            yield connection

    def run(self, part: Callable[[Connection], Result], place: Place | None = None) -> Result:
        """Do a part as `write` does, and return its result. The part may run in another thread."""
        turn = _Turn(part)
        self._line_up(turn, place)
        if turn.connection is None:
            with self._lead() as connection:
                return part(connection)
        if turn.error is not None:
            raise turn.error
        result: Result = turn.result
        return result

    def _line_up(self, turn: _Turn, place: Place | None) -> None:
        """Join the queue, and wait for the turn."""
        if place:
            place.wait()
        with self._lock:
            if self._has_leader:
                self._waiting.append(turn)
            else:
                self._has_leader = True
                turn.may_begin.set()
        if place:
            place.taken()
        self._wait_for(turn)

    def _wait_for(self, turn: _Turn) -> None:
        try:
            turn.may_begin.wait()
        except BaseException:  # Ctrl-C
            with self._lock:
                is_waiting = turn in self._waiting
                if is_waiting:
                    self._waiting.remove(turn)
            if not is_waiting and turn.connection is not None:
                turn.has_ended.set()
            elif not is_waiting:
                self._appoint_leader()
            raise

    @contextmanager
    def _lead(self) -> Iterator[Connection]:
        followers: list[_Turn] = []
        error: BaseException | None = None
        try:
            with self._begin() as connection:
                yield connection
                self._add_parts(connection, followers)
        except BaseException as failure:
            error = failure
            raise
        finally:
            self._appoint_leader()
            for turn in followers:
                interrupted = StoreUnavailable("the commit was interrupted")
                if turn.part is None or error is not None:
                    turn.error = error if error is None or isinstance(error, Exception) else interrupted
                turn.is_committed.set()
                turn.may_begin.set()

    def _add_parts(self, connection: Connection, followers: list[_Turn]) -> None:
        """Let waiting threads do their parts. Raises the error of a part that made the database roll all back."""
        began = time.monotonic()
        while len(followers) < MAX_PARTS - 1 and time.monotonic() - began < MAX_SECONDS:
            with self._lock:
                if not self._waiting:
                    return
                turn = self._waiting.popleft()
                turn.connection = connection
            followers.append(turn)
            if turn.part is None:
                turn.may_begin.set()
                _wait_through(turn.has_ended)
            else:
                self._run_part(turn, turn.part, connection)
            if not _driver(connection).in_transaction:
                raise turn.error or RuntimeError("the transaction ended before its commit")

    def _run_part(self, turn: _Turn, part: Part, connection: Connection) -> None:
        """Run the part of a waiting thread. Only an interruption of this thread is raised here."""
        try:
            with _savepoint(connection):
                turn.result = part(connection)
        except Exception as error:
            turn.error = error

    def _appoint_leader(self) -> None:
        with self._lock:
            if self._waiting:
                self._waiting.popleft().may_begin.set()
            else:
                self._has_leader = False

    @contextmanager
    def _follow(self, turn: _Turn, connection: Connection) -> Iterator[Connection]:
        try:
            with _savepoint(connection):
                yield connection
        except Exception as error:
            turn.error = error
            turn.has_ended.set()
            turn.is_committed.wait()
            if turn.error is not None and turn.error is not error:
                raise turn.error from error
            raise
        finally:
            turn.has_ended.set()
        turn.is_committed.wait()
        if turn.error is not None:
            raise turn.error


@contextmanager
def _savepoint(connection: Connection) -> Iterator[None]:
    """A block that is rolled back alone when it raises an exception."""
    driver = _driver(connection)
    driver.execute("SAVEPOINT part")
    try:
        yield
    except BaseException:
        # A full disk may have rolled back everything, the savepoint too.
        if driver.in_transaction:
            driver.execute("ROLLBACK TO part")
            driver.execute("RELEASE part")
        raise
    driver.execute("RELEASE part")


def _wait_through(event: threading.Event) -> None:
    """Wait for an event; Ctrl-C is raised only after it: until then another thread uses the connection."""
    interrupted: BaseException | None = None
    while not event.is_set():
        try:
            event.wait()
        except BaseException as error:
            interrupted = error
    if interrupted is not None:
        raise interrupted


def _driver(connection: Connection) -> Any:
    """The connection of the sqlite3 module: SQLAlchemy does not see its savepoints, and takes longer for them."""
    return connection.connection.dbapi_connection
