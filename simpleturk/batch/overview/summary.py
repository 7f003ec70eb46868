"""The HITs of an account → a summary of each of several batches, in one pass over the account's list."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from simpleturk.batch.progress import find_unknown, progress_of
from simpleturk.batch.times import iso
from simpleturk.batch.watch import Watch
from simpleturk.errors import MarketplaceError

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT


@dataclass(frozen=True)
class Summary:
    """How far a batch has come.

    `gone` HITs are deleted. `done` assignments are submitted, `to_review` are those of them that wait for review.
    `held` is what may still have to be paid to workers, in USD: for work that waits for review, is in progress or is
    available. `next_auto_approval` is None if no work waits; if not `exact`, the true time may be later.
    """

    hits: int
    gone: int
    assignments: int
    done: int
    to_review: int
    held: Decimal
    next_auto_approval: datetime | None
    exact: bool

    def as_json(self) -> dict[str, Any]:
        """The part of a record of `batches`."""
        moment = self.next_auto_approval
        return {
            "hits": self.hits,
            "gone": self.gone,
            "assignments": self.assignments,
            "done": self.done,
            "to_review": self.to_review,
            "held": f"{self.held:.2f}",
            "next_auto_approval": iso(moment.replace(microsecond=0)) if moment else None,
            "exact": self.exact,
        }


def listed_hits(mturk: "MTurk", hit_ids: Collection[str]) -> dict[str, "HIT"]:
    """The HITs with these ids that the account has, by id: one call for each page of the account's list, at most."""
    hits: dict[str, HIT] = {}
    missing = set(hit_ids)
    for page in mturk.hit_pages() if missing else ():
        for hit in page:
            if hit.hit_id in missing:
                missing.remove(hit.hit_id)
                hits[hit.hit_id] = hit
        if not missing:
            break
    return hits


def summarize(mturk: "MTurk", hit_ids: Sequence[str], listed: Mapping[str, "HIT"]) -> Summary:
    """The summary of a batch whose HITs are among the `listed` ones.

    Asks for the exact times of automatic approvals where some are near, and about one HIT if none is listed. Raises
    MarketplaceError if the batch is of another account.
    """
    hits = {hit_id: listed.get(hit_id) for hit_id in hit_ids}
    if hits and not any(hits.values()) and find_unknown(mturk, hit_ids[:1]):
        raise MarketplaceError("its HITs are not found under these keys")
    state = progress_of(hits)
    watch = Watch(mturk, hit_ids)
    watch.hits = hits
    deadline = watch.next_auto_approval()
    return Summary(
        hits=state.hits,
        gone=state.gone,
        assignments=state.assignments,
        done=state.submitted + state.reviewed,
        to_review=state.submitted,
        held=_held(hit for hit in hits.values() if hit is not None),
        next_auto_approval=deadline[0] if deadline else None,
        exact=deadline is None or deadline[1],
    )


def _held(hits: Iterable["HIT"]) -> Decimal:
    unpaid = (
        hit.reward * (hit.unreviewed + hit.pending + (hit.available if hit.status == "Assignable" else 0))
        for hit in hits
    )
    return sum(unpaid, Decimal(0))
