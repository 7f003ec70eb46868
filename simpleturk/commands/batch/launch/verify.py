"""launch --verify: compare inputs, ids and the account's HITs."""

import itertools
from pathlib import Path

from simpleturk import console
from simpleturk.batch.batch import Batch
from simpleturk.batch.ids import Ids, read_ids
from simpleturk.batch.launch import hits_of
from simpleturk.batch.record import BatchRecord
from simpleturk.batch.verify import verify
from simpleturk.client.client import MTurk
from simpleturk.commands.common.launched_batch import warn_of_missing
from simpleturk.commands.common.outcomes import Failures
from simpleturk.errors import SimpleturkError, SomeFailed


def verify_launch(batch: Batch, record: BatchRecord | None, mturk: MTurk, ids: Path) -> None:
    """Verify that every input has exactly one HIT, and its id the right position. Raises SomeFailed with a count."""
    if record is None:
        raise SimpleturkError(f"{ids}: there is no batch to verify", "launch it first, or name its ids with --ids")
    ids_file = read_ids(ids) if ids.exists() else Ids([], [], "")
    hit_ids = ids_file.hit_ids
    launched, surplus = hits_of(mturk, record)
    if hit_ids and not launched:
        # None of the HITs may be found, as the keys are of another account: that is one problem, not one for each line.
        warn_of_missing(mturk, hit_ids, hit_ids, ids, about_deleted=False)
    problems = itertools.chain(
        (f"{ids}, line {line} repeats line {first}" for line, first in ids_file.repeated),
        (f"{ids}: the last line, {ids_file.torn!r}, is incomplete" for _ in range(bool(ids_file.torn))),
        (f"the batch record says {record.hits:,} HITs" for _ in range(record.hits != batch.size)),
        verify(launched, surplus, (item.line for item in batch.inputs_to_launch()), hit_ids),
    )
    failures = Failures("")
    for problem in problems:
        failures.add("", problem)
    failures.finish()
    if failures.number:
        hint = (
            "run the launch again to create missing HITs, restore the ids file where it differs, "
            "and delete surplus HITs: simpleturk delete --force HIT_ID"
        )
        raise SomeFailed(f"{console.plural(failures.number, 'problem')} of {ids} on {mturk.marketplace.title}", hint)
    numbers = f"{console.plural(batch.size, 'input')}, {console.plural(len(hit_ids), 'id')}"
    console.note(f"Verified on {mturk.marketplace.title}: {numbers}, one HIT each, no other HITs.")
