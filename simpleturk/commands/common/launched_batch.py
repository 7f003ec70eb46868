"""The batch that a command works on: its ids, its record, its HITs."""

from collections.abc import Mapping
from pathlib import Path

from simpleturk import console
from simpleturk.batch.ids import read_ids
from simpleturk.batch.progress import fetch_hits, find_unknown
from simpleturk.batch.record import BatchRecord, read_record, record_path
from simpleturk.batch.review.redo.redone import Redone, read_redone
from simpleturk.client.client import MTurk
from simpleturk.commands.common.endpoint import MarketplaceOptions, connect_to, marketplace_of
from simpleturk.errors import SimpleturkError
from simpleturk.mturk.models import HIT

#: How many lines or HITs a warning names before it counts the rest.
SHOWN = 5


def the_batch(
    where: MarketplaceOptions, ids: Path, acts: bool = False, with_redone: bool = True
) -> tuple[list[str], BatchRecord | None, MTurk]:
    """The HIT ids of a batch, its record if there is one, and a client of its marketplace.

    The ids are those in the ids file and, `with_redone`, those of the HITs that `redo` has created. `acts`: the command
    spends money or cannot be undone. Raises SimpleturkError if record and ids file contradict each other.
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
    mturk = connect_to(marketplace, where, ids, record)
    redone = redone_of(mturk, ids).hit_ids if with_redone else []
    return list(dict.fromkeys([*ids_file.hit_ids, *redone])), record, mturk


def redone_of(mturk: MTurk, ids: Path) -> Redone:
    """The work of a batch that `redo` has given new places."""
    return read_redone(ids, mturk.marketplace.endpoint_url)


def surveyed(mturk: MTurk, hit_ids: list[str], record: BatchRecord | None, ids: Path) -> dict[str, HIT | None]:
    """The current state of the batch's HITs by id. Warns of HITs that are deleted, not found, or not of this batch.

    Raises SimpleturkError if no HIT is found: the keys are then those of another account.
    """
    hits = fetch_hits(mturk, hit_ids)
    warn_of_strangers(mturk, hits, record, ids)
    return hits


def warn_of_strangers(
    mturk: MTurk, hits: Mapping[str, HIT | None], record: BatchRecord | None, ids: Path, about_deleted: bool = True
) -> set[str]:
    """Warn of ids whose HITs are deleted, not found, or not of this batch; return those that are not found.

    Raises SimpleturkError if no HIT is found. `about_deleted` is False for a command that counts deleted HITs itself.
    """
    gone = [hit_id for hit_id, hit in hits.items() if hit is None]
    unknown = warn_of_missing(mturk, list(hits), gone, ids, about_deleted)
    others = [hit.hit_id for hit in hits.values() if hit and record and hit.batch_id != record.batch_id]
    if others:
        console.warn(
            f"{_hits_of(others, ids)} not of the batch in its record: {_first_of(others)}",
            "move them to an ids file of their own",
        )
    return unknown


def warn_of_missing(
    mturk: MTurk, hit_ids: list[str], gone: list[str], ids: Path, about_deleted: bool = True
) -> set[str]:
    """Warn of the HITs of a batch that the marketplace does not have; return those that are not found.

    `gone` are those of the `hit_ids` that it does not have. Raises SimpleturkError if no HIT is found.
    """
    unknown = find_unknown(mturk, gone)
    if unknown and len(unknown) == len(hit_ids):
        raise none_found(mturk, hit_ids, ids)
    deleted = [hit_id for hit_id in gone if hit_id not in unknown]
    if deleted and about_deleted:
        console.warn(f"{_hits_of(deleted, ids)} deleted: {_first_of(deleted)}")
    if unknown:
        missing = [hit_id for hit_id in gone if hit_id in unknown]
        console.warn(f"{_hits_of(missing, ids)} {not_found(mturk)}: {_first_of(missing)}")
    return unknown


def none_found(mturk: MTurk, hit_ids: list[str], ids: Path) -> SimpleturkError:
    """The error for a batch of which the account has no HIT, and never had one."""
    which = "the HIT" if len(hit_ids) == 1 else f"all {len(hit_ids):,} HITs"
    are = "is" if len(hit_ids) == 1 else "are"
    hint = "use the keys with which the batch was launched: name their profile with --profile"
    if mturk.marketplace.is_local:
        hint = "name the database in which the batch was launched with --database"
    return SimpleturkError(f"{which} of {ids} {are} {not_found(mturk)}: {_first_of(hit_ids)}", hint)


def not_found(mturk: MTurk) -> str:
    """Where a HIT is not found, in words. An API gives the same answer for other accounts' HITs as for wrong ids."""
    keys = "" if mturk.marketplace.is_local else " under these keys"
    return f"not found{keys} on {mturk.marketplace.title}"


def _hits_of(hit_ids: list[str], ids: Path) -> str:
    return f"{console.plural(len(hit_ids), 'HIT')} of {ids} {'is' if len(hit_ids) == 1 else 'are'}"


def _first_of(hit_ids: list[str]) -> str:
    more = len(hit_ids) - SHOWN
    return ", ".join(hit_ids[:SHOWN]) + (f" and {more:,} more" if more > 0 else "")
