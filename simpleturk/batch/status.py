"""HIT ids → the HITs as they stand now, in few calls; and what they add up to."""

from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from simpleturk.client.parallel import map_ordered
from simpleturk.errors import NoSuchHIT

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT

#: A page of a list shows up to this many HITs for the price of one call.
PAGE = 100

#: How many pages may show nothing of a batch before its HITs are asked for one by one.
BARREN = 5


def survey(mturk: "MTurk", hit_ids: Collection[str], whole: bool = False) -> dict[str, "HIT | None"]:
    """Each id's HIT, in the order of the ids; None for one that is deleted or not this account's.

    To hold a hundred thousand, times are to the minute, never too late, and of annotations only the mark is there;
    `whole` HITs have all.

    Nobody can know where in the account's list a batch stands. For N ids this makes as many calls as pages have to be
    read until all were seen, as long as fewer than max(5, N / 2) of these show none of them; in the worst case N + 5,
    or 1.5 N from 100 ids on.
    """
    found: dict[str, HIT | None] = dict.fromkeys(hit_ids)
    missing = {hit_id: hit_id for hit_id in hit_ids}
    barren = 0
    for page in mturk.hit_pages() if missing else ():
        before = len(missing)
        for hit in page:
            own = missing.pop(hit.hit_id, None)
            if own is not None:
                found[own] = hit if whole else _compact(hit, own)
        if not missing:
            return found
        barren += len(missing) == before
        if len(missing) == before and barren >= _patience(len(missing)):
            break
    else:
        # The list holds every HIT that is not deleted: what it did not show, nobody needs to be asked for.
        return found
    rest = [hit_id for hit_id in hit_ids if hit_id in missing]
    found.update(ask_each(mturk, rest))
    return found


def ask_each(mturk: "MTurk", hit_ids: Sequence[str]) -> dict[str, "HIT | None"]:
    """Each id's HIT, as `survey` has it, by one call an id."""

    def ask(hit_id: str) -> "HIT | None":
        try:
            hit = mturk.hit(hit_id)
        except NoSuchHIT:
            return None
        return None if hit.status == "Disposed" else hit

    return dict(zip(hit_ids, map_ordered(ask, hit_ids, mturk.concurrency), strict=True))


def _compact(hit: "HIT", hit_id: str) -> "HIT":
    """A HIT among a hundred thousand: what they have in common is held once, so times are to the minute."""
    return replace(hit, hit_id=hit_id, annotation="", created=_minute(hit.created), expiration=_minute(hit.expiration))


@lru_cache(maxsize=1024)
def _minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if moment == whole else _minute(whole)


def _patience(missing: int) -> int:
    """How many barren pages are worth their calls while so many HITs are missing."""
    return BARREN if missing < PAGE else missing // 2


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

    @property
    def is_done(self) -> bool:
        """Whether no more work can come in: no place can be accepted, and nothing is in work."""
        return not self.available and not self.pending


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
