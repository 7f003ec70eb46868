"""Results of an old batch, CSV of the requester site or JSON Lines → its HITs with their submitted work.

HITs and assignments have the form of the API's documents; a HIT has its Assignments, an assignment its Fields.
"""

import codecs
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from simpleturk.batch.foreign_batches import is_hit_id
from simpleturk.batch.inputs.csv_reader import fields_of_row, input_of, is_table, records
from simpleturk.batch.inputs.file_kinds import FileKind, kind_of_file, wrong_kind
from simpleturk.batch.times import parse_time
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.mturk.answers import JSON_FIELDS
from simpleturk.mturk.characters import NOT_IN_XML
from simpleturk.mturk.limits import HIT_NUMBER_RANGES, HIT_TEXT_LENGTHS, MAX_REWARD, MONTH, WORKER_ID, YEAR
from simpleturk.mturk.strict_json import json_problem, parse_json
from simpleturk.text_files import NotText, decoded, open_utf8

_REWARD = re.compile(r"\$?([0-9]{1,7}(?:\.[0-9]{1,2})?)")
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


#: Pairs of times of which the first is not after the second.
_ORDER = (
    ("CreationTime", "Expiration"),
    ("CreationTime", "AcceptTime"),
    ("AcceptTime", "SubmitTime"),
    ("SubmitTime", "AutoApprovalTime"),
    ("SubmitTime", "ApprovalTime"),
    ("SubmitTime", "RejectionTime"),
)

#: No marketplace of this kind is older. Times of what is still to come are at most some years ahead.
_EARLIEST = datetime(2000, 1, 1, tzinfo=UTC).timestamp()
_AHEAD = {"Expiration": 3 * YEAR, "AutoApprovalTime": 3 * YEAR}
_DAY = 24 * 3600

#: The members that are the same on all lines of a HIT, and those that are the same for all HITs of a HIT type.
_OF_TYPE = (
    *("Title", "Description", "Keywords", "Reward"),
    *("AssignmentDurationInSeconds", "AutoApprovalDelayInSeconds"),
)
_OF_HIT = (*_OF_TYPE, "HITTypeId", "CreationTime", "RequesterAnnotation")


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
        with open_utf8(path) as file:
            if is_table(path, str(path)):
                reader.read_table(file)
            else:
                reader.read_records(file)
    except FileNotFoundError as error:
        raise SimpleturkError(f"{path}: no such file", "name a results file, CSV or JSON Lines") from error
    except IsADirectoryError as error:
        raise SimpleturkError(f"{path}: is a folder, not a file", "name a results file in it") from error
    reader.finish()
    if not reader.problems and not reader.batch.hits:
        reader.problems.append(Problem(str(path), "holds no results"))
    if reader.problems:
        # Problems of JSON and of tables name what a line lacks.
        forms = (FileKind.TABLE, FileKind.ARRAY, FileKind.INPUTS, FileKind.OBJECT)
        wrong = wrong_kind(path, kind_of_file(path), FileKind.RESULTS, *forms)
        raise Problems([wrong] if wrong and not reader.batch.hits else reader.problems)
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
        #: The line on which each member of a HIT, or of a HIT type, was first, and its value.
        self._members: dict[tuple[str, str], tuple[int, Any]] = {}

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
            names |= {"WorkTimeInSeconds": "seconds_worked"}
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
            record = parse_json(decoded(data, number).strip())
            json.dumps(record, ensure_ascii=False).encode()
        except NotText as error:
            self.problems.append(error.problem(self._path))
        except UnicodeEncodeError:
            self._problem(number, "contains half a character, which is not allowed in text", "save the file as UTF-8")
        except ValueError as error:
            self._problem(
                number, f"not JSON: {json_problem(error)}", "name a file with CSV, JSON Lines or one JSON array"
            )
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
        problems: list[str] = []
        times = _times(cells, self._now.timestamp(), problems)
        assignment = self._assignment(cells, fields, times, problems)
        hit = _hit(cells, times, problems)
        problems += self._contradictions(line, hit_id, hit)
        for what in problems:
            self._problem(line, what)
        if problems or self._is_repeated(line, hit_id, assignment):
            return
        known = self.batch.hits.setdefault(hit_id, {"HITId": hit_id, "Assignments": []})
        known["Assignments"].append(assignment)
        # Between two exports, a HIT may have been extended.
        for name in ("MaxAssignments", "Expiration"):
            if name in hit:
                known[name] = max(hit[name], known.get(name, 0))
        known |= {name: hit[name] for name in _OF_HIT if name in hit}
        if value is not None:
            self.batch.inputs.setdefault(hit_id, value)

    def finish(self) -> None:
        """Complete the HITs when all lines are read; report those with too many assignments."""
        for hit_id, hit in self.batch.hits.items():
            number, most = len(hit["Assignments"]), hit.get("MaxAssignments")
            if most is not None and number > most:
                what = f"the HIT {hit_id} has {number:,} assignments, but MaxAssignments is {most:,}"
                self.problems.append(Problem(str(self._path), what))
            hit.setdefault("RequesterAnnotation", "")
            hit.setdefault("CreationTime", min(assignment["AcceptTime"] for assignment in hit["Assignments"]))
            latest = max(assignment["SubmitTime"] for assignment in hit["Assignments"])
            hit.setdefault("Expiration", max(latest, hit["CreationTime"]))

    def _contradictions(self, line: int, hit_id: str, hit: dict[str, Any]) -> Iterator[str]:
        """Yield the differences from earlier lines about the same HIT, or about another HIT of the same HIT type."""
        owners: list[tuple[str, tuple[str, ...]]] = [(f"the HIT {hit_id}", _OF_HIT)]
        if "HITTypeId" in hit:
            owners.append((f"the HIT type {hit['HITTypeId']}", _OF_TYPE))
        for owner, names in owners:
            for name in names:
                value = hit.get(name)
                first = self._members.setdefault((owner, name), (line, value)) if name in hit else (line, value)
                if first[1] != value:
                    yield f"contradicts line {first[0]} about {name} of {owner}"
                    return

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

    def _assignment(
        self, cells: dict[str, Any], fields: list[list[str]], times: dict[str, float], problems: list[str]
    ) -> dict[str, Any]:
        worker_id = cells.get("WorkerId", "")
        if not WORKER_ID.fullmatch(worker_id):
            problems.append(f"WorkerId is {worker_id[:40]!r}: use letters, digits and . _ @ -, at most 64")
        status = cells.get("AssignmentStatus", "").capitalize() or self._status
        if status not in _STATUSES:
            problems.append(f"AssignmentStatus is {status[:40]!r}: use {', '.join(_STATUSES)}")
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
        document["AcceptTime"] = times.get("AcceptTime", document["SubmitTime"])
        document["AutoApprovalTime"] = times.get("AutoApprovalTime")
        # The time of the decision, or of automatic approval if it is unknown.
        decided = times.get("AutoApprovalTime", document["SubmitTime"])
        if status == "Approved":
            document["ApprovalTime"] = times.get("ApprovalTime", decided)
        if status == "Rejected":
            document["RejectionTime"] = times.get("RejectionTime", decided)
        return document

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


