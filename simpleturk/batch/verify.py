"""A launched batch → what is wrong with it on the marketplace: one HIT an input, its id in the right place."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import TYPE_CHECKING

from simpleturk.batch.ids import BatchRecord
from simpleturk.batch.launch import hits_of

if TYPE_CHECKING:
    from simpleturk.mturk import MTurk


def verify(mturk: "MTurk", record: BatchRecord, lines: Iterable[int], hit_ids: Sequence[str]) -> Iterator[str]:
    """Yield every way in which the account's HITs are not those of the batch.

    `lines` are the inputs that became HITs, in their order, `hit_ids` the ids file. Reads all of the account's pages.
    """
    there = hits_of(mturk, record)
    line_of = {hit_id: line for line, found in there.items() for hit_id in found}
    wanted = set()
    for line, hit_id in zip_longest(lines, hit_ids):
        if line is None:
            yield f"{hit_id} stands for no input"
            continue
        wanted.add(line)
        found = there.get(line, [])
        if hit_id is None:
            yield (
                f"input line {line} has the HIT {found[0]}, not in the ids file"
                if found
                else f"input line {line} has no HIT"
            )
        elif hit_id not in line_of:
            yield f"input line {line}: its HIT {hit_id} is deleted, or not this account's"
        elif line_of[hit_id] != line:
            yield f"input line {line}: its place in the ids file holds {hit_id}, the HIT of line {line_of[hit_id]}"
        if len(found) > 1:
            yield f"input line {line} has {len(found)} HITs: {', '.join(found)}"
    for line in sorted(there.keys() - wanted):
        yield f"{', '.join(there[line])}: of this batch, for line {line}, where there is no input"
