"""import: results of an old batch → HITs and assignments in the local marketplace."""

import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from simpleturk import __version__, console
from simpleturk.batch.batch import BatchFiles, checked_question, question_source
from simpleturk.batch.inputs.jsonl import ListedInputs
from simpleturk.batch.launch import annotation
from simpleturk.batch.old_batch import OldBatch, completed_hits, read_old_batch
from simpleturk.batch.properties.file import load_properties
from simpleturk.batch.properties.model import Properties
from simpleturk.batch.record import BatchRecord, Source, portable, read_record, saved_inputs_path, write_record
from simpleturk.client.endpoints import LOCAL_URL
from simpleturk.client.in_process import schema_error
from simpleturk.commands.batch.results import Status
from simpleturk.commands.common.consent import remember_database
from simpleturk.commands.common.database import opened
from simpleturk.commands.common.options import DEFAULT_IDS, DatabaseOpt, IdsOpt, OptionalTemplateOpt, SyntaxOpt
from simpleturk.errors import Problem, Problems, SimpleturkError, reporting_missing_file
from simpleturk.files import json_line, write_whole
from simpleturk.marketplace.domain.import_hits import Taken, import_hits
from simpleturk.marketplace.errors import RequestError
from simpleturk.resources import find

FileArg = Annotated[Path, typer.Argument(metavar="FILE", help="Results: CSV of the requester site, or JSON Lines.")]
PropertiesOpt = Annotated[
    Path | None,
    typer.Option("--properties", metavar="FILE", help="A JSON file of HIT properties that the results lack."),
]
StatusOpt = Annotated[
    Status,
    typer.Option("--status", metavar="STATE", help="State to assume for work whose state the file does not give."),
]


def import_(
    file: FileArg,
    ids: IdsOpt = DEFAULT_IDS,
    template: OptionalTemplateOpt = None,
    properties: PropertiesOpt = None,
    syntax: SyntaxOpt = None,
    status: StatusOpt = Status.APPROVED,
    database: DatabaseOpt = None,
) -> None:
    """Import an old batch's results as HITs.

    The HITs and assignments are created in the local marketplace, where you can review, export and extend them. Nothing
    is owed for work that was approved before the import.
    """
    digest = _digest(file)
    old = _check_ids(ids, digest)
    batch = read_old_batch(file, status.capitalize(), datetime.now(UTC))
    checked = load_properties(find(properties)) if properties else None
    inputs = "".join(_lines(batch))
    _check_inputs(ids, inputs, old)
    questions = _questions(batch, checked, template and find(template), properties and find(properties), syntax)
    counts, record = _import(batch, checked, questions, _record(file, ids, digest, batch, inputs, database), database)
    _write(ids, batch, inputs, old or record)
    remember_database(database, ids)
    _report(batch, counts, ids, status)


def _digest(file: Path) -> str:
    try:
        with reporting_missing_file(file, "name a results file, CSV or JSON Lines"), file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except IsADirectoryError as error:
        raise SimpleturkError(f"{file}: is a folder, not a file", "name a results file in it") from error


def _check_ids(ids: Path, digest: str) -> BatchRecord | None:
    """The record of an earlier import of the same file, if there is one. Refuses to overwrite another ids file."""
    if not ids.parent.is_dir():
        raise SimpleturkError(f"{ids.parent}: no such folder", "create it, or name another --ids")
    record = read_record(ids)
    if record and record.imported and record.batch_id == digest[:32]:
        return record
    if record or ids.is_dir() or (ids.exists() and ids.stat().st_size):
        raise SimpleturkError(f"{ids} already exists, and belongs to another batch", "name another --ids")
    return None


def _check_inputs(ids: Path, inputs: str, record: BatchRecord | None) -> None:
    """Refuse to overwrite a file of other contents with the inputs, which are saved beside the ids file."""
    path = saved_inputs_path(ids, ".jsonl")
    if path.exists() and record is None and path.read_bytes() != inputs.encode():
        raise SimpleturkError(f"{path} already exists: the inputs are saved there", "name another --ids")


