"""results: completed work, one JSON record per line, or as CSV."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from simpleturk import console
from simpleturk.batch.progress import Progress
from simpleturk.batch.record import BatchRecord
from simpleturk.batch.results.csv import TableForm
from simpleturk.batch.results.csv_columns import fields_of_template
from simpleturk.batch.results.files import UploadedFiles
from simpleturk.batch.results.formats import WRITERS
from simpleturk.batch.results.formats.field import Writer
from simpleturk.batch.results.known_inputs import inputs_of, unknown_input
from simpleturk.batch.results.sink import Additions, ResultsWriter, file_sink, stream_sink, whole_sink
from simpleturk.batch.watch import Watch
from simpleturk.commands.batch.progress import IntervalOpt, repeated, warn_of_unlaunched
from simpleturk.commands.batch.result_additions import (
    DecisionsOpt,
    PseudonymsOpt,
    TagsOpt,
    additions_of,
    with_pseudonyms,
)
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of, on_a_marketplace
from simpleturk.commands.common.launched_batch import redone_of, the_batch, warn_of_strangers
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, data_out
from simpleturk.commands.common.outcomes import Failures, raise_if_some
from simpleturk.errors import UsageError

#: The characters of a template that are searched for names of fields.
MOST_OF_TEMPLATE = 4_000_000


class Status(StrEnum):
    """The states of submitted assignments."""

    SUBMITTED = "submitted"
    APPROVED = "approved"
    REJECTED = "rejected"


class Format(StrEnum):
    """The formats of results."""

    JSONL = "jsonl"
    CSV = "csv"
    FLAT = "flat"
    COCO = "coco"
    CONLL = "conll"
    CROWD_KIT = "crowd-kit"


#: The formats with a row for each assignment or input, to which rows can be added.
TABLES = (Format.CSV, Format.FLAT)


AllOpt = Annotated[
    bool, typer.Option("--all", help="Print results of every HIT of the account, not only of the batch.")
]
OutputOpt = Annotated[
    Path | None,
    typer.Option("--output", envvar="SIMPLETURK_OUTPUT", metavar="FILE", help="Add new results to this file."),
]
StatusOpt = Annotated[
    list[Status] | None,
    typer.Option(
        "--status",
        metavar="STATE",
        help="Only assignments in this state: submitted, approved or rejected. Repeatable. "
        "Default: submitted and approved; with --decisions, all.",
    ),
]
WithInputOpt = Annotated[
    bool,
    typer.Option("--with-input/--no-input", help="Add the line and the value of the input to each record, or do not."),
]
FormatOpt = Annotated[
    Format | None,
    typer.Option(
        "--format",
        metavar="NAME",
        help="jsonl; csv with the columns of Amazon's requester site; flat, a CSV table with a column for each field "
        "of inputs, answers and decisions; or the format of another tool: coco, conll, crowd-kit. Default: csv if "
        "--output ends with .csv or .tsv, else jsonl.",
    ),
]
FieldOpt = Annotated[
    str | None,
    typer.Option(
        "--field",
        metavar="NAME",
        help="With --format coco, conll or crowd-kit: the field of the answers, if there are several. "
        "A path such as answers.label is a field in a field.",
    ),
]
ExactOpt = Annotated[
    bool,
    typer.Option(
        "--exact",
        help="Write CSV for programs only: without the apostrophe that makes spreadsheets show a formula as text.",
    ),
]
FilesOpt = Annotated[
    Path | None,
    typer.Option("--files", metavar="FOLDER", help="Save the files that workers uploaded in this folder."),
]
PerInputOpt = Annotated[
    bool | None,
    typer.Option(
        "--per-input/--per-assignment",
        help="For HITs of several inputs: a record for each input, or for each assignment. Default: for each input, "
        "if the batch was launched with --per-hit.",
    ),
]
FollowOpt = Annotated[
    bool, typer.Option("--follow", help="Print new results as work is submitted, until no more can be submitted.")
]


@on_a_marketplace
def results(
    where: MarketplaceOptions,
    ids: IdsOpt = DEFAULT_IDS,
    all_: AllOpt = False,
    output: OutputOpt = None,
    status: StatusOpt = None,
    with_input: WithInputOpt = True,
    rejected: Annotated[bool, typer.Option("--rejected", hidden=True)] = False,
    format_: FormatOpt = None,
    field: FieldOpt = None,
    exact: ExactOpt = False,
    files: FilesOpt = None,
    per_input: PerInputOpt = None,
    follow: FollowOpt = False,
    decisions: DecisionsOpt = False,
    tags: TagsOpt = None,
    pseudonyms: PseudonymsOpt = None,
    interval: IntervalOpt = 10,
) -> None:
    """Print completed work as JSON Lines or CSV.

    Each record is one assignment: the worker's answer with its ids, times and input. See `simpleturk help results`.
    """
    _check_scope(all_, follow, bool(tags), decisions)
    output, chosen_format = _destination(output, format_, where)
    _check_format(chosen_format, per_input, follow, with_input, field)
    is_csv = chosen_format in TABLES
    # Decisions are about rejected work, too: its status says what it is.
    usual = (Status.SUBMITTED, Status.APPROVED, *((Status.REJECTED,) if decisions else ()))
    chosen = [*(status or usual), *((Status.REJECTED,) if rejected else ())]
    statuses = [str(state).capitalize() for state in dict.fromkeys(chosen)]
    additions = Additions() if all_ else additions_of(ids, decisions, tags, chosen_format is Format.FLAT)
    with with_pseudonyms(pseudonyms, additions, output, is_csv) as additions:
        form = TableForm(exact=exact, flat=chosen_format is Format.FLAT) if is_csv else None
        splits = per_input if with_input else False
        tool = WRITERS[chosen_format](field or "") if chosen_format in WRITERS else None
        job = _Job(output, form, statuses, files, follow, additions, splits, tool)
        if all_:
            mturk = connect_to(marketplace_of(where), where, ids)
            with _writer(job) as writer:
                writer.fetch(mturk, (hit for page in mturk.hit_pages() for hit in page), statuses, unknown_input)
        else:
            _write_batch(where, ids, job, with_input, interval)


def _check_scope(all_: bool, follow: bool, tags: bool, decisions: bool) -> None:
    """Raise UsageError for options about which results that exclude each other."""
    if all_ and follow:
        raise UsageError("--all and --follow cannot be used together", "follow one batch, named with --ids")
    if tags and follow:
        raise UsageError("--tags and --follow cannot be used together", "new work has no tags yet")
    if all_ and (decisions or tags):
        raise UsageError("--decisions and --tags are about one batch", "leave --all out, and name the batch with --ids")


def _check_format(format_: Format, per_input: bool | None, follow: bool, with_input: bool, field: str | None) -> None:
    """Raise UsageError for options that do not fit the format."""
    if per_input and format_ is Format.CSV:
        raise UsageError("a row of the requester site's table is an assignment", "give --format flat with --per-input")
    if format_ in TABLES and follow:
        raise UsageError(
            "CSV and --follow cannot be used together", "the columns are known only when all work is submitted"
        )
    if per_input and not with_input:
        raise UsageError("--no-input and --per-input cannot be used together", "a record's input says which one it is")
    if format_ in WRITERS:
        if follow:
            raise UsageError(f"{format_} and --follow cannot be used together", "the format is written whole")
        if not with_input:
            raise UsageError(f"{format_} and --no-input cannot be used together", "the format is about the inputs")
    elif field:
        raise UsageError("--field is about one field of the answers", f"give --format {', '.join(WRITERS)} with it")


@dataclass(frozen=True)
class _Job:
    """What is written where: to stdout without `output`, as JSON Lines without `form` and `tool`.

    `tool` writes the format of another tool.
    """

    output: Path | None
    form: TableForm | None
    statuses: list[str]
    files: Path | None
    follow: bool
    additions: Additions
    splits: bool | None = None
    tool: Writer | None = None


def _write_batch(where: MarketplaceOptions, ids: Path, job: _Job, with_input: bool, interval: float) -> None:
    """Write the results of a batch; with `follow`, until no more work can be submitted."""
    launched, record, mturk = the_batch(where, ids, with_redone=False)
    redone = redone_of(mturk, ids)
    hit_ids = [*launched, *redone.hit_ids]
    if job.splits is None:
        job = replace(job, splits=bool(record and record.grouping))
    if job.form:
        form = replace(job.form, fields=_template_fields(record, ids), splits=bool(job.splits))
        job = replace(job, form=form)
    with _writer(job, hit_ids) as writer:
        watch = Watch(mturk, hit_ids, whole=job.form is not None)
        writer.replaced = redone.places()
        input_of = inputs_of(record, ids, warn_of_changed_inputs, redone.first_hit) if with_input else unknown_input
        warn_of_unlaunched(record, launched)

        def look() -> Progress:
            is_first = not watch.hits
            state = watch.refresh()
            if is_first:
                warn_of_strangers(mturk, watch.hits, record, ids)
            changed = watch.changed()
            writer.fetch(mturk, changed, job.statuses, input_of)
            console.flush()
            if job.follow:
                watch.take(changed)
            return state

        for state in repeated(look, interval):
            if not job.follow or (state.is_done and ("Submitted" in job.statuses or not state.submitted)):
                return


@contextmanager
def _writer(job: _Job, hit_ids: Iterable[str] = ()) -> Iterator[ResultsWriter]:
    """Writes new results to a file, so that a second run adds nothing, or to stdout; then prints their number.

    Raises SomeFailed if an uploaded file could not be fetched.
    """
    pseudonyms = job.additions.pseudonyms
    named = {"named": pseudonyms.text} if pseudonyms else {}
    uploaded = UploadedFiles(job.files, **named) if job.files else None
    if job.tool:
        with data_out(), whole_sink(job.tool, job.output, console.data, bool(job.splits)) as sink:
            writer = ResultsWriter(sink, uploaded, job.additions)
            yield writer
        _report_whole(job, job.tool, writer.added)
    elif job.output:
        with file_sink(job.output, job.form, job.follow, hit_ids, bool(job.splits)) as sink:
            writer = ResultsWriter(sink, uploaded, job.additions)
            yield writer
        console.note(f"{console.plural(writer.added, 'new result')} in {job.output}; it holds {sink.records:,}")
    else:
        with data_out(), stream_sink(console.data, job.form, job.follow, bool(job.splits)) as sink:
            writer = ResultsWriter(sink, uploaded, job.additions)
            yield writer
        if not writer.added:
            console.note(f"No results: no assignment{_chosen(job)}.")
    if writer.problems:
        answers = console.plural(writer.problems, "answer")
        column = "problem" if job.form and job.form.flat else "Answer.answer"
        where = f"the column {column}" if job.form else '"problem" in the records'
        console.warn(f"{answers} could not be parsed: see {where}")
    if uploaded:
        _report_files(uploaded)


def _report_whole(job: _Job, tool: Writer, number: int) -> None:
    """Print how many results were written in another tool's format, and warn of what it has no place for."""
    if job.output:
        console.note(f"{console.plural(number, 'result')} in {job.output}")
    elif not number:
        console.note(f"No results: no assignment{_chosen(job)}.")
    for what, count in tool.left_out.items():
        noun, _, rest = what.partition(" ")
        console.warn(f"left out: {console.plural(count, noun)} {rest}")


