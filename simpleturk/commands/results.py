"""results: completed work, one JSON record a line."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
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
    from simpleturk.batch.results.sink import InputOf, ResultsWriter
    from simpleturk.batch.status import Progress
    from simpleturk.mturk.models import HIT


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
        with _writer(output, is_csv, follow) as writer:
            writer.fetch(mturk, (hit for page in mturk.hit_pages() for hit in page), statuses, _nothing)
        return
    hit_ids, record, mturk = the_batch(where, ids)
    with _writer(output, is_csv, follow, hit_ids) as writer:
        watch = Watch(mturk, hit_ids, whole=is_csv)
        known = _known_of(record, ids) if with_input else _nothing
        warn_of_unlaunched(record, hit_ids)

        def look() -> "Progress":
            first = not watch.hits
            state = watch.refresh()
            if first:
                tell_strangers(watch.hits, record, ids)
            changed = watch.changed()
            writer.fetch(mturk, changed, statuses, known)
            console.flush()
            if follow:
                watch.take(changed)
            return state

        for state in looks(look, interval):
            if not follow or (state.is_done and ("Submitted" in statuses or not state.submitted)):
                return


@contextmanager
def _writer(output: Path | None, is_csv: bool, follow: bool, hit_ids: Iterable[str] = ()) -> "Iterator[ResultsWriter]":
    """Writes new results to a file, so that a second run adds nothing, or to stdout; then reports their number."""
    from simpleturk.batch.results.sink import ResultsWriter, file_sink, stream_sink

    if output:
        with file_sink(output, is_csv, follow, hit_ids) as sink:
            writer = ResultsWriter(sink)
            yield writer
        console.note(f"{console.plural(writer.added, 'new result')} in {output}; it holds {sink.records:,}")
    else:
        with data_out(), stream_sink(console.data, is_csv, follow) as sink:
            writer = ResultsWriter(sink)
            yield writer
    if writer.problems:
        answers = console.plural(writer.problems, "answer")
        where = "the column Answer.answer" if is_csv else '"problem" in the records'
        console.warn(f"{answers} could not be read as usual: see {where}")


def _place(output: Path | None, format_: Format | None, where: EndpointOptions) -> tuple[Path | None, bool]:
    """Where results go, and whether as CSV: told by --format, or by how the file is named."""
    named = Format.CSV if output and output.suffix.lower() == ".csv" else Format.JSONL
    chosen = format_ or named
    if chosen != named and not where.is_typed("output"):
        # The file in which the configuration keeps results of one form is not the place for the other.
        output = None
    return output, chosen is Format.CSV


def _nothing(hit: "HIT") -> dict[str, Any]:
    """What is known of the inputs of other batches' HITs."""
    return {}


def _known_of(record: "BatchRecord | None", ids: Path) -> "InputOf":
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
