"""HIT ids → their HITs, in few calls; HITs → the progress of the batch."""

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

#: The most HITs on a page of ListHITs, which is one call.
PAGE_SIZE = 100

#: After this many pages without a HIT of the batch, HITs are fetched one by one.
MAX_FRUITLESS_PAGES = 5

#: How many HITs that are not found are asked for one by one.
SAMPLE = 5


def fetch_hits(mturk: "MTurk", hit_ids: Collection[str], whole: bool = False) -> dict[str, "HIT | None"]:
    """Fetch the HIT of each id, in the order of the ids; None for a HIT that is deleted or of another account.

    Unless `whole`, HITs are compact, so that a hundred thousand fit into memory: times are rounded down to the minute,
    and annotations are left out, but for `batch_id` and `line`.

    The position of a batch in the account's list is unknown. For N ids, this reads pages of the list until all HITs are
    found, or until max(5, N / 2) pages had no HIT of the batch; then it fetches the missing HITs one by one. That is at
    most N + 5 calls, or 1.5 N from 100 ids on.
    """
    hits: dict[str, HIT | None] = dict.fromkeys(hit_ids)
    missing = {hit_id: hit_id for hit_id in hit_ids}
    fruitless = 0
    for page in mturk.hit_pages() if missing else ():
        before = len(missing)
        for hit in page:
            own = missing.pop(hit.hit_id, None)
            if own is not None:
                hits[own] = hit if whole else _compact(hit, own)
        if not missing:
            return hits
        fruitless += len(missing) == before
        if len(missing) == before and fruitless >= _max_fruitless_pages(len(missing)):
            break
    else:
        # The list has every HIT that is not deleted, so the missing ones need no calls.
        return hits
    rest = [hit_id for hit_id in hit_ids if hit_id in missing]
    hits.update(fetch_each(mturk, rest))
    return hits


def fetch_each(mturk: "MTurk", hit_ids: Sequence[str]) -> dict[str, "HIT | None"]:
    """Fetch the HIT of each id, with one call an id; None for a HIT that is deleted or of another account."""

    def fetch(hit_id: str) -> "HIT | None":
        try:
            hit = mturk.hit(hit_id)
        except NoSuchHIT:
            return None
        return None if hit.status == "Disposed" else hit

    return dict(zip(hit_ids, map_ordered(fetch, hit_ids, mturk.concurrency), strict=True))


def find_unknown(mturk: "MTurk", missing: Sequence[str]) -> set[str]:
    """The HITs that the account has never had, of those that `fetch_hits` has not found; the others are deleted.

    GetHIT gives a deleted HIT of the account with the status Disposed, and an error for any other HIT. The HITs of a
    batch usually are of one account: if a few of them are alike, the others are taken to be like them.
    """
    sample = missing[:: max(1, len(missing) // SAMPLE)][:SAMPLE]
    unknown = _unknown_of(mturk, sample)
    if len(unknown) in (0, len(sample)):
        return set(missing) if unknown else set()
    return _unknown_of(mturk, missing)


def _unknown_of(mturk: "MTurk", hit_ids: Sequence[str]) -> set[str]:
    def is_unknown(hit_id: str) -> bool:
        try:
            mturk.hit(hit_id)
        except NoSuchHIT:
            return True
        return False

    answers = map_ordered(is_unknown, hit_ids, mturk.concurrency)
    return {hit_id for hit_id, is_unknown in zip(hit_ids, answers, strict=True) if is_unknown}


def _compact(hit: "HIT", hit_id: str) -> "HIT":
    """A HIT that takes less memory: equal times are one object, because they are rounded down to the minute."""
    return replace(hit, hit_id=hit_id, annotation="", created=_minute(hit.created), expiration=_minute(hit.expiration))


@lru_cache(maxsize=1024)
def _minute(moment: datetime) -> datetime:
    whole = moment.replace(second=0, microsecond=0)
    return whole if moment == whole else _minute(whole)


def _max_fruitless_pages(missing: int) -> int:
    """The number of pages without a HIT of the batch to read while this many HITs are missing."""
    return MAX_FRUITLESS_PAGES if missing < PAGE_SIZE else missing // 2


@dataclass(frozen=True)
class Progress:
    """The progress of a batch: numbers of HITs by state, and of assignments by state.

    `gone` HITs are deleted or unknown. `available` assignments can be accepted; `expired` ones were not accepted in
    time; `pending` ones are in progress.
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
        """Whether no more work can be submitted: no assignment is available or in progress."""
        return not self.available and not self.pending


def progress_of(hits_by_id: dict[str, "HIT | None"]) -> Progress:
    """Count the HITs and their assignments by state."""
    hits = [hit for hit in hits_by_id.values() if hit is not None]

    def in_state(status: str) -> int:
        return sum(hit.status == status for hit in hits)

    return Progress(
        hits=len(hits_by_id),
        assignable=in_state("Assignable"),
        unassignable=in_state("Unassignable"),
        reviewable=in_state("Reviewable"),
        reviewing=in_state("Reviewing"),
        gone=len(hits_by_id) - len(hits),
        assignments=sum(hit.max_assignments for hit in hits),
        available=sum(hit.available for hit in hits if hit.status == "Assignable"),
        expired=sum(hit.available for hit in hits if hit.status != "Assignable"),
        pending=sum(hit.pending for hit in hits),
        submitted=sum(hit.unreviewed for hit in hits),
        reviewed=sum(hit.completed for hit in hits),
    )
