"""The current files of a task, and a temporary marketplace on which the author tries the task."""

from array import array
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from simpleturk.assets.local import Asset, local_files, served
from simpleturk.batch.batch import BatchFiles, checked_question, question_source
from simpleturk.batch.inputs.csv_inputs import Table
from simpleturk.batch.inputs.groups import GroupedInputs
from simpleturk.batch.inputs.jsonl import Input, InputLines, Inputs
from simpleturk.batch.lint.check import check_page
from simpleturk.batch.properties.model import Properties
from simpleturk.batch.results.fetch import result_record
from simpleturk.batch.templates.jinja import INCLUDES
from simpleturk.batch.templates.question_source import QuestionSource
from simpleturk.batch.templates.source_map import SourceMap, line_starts
from simpleturk.client.connect import connect
from simpleturk.client.endpoints import LOCAL_URL, Endpoint
from simpleturk.errors import Problem, Problems, SimpleturkError
from simpleturk.files import json_line, stamp
from simpleturk.marketplace.domain import lifecycle, worker_assignments
from simpleturk.marketplace.domain.marketplace import Marketplace as OwnMarketplace
from simpleturk.marketplace.people import workers
from simpleturk.marketplace.questions.form_answers import FilledForm
from simpleturk.marketplace.store.sqlite import SQLiteStore
from simpleturk.mturk.questions import is_question_xml
from simpleturk.resources import shipped

WORKER = "PREVIEWWORKER"

#: The properties of a task without a properties file.
UNNAMED = {"Title": "Preview", "Description": "Preview", "Reward": "0.00", "AssignmentDurationInSeconds": 3600}


@dataclass
class Look:
    """The state of one input: a HIT on the temporary marketplace, unless problems prevent it, and all problems."""

    line: int
    hit_id: str = ""
    question: str = ""
    properties: Properties | None = None
    problems: list[dict[str, str]] = field(default_factory=list)
    places: list[tuple[str, int]] = field(default_factory=list)

    def add(self, level: str, problem: Problem) -> None:
        """Add a problem, unless it is already listed."""
        record = {"level": level, "where": problem.where, "what": problem.what, "hint": problem.hint or ""}
        if record not in self.problems:
            self.problems.append(record)


