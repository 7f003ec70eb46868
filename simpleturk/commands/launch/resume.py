"""What a launch finds beside its ids file: ids, a batch record, kept inputs; and whether it may go on from there."""

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
from typing import TYPE_CHECKING

from simpleturk import __version__, console
from simpleturk.client.endpoints import Endpoint, EndpointOptions
from simpleturk.errors import SimpleturkError

if TYPE_CHECKING:
    from simpleturk.batch.batch import Batch
    from simpleturk.batch.inputs.jsonl import Inputs
    from simpleturk.batch.record import BatchRecord
    from simpleturk.client.client import MTurk


def check_ids_file(ids: Path, record: "BatchRecord | None", add: bool) -> None:
    """An ids file is never overwritten, and continued only where a batch record says what it belongs to."""
    if not ids.parent.is_dir():
        raise SimpleturkError(f"{ids.parent}: no such folder", "make it, or name another --ids")
    # A crash between the two leaves an empty ids file without a record: nothing to protect.
    if ids.exists() and (ids.is_dir() or (ids.stat().st_size and record is None)):
        raise SimpleturkError(
            f"{ids} exists already, and no batch record beside it says what it belongs to",
            "name another --ids, or move the file away",
        )
    if record and record.imported:
        raise SimpleturkError(f"{ids}: this batch was imported, and not launched from here", "name another --ids")
    if add and record is None:
        raise SimpleturkError(
            f"{ids}: there is no batch to add to", "leave out --add to launch one, or name its ids with --ids"
        )


def known_ids(ids: Path, heal: bool) -> list[str]:
    """The ids that are there already; a torn last line is healed first. WorkerError while another launch is writing."""
    from simpleturk.batch.ids import read_ids, writing_ids

    if not ids.exists():
        return []
    if not heal:
        return read_ids(ids).hit_ids
    with writing_ids(ids) as writer:
        return writer.known


@contextmanager
def readable(inputs: Path, ids: Path) -> "Iterator[Inputs]":
    """The inputs as a file that can be read again and again: what comes through a pipe is kept beside the ids file."""
    from simpleturk.batch.inputs import open_inputs
    from simpleturk.files import reporting_full_disk
    from simpleturk.resources import find

    found = find(inputs)
    is_pipe = str(inputs) == "-" or str(inputs).startswith(("/dev/", "/proc/"))
    if not is_pipe and (found.is_file() or found.is_dir() or not found.exists()):
        yield open_inputs(found)
        return
    path = ids.with_name(f".{ids.stem}.inputs.{uuid.uuid4().hex}.tmp")
    try:
        with reporting_full_disk(path), path.open("wb") as file:
            if str(inputs) == "-":
                shutil.copyfileobj(sys.stdin.buffer, file)
            else:
                with inputs.open("rb") as pipe:
                    shutil.copyfileobj(pipe, file)
        source = open_inputs(path, "stdin" if str(inputs) == "-" else str(inputs), kept=True)
        _check_kept(source, ids)
        yield source
    finally:
        path.unlink(missing_ok=True)


def keep_inputs(batch: "Batch", ids: Path) -> None:
    """Keep what came through a pipe beside the ids file, whole or not at all."""
    from simpleturk.batch.inputs import open_inputs
    from simpleturk.batch.record import saved_inputs_path
    from simpleturk.files import replacing

    path = saved_inputs_path(ids, batch.inputs.suffix)
    if not batch.inputs.kept or (path.exists() and open_inputs(path).digest() == batch.inputs.digest()):
        return
    with batch.inputs.path.open("rb") as source, replacing(path) as file:
        shutil.copyfileobj(source, file)


def record_of(
    batch: "Batch", marketplace: Endpoint, where: EndpointOptions, ids: Path, old: "BatchRecord | None"
) -> "BatchRecord":
    """The record of this batch as its files are now; a continued batch keeps its id, its HIT type and its birthday."""
    from simpleturk.batch.record import BatchRecord, Source, portable, saved_inputs_path

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
    )


def check_no_strays(mturk: "MTurk", batch: "Batch", old: "BatchRecord | None") -> None:
    """A line that is skipped only now may be a HIT whose id was lost. Raises SimpleturkError for such a one."""
    from simpleturk.batch.launch import hits_of

    newly = sorted(batch.skipped - set(old.skipped)) if old else []
    there = hits_of(mturk, old)[0] if old and newly else {}
    for line in newly:
        if line in there:
            raise SimpleturkError(
                f"the input on line {line} has been launched already: its HIT is {there[line]}",
                f"launch without --skip {line}; or first take it off the market: "
                f"simpleturk delete --force {there[line]}",
            )


def check_not_launched(batch: "Batch", old: "BatchRecord | None", known: list[str]) -> None:
    """A line that is a HIT already cannot be skipped: the ids after it would stand for other inputs."""
    if old is None:
        return
    before = frozenset(old.skipped)
    launched = (item.line for item in batch.inputs.values() if item.line not in before)
    taken = sorted(set(itertools.islice(launched, len(known))) & batch.skipped)
    if taken:
        raise SimpleturkError(
            f"the input on line {taken[0]} has been launched already, and cannot be skipped any more",
            "to take its HIT off the market: simpleturk delete --force HIT_ID",
        )


def continued(
    batch: "Batch", old: "BatchRecord", new: "BatchRecord", known: list[str], ids: Path, add: bool
) -> "BatchRecord":
    """The record with which a batch goes on. Refuses to mix what was launched with what has changed since.

    `add` says that inputs which have grown at their end are meant.
    """
    from simpleturk.batch.launch import changed_sources

    changed = changed_sources(old, new)
    hint = "to continue, restore what it was; to launch anew, name another --ids"
    if list(changed) == ["inputs"] and batch.inputs.begins_with(old.inputs.sha256):
        if add:
            changed = {}
        else:
            hint = "only its end is new: --add launches that"
    if changed:
        raise SimpleturkError(f"{' and '.join(changed.values())} changed since this batch was launched", hint)
    if len(known) > new.hits:
        raise SimpleturkError(
            f"{ids} holds {console.plural(len(known), 'HIT')}, but its batch has {new.hits:,}",
            "it has been changed by hand; restore it, or launch into another --ids",
        )
    # Nobody has asked for the new lines' HITs yet, unless lines before them are missing too.
    return replace(new, asked_since=_now()) if new.hits > old.hits and len(known) == old.hits else new


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _check_kept(source: "Inputs", ids: Path) -> None:
    """Piped inputs go to a file of their own; one that is there already, with other contents, is somebody's."""
    from simpleturk.batch.inputs import open_inputs
    from simpleturk.batch.record import read_record, saved_inputs_path

    path = saved_inputs_path(ids, source.suffix)
    if path.exists() and read_record(ids) is None and open_inputs(path).digest() != source.digest():
        raise SimpleturkError(
            f"{path} exists already: piped inputs would be kept there", "move it away, or name another --ids"
        )
