"""The batch that a command works on: its ids, its record, its HITs."""

from pathlib import Path
from typing import TYPE_CHECKING

from simpleturk import console
from simpleturk.client.endpoints import EndpointOptions
from simpleturk.commands.common.endpoint import connect_to, marketplace_of
from simpleturk.errors import SimpleturkError

if TYPE_CHECKING:
    from simpleturk.batch.record import BatchRecord
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT


#: How many things of a kind are named before the rest is counted.
SHOWN = 5


def the_batch(where: EndpointOptions, ids: Path, acts: bool = False) -> "tuple[list[str], BatchRecord | None, MTurk]":
    """An ids file's HIT ids, its batch record if there is one, and a client of the marketplace on which it lives.

    Raises SimpleturkError when record and ids file contradict each other.
    """
    from simpleturk.batch.ids import read_ids
    from simpleturk.batch.record import read_record, record_path

    record = read_record(ids)
    found = read_ids(ids)
    for line, first in found.repeated[:SHOWN]:
        console.warn(f"{ids}, line {line} repeats line {first}: the HIT counts once")
    if len(found.repeated) > SHOWN:
        console.warn(f"{ids}: {len(found.repeated) - SHOWN:,} more lines repeat others")
    if found.torn:
        hint = "run the launch again: it continues" if record else None
        console.warn(f"{ids}: its last line, {found.torn!r}, is torn, and left out", hint)
    if record and len(found.hit_ids) > record.hits:
        raise SimpleturkError(
            f"{ids} holds {console.plural(len(found.hit_ids), 'HIT')}, but {record_path(ids)} says {record.hits:,}",
            "restore the one that was changed; or move the record away: an ids file works without it, with less help",
        )
    marketplace = marketplace_of(where, record, acts)
    return found.hit_ids, record, connect_to(marketplace, where, ids, record)


def surveyed(mturk: "MTurk", hit_ids: list[str], record: "BatchRecord | None", ids: Path) -> "dict[str, HIT | None]":
    """The batch's HITs as they stand; what is not there, and what is not the batch's, is told."""
    from simpleturk.batch.status import fetch_hits

    found = fetch_hits(mturk, hit_ids)
    tell_strangers(found, record, ids)
    return found


def tell_strangers(found: "dict[str, HIT | None]", record: "BatchRecord | None", ids: Path) -> None:
    """Warn of ids whose HITs are not there, or are not the batch's."""
    gone = [hit_id for hit_id, hit in found.items() if hit is None]
    if gone:
        are = "is" if len(gone) == 1 else "are"
        hits = f"{console.plural(len(gone), 'HIT')} of {ids}"
        console.warn(f"{hits} {are} deleted, or not this account's: {_some(gone)}")
    others = [hit.hit_id for hit in found.values() if hit and record and hit.batch_id != record.batch_id]
    if others:
        are = "is" if len(others) == 1 else "are"
        console.warn(
            f"{console.plural(len(others), 'HIT')} of {ids} {are} not of the batch beside it: {_some(others)}",
            "give them an ids file of their own",
        )


def _some(hit_ids: list[str]) -> str:
    more = len(hit_ids) - SHOWN
    return ", ".join(hit_ids[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
