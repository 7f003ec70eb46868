"""What every operation works with: the database, the time, and the caller."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, Executable

from simpleturk.marketplace.store.base import LOCAL_REQUESTER
from simpleturk.marketplace.store.prepared import prepared

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

    def change(self, statement: Executable, parameters: Mapping[str, Any]) -> int:
        """Run an INSERT, UPDATE or DELETE that is built once; return the number of rows that it changed."""
        form = prepared(self.connection, statement, parameters)
        return form.change(self.connection, parameters) if form else self.execute(statement, parameters).rowcount

    def scalar(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> Any:
        """The first column of the first row, None without rows."""
        rows = self._rows(statement, parameters, most=1)
        return rows[0][0] if rows else None

    def scalars(self, statement: Executable, parameters: Mapping[str, Any] | None = None) -> list[Any]:
        """The first column of each row."""
        return [row[0] for row in self._rows(statement, parameters)]

    def first(
        self, row_type: Callable[..., Row], query: Executable, parameters: Mapping[str, Any] | None = None
    ) -> Row | None:
        """The first row of a query that selects the columns of a row type (rows.py), None without rows."""
        rows = self._rows(query, parameters, most=1)
        return row_type(*rows[0]) if rows else None

    def one(self, row_type: Callable[..., Row], query: Executable, parameters: Mapping[str, Any] | None = None) -> Row:
        """The only row of a query that selects the columns of a row type."""
        [row] = self._rows(query, parameters, most=2)
        return row_type(*row)

    def all(
        self, row_type: Callable[..., Row], query: Executable, parameters: Mapping[str, Any] | None = None
    ) -> list[Row]:
        """All rows of a query that selects the columns of a row type."""
        return [row_type(*row) for row in self._rows(query, parameters)]

    def _rows(self, query: Executable, parameters: Mapping[str, Any] | None, most: int | None = None) -> Sequence[Any]:
        """The rows of a query, at most the first `most`. A query that is built once is prepared."""
        form = prepared(self.connection, query, parameters or {})
        if form:
            return form.rows(self.connection, parameters or {}, most)
        result = self.connection.execute(query, parameters)
        if most is None:
            return result.all()
        rows = result.fetchmany(most)
        result.close()
        return rows

    def savepoint(self) -> AbstractContextManager[Any]:
        """A block whose changes alone are rolled back when it raises an exception."""
        return self.connection.begin_nested()