class Task:
    """A task that its author edits. `database` is a new file for the temporary marketplace."""

    def __init__(self, files: BatchFiles, database: Path) -> None:
        self.files = files
        self.marketplace = OwnMarketplace(SQLiteStore(database))
        self.mturk = connect(Endpoint("local", LOCAL_URL, False), None, database)
        self.inputs = files.inputs
        self._lines: tuple[object, array[int]] = (None, array("Q"))
        self._values: tuple[object, InputLines | None] = (None, None)
        self._included: list[Path] = []
        #: The line and value of the input of each HIT, by HIT id.
        self._shown: dict[str, tuple[int, Any]] = {}
        with self.marketplace.write() as transaction:
            workers.register(transaction, WORKER)

    def version(self) -> str:
        """A text that changes when a file of the task changes."""
        files = self.files
        named = [path for path in (files.template, files.properties, files.inputs.path) if path]
        shown = [asset.path for asset in files.shown_assets()]
        marks = []
        for path in dict.fromkeys([*named, *self._included, *shown]):
            try:
                marks.append("{}.{}.{}".format(*stamp(path)))
            except OSError:
                marks.append("-")
        return " ".join(marks)

    def asset(self, name: str) -> Asset | None:
        """The local file that pages show under a name, None if there is none."""
        return self.files.assets.found.get(name) if self.files.assets else None

    def lines(self) -> "array[int]":
        """The numbers of the lines with inputs, valid or not."""
        mark = _stamp_of(self.inputs.path)
        if self._lines[0] != mark or mark is None:
            self._lines = (mark, _lines_of(self.inputs))
        return self._lines[1]

    def look(self, line: int) -> Look:
        """Look at the input on a line, or at the next input after it. Problems are listed, not raised."""
        look = Look(line)
        properties = self._attempt(look, self._properties)
        look.properties = properties
        assets = local_files(self.inputs.path, self.files.template, served)
        self.files = replace(self.files, assets=assets)
        source = self._attempt(look, lambda: self._source(properties))
        lines = self._attempt(look, self.lines) or array("Q")
        if not lines:
            if not look.problems:
                look.add("error", Problem(self.inputs.name, "holds no inputs", "write one JSON value per line"))
            return look
        look.line = next((number for number in lines if number >= line), lines[-1])
        item = self._attempt(look, lambda: Input(look.line, self._value(look.line)))
        if item and source:
            known = len(look.problems)
            self._attempt(look, lambda: self._show(look, source, item, properties))
            if not look.hit_id:
                for problem in look.problems[known:]:
                    problem["what"] += f" (for {self.inputs.where(item.line)})"
        return look

    def accept(self, hit_id: str) -> Any:
        """Let the worker accept a HIT, qualified or not; return the assignment's row."""
        with self.marketplace.write() as transaction:
            hit = lifecycle.get_hit(transaction, hit_id)
            assignment_id = lifecycle.accept(transaction, hit, WORKER)
            return worker_assignments.own_assignment(transaction, WORKER, assignment_id)

    def submit(self, assignment_id: str, fields: list[tuple[str, str]], site: str = "") -> None:
        """Submit the fields that a page sent. Raises WorkerError; FormErrors for missing answers.

        `site` is the address that the frame got as turkSubmitTo.
        """
        filled: FilledForm | None = None
        while True:
            try:
                with self.marketplace.write() as transaction:
                    worker_assignments.submit(transaction, assignment_id, fields, WORKER, filled, True, site)
                return
            except worker_assignments.Unfilled as unfilled:
                filled = unfilled.fill()

    def result(self, assignment_id: str) -> str | None:
        """The line that `results` would print for an assignment; None until it is submitted."""
        with self.marketplace.read() as transaction:
            if not worker_assignments.is_submitted(transaction, assignment_id):
                return None
            hit_id = worker_assignments.own_assignment(transaction, WORKER, assignment_id).hit_id
        line, value = self._shown[hit_id]
        [assignment] = self.mturk.assignments(hit_id, ["Submitted", "Approved"], 1)
        return json_line(result_record(assignment, line=line, input=value))

    def _attempt(self, look: Look, step: Any) -> Any:
        try:
            return step()
        except Problems as error:
            for problem in error.problems:
                look.add("error", problem)
        except SimpleturkError as error:
            where, _, what = error.message.partition(": ")
            look.add("error", Problem(where, what, error.hint))
        except OSError as error:
            look.add("error", Problem(str(error.filename or ""), (error.strerror or str(error)).lower()))
        return None

    def _properties(self) -> Properties:
        if self.files.properties is None:
            return Properties.model_validate(UNNAMED)
        return self.files.load_properties()

    def _source(self, properties: Properties | None) -> QuestionSource | None:
        # While the template has errors, changes of the files that it included before are still noticed.
        source = question_source(self.files, properties)
        if source is None:
            raise SimpleturkError("there is no template: name one with --template, or set the property ExternalURL")
        self._included = [*source.included(), *_user_includes(self.files)]
        return source

    def _value(self, line: int) -> Any:
        mark = _stamp_of(self.inputs.path)
        if self._values[0] != mark or self._values[1] is None:
            self._values = (mark, self.inputs.lines())
        assert self._values[1]
        return self._values[1].value(line)

    def _show(self, look: Look, source: QuestionSource, item: Input, properties: Properties | None) -> None:
        height = properties.FrameHeight if properties else 0
        try:
            look.question = checked_question(source, item.value, height, self.files.check_question)
        except ValueError as error:
            raise Problems([Problem(self.inputs.where(item.line), str(error))]) from error
        known = properties or Properties.model_validate(UNNAMED)
        hit_type = self.mturk.create_hit_type(known.hit_type_parameters())
        number = len(self._shown) + 1
        parameters = {"LifetimeInSeconds": 3600 * 24, "MaxAssignments": 1}
        look.hit_id = self.mturk.create_hit(hit_type, look.question, f"preview-{number}", parameters)
        self._shown[look.hit_id] = (item.line, item.value)
        for finding in check_page(source, item, self.inputs, known.Allow):
            look.add("error" if finding.is_error else "warning", finding.problem())
        page, places = source.traced(item.value)
        if not is_question_xml(page):
            look.places = _line_places(page, places)


def _lines_of(inputs: Inputs) -> "array[int]":
    if isinstance(inputs, GroupedInputs):
        return array("Q", inputs.lines().numbers())
    if isinstance(inputs, Table):
        # The lines after a row that cannot be parsed have no numbers.
        return array("Q", [item.line for item in inputs if isinstance(item, Input)])
    with inputs.open() as file:
        return array("Q", [number for number, line in enumerate(file, start=1) if not line.isspace()])


def _stamp_of(path: Path) -> object:
    with suppress(OSError):
        return stamp(path)
    return None


def _user_includes(files: BatchFiles) -> list[Path]:
    """The paths at which the user's own copies of included files would be used instead of the shipped ones."""
    searched = [Path.cwd(), *files.include_folders] + ([files.template.resolve().parent] if files.template else [])
    return [folder / name for folder in [*searched, shipped("hit_templates")] for name in INCLUDES]


def _line_places(page: str, places: SourceMap) -> list[tuple[str, int]]:
    """For each line of a page, the file and line from which its beginning was rendered."""
    locations = [places.at(start) for start in line_starts(page)]
    return [(str(location.file or ""), location.line) for location in locations]


def as_json(look: Look) -> dict[str, Any]:
    """A look as the page reads it."""
    properties = look.properties
    return {
        "line": look.line,
        "problems": look.problems,
        "places": look.places,
        "bytes": len(look.question.encode()),
        "title": properties.Title if properties else "",
        "reward": f"${properties.Reward:.2f}" if properties else "",
        "minutes": round(properties.AssignmentDurationInSeconds / 60, 1) if properties else 0,
    }
