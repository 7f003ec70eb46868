"""A results file in JSON Lines, to which new results are appended."""

import codecs
import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from simpleturk.batch.results.per_input import result_records
from simpleturk.errors import Problem, Problems
from simpleturk.files import Appended, json_line, write_whole

if TYPE_CHECKING:
    from simpleturk.mturk.models import HIT, Assignment


#: The size of the table of hashes that finds assignments which may be in a file twice.
_BITS = 2**24


def unfold_array(path: Path) -> None:
    """Rewrite a results file that is one JSON array, the form of simple-amt in 2014, as JSON Lines.

    A crash leaves the old or the new file. Any other file stays as it is.
    """
    if not path.is_file():
        return
    with path.open("rb") as file:
        if not file.read(1000).removeprefix(codecs.BOM_UTF8).lstrip().startswith(b"["):
            return
    try:
        array = json.loads(path.read_text(encoding="utf-8-sig"))
    except (ValueError, RecursionError):
        return
    if all(isinstance(record, dict) and isinstance(record.get("assignment_id"), str) for record in array):
        write_whole(path, "".join(map(json_line, array)))


class ResultsFile:
    """A results file that grows: its records stay, an incomplete last line is cut off, and new records are whole.

    Memory holds only the number of records of each HIT. The assignments of HITs that are fetched again are read from
    the file.
    """

    def __init__(
        self, file: Appended, remember: bool = False, hit_ids: Iterable[str] = (), splits: bool = False
    ) -> None:
        """Read the file. Raises Problems, and changes nothing, if it is not a results file.

        `remember`: the same HITs are fetched several times. `hit_ids` are ids that the caller holds in memory, too.
        `splits`: an assignment has a record for each input; see `per_input`.
        """
        self._file = file
        self._splits = splits
        self._remember = remember
        self.per_hit: dict[str, int] = {}
        self.records = 0
        #: HITs with an assignment that may be in the file twice.
        self._unsure: set[str] = set()
        self._known: set[str] = set()
        # Assignments whose records have no HIT id.
        self._loose: set[str] = set()
        self._current: tuple[str, set[str]] = ("", set())
        end = self._read({hit_id: hit_id for hit_id in hit_ids})
        whole = file.read_from(end - 1, 1) in (b"", b"\n")
        file.truncate(end)
        if not whole:
            file.append(b"\n")
        self._recount()

    def expect(self, hit_ids: Collection[str]) -> None:
        """Announce the HITs whose records follow until the next call."""
        sought = {hit_id for hit_id in hit_ids if self.per_hit.get(hit_id)}
        self._known = (
            {assignment_id for assignment_id, hit_id in self._pairs() if hit_id in sought} if sought else set()
        )

    def records_of(self, assignment: "Assignment", hit: "HIT", **known: Any) -> list[dict[str, Any]]:
        """The lines of results; see `result_records`."""
        return result_records(assignment, self._splits, **known)

    def add(self, records: list[dict[str, Any]]) -> bool:
        """Append the records of an assignment unless it is present; return whether it is new.

        The records of a HIT follow each other.
        """
        record = records[0]
        assignment_id, hit_id = record["assignment_id"], record["hit_id"]
        if hit_id != self._current[0]:
            self._current = (hit_id, set())
        if any(assignment_id in known for known in (self._known, self._loose, self._current[1])):
            return False
        self._file.append("".join(map(json_line, records)).encode())
        self._current[1].add(assignment_id)
        self.records += 1
        if self._remember:
            self.per_hit[hit_id] = self.per_hit.get(hit_id, 0) + 1
        return True

    def _read(self, held: Mapping[str, str]) -> int:
        """Count the records of the file; return the offset after the last whole one."""
        problems, end = [], 0
        last = _Last()
        seen = bytearray(_BITS // 8)
        for number, line in enumerate(self._file.lines(), start=1):
            record = _parsed(line)
            if record is not None:
                hit_id = str(record.get("hit_id", ""))
                hit_id = held.get(hit_id, hit_id)
                self._count(hit_id)
                last = last.followed_by(record, hit_id, end)
                if not hit_id:
                    self._loose.add(record["assignment_id"])
                place, bit = divmod(hash(record["assignment_id"]) % _BITS, 8)
                if seen[place] >> bit & 1:
                    self._unsure.add(hit_id)
                seen[place] |= 1 << bit
            elif not line.endswith(b"\n") and _is_torn(line):
                break
            elif line.strip():
                hint = "remove the line, or name another --output; nothing was written"
                problems.append(Problem(f"{self._file.path}, line {number}", "is not a line of results", hint))
            end += len(line)
        if problems:
            raise Problems(problems)
        if last.is_incomplete:
            # The records of an assignment are written together, and a crash may cut them off between two lines.
            self._unsure.add(last.hit_id)
            return last.start
        return end

    def _recount(self) -> None:
        """Count each assignment once, for HITs with assignments that may be in the file twice."""
        if not self._unsure:
            return
        pairs = {pair for pair in self._pairs() if pair[1] in self._unsure}
        for hit_id in self._unsure:
            self.records -= self.per_hit.pop(hit_id)
        for _, hit_id in pairs:
            self._count(hit_id)

    def _count(self, hit_id: str) -> None:
        self.per_hit[hit_id] = self.per_hit.get(hit_id, 0) + 1
        self.records += 1

    def _pairs(self) -> Iterator[tuple[str, str]]:
        """The ids of assignment and HIT of each record of a file that was checked before."""
        for line in self._file.lines():
            record = _parsed(line)
            if record is not None:
                yield record["assignment_id"], str(record.get("hit_id", ""))


@dataclass(frozen=True)
class _Last:
    """The last records of a file that have the same assignment: how many there are and should be, and their offset."""

    assignment_id: str = ""
    hit_id: str = ""
    start: int = 0
    number: int = 0
    wanted: int = 0

    def followed_by(self, record: Mapping[str, Any], hit_id: str, offset: int) -> "_Last":
        """The last records, if this one follows at an offset."""
        if record["assignment_id"] == self.assignment_id:
            return replace(self, number=self.number + 1)
        wanted = record.get("items")
        return _Last(record["assignment_id"], hit_id, offset, 1, wanted if isinstance(wanted, int) else 1)

    @property
    def is_incomplete(self) -> bool:
        """Whether records are missing."""
        return self.number < self.wanted


def _is_torn(line: bytes) -> bool:
    """Whether a line is the beginning of a record, or the rest after a power failure."""
    text = line.strip(b"\0 \t")
    return not text or text.startswith(b'{"assignment_id"'[: len(text)])


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and isinstance(record.get("assignment_id"), str) else None
