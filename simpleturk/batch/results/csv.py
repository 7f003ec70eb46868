"""Results as CSV: the file of the requester site, written from assignments and read with a reviewer's decisions.

Its columns, in order: properties of HIT and assignment, `Input.x` of the inputs, `Answer.y` of the answers (see
csv_columns.py), `Review.z` of the decisions if there are any, `Approve` and `Reject`. Spreadsheets show all cells as
text (see csv_cells.py). The flat form has columns of its own (see flat.py).
"""

import csv
import io
import json
import re
import tempfile
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

from simpleturk.batch.inputs.csv_cells import as_written, shown_as_text
from simpleturk.batch.inputs.csv_reader import DECISIONS, OTHERS, cell_text, header_of, records, rows_of
from simpleturk.batch.results.csv_columns import columns_of_fields, others_cell
from simpleturk.batch.results.flat import FLAT_COLUMNS, flat_row, review_columns
from simpleturk.batch.results.per_input import result_records
from simpleturk.batch.times import site_time
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.files import Appended, appending, stamp
from simpleturk.mturk.answers import AnswerError, output_of, parse_answer, take_opinion
from simpleturk.mturk.characters import SURROGATE

if TYPE_CHECKING:
    from simpleturk.mturk.models import HIT, Assignment

#: The columns before those of inputs and answers. Columns that the API does not have are empty.
COLUMNS = (
    "HITId HITTypeId Title Description Keywords Reward CreationTime MaxAssignments RequesterAnnotation"
    " AssignmentDurationInSeconds AutoApprovalDelayInSeconds Expiration NumberOfSimilarHITs LifetimeInSeconds"
    " AssignmentId WorkerId AssignmentStatus AcceptTime SubmitTime AutoApprovalTime ApprovalTime RejectionTime"
    " RequesterFeedback WorkTimeInSeconds LifetimeApprovalRate Last30DaysApprovalRate Last7DaysApprovalRate"
).split()

#: The column of an input that is not an object, and that of an answer that cannot be parsed.
WHOLE_INPUT = "Input.input"
RAW_ANSWER = "Answer.answer"

#: The column of the assignment whose work a row replaces, in results of a batch of which work was redone.
REPLACES = "Replaces"

_MARK = re.compile(r" ?simpleturk:[0-9a-f]{32}:[0-9]+(:[0-9a-f]{16})?\Z")


def csv_row(assignment: "Assignment", hit: "HIT | None", **known: Any) -> dict[str, Any]:
    """A row by the names of its columns. `known` may have the `input`, and the `review` of the assignment.

    If the answer cannot be parsed, the row has a `problem`, which is not a column.
    """
    row: dict[str, Any] = dict.fromkeys(COLUMNS, "")
    if hit is not None:
        row |= {
            "HITTypeId": hit.hit_type_id,
            "Title": hit.title,
            "Description": hit.description,
            "Keywords": hit.keywords,
            "Reward": f"${hit.reward:.2f}",
            "CreationTime": site_time(hit.created),
            "MaxAssignments": str(hit.max_assignments),
            # Without the mark of the batch.
            "RequesterAnnotation": _MARK.sub("", hit.annotation),
            "AssignmentDurationInSeconds": str(hit.assignment_duration),
            "AutoApprovalDelayInSeconds": str(hit.auto_approval_delay),
            "Expiration": site_time(hit.expiration),
        }
    row |= {
        "HITId": assignment.hit_id,
        "AssignmentId": assignment.assignment_id,
        "WorkerId": assignment.worker_id,
        "AssignmentStatus": assignment.status,
        "AcceptTime": site_time(assignment.accepted),
        "SubmitTime": site_time(assignment.submitted),
        "AutoApprovalTime": site_time(assignment.auto_approval),
        "ApprovalTime": site_time(assignment.approved),
        "RejectionTime": site_time(assignment.rejected),
        "RequesterFeedback": assignment.feedback or "",
    }
    if assignment.accepted and assignment.submitted:
        row["WorkTimeInSeconds"] = str(int((assignment.submitted - assignment.accepted).total_seconds()))
    if "replaces" in known:
        row[REPLACES] = known["replaces"]
    if "input" in known:
        row |= _columns_of(known["input"])
    row |= review_columns("Review.", known.get("review") or {})
    try:
        fields = parse_answer(assignment.answer)
    except AnswerError as error:
        return row | {RAW_ANSWER: assignment.answer, "problem": error.message}
    row |= {f"Opinion.{name}": cell_text(value) for name, value in take_opinion(fields).items()}
    row |= {f"Answer.{name}": "|".join(value) if isinstance(value, list) else value for name, value in fields.items()}
    problem = output_of(fields)[2]
    return row | ({"problem": problem} if problem else {})


