"""The order of calls that several threads make at the same time.

The marketplace in this process creates HITs in the order in which calls reach its queue of writers. Threads prepare
their calls side by side, and each takes its place in that queue after the thread whose item came before.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

#: Seconds that a call waits for the calls before it. Then it goes on: a call that hangs costs the order, no more.
PATIENCE = 20.0


class Place:
    """The place of one item in a sequence. It is free for the next one once it is taken, or given up."""

    def __init__(self, sequence: "Sequence", number: int) -> None:
        self._sequence = sequence
        self._number = number

    def wait(self) -> None:
        """Wait until every place before is taken or given up, at most PATIENCE seconds."""
        self._sequence.wait_for(self._number)

    def taken(self) -> None:
        """Let the next place be taken. A second call has no effect."""
        self._sequence.pass_by(self._number)

    @contextmanager
    def held(self) -> Iterator[None]:
        """Make this the current place of the thread. At the end of the block it is given up if it is not taken."""
        _current.place = self
        try:
            yield
        finally:
            _current.place = None
            self.taken()


class Sequence:
    """Places in the order in which `place` gives them out."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._given = self._next = 0
        self._passed: set[int] = set()
        self._waiting: dict[int, threading.Event] = {}

    def place(self) -> Place:
        """The next place."""
        with self._lock:
            self._given += 1
            return Place(self, self._given - 1)

    def wait_for(self, number: int) -> None:
        """Wait until it is this number's turn, at most PATIENCE seconds."""
        with self._lock:
            if number <= self._next:
                return
            turn = self._waiting.setdefault(number, threading.Event())
        turn.wait(PATIENCE)

    def pass_by(self, number: int) -> None:
        """Note that a place is taken or given up."""
        with self._lock:
            if number < self._next:
                return
            self._passed.add(number)
            while self._next in self._passed:
                self._passed.remove(self._next)
                self._next += 1
            if turn := self._waiting.pop(self._next, None):
                turn.set()


class _Current(threading.local):
    place: Place | None = None


_current = _Current()


def current_place() -> Place | None:
    """The place that this thread holds."""
    return _current.place
