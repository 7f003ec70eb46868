"""HITs → more places, or more time on the market: the outcomes yielded one by one."""

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from simpleturk.batch.review import Outcome, each

if TYPE_CHECKING:
    from simpleturk.mturk import MTurk
    from simpleturk.shown import HIT

#: Times within this of the one that is wanted are as good as it.
NEAR = timedelta(minutes=1)


def wanted_places(hits: Sequence["HIT"], before: int | None, more: int) -> dict[str, int]:
    """How many places each HIT lacks to have `more` than `before`; None is the fewest that any of them has.

    A HIT that has them already, because an earlier run gave them, lacks none and is left out.
    """
    base = min((hit.max_assignments for hit in hits), default=0) if before is None else before
    lacking = {hit.hit_id: base + more - hit.max_assignments for hit in hits}
    return {hit_id: number for hit_id, number in lacking.items() if number > 0}


def wanted_time(hits: Sequence["HIT"], hours: float) -> tuple[datetime, list[str]]:
    """When the HITs are to leave the market, so many hours later than the first of them would; and which have to wait.

    What has left the market is counted from now.
    """
    first = min((hit.expiration for hit in hits), default=datetime.now(UTC))
    moment = max(first, datetime.now(UTC)) + timedelta(hours=hours)
    return moment, [hit.hit_id for hit in hits if hit.expiration < moment - NEAR]


def add_places(mturk: "MTurk", lacking: dict[str, int], most: int) -> Iterator[Outcome]:
    """Give HITs the places that they lack; afterwards a HIT has `most` at least."""

    def act(hit_id: str) -> None:
        token = hashlib.sha256(f"{hit_id}:{most}".encode()).hexdigest()
        mturk.add_assignments(hit_id, lacking[hit_id], token)

    return each(mturk, lacking, act)


def add_time(mturk: "MTurk", hit_ids: Sequence[str], moment: datetime) -> Iterator[Outcome]:
    """Let HITs leave the market at a moment."""
    return each(mturk, hit_ids, lambda hit_id: mturk.expire(hit_id, moment))
