"""HIT ids → assignments → result records, yielded as they arrive, in the order of the ids."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from simpleturk.batch.answers import AnswerError, output_of, parse_answer
from simpleturk.batch.concurrency import in_order
from simpleturk.batch.files import json_line
from simpleturk.errors import NoSuchHIT, Problem, Problems

if TYPE_CHECKING:
    from simpleturk.mturk import MTurk
    from simpleturk.shown import HIT, Assignment

#: The states of work that the API shows.
STATUSES = ("Submitted", "Approved", "Rejected")


def collect(
    mturk: "MTurk", hits: Iterable["HIT"], statuses: Sequence[str], have: Mapping[str, int] | None = None
) -> Iterator["Assignment"]:
    """Yield the assignments of HITs in these states. HITs with nothing new are not asked about.

    `have` counts the assignments of each HIT that are known already.
    """
    known = have or {}

    def ask(hit: "HIT") -> list["Assignment"]:
        try:
            return list(mturk.assignments(hit.hit_id, statuses))
        except NoSuchHIT:  # deleted in this very moment
            return []

    def expected(hit: "HIT") -> int:
        reviewed = hit.completed if {"Approved", "Rejected"} & set(statuses) else 0
        return reviewed + (hit.unreviewed if "Submitted" in statuses else 0)

    # What is known may have changed its state since: only when all of a HIT's work is known is there nothing new.
    def is_new(hit: "HIT") -> bool:
        return expected(hit) > 0 and hit.unreviewed + hit.completed > known.get(hit.hit_id, 0)

    asked = filter(is_new, hits)
    for assignments in in_order(ask, asked, mturk.concurrency):
        yield from assignments


def result_record(assignment: "Assignment", line: int | None = None, inputs: Any = None) -> dict[str, Any]:
    """One line of results. Its first five keys are simple-amt's, in simple-amt's order.

    `line` is the input's line in its file; with it, `inputs` is the input itself. An answer that cannot be read is kept
    as it came, in `answer`, with the reason in `problem`.
    """
    extra: dict[str, Any] = {}
    try:
        output, others, problem = output_of(parse_answer(assignment.answer))
        extra |= {"fields": others} if others else {}
        extra |= {"problem": problem} if problem else {}
    except AnswerError as error:
        output = None
        extra |= {"problem": error.message, "answer": assignment.answer}
    record = {
        "assignment_id": assignment.assignment_id,
        "hit_id": assignment.hit_id,
        "worker_id": assignment.worker_id,
        "output": output,
        "submit_time": _iso(assignment.submitted),
        "status": assignment.status,
        "accept_time": _iso(assignment.accepted),
        "seconds_worked": _seconds(assignment.accepted, assignment.submitted),
        "auto_approval_time": _iso(assignment.auto_approval),
    }
    optional = {
        "approval_time": _iso(assignment.approved),
        "rejection_time": _iso(assignment.rejected),
        "feedback": assignment.feedback,
    }
    record |= {name: value for name, value in optional.items() if value is not None} | extra
    return record if line is None else record | {"line": line, "input": inputs}


class ResultsFile:
    """A results file that grows: what it holds is kept, a torn last line cut off, each new record written whole."""

    def __init__(self, file: IO[bytes], path: Path) -> None:
        """Read what is there. Raises Problems, and changes nothing, when it is not a file of results."""
        self._file = file
        self.assignment_ids: set[str] = set()
        self.per_hit: dict[str, int] = {}
        end = self._read(path)
        file.seek(0, 2)
        if file.tell() > end:
            file.truncate(end)
        if end and not self._ends_line(end):
            file.write(b"\n")

    def add(self, record: dict[str, Any]) -> bool:
        """Append a record unless its assignment is there; return whether it was new."""
        if record["assignment_id"] in self.assignment_ids:
            return False
        self._file.write(json_line(record).encode())
        self._file.flush()
        self._note(record)
        return True

    def _read(self, path: Path) -> int:
        """Note the records of the file; return where the last whole one ends, in bytes."""
        problems, end = [], 0
        for number, line in enumerate(self._file, start=1):
            record = _parsed(line)
            if record is not None:
                self._note(record)
            elif not line.endswith(b"\n") and line.lstrip().startswith(b'{"assignment_id"'[: len(line.strip())]):
                break
            elif line.strip():
                hint = "name another --output: nothing has been written"
                problems.append(Problem(f"{path}, line {number}", "is not a line of results", hint))
            end += len(line)
        if problems:
            raise Problems(problems)
        return end

    def _note(self, record: dict[str, Any]) -> None:
        if record["assignment_id"] in self.assignment_ids:
            return
        self.assignment_ids.add(record["assignment_id"])
        hit_id = str(record.get("hit_id", ""))
        self.per_hit[hit_id] = self.per_hit.get(hit_id, 0) + 1

    def _ends_line(self, end: int) -> bool:
        self._file.seek(end - 1)
        return self._file.read(1) == b"\n"


def _parsed(line: bytes) -> dict[str, Any] | None:
    try:
        record = json.loads(line)
    except (ValueError, RecursionError):
        return None
    return record if isinstance(record, dict) and isinstance(record.get("assignment_id"), str) else None


def _iso(moment: datetime | None) -> str | None:
    """ISO 8601 in UTC: "2026-11-21T09:30:00Z", with milliseconds only where there are any."""
    if moment is None:
        return None
    return moment.isoformat(timespec="milliseconds" if moment.microsecond else "seconds").replace("+00:00", "Z")


def _seconds(start: datetime | None, end: datetime | None) -> float | None:
    return round((end - start).total_seconds(), 3) if start and end else None
