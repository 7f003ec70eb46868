"""HIT ids → the HITs as they stand now, in few calls; and what they add up to."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Any

from simpleturk.batch.concurrency import in_order
from simpleturk.errors import NoSuchHIT

if TYPE_CHECKING:
    from simpleturk.mturk import MTurk
    from simpleturk.shown import HIT

#: A page of a list shows up to this many HITs for the price of one call.
PAGE = 100


def survey(mturk: "MTurk", hit_ids: Sequence[str]) -> dict[str, "HIT | None"]:
    """Each id's HIT, in the order of the ids; None for one that is deleted or not this account's.

    Pages of the account's HITs are read while that can be cheaper than asking for the rest one by one.
    """
    found: dict[str, HIT | None] = dict.fromkeys(hit_ids)
    missing = set(hit_ids)
    # An account holds other HITs too: reading on pays as long as few pages were read for nothing.
    budget = max(5, len(hit_ids) // 10)
    ended = not missing
    for number, page in enumerate(mturk.hit_pages(), start=1) if missing else ():
        for hit in page:
            if hit.hit_id in missing:
                found[hit.hit_id] = hit
                missing.discard(hit.hit_id)
        if not missing:
            return found
        if number - (len(found) - len(missing)) / PAGE >= budget:
            break
    else:
        ended = True
    # The list holds every HIT that is not deleted: what it did not show, nobody needs to be asked for.
    if ended:
        return found

    def ask(hit_id: str) -> "HIT | None":
        try:
            hit = mturk.hit(hit_id)
        except NoSuchHIT:
            return None
        return None if hit.status == "Disposed" else hit

    rest = [hit_id for hit_id in hit_ids if hit_id in missing]
    found.update(zip(rest, in_order(ask, rest, mturk.concurrency), strict=True))
    return found


@dataclass(frozen=True)
class Progress:
    """How far a batch has come: HITs by state, assignments by state.

    `gone` HITs are deleted or unknown. `available` places can be accepted, `expired` ones are free but off the market.
    """

    hits: int
    assignable: int
    unassignable: int
    reviewable: int
    reviewing: int
    gone: int
    assignments: int
    available: int
    expired: int
    pending: int
    submitted: int
    reviewed: int

    def as_json(self) -> dict[str, Any]:
        """The record that `progress --json` prints."""
        return asdict(self)


def progress(found: dict[str, "HIT | None"]) -> Progress:
    """Add up a survey."""
    hits = [hit for hit in found.values() if hit is not None]

    def in_state(status: str) -> int:
        return sum(hit.status == status for hit in hits)

    return Progress(
        hits=len(found),
        assignable=in_state("Assignable"),
        unassignable=in_state("Unassignable"),
        reviewable=in_state("Reviewable"),
        reviewing=in_state("Reviewing"),
        gone=len(found) - len(hits),
        assignments=sum(hit.max_assignments for hit in hits),
        available=sum(hit.available for hit in hits if hit.status == "Assignable"),
        expired=sum(hit.available for hit in hits if hit.status != "Assignable"),
        pending=sum(hit.pending for hit in hits),
        submitted=sum(hit.unreviewed for hit in hits),
        reviewed=sum(hit.completed for hit in hits),
    )
