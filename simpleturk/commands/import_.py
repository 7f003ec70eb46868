"""import: an old batch, out of its results, into the local marketplace."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from simpleturk import __version__, console
from simpleturk.client.endpoints import LOCAL_URL
from simpleturk.commands.common.database import DatabaseOpt, opened
from simpleturk.commands.common.options import DEFAULT_IDS, IdsOpt, OptionalTemplateOpt, SyntaxOpt
from simpleturk.commands.results import Status
from simpleturk.errors import Problem, Problems, SimpleturkError

if TYPE_CHECKING:
    from simpleturk.batch.import_results import OldBatch
    from simpleturk.batch.properties.model import Properties
    from simpleturk.batch.record import BatchRecord

FileArg = Annotated[Path, typer.Argument(metavar="FILE", help="Results: the requester site's CSV, or JSON Lines.")]
PropertiesOpt = Annotated[
    Path | None, typer.Option("--properties", metavar="FILE", help="HIT properties, for what the file does not tell.")
]
StatusOpt = Annotated[
    Status,
    typer.Option("--status", metavar="STATE", help="What to take work for of which the file tells no state."),
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

    Review, export and extend them here. Nothing is owed for work that was approved elsewhere.
    """
    from simpleturk.batch.import_results import read_old_batch
    from simpleturk.batch.properties.file import load_properties
    from simpleturk.resources import find

    digest = _digest(file)
    old = _check_ids(ids, digest)
    batch = read_old_batch(file, status.capitalize(), datetime.now(UTC))
    checked = load_properties(find(properties)) if properties else None
    inputs = "".join(_lines(batch))
    _check_inputs(ids, inputs, old)
    questions = _questions(batch, checked, template and find(template), properties and find(properties), syntax)
    done, record = _take_in(batch, checked, questions, _record(file, ids, digest, batch, inputs, database), database)
    _write(ids, batch, inputs, old or record)
    _tell(batch, done, ids, status)


def _digest(file: Path) -> str:
    import hashlib

    try:
        with file.open("rb") as data:
            return hashlib.file_digest(data, "sha256").hexdigest()
    except FileNotFoundError as error:
        raise SimpleturkError(f"{file}: no such file", "name a results file, CSV or JSON Lines") from error
    except IsADirectoryError as error:
        raise SimpleturkError(f"{file}: is a folder, not a file", "name a results file in it") from error


def _check_ids(ids: Path, digest: str) -> "BatchRecord | None":
    """An ids file is never overwritten, but by the import of the same file again; its record, if there is one."""
    from simpleturk.batch.record import read_record

    if not ids.parent.is_dir():
        raise SimpleturkError(f"{ids.parent}: no such folder", "make it, or name another --ids")
    record = read_record(ids)
    if record and record.imported and record.batch_id == digest[:32]:
        return record
    if record or ids.is_dir() or (ids.exists() and ids.stat().st_size):
        raise SimpleturkError(f"{ids} exists already, and is another batch's", "name another --ids")
    return None


def _check_inputs(ids: Path, inputs: str, record: "BatchRecord | None") -> None:
    """The inputs go into a file beside the ids file; one that is there already, with other contents, is somebody's."""
    from simpleturk.batch.record import saved_inputs_path

    path = saved_inputs_path(ids, ".jsonl")
    if path.exists() and record is None and path.read_bytes() != inputs.encode():
        raise SimpleturkError(f"{path} exists already: the inputs would be kept there", "name another --ids")


def _questions(
    batch: "OldBatch",
    properties: "Properties | None",
    template: Path | None,
    properties_path: Path | None,
    syntax: str | None,
) -> dict[str, str]:
    """The HITs' questions by HIT id, where a template or an ExternalURL makes them. Raises Problems with all."""
    from simpleturk.batch.batch import BatchFiles, checked_question, question_source
    from simpleturk.batch.inputs.jsonl import ListedInputs
    from simpleturk.client.in_process import question_mistake

    inputs = ListedInputs("inputs", [batch.inputs.get(hit_id, {}) for hit_id in batch.hits])
    source = question_source(BatchFiles(inputs, template, properties_path, syntax=syntax), properties)
    height = properties.FrameHeight if properties else 0
    made: dict[str, str] = {}
    problems: dict[Problem, None] = {}
    for item, hit_id in zip(inputs.values() if source else (), batch.hits, strict=False):
        assert source
        try:
            made[hit_id] = checked_question(source, item.value, height, question_mistake)
        except Problems as error:
            problems |= dict.fromkeys(error.problems)
        except ValueError as error:
            problems[Problem(f"the HIT {hit_id}", str(error))] = None
    if problems:
        raise Problems(list(problems))
    return made


