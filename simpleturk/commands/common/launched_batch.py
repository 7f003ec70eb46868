"""The batch that a command works on: its ids, its record, its HITs."""

from collections.abc import Mapping
from pathlib import Path

from simpleturk import console
from simpleturk.batch.ids import read_ids
from simpleturk.batch.progress import fetch_hits
from simpleturk.batch.record import BatchRecord, read_record, record_path
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of
from simpleturk.errors import SimpleturkError
from simpleturk.mturk.models import HIT

#: How many lines or HITs a warning names before it counts the rest.
SHOWN = 5


def the_batch(where: MarketplaceOptions, ids: Path, acts: bool = False) -> tuple[list[str], BatchRecord | None, MTurk]:
    """The HIT ids in an ids file, its batch record if there is one, and a client of the batch's marketplace.

    `acts`: the command spends money or cannot be undone. Raises SimpleturkError if record and ids file contradict each
    other.
    """
    record = read_record(ids)
    ids_file = read_ids(ids)
    for line, first in ids_file.repeated[:SHOWN]:
        console.warn(f"{ids}, line {line} repeats line {first}: the HIT counts once")
    if len(ids_file.repeated) > SHOWN:
        console.warn(f"{ids}: {len(ids_file.repeated) - SHOWN:,} more lines repeat others")
    if ids_file.torn:
        hint = "run the same launch again: it continues" if record else None
        console.warn(f"{ids}: the last line, {ids_file.torn!r}, is incomplete and is ignored", hint)
    if record and len(ids_file.hit_ids) > record.hits:
        raise SimpleturkError(
            f"{ids} holds {console.plural(len(ids_file.hit_ids), 'HIT')}, but {record_path(ids)} says {record.hits:,}",
            "restore the file that was changed, or move the record away: commands work with the ids file alone, "
            "but cannot resume the launch",
        )
    marketplace = marketplace_of(where, record, acts)
    return ids_file.hit_ids, record, connect_to(marketplace, where, ids, record)


def surveyed(mturk: MTurk, hit_ids: list[str], record: BatchRecord | None, ids: Path) -> dict[str, HIT | None]:
    """The current state of the batch's HITs by id. Warns of HITs that do not exist or are not of this batch."""
    hits = fetch_hits(mturk, hit_ids)
    warn_of_strangers(hits, record, ids)
    return hits


def warn_of_strangers(hits: Mapping[str, HIT | None], record: BatchRecord | None, ids: Path) -> None:
    """Warn of ids whose HITs do not exist, or are not of this batch."""
    gone = [hit_id for hit_id, hit in hits.items() if hit is None]
    if gone:
        are = "is" if len(gone) == 1 else "are"
        console.warn(
            f"{console.plural(len(gone), 'HIT')} of {ids} {are} deleted or of another account: {_first_of(gone)}"
        )
    others = [hit.hit_id for hit in hits.values() if hit and record and hit.batch_id != record.batch_id]
    if others:
        are = "is" if len(others) == 1 else "are"
        console.warn(
            f"{console.plural(len(others), 'HIT')} of {ids} {are} not of the batch in its record: {_first_of(others)}",
            "move them to an ids file of their own",
        )


def _first_of(hit_ids: list[str]) -> str:
    more = len(hit_ids) - SHOWN
    return ", ".join(hit_ids[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