def _columns_of(value: Any) -> dict[str, str]:
    """The columns of an input: texts unchanged, other values as JSON."""
    if not isinstance(value, dict):
        return {WHOLE_INPUT: cell_text(value)}
    return {f"Input.{name}": cell_text(item) for name, item in value.items()}


@dataclass(frozen=True)
class TableForm:
    """How a table is written: `fields` are those of the template; `exact` cells may be formulas for a spreadsheet.

    A `flat` table has the columns of flat.py, else it has those of the requester site; one that `splits` has a row for
    each input of a HIT.
    """

    fields: frozenset[str] = frozenset()
    exact: bool = False
    flat: bool = False
    splits: bool = False


class ResultsTable:
    """The rows of a file. They are stored in a temporary file, because the last row may bring a new column.

    `columns` are the columns of an existing file; a column without a name is "".
    """

    #: The columns that every file has, before and after the others, and those of the ids among them.
    first: Sequence[str] = COLUMNS
    last: Sequence[str] = DECISIONS
    id_column, hit_column = "AssignmentId", "HITId"

    #: The beginnings of the names of the other columns.
    input_prefix, answer_prefix, review_prefix = "Input.", "Answer.", "Review."

    def __init__(self, columns: Sequence[str] = (), delimiter: str = ",", form: TableForm = TableForm()) -> None:
        self.per_hit: dict[str, int] = {}
        self.records = 0
        self._delimiter = delimiter
        self._form = form
        self._old = list(columns)
        self._inputs = dict.fromkeys(name for name in columns if name.startswith(self.input_prefix))
        self._further = dict.fromkeys(name for name in columns if name.startswith(self.review_prefix))
        self._fields: Counter[str] = Counter()
        self._answers = 0
        self._seen: set[str] = set()
        self._rows: IO[str] = tempfile.TemporaryFile("w+", encoding="utf-8")

    def expect(self, hit_ids: Collection[str]) -> None:
        """Records of any HIT may follow."""

    def keep(self, fields: Sequence[str]) -> None:
        """Add a row of the existing file unchanged, also a row without assignment or with a repeated one."""
        row = dict(zip(self._old, fields, strict=False))
        assignment_id = row.get(self.id_column, "").strip()
        if assignment_id and assignment_id not in self._seen:
            self._count(assignment_id, row.get(self.hit_column, "").strip())
        self._rows.write(json.dumps(list(fields)) + "\n")

    def records_of(self, assignment: "Assignment", hit: "HIT", **known: Any) -> list[dict[str, Any]]:
        """The row of an assignment; see `csv_row`."""
        return [csv_row(assignment, hit, **known)]

    def add(self, records: list[dict[str, Any]]) -> bool:
        """Add the rows of an assignment unless it is present; return whether it is new."""
        if records[0][self.id_column] in self._seen:
            return False
        self._count(records[0][self.id_column], records[0][self.hit_column])
        for record in records:
            self._add(record)
        return True

    def _add(self, record: dict[str, Any]) -> None:
        row = {name: text for name, text in record.items() if name != "problem" or name in self.first}
        self._inputs |= dict.fromkeys(name for name in row if name.startswith(self.input_prefix))
        self._further |= dict.fromkeys(
            name
            for name in row
            if not name.startswith((self.input_prefix, self.answer_prefix)) and name not in self.first
        )
        self._fields.update(self._answers_in(row))
        self._answers += 1
        self._rows.write(json.dumps(row) + "\n")

    def _answers_in(self, row: Iterable[str]) -> Iterator[str]:
        """The fields of the answer among the columns of a row."""
        prefix = self.answer_prefix
        return (name.removeprefix(prefix) for name in row if name.startswith(prefix))

    def _count(self, assignment_id: str, hit_id: str) -> None:
        self._seen.add(assignment_id)
        self.per_hit[hit_id] = self.per_hit.get(hit_id, 0) + 1
        self.records += 1

    def text(self) -> Iterator[str]:
        """The lines of the file, with the header. A byte order mark is before it: without one, Excel reads Latin-1."""
        columns = self._columns()
        # The user's own columns stay, at the end. They are found by position, because they may have no name.
        known = set(columns)
        others = [place for place, name in enumerate(self._old) if name not in known]
        header = self._line([*map(self._cell, columns), *(self._old[place] for place in others)])
        # Programs that take the mark for a part of the first name shall not find quotes after it.
        name = columns[0]
        yield header if self._form.exact else "\ufeff" + header.replace(f'"{name}"', name, 1)
        places = {name: place for place, name in reversed(list(enumerate(self._old)))}
        self._rows.seek(0)
        for line in self._rows:
            row = json.loads(line)
            if isinstance(row, dict):
                answers = {name: row[self.answer_prefix + name] for name in self._answers_in(row)}
                row[OTHERS] = others_cell(
                    {name: text for name, text in answers.items() if self.answer_prefix + name not in known}
                )
                yield self._line([*(self._cell(row.get(name, "")) for name in columns), *("" for _ in others)])
            else:
                cells = [self._kept(name, row[places[name]]) if name in places else "" for name in columns]
                yield self._line([*cells, *(row[place] for place in others)])

    def _columns(self) -> list[str]:
        """The columns that this program writes. Those of an existing file stay."""
        old = Counter(dict.fromkeys(self._answers_in(self._old), self._answers + 1))
        fields = columns_of_fields(self._fields | old, self._answers, self._form.fields)
        fields += [name for name in old if name not in fields]
        has_others = OTHERS in self._old or not self._fields.keys() <= set(fields)
        answers = [*(self.answer_prefix + name for name in fields), *([OTHERS] if has_others else [])]
        return [*self.first, *self._inputs, *answers, *self._further, *self.last]

    def _cell(self, text: str) -> str:
        return text if self._form.exact else shown_as_text(text)

    def _kept(self, column: str, cell: str) -> str:
        """A cell of the existing file: what a reviewer wrote stays as it is."""
        return cell if column in self.last or self._form.exact else shown_as_text(as_written(cell))

    def _line(self, fields: list[str]) -> str:
        file = io.StringIO()
        csv.writer(file, delimiter=self._delimiter, quoting=csv.QUOTE_ALL, lineterminator="\n").writerow(fields)
        # Half a character cannot be written as UTF-8.
        return SURROGATE.sub("\ufffd", file.getvalue())

    def close(self) -> None:
        """Delete the temporary file."""
        self._rows.close()