def _take_in(
    batch: "OldBatch",
    properties: "Properties | None",
    questions: dict[str, str],
    record: "BatchRecord",
    database: Path | None,
) -> "tuple[Counter[str], BatchRecord]":
    """Bring the batch into the marketplace, all or nothing; what is new, and the record with its HIT type."""
    from simpleturk.batch.import_results import completed_hits
    from simpleturk.batch.launch import annotation
    from simpleturk.marketplace.domain.import_hits import Taken, import_hits
    from simpleturk.marketplace.errors import RequestError

    known: dict[str, Any] = {"Title": Path(record.template.path).stem or "Imported"}
    known |= properties.hit_type_parameters() | {"MaxAssignments": properties.MaxAssignments} if properties else {}
    hits = list(completed_hits(batch, known, questions, lambda place: annotation(record.batch_id, place)))
    try:
        with opened(database) as marketplace, marketplace.write() as transaction:
            done = import_hits(transaction, hits)
    except Taken as error:
        raise SimpleturkError(f"{error}: nothing was imported", "name another --database") from error
    except RequestError as error:
        raise SimpleturkError(f"the marketplace refuses this batch: {error.message}", "nothing was imported") from error
    most = max(len(hit["Assignments"]) for hit in hits)
    return done, replace(record, reward=hits[0]["Reward"], max_assignments=max(most, hits[0]["MaxAssignments"]))


def _record(file: Path, ids: Path, digest: str, batch: "OldBatch", inputs: str, database: Path | None) -> "BatchRecord":
    """The record of the batch. Its sources are the file that it came from."""
    from hashlib import sha256

    from simpleturk.batch.record import BatchRecord, Source, portable, saved_inputs_path

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
        inputs=Source.of(saved_inputs_path(ids, ".jsonl"), sha256(inputs.encode()).hexdigest(), ids),
        skipped=[],
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        version=__version__,
        imported=True,
    )


def _lines(batch: "OldBatch") -> Iterator[str]:
    """The inputs as a file has them: a line for each HIT, blank where the input is not known."""
    from simpleturk.files import json_line

    for hit_id in batch.hits:
        yield json_line(batch.inputs[hit_id]) if hit_id in batch.inputs else "\n"


def _write(ids: Path, batch: "OldBatch", inputs: str, record: "BatchRecord") -> None:
    from simpleturk.batch.record import saved_inputs_path, write_record
    from simpleturk.files import write_whole

    write_whole(saved_inputs_path(ids, ".jsonl"), inputs)
    write_record(ids, record)
    write_whole(ids, "".join(f"{hit_id}\n" for hit_id in batch.hits))


def _tell(batch: "OldBatch", done: "Counter[str]", ids: Path, status: Status) -> None:
    if batch.without_status:
        work = console.plural(batch.without_status, "assignment")
        console.warn(f"{work} without a state taken as {status}", "say what they are with --status")
    if batch.without_time:
        work = console.plural(batch.without_time, "assignment")
        console.warn(f"{work} without a time: they count as submitted now")
    numbers = f"{done['Approved']:,} approved, {done['Rejected']:,} rejected, {done['Submitted']:,} to review"
    new = done.total() - done["HITs"]
    hits, work = console.plural(done["HITs"], "HIT"), console.plural(new, "assignment")
    before = len(batch.hits) - done["HITs"]
    there = f"; {console.plural(before, 'HIT')} had been imported before" if before else ""
    console.note(f"Imported {hits} with {work}: {numbers}{there}; ids in {ids}")
