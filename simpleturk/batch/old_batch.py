"""Results of an old batch, CSV of the requester site or JSON Lines → its HITs with their submitted work.

HITs and assignments have the form of the API's documents; a HIT has its Assignments, an assignment its Fields.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from simpleturk.batch.foreign_batches import is_hit_id
from simpleturk.batch.inputs.csv_reader import fields_of_row, input_of, is_table, records
from simpleturk.batch.times import parse_time
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.mturk.answers import JSON_FIELDS
from simpleturk.mturk.limits import MONTH, WORKER_ID
from simpleturk.mturk.strict_json import parse_json

_REWARD = re.compile(r"\$?(\d{1,7}(?:\.\d{1,2})?)")
_STATUSES = ("Submitted", "Approved", "Rejected")

#: The values of properties that a file does not have.
DEFAULTS: dict[str, Any] = {
    "Description": "Imported with its finished work.",
    "Reward": "0.00",
    "AssignmentDurationInSeconds": 3600,
    "AutoApprovalDelayInSeconds": MONTH,
}

_TIMES = {
    "AcceptTime": "accept_time",
    "SubmitTime": "submit_time",
    "AutoApprovalTime": "auto_approval_time",
    "ApprovalTime": "approval_time",
    "RejectionTime": "rejection_time",
}


@dataclass
class OldBatch:
    """HIT documents in the order of the file, and the inputs that the file has, by HIT id.

    `without_status` and `without_time` count the assignments without a status and without a time of submission.
    """

    hits: dict[str, dict[str, Any]] = field(default_factory=dict)
    inputs: dict[str, Any] = field(default_factory=dict)
    without_status: int = 0
    without_time: int = 0

    @property
    def assignments(self) -> int:
        """The number of assignments."""
        return sum(len(hit["Assignments"]) for hit in self.hits.values())


def read_old_batch(path: Path, status: str, now: datetime) -> OldBatch:
    """Read the batch in a results file. Raises Problems with all problems of the file.

    `status` is the status of assignments without one, `now` the time of assignments without any.
    """
    reader = _Reader(path, status, now)
    try:
        with path.open("rb") as file:
            if is_table(path, str(path)):
                reader.read_table(file)
            else:
                reader.read_records(file)
    except FileNotFoundError as error:
        raise SimpleturkError(f"{path}: no such file", "name a results file, CSV or JSON Lines") from error
    except IsADirectoryError as error:
        raise SimpleturkError(f"{path}: is a folder, not a file", "name a results file in it") from error
    if not reader.problems and not reader.batch.hits:
        reader.problems.append(Problem(str(path), "holds no results"))
    if reader.problems:
        raise Problems(reader.problems)
    return reader.batch


class _Reader:
    def __init__(self, path: Path, status: str, now: datetime) -> None:
        self.batch = OldBatch()
        self.problems: list[Problem] = []
        self._path = path
        self._status = status
        self._now = now
        self._lines: dict[str, tuple[int, dict[str, Any], str]] = {}
        self._workers: dict[tuple[str, str], int] = {}

    def read_table(self, rows: Iterable[bytes]) -> None:
        """Read the CSV file of the requester site."""
        for item in records(rows, str(self._path), "HITId"):
            if isinstance(item, Problem):
                self.problems.append(item)
                continue
            line, row = item
            cells = {name: text.strip() for name, text in row.items() if text.strip()}
            try:
                fields = fields_of_row(row)
            except ValueError as error:
                self._problem(line, str(error), "restore the cell, or remove its text")
                continue
            if cells.get("RequesterAnnotation", "").startswith("BatchId:"):
                # The requester site writes an empty text as {}.
                fields = [[name, "" if text == "{}" and name not in JSON_FIELDS else text] for name, text in fields]
            self._take(line, cells, fields, input_of(row) or None)

    def read_records(self, lines: Iterable[bytes]) -> None:
        """Read JSON Lines, or one JSON array, the form of simple-amt in 2014."""
        is_recognized = False
        for line, record in self._records(lines):
            if not isinstance(record, dict) or not record.get("assignment_id"):
                self._problem(
                    line,
                    "is not a line of results: it has no assignment_id",
                    "name a file of results, or remove the line",
                )
                continue
            is_recognized = True
            cells = {name: record[key] for name, key in _TIMES.items() if record.get(key)}
            names = {"HITId": "hit_id", "AssignmentId": "assignment_id", "WorkerId": "worker_id"}
            names |= {"AssignmentStatus": "status", "RequesterFeedback": "feedback"}
            cells |= {name: str(record[key]) for name, key in names.items() if record.get(key)}
            self._take(line, cells, _fields(record), record.get("input"))
        if not is_recognized:
            # A file without any result is another kind of file: its first line shows that.
            del self.problems[1:]

    def _records(self, lines: Iterable[bytes]) -> Iterator[tuple[int, Any]]:
        begun = False
        for number, data in enumerate(rest := iter(lines), start=1):
            bare = data.removeprefix(codecs.BOM_UTF8) if number == 1 else data
            if not begun and bare.lstrip().startswith(b"["):
                # In messages, the records of an array have numbers instead of lines.
                [array] = self._parsed(1, b"".join([bare, *rest])) or [[]]
                yield from enumerate(array, start=1)
            elif bare.strip():
                begun = True
                yield from ((number, record) for record in self._parsed(number, bare))

    def _parsed(self, number: int, data: bytes) -> list[Any]:
        """The JSON value in a list; an empty list and a problem if it is not JSON."""
        try:
            record = parse_json(data.decode("utf-8").strip())
            json.dumps(record, ensure_ascii=False).encode()
        except UnicodeDecodeError:
            self._problem(number, "is not UTF-8 text", "save the file as UTF-8")
        except UnicodeEncodeError:
            self._problem(number, "contains half a character, which is not allowed in text", "save the file as UTF-8")
        except ValueError as error:
            self._problem(number, f"not JSON: {error}", "name a file with CSV, JSON Lines or one JSON array")
        else:
            return [record]
        return []

    def _take(self, line: int, cells: dict[str, Any], fields: list[list[str]], value: Any) -> None:
        """Add an assignment; `cells` has values by the requester site's names of columns, none of them empty."""
        hit_id, assignment_id = cells.get("HITId", ""), cells.get("AssignmentId", "")
        wrong = [name for name, text in (("HITId", hit_id), ("AssignmentId", assignment_id)) if not is_hit_id(text)]
        if wrong:
            text = cells.get(wrong[0], "")[:40]
            self._problem(line, f"{wrong[0]} is {text!r}: use capital letters and digits")
            return
        try:
            assignment = self._assignment(cells, fields)
            hit = self._hit(hit_id, cells, assignment)
        except ValueError as error:
            self._problem(line, str(error))
            return
        if self._is_repeated(line, hit_id, assignment):
            return
        self.batch.hits.setdefault(hit_id, hit)["Assignments"].append(assignment)
        if value is not None:
            self.batch.inputs.setdefault(hit_id, value)

    def _is_repeated(self, line: int, hit_id: str, assignment: dict[str, Any]) -> bool:
        """Whether an assignment was added before; contradictions are problems."""
        first = self._lines.setdefault(assignment["AssignmentId"], (line, assignment, hit_id))
        if first[0] != line or first[1] is not assignment:
            if first[1:] != (assignment, hit_id):
                self._problem(
                    line, f"contradicts line {first[0]} about {assignment['AssignmentId']}", "remove one of the lines"
                )
            return True
        before = self._workers.setdefault((hit_id, assignment["WorkerId"]), line)
        if before != line:
            self._problem(line, f"the worker {assignment['WorkerId']} submitted this HIT on line {before} already")
        return before != line

    def _assignment(self, cells: dict[str, Any], fields: list[list[str]]) -> dict[str, Any]:
        worker_id = cells.get("WorkerId", "")
        if not WORKER_ID.fullmatch(worker_id):
            raise ValueError(f"WorkerId is {worker_id[:40]!r}: use letters, digits and . _ @ -, at most 64")
        status = cells.get("AssignmentStatus", "").capitalize() or self._status
        if status not in _STATUSES:
            raise ValueError(f"AssignmentStatus is {status[:40]!r}: use {', '.join(_STATUSES)}")
        times = {name: _time(name, cells[name]) for name in _TIMES if name in cells}
        submitted = times.get("SubmitTime") or times.get("AcceptTime")
        self.batch.without_status += "AssignmentStatus" not in cells
        self.batch.without_time += submitted is None
        document: dict[str, Any] = {
            "AssignmentId": cells["AssignmentId"],
            "WorkerId": worker_id,
            "AssignmentStatus": status,
            "SubmitTime": submitted or self._now.timestamp(),
            "Fields": fields,
            "RequesterFeedback": cells.get("RequesterFeedback"),
        }
        document["AcceptTime"] = min(times.get("AcceptTime", document["SubmitTime"]), document["SubmitTime"])
        document["AutoApprovalTime"] = times.get("AutoApprovalTime")
        # The time of the decision, or of automatic approval if it is unknown.
        decided = times.get("AutoApprovalTime", document["SubmitTime"])
        if status == "Approved":
            document["ApprovalTime"] = times.get("ApprovalTime", decided)
        if status == "Rejected":
            document["RejectionTime"] = times.get("RejectionTime", decided)
        return document

    def _hit(self, hit_id: str, cells: dict[str, Any], assignment: dict[str, Any]) -> dict[str, Any]:
        """The HIT of a row, made from its first row."""
        if hit_id in self.batch.hits:
            return self.batch.hits[hit_id]
        known: dict[str, Any] = {"HITId": hit_id, "Assignments": []}
        known |= {name: cells[name] for name in ("HITTypeId", "Title", "Description", "Keywords") if name in cells}
        known["RequesterAnnotation"] = cells.get("RequesterAnnotation", "")
        if "Reward" in cells:
            reward = _REWARD.fullmatch(cells["Reward"])
            if not reward:
                raise ValueError(f"Reward is {cells['Reward'][:40]!r}: use an amount such as $0.05")
            known["Reward"] = f"{Decimal(reward[1]):.2f}"
        for name in ("MaxAssignments", "AssignmentDurationInSeconds", "AutoApprovalDelayInSeconds"):
            if name in cells:
                if not re.fullmatch("[0-9]{1,9}", cells[name]):
                    raise ValueError(f"{name} is {cells[name][:40]!r}: use a whole number")
                known[name] = int(cells[name])
        times = {name: _time(name, cells[name]) for name in ("CreationTime", "Expiration") if name in cells}
        known["CreationTime"] = times.get("CreationTime", assignment["AcceptTime"])
        known["Expiration"] = times.get("Expiration", assignment["SubmitTime"])
        return known

    def _problem(self, line: int, what: str, hint: str | None = None) -> None:
        self.problems.append(Problem(f"{self._path}, line {line}", what, hint))


