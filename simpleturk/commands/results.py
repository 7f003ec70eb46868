"""results: completed work, one JSON record a line."""

from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import closing, contextmanager
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simpleturk import console
from simpleturk.client.endpoints import EndpointOptions
from simpleturk.commands.common.batch import tell_strangers, the_batch
from simpleturk.commands.common.endpoint import connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, data_out
from simpleturk.commands.progress import IntervalOpt, looks, warn_of_unlaunched
from simpleturk.errors import Problems, UsageError

if TYPE_CHECKING:
    from simpleturk.batch.record import BatchRecord
    from simpleturk.batch.results.csv import Sheet
    from simpleturk.batch.results.jsonl import ResultsFile
    from simpleturk.batch.status import Progress
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT, Assignment

    #: What is known of a HIT's input.
    Known = Callable[[HIT], dict[str, Any]]


class Status(StrEnum):
    """The states of work that can be asked for."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


class Format(StrEnum):
    """How results are written."""

    JSONL = "jsonl"
    CSV = "csv"


AllOpt = Annotated[bool, typer.Option("--all", help="Every HIT of the account, not just the batch's.")]
OutputOpt = Annotated[
    Path | None,
    typer.Option(
        "--output", envvar="SIMPLETURK_OUTPUT", metavar="FILE", help="Append to this file what is not in it yet."
    ),
]
StatusOpt = Annotated[
    list[Status] | None,
    typer.Option(
        "--status",
        metavar="STATE",
        help="Only work that is submitted, approved or rejected; may be repeated.  [default: submitted, approved]",
    ),
]
WithInputOpt = Annotated[bool, typer.Option("--with-input/--no-input", help="Add each record's line and input.")]

FormatOpt = Annotated[
    Format | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="jsonl, or csv as Amazon's requester site wrote it.  [default: as --output ends, or jsonl]",
    ),
]
FollowOpt = Annotated[bool, typer.Option("--follow", help="Go on as work comes in, until no more can.")]


@on_a_marketplace
def results(
    where: EndpointOptions,
    ids: IdsOpt = DEFAULT_IDS,
    all_: AllOpt = False,
    output: OutputOpt = None,
    status: StatusOpt = None,
    with_input: WithInputOpt = True,
    rejected: Annotated[bool, typer.Option("--rejected", hidden=True)] = False,
    format_: FormatOpt = None,
    follow: FollowOpt = False,
    interval: IntervalOpt = 10,
) -> None:
    """Print completed work as JSON Lines or CSV."""
    from simpleturk.batch.watch import Watch

    if all_ and follow:
        raise UsageError("--all and --follow exclude each other", "follow one batch, named with --ids")
    output, is_csv = _place(output, format_, where)
    if is_csv and follow:
        raise UsageError("CSV and --follow exclude each other", "its columns are known when all work is there")
    chosen = [*(status or (Status.SUBMITTED, Status.APPROVED)), *((Status.REJECTED,) if rejected else ())]
    statuses = [str(state).capitalize() for state in dict.fromkeys(chosen)]
    if all_:
        mturk = connect_to(marketplace_of(where), where, ids)
        with _kept(output, is_csv, follow) as kept:
            _fetch(mturk, (hit for page in mturk.hit_pages() for hit in page), statuses, _nothing, kept)
        return
    hit_ids, record, mturk = the_batch(where, ids)
    with _kept(output, is_csv, follow, hit_ids) as kept:
        watch = Watch(mturk, hit_ids, whole=is_csv)
        known = _known_of(record, ids) if with_input else _nothing
        warn_of_unlaunched(record, hit_ids)

        def look() -> "Progress":
            first = not watch.hits
            state = watch.refresh()
            if first:
                tell_strangers(watch.hits, record, ids)
            changed = watch.changed()
            _fetch(mturk, changed, statuses, known, kept)
            if follow:
                watch.take(changed)
            return state

        for state in looks(look, interval):
            if not follow or (state.is_done and ("Submitted" in statuses or not state.submitted)):
                return


class _Printed:
    """Records on stdout. What was printed is remembered where it could come again."""

    def __init__(self, remember: bool) -> None:
        self.per_hit: dict[str, int] = {}
        self._remember = remember
        self._seen: set[str] = set()

    def expect(self, hit_ids: "Collection[str]") -> None:
        """All may come."""

    def add(self, record: dict[str, Any]) -> bool:
        """Print a record unless it has been; return whether it was new."""
        from simpleturk.files import json_line

        if record["assignment_id"] in self._seen:
            return False
        console.data(json_line(record))
        if self._remember:
            self._seen.add(record["assignment_id"])
            self.per_hit[record["hit_id"]] = self.per_hit.get(record["hit_id"], 0) + 1
        return True


class _Kept:
    """Where results go, as records or as CSV rows, and what became of them."""

    def __init__(self, place: "_Printed | ResultsFile | Sheet") -> None:
        from simpleturk.batch.results.csv import Sheet, csv_row
        from simpleturk.batch.results.fetch import result_record

        self.place = place
        self.added = self.problems = 0
        self._is_csv = isinstance(place, Sheet)
        self._row, self._record = csv_row, result_record

    def add(self, assignment: "Assignment", hit: "HIT", known: dict[str, Any]) -> None:
        """Keep a result, unless it is there; `known` is what is known of its input."""
        record = self._row(assignment, hit, **known) if self._is_csv else self._record(assignment, **known)
        if self.place.add(record):
            self.added += 1
            self.problems += "problem" in record


@contextmanager
def _kept(output: Path | None, is_csv: bool, follow: bool, hit_ids: Iterable[str] = ()) -> Iterator[_Kept]:
    """A file to which what is new is appended, so that a second run changes nothing; or stdout. Tells how it went."""
    if output:
        with _appended(output, is_csv, follow, hit_ids) as place:
            kept = _Kept(place)
            yield kept
        console.note(f"{console.plural(kept.added, 'new result')} in {output}; it holds {place.records:,}")
    else:
        with data_out(), _printed(is_csv, follow) as printed:
            kept = _Kept(printed)
            yield kept
    if kept.problems:
        answers = console.plural(kept.problems, "answer")
        where = "the column Answer.answer" if is_csv else '"problem" in the records'
        console.warn(f"{answers} could not be read as usual: see {where}")


@contextmanager
def _appended(output: Path, is_csv: bool, follow: bool, hit_ids: Iterable[str]) -> "Iterator[ResultsFile | Sheet]":
    from simpleturk.batch.results.csv import merging
    from simpleturk.batch.results.jsonl import ResultsFile, unfold_array
    from simpleturk.files import appending

    if is_csv:
        with merging(output) as sheet:
            yield sheet
    else:
        unfold_array(output)
        with appending(output) as file:
            yield ResultsFile(file, follow, hit_ids)


@contextmanager
def _printed(is_csv: bool, follow: bool) -> "Iterator[_Printed | Sheet]":
    from simpleturk.batch.results.csv import Sheet

    if not is_csv:
        yield _Printed(remember=follow)
        return
    with closing(Sheet()) as sheet:
        yield sheet
        for line in sheet.text():
            console.data(line)


def _place(output: Path | None, format_: Format | None, where: EndpointOptions) -> tuple[Path | None, bool]:
    """Where results go, and whether as CSV: told by --format, or by how the file is named."""
    named = Format.CSV if output and output.suffix.lower() == ".csv" else Format.JSONL
    chosen = format_ or named
    if chosen != named and not where.is_typed("output"):
        # The file in which the configuration keeps results of one form is not the place for the other.
        output = None
    return output, chosen is Format.CSV


def _fetch(mturk: "MTurk", hits: "Iterable[HIT]", statuses: list[str], known: "Known", kept: _Kept) -> None:
    """Keep what is new of HITs, as it arrives."""
    from simpleturk.batch.results.fetch import collect, with_news

    asked = with_news(hits, statuses, kept.place.per_hit)
    if kept.place.per_hit:
        asked = iter(found := list(asked))
        kept.place.expect({hit.hit_id for hit in found})
    for hit, assignment in collect(mturk, asked, statuses):
        kept.add(assignment, hit, known(hit))
    console.flush()


def _nothing(hit: "HIT") -> dict[str, Any]:
    """What is known of the inputs of other batches' HITs."""
    return {}


