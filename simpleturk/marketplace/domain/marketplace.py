"""The marketplace as a whole: a store, a clock, and transactions in which time has taken its effect.

Operations and pages never look at the clock or the database themselves: they get a `Transaction`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from sqlalchemy import Connection

from simpleturk.marketplace.domain import deadlines
from simpleturk.marketplace.domain.worker_limits import Caps
from simpleturk.marketplace.store.sqlite import LOCAL_REQUESTER, Store


@dataclass(frozen=True)
class Transaction:
    """What an operation acts in: the database, the moment (epoch seconds), who calls, and the request's own id.

    `strict` holds callers to those of Amazon's limits that help nobody, `caps` limits what one worker takes.
    """

    connection: Connection
    now: float
    requester_id: str = LOCAL_REQUESTER
    strict: bool = False
    request_id: str = ""
    caps: Caps = Caps()


class Marketplace:
    """`store` and `clock` (epoch seconds) decide everything that can be seen; there is no other state."""

    def __init__(
        self, store: Store, clock: Callable[[], float] = time.time, strict: bool = False, caps: Caps | None = None
    ) -> None:
        self.store = store
        self.clock = clock
        self.strict = strict
        self.caps = caps or Caps()

    @contextmanager
    def write(self, requester_id: str = LOCAL_REQUESTER, request_id: str = "") -> Iterator[Transaction]:
        """A transaction that may change things; committed and synced when the block ends without an exception."""
        with self.store.write() as connection:
            # The moment is read after the wait for other writers, so that times follow the order of transactions.
            now = self.now()
            deadlines.settle(connection, now)
            yield Transaction(connection, now, requester_id, self.strict, request_id, self.caps)

    @contextmanager
    def read(self, requester_id: str = LOCAL_REQUESTER) -> Iterator[Transaction]:
        """A transaction that only looks. What was due by now has happened, whoever looks."""
        now = self.now()
        with self.store.read() as connection:
            if not deadlines.is_due(connection, now):
                yield Transaction(connection, now, requester_id, self.strict, caps=self.caps)
                return
        with self.write():
            pass
        with self.store.read() as connection:
            yield Transaction(connection, now, requester_id, self.strict, caps=self.caps)

    def now(self) -> float:
        """The present, to the millisecond, as MTurk's API gives times."""
        return round(self.clock(), 3)
