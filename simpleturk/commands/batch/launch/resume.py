"""The state that an earlier launch left beside the ids file: ids, batch record, saved inputs; and how to resume it."""

import itertools
import shutil
import sys
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

from simpleturk import __version__, console
from simpleturk.batch.batch import Batch
from simpleturk.batch.ids import read_ids, writing_ids
from simpleturk.batch.inputs import open_inputs
from simpleturk.batch.inputs.groups import Grouping
from simpleturk.batch.inputs.jsonl import Inputs
from simpleturk.batch.launch import changed_sources, hits_of
from simpleturk.batch.record import BatchRecord, Source, portable, read_record, record_path, saved_inputs_path
from simpleturk.batch.templates.forms.composer.form_inputs import FormInputs
from simpleturk.client.client import MTurk
from simpleturk.client.endpoints import Endpoint, EndpointOptions
from simpleturk.commands.common.batch_files import opened_inputs
from simpleturk.errors import SimpleturkError, UsageError
from simpleturk.files import replacing, reporting_full_disk
from simpleturk.resources import find
from simpleturk.task_folder import check_inside


def check_ids_file(ids: Path, record: BatchRecord | None, add: bool) -> None:
    """Refuse an ids file that cannot be continued: an ids file is never overwritten, and belongs to a batch record."""
    if not ids.parent.is_dir():
        raise SimpleturkError(f"{ids.parent}: no such folder", "create it, or name another --ids")
    # A crash may leave an empty ids file without a record: it holds nothing to protect.
    if ids.exists() and (ids.is_dir() or (ids.stat().st_size and record is None)):
        raise SimpleturkError(
            f"{ids} already exists, and its batch record {record_path(ids).name} does not",
            "name another --ids, or move the file away",
        )
    if record and record.imported:
        raise SimpleturkError(f"{ids}: this batch was imported, so it cannot be launched", "name another --ids")
    if add and record is None:
        raise SimpleturkError(
            f"{ids}: there is no batch to add to", "leave out --add to launch one, or name its ids with --ids"
        )


def known_ids(ids: Path, repair: bool) -> list[str]:
    """The ids on disk. With `repair`, an incomplete last line is removed; that raises SimpleturkError while another
    launch is writing.
    """
    if not ids.exists():
        return []
    if not repair:
        return read_ids(ids).hit_ids
    with writing_ids(ids) as writer:
        return writer.known


def launched_grouping(
    grouping: Grouping | None, old: BatchRecord | None, skip: list[int] | None, add: bool
) -> Grouping | None:
    """How the inputs of a launch are grouped: a batch that is continued keeps its grouping.

    Raises UsageError if the options say something else, or name single lines.
    """
    if old and grouping and grouping != old.grouping:
        raise UsageError(
            f"this batch was launched {_grouping_options(old.grouping)}",
            "leave out --per-hit, --apart and --seed, or launch a new batch with another --ids",
        )
    grouping = old.grouping if old else grouping
    if grouping and skip:
        raise UsageError("--skip and --per-hit cannot be used together", "remove the line from the inputs")
    if grouping and add:
        raise UsageError(
            "--add cannot add to HITs of several inputs: one input more changes all groups",
            "launch the new inputs as a batch of their own, with another --ids",
        )
    return grouping


def _grouping_options(grouping: Grouping | None) -> str:
    """The options of a grouping, in words."""
    if grouping is None:
        return "without --per-hit"
    apart = f" --apart {grouping.apart}" if grouping.apart else ""
    seed = f" --seed {grouping.seed}" if grouping.seed else ""
    return f"with --per-hit {grouping.per_hit}{apart}{seed}"


@contextmanager
def readable(inputs: Path, ids: Path) -> Iterator[Inputs]:
    """Open inputs that can be read several times: those of a pipe are copied to a file beside the ids file.

    So are the versions of a form in a directory, which are made of several files.
    """
    path = find(inputs)
    if path == inputs:
        check_inside(path)
    is_pipe = str(inputs) == "-" or str(inputs).startswith(("/dev/", "/proc/"))
    form = opened_inputs(path) if path.is_dir() else None
    if not is_pipe and (path.is_file() or path.is_dir() or not path.exists()) and not isinstance(form, FormInputs):
        yield open_inputs(path)
        return
    copy = ids.with_name(f".{ids.stem}.inputs.{uuid.uuid4().hex}.tmp")
    try:
        with reporting_full_disk(copy), copy.open("wb") as file:
            if form:
                with form.open() as versions:
                    shutil.copyfileobj(versions, file)
            elif str(inputs) == "-":
                shutil.copyfileobj(sys.stdin.buffer, file)
            else:
                with inputs.open("rb") as pipe:
                    shutil.copyfileobj(pipe, file)
        source = open_inputs(copy, "stdin" if str(inputs) == "-" else str(inputs), kept=True)
        _check_saved_inputs(source, ids)
        yield source
    finally:
        copy.unlink(missing_ok=True)