def _times(cells: dict[str, Any], now: float, problems: list[str]) -> dict[str, float]:
    """The times of a row, in epoch seconds; adds problems with single times and with their order."""
    times: dict[str, float] = {}
    for name in ("CreationTime", "Expiration", *_TIMES):
        if name in cells:
            try:
                times[name] = round(parse_time(str(cells[name])).timestamp(), 3)
            except ValueError as error:
                problems.append(f"{name}: {error}")
    for name, time in times.items():
        if time < _EARLIEST:
            problems.append(f"{name} is {str(cells[name])[:40]!r}: before the year 2000")
        elif time > now + _AHEAD.get(name, _DAY):
            problems.append(f"{name} is {str(cells[name])[:40]!r}: too far in the future")
    for first, second in _ORDER:
        if first in times and second in times and times[first] > times[second]:
            problems.append(f"{first} is after {second}")
    worked = str(cells.get("WorkTimeInSeconds", 0))
    if not re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9})?", worked):
        problems.append(f"WorkTimeInSeconds is {worked[:40]!r}: use a number of seconds")
    return times


def _hit(cells: dict[str, Any], times: dict[str, float], problems: list[str]) -> dict[str, Any]:
    """The members of the HIT that a row has; adds their problems."""
    known: dict[str, Any] = {name: times[name] for name in ("CreationTime", "Expiration") if name in times}
    for name in (*HIT_TEXT_LENGTHS, "HITTypeId", "RequesterFeedback"):
        text, most = cells.get(name, ""), HIT_TEXT_LENGTHS.get(name, len(cells.get(name, "")))
        if NOT_IN_XML.search(text):
            problems.append(f"{name} has a control character")
        elif len(text) > most:
            problems.append(f"{name} has {len(text):,} characters: use at most {most:,}")
        if text and name != "RequesterFeedback":
            known[name] = text
    if not is_hit_id(known.get("HITTypeId", "A")):
        problems.append(f"HITTypeId is {known['HITTypeId'][:40]!r}: use capital letters and digits")
    if "Reward" in cells:
        reward = _REWARD.fullmatch(cells["Reward"])
        if not reward or Decimal(reward[1]) > MAX_REWARD:
            hint = f"use an amount such as $0.05, at most {MAX_REWARD:,}"
            problems.append(f"Reward is {cells['Reward'][:40]!r}: {hint}")
        else:
            known["Reward"] = f"{Decimal(reward[1]):.2f}"
    for name in ("MaxAssignments", "AssignmentDurationInSeconds", "AutoApprovalDelayInSeconds"):
        if name in cells:
            low, high = HIT_NUMBER_RANGES[name]
            if not re.fullmatch("[0-9]{1,10}", cells[name]) or not low <= int(cells[name]) <= high:
                problems.append(f"{name} is {cells[name][:40]!r}: use a whole number from {low:,} to {high:,}")
            else:
                known[name] = int(cells[name])
    return known
