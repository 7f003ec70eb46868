"""A launched batch → the differences between its inputs, its ids file and its HITs on the marketplace."""

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from itertools import zip_longest


def verify(
    launched: dict[int, str], surplus: list[tuple[int, str]], lines: Iterable[int], hit_ids: Sequence[str]
) -> Iterator[str]:
    """Yield a sentence for every difference between the inputs, the ids file and the HITs of the account.

    `launched` and `surplus` are what `hits_of` has found in the account; `lines` are the lines of the inputs that
    became HITs, in their order; `hit_ids` is the ids file.
    """
    several: dict[int, list[str]] = {}
    for line, hit_id in surplus:
        several.setdefault(line, [launched[line]]).append(hit_id)

    @cache
    def line_of() -> dict[str, int]:
        """The line of each HIT; needed only if there is a difference."""
        return {hit_id: line for line, hit_id in (*launched.items(), *surplus)}

    known_lines = array("Q")
    for line, hit_id in zip_longest(lines, hit_ids):
        if line is None:
            yield f"{hit_id} in the ids file belongs to no input"
            continue
        known_lines.append(line)
        launched_id = launched.get(line)
        if hit_id is None:
            yield f"input line {line} has " + (
                f"the HIT {launched_id}, which is not in the ids file" if launched_id else "no HIT"
            )
        elif launched_id != hit_id and hit_id not in line_of():
            yield f"input line {line}: its HIT {hit_id} is deleted or of another account"
        elif launched_id != hit_id and line_of()[hit_id] != line:
            yield f"input line {line}: the ids file has {hit_id} in its place, the HIT of line {line_of()[hit_id]}"
        if line in several:
            yield f"input line {line} has {len(several[line])} HITs: {', '.join(several[line])}"
    for line in launched:
        place = bisect_left(known_lines, line)
        if place == len(known_lines) or known_lines[place] != line:
            hits = ", ".join(several.get(line, [launched[line]]))
            yield f"{hits}: HITs of this batch for line {line}, which has no input"
