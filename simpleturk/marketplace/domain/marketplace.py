"""The marketplace as a whole: a store, a clock, and transactions in which everything due by time has been applied.

Operations and pages never use the clock or the database directly: they get a `Transaction`.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from sqlalchemy import Connection

from simpleturk.marketplace.domain import deadlines
from simpleturk.marketplace.store.base import LOCAL_REQUESTER, Place, Result, Store
from simpleturk.marketplace.store.transaction import Transaction, UploadURL, WorkerLimits, no_upload_url


class Marketplace:
    """All state is in `store`, all time comes from `clock` (epoch seconds).

    `limits` bounds what one worker may take; `destinations` are open to the notifications of all requesters.
    """

    def __init__(
        self,
        store: Store,
        clock: Callable[[], float] = time.time,
        strict: bool = False,
        limits: WorkerLimits | None = None,
        destinations: tuple[str, ...] = (),
    ) -> None:
        self.store = store
        self.clock = clock
        self.strict = strict
        self.limits = limits or WorkerLimits()
        self.destinations = destinations

    @contextmanager
    def write(
        self, requester_id: str = LOCAL_REQUESTER, request_id: str = "", place: Place | None = None
    ) -> Iterator[Transaction]:
        """A transaction that may write. It is committed and on the disk when the block ends without an exception.

        `place`: when it begins beside those of other threads.
        """
        with self.store.write(place) as connection:
            # The time is read after the wait for other writers, so that times follow the order of transactions.
            transaction = self._transaction(connection, self.now(), requester_id, request_id)
            deadlines.apply_due(transaction)
            yield transaction

    def run(
        self,
        change: Callable[[Transaction], Result],
        requester_id: str = LOCAL_REQUESTER,
        request_id: str = "",
        place: Place | None = None,
    ) -> Result:
        """Run a function in a transaction that may write, as `write` does; it may run in another thread.

        Under load it takes less time than a block.
        """

        def part(connection: Connection) -> Result:
            transaction = self._transaction(connection, self.now(), requester_id, request_id)
            deadlines.apply_due(transaction)
            return change(transaction)

        return self.store.run(part, place)

    @contextmanager
    def read(
        self, requester_id: str = LOCAL_REQUESTER, apply_due: bool = True, upload_url: UploadURL = no_upload_url
    ) -> Iterator[Transaction]:
        """A transaction that only reads, with everything applied that was due by now.

        `apply_due` is False for questions whose answer does not depend on deadlines: the read is then one query faster.
        `upload_url` makes the addresses of uploaded files.
        """
        now = self.now()
        with self.store.read() as connection:
            transaction = self._transaction(connection, now, requester_id, upload_url=upload_url)
            # A database that cannot be written is shown as it was when it was written last.
            if self.store.is_read_only or not (apply_due and deadlines.is_due(transaction)):
                yield transaction
                return
        with self.write():
            pass
        with self.store.read() as connection:
            yield self._transaction(connection, now, requester_id, upload_url=upload_url)

    def _transaction(
        self,
        connection: Connection,
        now: float,
        requester_id: str,
        request_id: str = "",
        upload_url: UploadURL = no_upload_url,
    ) -> Transaction:
        return Transaction(
            connection, now, requester_id, self.strict, request_id, self.limits, upload_url, self.destinations
        )

    def now(self) -> float:
        """The time in epoch seconds, to the millisecond, as MTurk's API gives times."""
        return round(self.clock(), 3)
