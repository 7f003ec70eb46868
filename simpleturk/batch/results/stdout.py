"""Results as JSON Lines on a stream."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from simpleturk.batch.results.per_input import result_records
from simpleturk.files import json_line

if TYPE_CHECKING:
    from simpleturk.mturk.models import HIT, Assignment


class ResultsStream:
    """Writes the records of each assignment at once with `write`. With `remember`, an assignment is written only once.

    `splits`: an assignment has a record for each input; see `per_input`.
    """

    def __init__(self, write: Callable[[str], object], remember: bool = False, splits: bool = False) -> None:
        self.per_hit: dict[str, int] = {}
        self.records = 0
        self._write = write
        self._remember = remember
        self._splits = splits
        self._seen: set[str] = set()

    def expect(self, hit_ids: Collection[str]) -> None:
        """Records of any HIT may follow."""

    def records_of(self, assignment: "Assignment", hit: "HIT", **known: Any) -> list[dict[str, Any]]:
        """The lines of results; see `result_records`."""
        return result_records(assignment, self._splits, **known)

    def add(self, records: list[dict[str, Any]]) -> bool:
        """Write the records of an assignment unless they were written before; return whether they are new."""
        record = records[0]
        if record["assignment_id"] in self._seen:
            return False
        self._write("".join(map(json_line, records)))
        self.records += 1
        if self._remember:
            self._seen.add(record["assignment_id"])
            self.per_hit[record["hit_id"]] = self.per_hit.get(record["hit_id"], 0) + 1
        return True
