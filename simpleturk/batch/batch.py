"""The three files → one checked batch: every problem in them is reported together, before any call."""

import itertools
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from simpleturk.assets.local import Assets
from simpleturk.batch.inputs.csv_inputs import Table
from simpleturk.batch.inputs.jsonl import Input, Inputs
from simpleturk.batch.pricing import Price, price
from simpleturk.batch.properties.file import load_properties
from simpleturk.batch.properties.model import Properties
from simpleturk.batch.templates.detect import open_template
from simpleturk.batch.templates.external_url import ExternalPage
from simpleturk.batch.templates.jinja import Template
from simpleturk.batch.templates.requester_site import SiteTemplate
from simpleturk.errors import Problem, Problems, SimpleturkError, UsageError
from simpleturk.mturk.questions import is_question_xml, question_xml

#: What makes questions of inputs.
Source = Template | SiteTemplate | ExternalPage

#: Tells what a marketplace's schemas forbid in a question document: "line 3, column 7: …", or None.
Mistake = Callable[[str], str | None]

CHANGED = "restore it, and run the command again: what was launched is kept"


@dataclass(frozen=True)
class Batch:
    """A batch that can be launched. `size` counts its HITs.

    `largest` is the largest question in bytes, `bytes` what all come to.
    """

    properties: Properties
    properties_path: Path
    template: Source
    inputs: Inputs
    skipped: frozenset[int]
    size: int
    largest: int
    bytes: int
    #: What tells whether an input's line and question still are what was checked.
    marks: "array[int]"
    #: How many rows of a table make a question that an earlier row has made.
    repeated: int

    def questions(self, start: int = 0) -> Iterator[tuple[int, str]]:
        """Pairs of an input's line and its question's XML, in input order; rendered as they are asked for.

        The first `start` of the batch's inputs are left out. Raises SimpleturkError when a file has changed since they
        were checked: nobody gets a HIT of another input.
        """
        number = start
        for item in itertools.islice(self.wanted(), start, None):
            question = _question(self.template, self.properties, item.value)
            if number >= self.size or self.marks[number] != hash((item.line, question)):
                raise SimpleturkError(f"{self.inputs.where(item.line)} has just changed", CHANGED)
            number += 1
            yield item.line, question
        if number < self.size:
            raise SimpleturkError(f"{self.inputs.name} has just changed: its end is missing", CHANGED)

    def wanted(self) -> Iterator[Input]:
        """The inputs that become HITs: all but those skipped by name."""
        return (item for item in self.inputs.values() if item.line not in self.skipped)

    def price(self, amazon: bool) -> Price:
        """What the whole batch costs in USD, if everything is done and approved."""
        properties = self.properties
        number = self.size * properties.MaxAssignments
        return price(properties.Reward, number, properties.MaxAssignments, amazon, properties.needs_masters)


def load_batch(
    template: Path | None,
    properties: Path,
    inputs: Inputs,
    overrides: Mapping[str, str],
    max_question_bytes: int,
    skipped: frozenset[int] = frozenset(),
    folders: Sequence[Path] = (),
    syntax: str | None = None,
    mistake: Mistake | None = None,
    assets: Assets | None = None,
) -> Batch:
    """Read the files, render and size every question. Raises Problems with everything that is wrong in them.

    `folders` are further ones in which includes are looked for; `syntax` is the template's, as in `open_template`;
    `mistake` checks questions that a template wrote as XML, `assets` says where pages find local files. Raises
    UsageError where nothing makes questions.
    """
    problems: list[Problem] = []

    def attempt(load: Any) -> Any:
        try:
            return load()
        except Problems as error:
            problems.extend(error.problems)
        except SimpleturkError as error:
            problems.append(_as_problem(error))
        return None

    checked = attempt(lambda: load_properties(properties, dict(overrides)))
    height = checked.FrameHeight if checked else 0

    compiled = attempt(lambda: question_source(checked, properties, template, inputs, folders, syntax, assets))
    if checked and not compiled and not problems:
        raise UsageError("there is no template", "name one with --template, or set the property ExternalURL")
    sizes = attempt(lambda: _check_inputs(inputs, compiled, height, max_question_bytes, mistake, skipped, problems))
    if problems or sizes is None:
        # A bad first input is in the way of the template, too.
        raise Problems(list(dict.fromkeys(problems)))
    return Batch(checked, properties, compiled, inputs, skipped, *sizes)


