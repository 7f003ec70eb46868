"""Template, properties and inputs → a checked batch. All problems are reported together, before any call."""

import itertools
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from simpleturk.assets.local import Asset, Assets
from simpleturk.batch.inputs.csv_inputs import Table
from simpleturk.batch.inputs.jsonl import Input, Inputs
from simpleturk.batch.pricing import Price, price
from simpleturk.batch.properties.file import load_properties
from simpleturk.batch.properties.model import Properties
from simpleturk.batch.templates.detect import open_template
from simpleturk.batch.templates.external_url import ExternalPage
from simpleturk.batch.templates.question_source import QuestionSource
from simpleturk.batch.wrong_files import certainly_wrong, probably_wrong
from simpleturk.errors import Problem, Problems, SimpleturkError, UsageError
from simpleturk.mturk.opinion import OpinionQuestion, with_opinion
from simpleturk.mturk.questions import is_question_xml, question_xml
from simpleturk.similar_texts import SimilarTexts

#: What a marketplace's schemas forbid in a question document: "line 3, column 7: …", or None.
QuestionCheck = Callable[[str], str | None]

Result = TypeVar("Result")

_CHANGED_HINT = "restore the file, and run the command again: it continues with the HITs that are missing"


_LINES_HINT = "write one JSON value per line"


@dataclass(frozen=True)
class BatchFiles:
    """The files of a batch, and how to read them.

    `properties` is None where pages are rendered without properties, `template` where the property ExternalURL makes
    the questions. `overrides` are properties as typed, KEY → VALUE; "" removes one. Includes are also looked for in
    `include_folders`. `syntax` is "jinja" or "site" (a requester-site template), None to detect it. `assets` finds the
    local files that pages show. Inputs on `skipped` lines get no HIT. `takes_uploads` is whether the marketplace stores
    the files of file fields, `asks_opinion` whether it asks the questions of the property Opinion. `check_question`
    checks questions that a template writes as XML.
    """

    inputs: Inputs
    template: Path | None = None
    properties: Path | None = None
    overrides: Mapping[str, str] = field(default_factory=dict)
    include_folders: Sequence[Path] = ()
    syntax: str | None = None
    assets: Assets | None = None
    skipped: frozenset[int] = frozenset()
    max_question_bytes: int = 2**20
    takes_uploads: bool = True
    asks_opinion: bool = True
    check_question: QuestionCheck | None = None

    def load_properties(self) -> Properties:
        """The properties, with the overrides. Raises Problems."""
        assert self.properties
        return load_properties(self.properties, dict(self.overrides))

    def shown_assets(self) -> list[Asset]:
        """The local files that the pages rendered so far show."""
        return list(self.assets.found.values()) if self.assets else []


@dataclass(frozen=True)
class Batch:
    """A checked batch, ready to launch.

    `size` is the number of its HITs, `largest` the size of its largest question in bytes, `bytes` that of all of them.
    `checked` has the questions as far as they are kept, and `hashes` one hash for each line and input, to notice a file
    that changes after the check. `repeated` counts rows of a table whose question repeats that of an earlier row.
    `takes_uploads`: see BatchFiles.
    """

    properties: Properties
    properties_path: Path
    template: QuestionSource
    inputs: Inputs
    skipped: frozenset[int]
    size: int
    largest: int
    bytes: int
    checked: SimilarTexts
    hashes: "array[int]"
    repeated: int
    takes_uploads: bool = True

    def questions(self, start: int = 0) -> Iterator[tuple[int, str]]:
        """Yield pairs of an input's line and its question's XML, in input order.

        Leaves out the first `start` inputs of the batch. Raises SimpleturkError if the inputs have changed since the
        check: no HIT is created with another question than the checked one, nor for another input.
        """
        number = start
        for item in itertools.islice(self.inputs_to_launch(), start, None):
            kept = self.checked[number] if number < self.size else None
            question = _question(self.template, self.properties, item.value) if kept is None else kept
            if number >= self.size or self.hashes[number] != _hash(item, question, kept is not None):
                raise SimpleturkError(f"{self.inputs.where(item.line)} has just changed", _CHANGED_HINT)
            number += 1
            yield item.line, question
        if number < self.size:
            raise SimpleturkError(f"{self.inputs.name} has just changed: inputs are missing at its end", _CHANGED_HINT)

    def inputs_to_launch(self) -> Iterator[Input]:
        """The inputs that become HITs: all but the skipped ones."""
        return (item for item in self.inputs.values() if item.line not in self.skipped)

    def price(self, amazon: bool) -> Price:
        """The price of the batch in USD, if all assignments are submitted and approved."""
        properties = self.properties
        number = self.size * properties.MaxAssignments
        return price(properties.Reward, number, properties.MaxAssignments, amazon, properties.needs_masters)