class FlatTable(ResultsTable):
    """The rows of a flat table; see flat.py."""

    first, last = FLAT_COLUMNS, ()
    id_column, hit_column = "assignment_id", "hit_id"
    input_prefix, answer_prefix, review_prefix = "input.", "output.", "review."

    def records_of(self, assignment: "Assignment", hit: "HIT", **known: Any) -> list[dict[str, Any]]:
        """The row of an assignment, or one for each input; see `flat_row`."""
        return [flat_row(record) for record in result_records(assignment, self._form.splits, **known)]


def table_class(form: TableForm) -> type[ResultsTable]:
    """The kind of table that has a form."""
    return FlatTable if form.flat else ResultsTable


@contextmanager
def merging(path: Path, form: TableForm = TableForm()) -> Iterator[ResultsTable]:
    """Add rows to a CSV file, which is locked until the end of the block. A new file named *.tsv has tabs.

    Its rows, decisions, further columns and separator stay. It is replaced at the end if there are new rows; a crash
    leaves the old or the new file. Raises Problems, and changes nothing, if it is another kind of file, and
    SimpleturkError if another program has saved it meanwhile.
    """
    with appending(path) as file:
        before_us = stamp(path)
        is_new = not any(map(bytes.strip, file.lines()))
        delimiter = "\t" if path.suffix.lower() == ".tsv" else ","
        with closing(table_class(form)((), delimiter, form) if is_new else _read(file, path, form)) as sheet:
            before = sheet.records
            try:
                yield sheet
            finally:
                if sheet.records > before or is_new:
                    if stamp(path) != before_us:
                        hint = "run the command again: the file was not changed"
                        raise SimpleturkError(f"{path} has just been saved by another program", hint)
                    file.replace(line.encode() for line in sheet.text())


def _read(file: Appended, path: Path, form: TableForm) -> ResultsTable:
    """Read the rows of a file. Raises Problems with all its problems."""
    problems = []
    for item in records(file.lines(), str(path), "AssignmentId"):
        if isinstance(item, Problem):
            hint = item.hint or "name another --output; nothing was written"
            problems.append(Problem(item.where, item.what, hint))
    if problems:
        raise Problems(problems)
    rows = rows_of(file.lines())
    names = [as_written(name) for name in header_of(rows)[1]]
    kind = table_class(form)
    if kind.id_column not in names:
        what = "has the columns of the requester site" if form.flat else "is a table in the flat form"
        raise Problems([Problem(str(path), what, "name another --output, or another --format; nothing was written")])
    sheet = kind(names, rows.delimiter, form)
    for _, fields in rows:
        if any(fields):
            sheet.keep(fields[: len(names)])
    return sheet