def completed_hits(
    batch: OldBatch, known: dict[str, Any], questions: Mapping[str, str], annotation: Callable[[int], str]
) -> Iterator[dict[str, Any]]:
    """Each HIT with all members that a marketplace needs: `known` has values for members that the file lacks.

    `questions` has known questions by HIT id; `annotation` makes the mark of HIT number k (from 1).
    """
    for place, (hit_id, hit) in enumerate(batch.hits.items(), start=1):
        whole = DEFAULTS | {"MaxAssignments": len(hit["Assignments"])} | known | hit
        whole["Question"] = questions.get(hit_id)
        whole["RequesterAnnotation"] = " ".join(filter(None, (hit["RequesterAnnotation"], annotation(place))))
        yield whole


def _fields(record: dict[str, Any]) -> list[list[str]]:
    """The fields of the form that a record was made of, as far as the record shows them."""
    output, others = record.get("output"), record.get("fields")
    if output is None and record.get("answer"):
        return [["answer", str(record["answer"])]]
    is_form = isinstance(output, dict) and not others and not set(JSON_FIELDS) & set(output)
    if is_form and output and all(isinstance(value, str) for value in output.values()):
        return [[name, value] for name, value in output.items()]
    # An output that is not valid JSON was saved unchanged.
    stored = output if record.get("problem") and isinstance(output, str) else _json(output)
    beside = others.items() if isinstance(others, dict) else ()
    return [["output", stored], *([name, value if isinstance(value, str) else _json(value)] for name, value in beside)]


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


def _time(name: str, text: Any) -> float:
    try:
        return round(parse_time(str(text)).timestamp(), 3)
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from None