def save_inputs(batch: Batch, ids: Path) -> None:
    """Save inputs that came through a pipe beside the ids file, completely or not at all."""
    path = saved_inputs_path(ids, batch.inputs.suffix)
    if not batch.inputs.kept:
        return
    if path.exists() and open_inputs(path).digest() == open_inputs(batch.inputs.path).digest():
        return
    with batch.inputs.path.open("rb") as source, replacing(path) as file:
        shutil.copyfileobj(source, file)


def record_of(
    batch: Batch,
    marketplace: Endpoint,
    where: EndpointOptions,
    ids: Path,
    old: BatchRecord | None,
    grouping: Grouping | None = None,
) -> BatchRecord:
    """The record of this batch with its current files; a continued batch keeps its id, HIT type and creation time."""
    database = old.database if old else portable(where.database, ids) if where.database else None
    inputs_path = saved_inputs_path(ids, batch.inputs.suffix) if batch.inputs.kept else batch.inputs.path
    effective = batch.properties.model_dump_json()
    return BatchRecord(
        batch_id=old.batch_id if old else uuid.uuid4().hex,
        marketplace=marketplace.name,
        endpoint=marketplace.endpoint_url,
        database=database if marketplace.is_local else None,
        hit_type_id=old.hit_type_id if old else "",
        hits=batch.size,
        max_assignments=batch.properties.MaxAssignments,
        reward=f"{batch.properties.Reward:.2f}",
        template=Source.of(batch.template.path, batch.template.digest, ids),
        properties=Source.of(batch.properties_path, sha256(effective.encode()).hexdigest(), ids),
        inputs=Source.of(inputs_path, batch.inputs.digest(), ids),
        skipped=sorted(batch.skipped),
        created=old.created if old else _now(),
        version=__version__,
        asked_since=old.asked_since if old else "",
        masters=batch.properties.needs_masters,
        grouping=grouping,
    )


def check_no_strays(mturk: MTurk, batch: Batch, old: BatchRecord | None) -> None:
    """Refuse to skip a line whose HIT an earlier launch has created without saving its id."""
    newly = sorted(batch.skipped - set(old.skipped)) if old else []
    by_line = hits_of(mturk, old)[0] if old and newly else {}
    for line in newly:
        if line in by_line:
            raise SimpleturkError(
                f"the input on line {line} is already launched as HIT {by_line[line]}",
                f"leave out --skip {line}, or delete the HIT first: simpleturk delete --force {by_line[line]}",
            )


def check_not_launched(batch: Batch, old: BatchRecord | None, known: list[str]) -> None:
    """Refuse to skip a line that has a HIT: the ids after it would belong to other inputs."""
    if old is None:
        return
    before = frozenset(old.skipped)
    launched = (item.line for item in batch.inputs.values() if item.line not in before)
    taken = sorted(set(itertools.islice(launched, len(known))) & batch.skipped)
    if taken:
        raise SimpleturkError(
            f"the input on line {taken[0]} is already launched, so it cannot be skipped",
            "to delete its HIT: simpleturk delete --force HIT_ID",
        )


def continued(
    batch: Batch, old: BatchRecord | None, new: BatchRecord, known: list[str], ids: Path, add: bool
) -> BatchRecord:
    """The record with which a launch continues. Refuses sources that have changed since the batch was launched.

    `old` is None for a first launch. `add` allows inputs that were added at the end of the file.
    """
    if old is None:
        return new

    changed = changed_sources(old, new)
    hint = (
        "to continue this batch, restore the file and give the same --set options; "
        "to launch a new one, name another --ids"
    )
    if list(changed) == ["inputs"] and batch.inputs.begins_with(old.inputs.sha256):
        if add:
            changed = {}
        else:
            hint = "only lines at the end are new: launch them with --add"
    if changed:
        raise SimpleturkError(f"{' and '.join(changed.values())} changed since this batch was launched", hint)
    if len(known) > new.hits:
        raise SimpleturkError(
            f"{ids} holds {console.plural(len(known), 'HIT')}, but its batch has {new.hits:,}",
            "restore the ids file, or name another --ids",
        )
    # No HIT of the new lines was requested before, unless HITs of lines before them are missing, too.
    return replace(new, asked_since=_now()) if new.hits > old.hits and len(known) == old.hits else new


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _check_saved_inputs(source: Inputs, ids: Path) -> None:
    """Refuse to overwrite a file of other contents with inputs from a pipe."""
    path = saved_inputs_path(ids, source.suffix)
    if path.exists() and read_record(ids) is None and open_inputs(path).digest() != source.digest():
        raise SimpleturkError(
            f"{path} already exists: inputs from a pipe are saved there", "move it away, or name another --ids"
        )