def _chosen(job: _Job) -> str:
    """Which assignments were asked for, in words."""
    tagged = " with these tags" if job.additions.only is not None else ""
    return f"{tagged} is {' or '.join(job.statuses).lower()}"


def _report_files(uploaded: UploadedFiles) -> None:
    """Print how many files the folder holds. Raises SomeFailed if some could not be fetched."""
    failures = Failures("assignment")
    for assignment_id, problem in uploaded.failures:
        failures.add(assignment_id, problem)
    failures.finish()
    number = uploaded.new + uploaded.known
    console.note(
        f"{console.plural(uploaded.new, 'new file')} in {uploaded.folder}; it holds {number:,} of these results"
    )
    raise_if_some(failures.number, number + failures.number, "file", "fetched")


def _template_fields(record: BatchRecord | None, ids: Path) -> frozenset[str]:
    """The fields that a batch's template names, as far as its file can be read."""
    if record is None or record.imported:
        return frozenset()
    try:
        path = record.template.located(ids)
        if not path.is_file():
            return frozenset()
        with path.open(encoding="utf-8", errors="replace") as file:
            return fields_of_template(file.read(MOST_OF_TEMPLATE))
    except (OSError, ValueError):
        return frozenset()


def _destination(output: Path | None, format_: Format | None, where: MarketplaceOptions) -> tuple[Path | None, Format]:
    """The file for results, None for stdout; and their format: that of --format, or of the file's name."""
    named = Format.CSV if output and output.suffix.lower() in (".csv", ".tsv") else Format.JSONL
    chosen = format_ or named
    if chosen != named and not where.is_typed("output"):
        # The configuration names a file of the other format.
        output = None
    return output, chosen


def warn_of_changed_inputs(name: str) -> None:
    """Warn that the inputs file is not the one that was launched."""
    console.warn(f"{name} has changed since the launch: results have no inputs", "restore the file, or give --no-input")