def load_batch(files: BatchFiles) -> Batch:
    """Read the files, render every question and measure it.

    Raises Problems with everything that is wrong in the files, and UsageError if there is neither a template nor the
    property ExternalURL.
    """
    assert files.properties
    problems: list[Problem] = []

    def attempt(load: Callable[[], Result]) -> Result | None:
        try:
            return load()
        except Problems as error:
            problems.extend(error.problems)
        except SimpleturkError as error:
            problems.append(_as_problem(error))
        return None

    properties = attempt(files.load_properties)
    source = attempt(lambda: question_source(files, properties))
    if properties and not source and not problems:
        raise UsageError("there is no template", "name one with --template, or set the property ExternalURL")
    height = properties.FrameHeight if properties else 0
    if properties and properties.Opinion and not files.asks_opinion:
        hint = "remove it, or launch without it: --set Opinion="
        problems.append(Problem(str(files.properties), "Opinion: Amazon's site does not ask such questions", hint))
    opinion = properties.opinion_questions() if properties else []
    measured = attempt(lambda: _measure_questions(files, source, height, opinion, problems))
    inputs = files.inputs
    wrong = certainly_wrong(files.template, inputs.path, inputs.name)
    if problems:
        wrong += probably_wrong(files.properties, inputs.path, inputs.name)
    if wrong:
        # One wrong file can have a problem on every line. The properties' problems have other causes.
        named = {problem.where for problem in wrong}
        own = str(files.properties)
        others = [problem for problem in problems if own not in named and problem.where.startswith(own)]
        raise Problems(list(dict.fromkeys([*wrong, *others])))
    if problems or measured is None or properties is None or source is None:
        # A bad first input keeps the template from being read: it is reported once.
        raise Problems(list(dict.fromkeys(problems)))
    return Batch(
        properties=properties,
        properties_path=files.properties,
        template=source,
        inputs=files.inputs,
        skipped=files.skipped,
        size=measured.number,
        largest=measured.largest,
        bytes=measured.bytes,
        checked=measured.questions,
        hashes=measured.hashes,
        repeated=measured.repeated,
        takes_uploads=files.takes_uploads,
    )


def question_source(files: BatchFiles, properties: Properties | None) -> QuestionSource | None:
    """The ExternalURL of these properties, else the template; None if there is neither. Raises Problems."""
    if properties and files.properties and properties.ExternalURL is not None:
        return ExternalPage(properties.ExternalURL, properties.FrameHeight, files.properties)
    if files.template is None:
        return None
    return open_template(files.template, files.inputs, files.include_folders, files.syntax, files.assets)


def checked_question(source: QuestionSource, value: Any, height: int, check_question: QuestionCheck | None) -> str:
    """The question of one input. Raises Problems, or ValueError for a character that XML cannot hold."""
    page = source.render(value)
    question = question_xml(page, height)
    if not page.strip():
        raise Problems(
            [Problem(str(source.path), "the page is empty", "write HTML or the XML of a question into the template")]
        )
    mistake = check_question(question) if check_question and is_question_xml(page) else None
    if mistake:
        raise Problems(
            [Problem(str(source.path), f"the question is invalid: {mistake}", "correct the XML of the question")]
        )
    return question


