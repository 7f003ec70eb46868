"""What an operation acts in: the database, the time, and the caller."""

from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, ScalarResult

from simpleturk.marketplace.store.base import LOCAL_REQUESTER

#: How many HITs a worker may hold at once, as on Amazon's site.
MAX_HELD = 25


@dataclass(frozen=True)
class WorkerLimits:
    """What one worker may do of any batch (None: as much as there is), and hold of all batches together."""

    max_per_worker: int | None = None
    max_held: int = MAX_HELD


@dataclass(frozen=True)
class Transaction:
    """The first parameter of every function that reads or changes the marketplace.

    `connection` is the database, within one transaction. `now` is the transaction's time in epoch seconds: every change
    in it carries this time. `requester_id` names the caller, `request_id` the call. With `strict` the
    limits of Amazon's API also apply where they only protected Amazon. `limits` says how much one worker may take.
    """

    connection: Connection
    now: float
    requester_id: str = LOCAL_REQUESTER
    strict: bool = False
    request_id: str = ""
    limits: WorkerLimits = WorkerLimits()

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run a statement; a list of parameters runs it once for each."""
        return self.connection.execute(statement, parameters)

    def scalar(self, statement: Executable, parameters: Any = None) -> Any:
        """The first column of the first row, None without rows."""
        return self.connection.scalar(statement, parameters)

    def scalars(self, statement: Executable, parameters: Any = None) -> ScalarResult[Any]:
        """The first column of each row."""
        return self.connection.scalars(statement, parameters)

    def savepoint(self) -> AbstractContextManager[Any]:
        """A block that is undone by itself when it raises an exception."""
        return self.connection.begin_nested()
