"""What every operation works with: the database, the time, and the caller."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable, ScalarResult

from simpleturk.marketplace.store.base import LOCAL_REQUESTER

Row = TypeVar("Row")

#: How many HITs a worker may hold at once, as on Amazon's site.
MAX_HELD = 25


@dataclass(frozen=True)
class WorkerLimits:
    """How many HITs of a batch a worker may do (None: any number), and hold at a time, counting all batches."""

    max_per_worker: int | None = None
    max_held: int = MAX_HELD


#: Makes the address of an uploaded file from the assignment's id, the file's SHA-256 and its name; None: no such file.
UploadURL = Callable[[str, str, str], str | None]


def no_upload_url(assignment_id: str, sha256: str, name: str) -> None:
    """Return None: outside of an API call, uploaded files have no address."""


@dataclass(frozen=True)
class Transaction:
    """The first parameter of every function that reads or changes the marketplace.

    `connection` is the database, within one transaction. `now` is the transaction's time in epoch seconds: every change
    in it carries this time. `requester_id` names the caller, `request_id` the call. With `strict` the
    limits of Amazon's API also apply where they only protected Amazon. `limits` says how much one worker may take.
    `upload_url` makes the address of an uploaded file, from the assignment's id, the file's SHA-256 and its name.
    `destinations` are those that the operator allows to the notifications of all requesters: see
    notifications/destinations.py. `omits_questions`: the caller has asked for HITs without their questions.
    """

    connection: Connection
    now: float
    requester_id: str = LOCAL_REQUESTER
    strict: bool = False
    request_id: str = ""
    limits: WorkerLimits = WorkerLimits()
    upload_url: UploadURL = no_upload_url
    destinations: tuple[str, ...] = ()
    omits_questions: bool = False

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        """Run a statement; a list of parameters runs it once for each."""
        return self.connection.execute(statement, parameters)

    def scalar(self, statement: Executable, parameters: Any = None) -> Any:
        """The first column of the first row, None without rows."""
        return self.connection.scalar(statement, parameters)

    def scalars(self, statement: Executable, parameters: Any = None) -> ScalarResult[Any]:
        """The first column of each row."""
        return self.connection.scalars(statement, parameters)

    def first(self, row_type: Callable[..., Row], query: Executable, parameters: Any = None) -> Row | None:
        """The first row of a query that selects the columns of a row type (rows.py), None without rows."""
        row = self.connection.execute(query, parameters).first()
        return None if row is None else row_type(*row)

    def one(self, row_type: Callable[..., Row], query: Executable, parameters: Any = None) -> Row:
        """The only row of a query that selects the columns of a row type."""
        return row_type(*self.connection.execute(query, parameters).one())

    def all(self, row_type: Callable[..., Row], query: Executable, parameters: Any = None) -> list[Row]:
        """All rows of a query that selects the columns of a row type."""
        return [row_type(*row) for row in self.connection.execute(query, parameters)]

    def savepoint(self) -> AbstractContextManager[Any]:
        """A block whose changes alone are rolled back when it raises an exception."""
        return self.connection.begin_nested()