def question_source(
    properties: Properties | None,
    path: Path | None,
    template: Path | None,
    inputs: Iterable[Input | Problem],
    folders: Sequence[Path] = (),
    syntax: str | None = None,
    assets: Assets | None = None,
) -> Source | None:
    """What makes questions of these inputs: the properties' ExternalURL, or else the template; None without either.

    `path` is the properties' file. Raises Problems.
    """
    if properties and path and properties.ExternalURL is not None:
        return ExternalPage(properties.ExternalURL, properties.FrameHeight, path)
    return open_template(template, inputs, folders, syntax, assets) if template else None


def checked_question(source: Source, value: Any, height: int, mistake: Mistake | None) -> str:
    """The question of one input. Raises Problems, or ValueError for a character that XML cannot hold."""
    page = source.render(value)
    question = question_xml(page, height)
    if not page.strip():
        raise Problems([Problem(str(source.path), "makes an empty page")])
    wrong = mistake(question) if mistake and is_question_xml(page) else None
    if wrong:
        raise Problems([Problem(str(source.path), f"makes a question that is refused: {wrong}")])
    return question


def _check_inputs(
    inputs: Inputs,
    template: Source | None,
    height: int,
    max_bytes: int,
    mistake: Mistake | None,
    skipped: frozenset[int],
    problems: list[Problem],
) -> tuple[int, int, int, "array[int]", int]:
    """Parse all lines and, with a template, render and size all questions; return Batch's last five values."""
    number = largest = total = again = 0
    seen: set[int] = set()
    marks = array("q")
    lines: set[int] = set()
    repeated = _Repeated()
    for item in inputs:
        if isinstance(item, Problem):
            problems.append(item)
            continue
        if item.line in skipped:
            lines.add(item.line)
            continue
        number += 1
        if template is None:
            continue
        place = inputs.where(item.line)
        try:
            question = checked_question(template, item.value, height, mistake)
            size = len(question.encode())
        except Problems as error:
            repeated.add(place, error.problems)
            continue
        except ValueError as error:
            problems.append(Problem(place, str(error), "remove the character from the input or the template"))
            continue
        largest = max(largest, size)
        total += size
        marks.append(hash((item.line, question)))
        if isinstance(inputs, Table):
            again += hash(question) in seen
            seen.add(hash(question))
        if size > max_bytes:
            text = f"the question has {size:,} bytes; this marketplace takes {max_bytes:,}"
            problems.append(Problem(place, text, "shorten the input or the template"))
    problems.extend(repeated.problems())
    missing = sorted(skipped - lines)
    if missing:
        problems.append(Problem(inputs.name, f"has no input on line {missing[0]}, which --skip names"))
    if not number and not problems:
        hint = "write one JSON value per line" if not skipped else None
        problems.append(Problem(inputs.name, "holds no inputs", hint))
    return number, largest, total, marks, again


class _Repeated:
    """The same problem of many inputs, told once: with the first place, and how many more."""

    def __init__(self) -> None:
        self._first: dict[Problem, str] = {}
        self._number: dict[Problem, int] = {}

    def add(self, place: str, problems: Any) -> None:
        for problem in problems:
            self._first.setdefault(problem, place)
            self._number[problem] = self._number.get(problem, 0) + 1

    def problems(self) -> Iterator[Problem]:
        for problem, place in self._first.items():
            more = self._number[problem] - 1
            also = f", and {more:,} more line{'s' if more > 1 else ''}" if more else ""
            yield Problem(problem.where, f"{problem.what} (for {place}{also})", problem.hint)


def _question(template: Source, properties: Properties, value: Any) -> str:
    return question_xml(template.render(value), properties.FrameHeight)


def _as_problem(error: SimpleturkError) -> Problem:
    where, _, what = error.message.partition(": ")
    return Problem(where, what, error.hint)