@dataclass
class _Measured:
    """The number of a batch's HITs, and what their questions come to; see Batch."""

    number: int = 0
    largest: int = 0
    bytes: int = 0
    repeated: int = 0
    questions: SimilarTexts = field(default_factory=SimilarTexts)
    hashes: "array[int]" = field(default_factory=lambda: array("q"))


def _measure_questions(
    files: BatchFiles,
    source: QuestionSource | None,
    height: int,
    opinion: Sequence[OpinionQuestion],
    problems: list[Problem],
) -> _Measured:
    """Parse all inputs and, if there is a source, render and measure their questions. Adds to `problems`."""
    inputs, measured = files.inputs, _Measured()
    seen: set[int] = set()
    skipped_lines: set[int] = set()
    repeated = _Repeated()
    for item in inputs:
        if isinstance(item, Problem):
            problems.append(item)
            continue
        if item.line in files.skipped:
            skipped_lines.add(item.line)
            continue
        measured.number += 1
        if source is None:
            continue
        where = inputs.where(item.line)
        try:
            question = with_opinion(checked_question(source, item.value, height, files.check_question), opinion)
            size = len(question.encode())
        except Problems as error:
            repeated.add(where, error.problems)
            continue
        except ValueError as error:
            problems.append(Problem(where, str(error), "remove the character from the input or the template"))
            continue
        measured.largest = max(measured.largest, size)
        measured.bytes += size
        is_kept = measured.questions.add(question)
        measured.hashes.append(_hash(item, question, is_kept))
        if isinstance(inputs, Table):
            measured.repeated += hash(question) in seen
            seen.add(hash(question))
        if size > files.max_question_bytes:
            text = f"the question has {size:,} bytes; this marketplace takes {files.max_question_bytes:,}"
            problems.append(Problem(where, text, "shorten the input or the template"))
    problems.extend(repeated.problems())
    missing = sorted(files.skipped - skipped_lines)
    if missing:
        problems.append(
            Problem(inputs.name, f"has no input on line {missing[0]}, which --skip names", "leave out this --skip")
        )
    if not measured.number and not problems:
        form = "write a row for each input below the header" if isinstance(inputs, Table) else _LINES_HINT
        hint = "leave out --skip, or add inputs" if files.skipped else form
        problems.append(Problem(inputs.name, "holds no inputs", hint))
    return measured


class _Repeated:
    """Groups equal problems of several inputs: each is reported once, with the first input and the number of others."""

    def __init__(self) -> None:
        self._first: dict[Problem, str] = {}
        self._count: dict[Problem, int] = {}

    def add(self, where: str, problems: Iterable[Problem]) -> None:
        """Add the problems of one input."""
        for problem in problems:
            self._first.setdefault(problem, where)
            self._count[problem] = self._count.get(problem, 0) + 1

    def problems(self) -> Iterator[Problem]:
        """Each problem once."""
        for problem, where in self._first.items():
            more = self._count[problem] - 1
            also = f", and {more:,} more line{'s' if more > 1 else ''}" if more else ""
            yield Problem(problem.where, f"{problem.what} (for {where}{also})", problem.hint)


def _hash(item: Input, question: str, is_kept: bool) -> int:
    """A hash that shows whether an input has changed; or its question, which is rendered again if it is not kept."""
    return hash((item.line, repr(item.value) if is_kept else question))


def _question(template: QuestionSource, properties: Properties, value: Any) -> str:
    return with_opinion(question_xml(template.render(value), properties.FrameHeight), properties.opinion_questions())


def _as_problem(error: SimpleturkError) -> Problem:
    where, _, what = error.message.partition(": ")
    return Problem(where, what, error.hint)