def _known_of(record: "BatchRecord | None", ids: Path) -> "Known":
    """What is known of the inputs of a batch, of ours or one that another program launched."""
    from simpleturk.batch.foreign_batches import is_foreign, read_foreign

    if record:
        return _Inputs(record, ids).known
    inputs = read_foreign(ids).inputs if is_foreign(ids) else {}
    return lambda hit: {"input": inputs[hit.hit_id]} if hit.hit_id in inputs else {}


class _Inputs:
    """The inputs of a batch's HITs: those whose lines their annotations name."""

    def __init__(self, batch: "BatchRecord", ids: Path) -> None:
        from simpleturk.batch.inputs import open_inputs
        from simpleturk.batch.inputs.jsonl import InputLines

        self._batch = batch
        self._inputs = open_inputs(batch.inputs.located(ids))
        self._lines: InputLines | None = None
        try:
            self._lines = InputLines(self._inputs)
        except OSError:
            pass
        same = self._lines and self._lines.digest == batch.inputs.sha256
        # Lines that were added at the end are other HITs' inputs.
        if not same and not (self._lines and self._inputs.begins_with(batch.inputs.sha256)):
            self._give_up()

    def known(self, hit: "HIT") -> dict[str, Any]:
        """A HIT's line, and its input if that still is what was launched."""
        if hit.batch_id != self._batch.batch_id:
            return {}
        try:
            if self._lines:
                return {"line": hit.line, "input": self._lines.value(hit.line)}
        except KeyError:  # there is no such line
            pass
        except (OSError, Problems):
            self._give_up()
        return {"line": hit.line}

    def _give_up(self) -> None:
        self._lines = None
        hint = "restore the file, or say --no-input"
        console.warn(f"{self._inputs.name} is not what was launched: results come without their inputs", hint)