def _questions(
    batch: OldBatch,
    properties: Properties | None,
    template: Path | None,
    properties_path: Path | None,
    syntax: str | None,
) -> dict[str, str]:
    """The questions by HIT id, if a template or ExternalURL gives them. Raises Problems with all problems."""
    inputs = ListedInputs("inputs", [batch.inputs.get(hit_id, {}) for hit_id in batch.hits])
    source = question_source(BatchFiles(inputs, template, properties_path, syntax=syntax), properties)
    height = properties.FrameHeight if properties else 0
    questions: dict[str, str] = {}
    problems: dict[Problem, None] = {}
    for item, hit_id in zip(inputs.values() if source else (), batch.hits, strict=False):
        assert source
        try:
            questions[hit_id] = checked_question(source, item.value, height, schema_error)
        except Problems as error:
            problems |= dict.fromkeys(error.problems)
        except ValueError as error:
            problems[Problem(f"HIT {hit_id}", str(error))] = None
    if problems:
        raise Problems(list(problems))
    return questions


def _import(
    batch: OldBatch,
    properties: Properties | None,
    questions: dict[str, str],
    record: BatchRecord,
    database: Path | None,
) -> tuple[Counter[str], BatchRecord]:
    """Import the batch into the marketplace, completely or not at all; return the counts, and the completed record."""
    hit_type: dict[str, Any] = {"Title": Path(record.template.path).stem or "Imported"}
    hit_type |= properties.hit_type_parameters() | {"MaxAssignments": properties.MaxAssignments} if properties else {}
    hits = list(completed_hits(batch, hit_type, questions, lambda place: annotation(record.batch_id, place)))
    try:
        with opened(database) as marketplace, marketplace.write() as transaction:
            counts = import_hits(transaction, hits)
    except Taken as error:
        raise SimpleturkError(f"{error}: nothing was imported", "name another --database") from error
    except RequestError as error:
        raise SimpleturkError(f"the marketplace refused this batch: {error.message}", "nothing was imported") from error
    most = max(len(hit["Assignments"]) for hit in hits)
    return counts, replace(record, reward=hits[0]["Reward"], max_assignments=max(most, hits[0]["MaxAssignments"]))


def _record(file: Path, ids: Path, digest: str, batch: OldBatch, inputs: str, database: Path | None) -> BatchRecord:
    """The record of the batch; its source is the imported file."""
    source = Source.of(file, digest, ids)
    return BatchRecord(
        batch_id=digest[:32],
        marketplace="local",
        endpoint=LOCAL_URL,
        database=portable(database, ids) if database else None,
        hit_type_id="",
        hits=len(batch.hits),
        max_assignments=1,
        reward="0.00",
        template=source,
        properties=source,
        inputs=Source.of(saved_inputs_path(ids, ".jsonl"), hashlib.sha256(inputs.encode()).hexdigest(), ids),
        skipped=[],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
        imported=True,
    )


def _lines(batch: OldBatch) -> Iterator[str]:
    """The lines of the inputs file: one for each HIT, blank if the input is not known."""
    for hit_id in batch.hits:
        yield json_line(batch.inputs[hit_id]) if hit_id in batch.inputs else "\n"


def _write(ids: Path, batch: OldBatch, inputs: str, record: BatchRecord) -> None:
    write_whole(saved_inputs_path(ids, ".jsonl"), inputs)
    write_record(ids, record)
    write_whole(ids, "".join(f"{hit_id}\n" for hit_id in batch.hits))


def _report(batch: OldBatch, counts: Counter[str], ids: Path, status: Status) -> None:
    if batch.without_status:
        work = console.plural(batch.without_status, "assignment")
        console.warn(f"{work} without a state: imported as {status}", "give their state with --status")
    if batch.without_time:
        work = console.plural(batch.without_time, "assignment")
        console.warn(f"{work} without a time: imported as submitted now")
    numbers = f"{counts['Approved']:,} approved, {counts['Rejected']:,} rejected, {counts['Submitted']:,} to review"
    new = counts.total() - counts["HITs"]
    hits, work = console.plural(counts["HITs"], "HIT"), console.plural(new, "assignment")
    before = len(batch.hits) - counts["HITs"]
    already = f"; {console.plural(before, 'HIT')} had been imported before" if before else ""
    console.note(f"Imported {hits} with {work}: {numbers}{already}; ids in {ids}")
