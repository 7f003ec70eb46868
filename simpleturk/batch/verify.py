"""A launched batch → what is wrong with it on the marketplace: one HIT an input, its id in the right place."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import zip_longest
from typing import TYPE_CHECKING

from simpleturk.batch.launch import hits_of
from simpleturk.batch.record import BatchRecord

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk


def verify(mturk: "MTurk", record: BatchRecord, lines: Iterable[int], hit_ids: Sequence[str]) -> Iterator[str]:
    """Yield every way in which the account's HITs are not those of the batch.

    `lines` are the inputs that became HITs, in their order, `hit_ids` the ids file. Reads all of the account's pages.
    """
    there, surplus = hits_of(mturk, record)
    several: dict[int, list[str]] = {}
    for line, hit_id in surplus:
        several.setdefault(line, [there[line]]).append(hit_id)

    @cache
    def line_of() -> dict[str, int]:
        """Needed only where something is amiss."""
        return {hit_id: line for line, hit_id in (*there.items(), *surplus)}

    wanted = array("Q")
    for line, hit_id in zip_longest(lines, hit_ids):
        if line is None:
            yield f"{hit_id} stands for no input"
            continue
        wanted.append(line)
        found = there.get(line)
        if hit_id is None:
            yield f"input line {line} has " + (f"the HIT {found}, not in the ids file" if found else "no HIT")
        elif found != hit_id and hit_id not in line_of():
            yield f"input line {line}: its HIT {hit_id} is deleted, or not this account's"
        elif found != hit_id and line_of()[hit_id] != line:
            yield f"input line {line}: its place in the ids file holds {hit_id}, the HIT of line {line_of()[hit_id]}"
        if line in several:
            yield f"input line {line} has {len(several[line])} HITs: {', '.join(several[line])}"
    for line in there:
        place = bisect_left(wanted, line)
        if place == len(wanted) or wanted[place] != line:
            hits = ", ".join(several.get(line, [there[line]]))
            yield f"{hits}: of this batch, for line {line}, where there is no input"
