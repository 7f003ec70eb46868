"""Where results go: a JSON Lines file, a CSV file, or a stream; and what writes new results to one of them."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from simpleturk.batch.results.csv import TableForm, merging, table_class
from simpleturk.batch.results.fetch import collect_with_replaced, with_news
from simpleturk.batch.results.files import UploadedFiles
from simpleturk.batch.results.formats.field import Writer
from simpleturk.batch.results.jsonl import ResultsFile, unfold_array
from simpleturk.batch.results.per_input import result_records
from simpleturk.batch.results.pseudonyms import Pseudonyms
from simpleturk.batch.results.stdout import ResultsStream
from simpleturk.errors import SimpleturkError
from simpleturk.files import appending, write_whole

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT, Assignment

#: What is known about a HIT's input: its `line` and the `input` itself, or nothing.
InputOf = Callable[["HIT"], dict[str, Any]]


class ResultsSink(Protocol):
    """Takes results. `per_hit` counts the assignments that it holds by HIT id, `records` counts all of them."""

    @property
    def per_hit(self) -> Mapping[str, int]:
        """The number of assignments that it holds, by HIT id."""

    @property
    def records(self) -> int:
        """The number of assignments that it holds."""

    def expect(self, hit_ids: Collection[str]) -> None:
        """Announce the HITs whose records follow until the next call."""

    def records_of(self, assignment: "Assignment", hit: "HIT", **known: Any) -> list[dict[str, Any]]:
        """The records of an assignment in the form that `add` takes, with what is known about its input.

        They have a "problem" if the answer cannot be parsed.
        """

    def add(self, records: list[dict[str, Any]]) -> bool:
        """Add the records of an assignment unless it is present; return whether it is new."""


@dataclass(frozen=True)
class Additions:
    """What is done with each record: `reviews` are decisions by assignment, which are added.

    Only the assignments in `only` are taken, if it is not None; `pseudonyms` replace the ids of workers.
    """

    reviews: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    only: Collection[str] | None = None
    pseudonyms: Pseudonyms | None = None


class ResultsWriter:
    """Writes new results to a sink. `added` counts them, `problems` counts answers that cannot be parsed.

    With `files`, the files of all assignments are fetched, new or not, and their paths are added to the records.
    `replaced` is whose work the assignments of a HIT replace, by HIT and place; see collect_with_replaced.
    """

    def __init__(
        self, sink: ResultsSink, files: UploadedFiles | None = None, additions: Additions = Additions()
    ) -> None:
        self.sink = sink
        self.files = files
        self.additions = additions
        self.replaced: Mapping[str, Mapping[int, str]] = {}
        self.added = self.problems = 0

    def fetch(self, mturk: "MTurk", hits: "Iterable[HIT]", statuses: list[str], input_of: "InputOf") -> None:
        """Add the assignments of these HITs that are in these states and not in the sink, as they arrive."""
        hits = with_news(hits, statuses, {} if self.files else self.sink.per_hit)
        if self.sink.per_hit:
            hits = list(hits)
            self.sink.expect({hit.hit_id for hit in hits})
        only, pseudonyms = self.additions.only, self.additions.pseudonyms
        for hit, assignment, replaced in collect_with_replaced(mturk, hits, statuses, self.replaced):
            if only is not None and assignment.assignment_id not in only:
                continue
            paths = self.files.fetch(mturk, assignment) if self.files else []
            known: dict[str, Any] = {"replaces": replaced} if replaced else {}
            known |= {"files": list(map(str, paths))} if paths else {}
            if review := self.additions.reviews.get(assignment.assignment_id):
                known["review"] = dict(review)
            records = self.sink.records_of(assignment, hit, **input_of(hit), **known)
            if pseudonyms:
                records = [pseudonyms.replaced(record, assignment.worker_id) for record in records]
            if self.sink.add(records):
                self.added += 1
                self.problems += any("problem" in record for record in records)


class WholeResults:
    """Takes results for a format that is written whole, at the end."""

    def __init__(self, writer: Writer, splits: bool) -> None:
        self.per_hit: dict[str, int] = {}
        self.records = 0
        self._writer = writer
        self._splits = splits

    def expect(self, hit_ids: Collection[str]) -> None:
        """Records of any HIT may follow."""

    def records_of(self, assignment: "Assignment", hit: "HIT", **known: Any) -> list[dict[str, Any]]:
        """The records that the format is made of; see `result_records`."""
        return result_records(assignment, self._splits, **known)

    def add(self, records: list[dict[str, Any]]) -> bool:
        """Take the records of an assignment. Raises UsageError if the format needs a field to be chosen."""
        for record in records:
            # Passed work is paid and not used.
            if (record.get("review") or {}).get("decision") == "pass":
                self._writer.left_out["answer that a reviewer passed"] += 1
            else:
                self._writer.add(record)
        self.records += 1
        return True


@contextmanager
def whole_sink(
    writer: Writer, output: Path | None, write: Callable[[str], object], splits: bool
) -> Iterator[ResultsSink]:
    """A file in the format of another tool, or a stream of it: written at the end of the block, if it has no error.

    Raises SimpleturkError if the file exists: such a file cannot be added to.
    """
    if output and output.exists():
        hint = "name another --output, or move the file away"
        raise SimpleturkError(f"{output} already exists, and this format is written whole", hint)
    yield WholeResults(writer, splits)
    if output:
        write_whole(output, "".join(writer.lines()))
    else:
        for line in writer.lines():
            write(line)


@contextmanager
def file_sink(
    path: Path, form: TableForm | None, remember: bool, hit_ids: Iterable[str], splits: bool = False
) -> Iterator[ResultsSink]:
    """A results file, locked until the end of the block: CSV of this form, or JSON Lines without one.

    `remember` says that the same HITs are fetched several times; `hit_ids` are ids that the caller holds in memory too;
    `splits` that JSON Lines have a record for each input; see `per_input`.
    Raises Problems if the file holds something else.
    """
    if form:
        with merging(path, form) as table:
            yield table
    else:
        unfold_array(path)
        with appending(path) as file:
            yield ResultsFile(file, remember, hit_ids, splits)


@contextmanager
def stream_sink(
    write: Callable[[str], object], form: TableForm | None, remember: bool, splits: bool = False
) -> Iterator[ResultsSink]:
    """A stream: each JSON record is written at once, a CSV table at the end of the block, if it ends without an error.

    `remember` says that the same HITs are fetched several times; `splits` that JSON Lines have a record for each input.
    """
    if not form:
        yield ResultsStream(write, remember, splits)
        return
    with closing(table_class(form)(form=form)) as table:
        yield table
        for line in table.text():
            write(line)
