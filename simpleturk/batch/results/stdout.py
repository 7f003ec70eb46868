"""Results as JSON Lines on a stream."""

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any

from simpleturk.batch.results.fetch import result_record
from simpleturk.files import json_line

if TYPE_CHECKING:
    from simpleturk.mturk.models import HIT, Assignment


class ResultsStream:
    """Writes each record at once with `write`. With `remember`, an assignment is written only once."""

    def __init__(self, write: Callable[[str], object], remember: bool = False) -> None:
        self.per_hit: dict[str, int] = {}
        self.records = 0
        self._write = write
        self._remember = remember
        self._seen: set[str] = set()

    def expect(self, hit_ids: Collection[str]) -> None:
        """Records of any HIT may follow."""

    def record_of(self, assignment: "Assignment", hit: "HIT", **known: Any) -> dict[str, Any]:
        """The line of results; see `result_record`."""
        return result_record(assignment, **known)

    def add(self, record: dict[str, Any]) -> bool:
        """Write a record unless it was written before; return whether it is new."""
        if record["assignment_id"] in self._seen:
            return False
        self._write(json_line(record))
        self.records += 1
        if self._remember:
            self._seen.add(record["assignment_id"])
            self.per_hit[record["hit_id"]] = self.per_hit.get(record["hit_id"], 0) + 1
        return True
