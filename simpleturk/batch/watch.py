"""A batch looked at again and again, in few calls: how it stands, how fast it goes, what will approve itself when."""

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simpleturk.batch.status import Progress, ask_each, progress, survey
from simpleturk.batch.times import iso
from simpleturk.errors import NoSuchHIT

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT

#: How far back the rate of a watched batch looks.
RATE_WINDOW = timedelta(minutes=30)

#: How many HITs a look may ask for the exact time of their oldest work.
EXACT_PER_LOOK = 16

#: Work that approves itself within this time is warned of; where the delay is short, within a quarter of it.
WARN_BEFORE = timedelta(days=1)

#: How far this computer's clock and the marketplace's may differ.
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True)
class Snapshot:
    """A batch at one moment. Times are aware UTC; None is "none" or "nobody knows".

    `per_hour` counts submitted assignments. `oldest_unreviewed` and `next_auto_approval` are never too late; they are
    exact if `is_exact`. `is_urgent` says that the next auto-approval is near.
    """

    time: datetime
    progress: Progress
    per_hour: float | None
    estimated_finish: datetime | None
    oldest_unreviewed: datetime | None
    next_auto_approval: datetime | None
    is_exact: bool
    is_urgent: bool

    def as_json(self) -> dict[str, Any]:
        """The record that `progress --watch` prints in a pipe."""
        return {
            "time": iso(self.time),
            **self.progress.as_json(),
            "per_hour": self.per_hour,
            "estimated_finish": iso(self.estimated_finish),
            "oldest_unreviewed": iso(self.oldest_unreviewed),
            "next_auto_approval": iso(self.next_auto_approval),
            "exact": self.is_exact,
        }


@dataclass(frozen=True)
class _Waiting:
    """A HIT's unreviewed work: the oldest was submitted at `since` if that is exact, else not before it."""

    hit_id: str
    number: int
    since: datetime
    deadline: datetime
    is_exact: bool


class Watch:
    """Looks at a batch. `hits` are the HITs as they stood at the last look, in the order of the ids.

    They are compact unless `whole`, as `survey` has it.
    """

    def __init__(self, mturk: "MTurk", hit_ids: Sequence[str], whole: bool = False) -> None:
        self.hits: dict[str, HIT | None] = {}
        self._mturk = mturk
        self._whole = whole
        self._hit_ids = hit_ids
        self._pages = 0
        self._looked: datetime | None = None
        self._history: deque[tuple[datetime, int]] = deque()
        self._waiting: dict[str, _Waiting] = {}
        self._taken: dict[str, tuple[int, int]] = {}

    def refresh(self) -> Progress:
        """Bring `hits` up to date. What can hardly change any more is asked for again only before all is done."""
        open_ = [hit_id for hit_id in self._hit_ids if not self.hits or _can_change(self.hits[hit_id])]
        self._update(open_)
        state = progress(self.hits)
        if state.is_done and len(open_) < len(self._hit_ids):
            # Somebody may have put HITs on the market again, or asked for more assignments.
            self._update(self._hit_ids)
            state = progress(self.hits)
        return state

    def _update(self, hit_ids: Sequence[str]) -> None:
        # The last look told how many pages it takes.
        if self._pages and len(hit_ids) <= self._pages:
            found = ask_each(self._mturk, hit_ids)
        else:
            calls = self._mturk.stats.calls
            pages, asked = calls.get("list_hits", 0), calls.get("get_hit", 0)
            found = survey(self._mturk, hit_ids, self._whole)
            # Pages that did not show the batch will not show it the next time.
            fell_back = calls.get("get_hit", 0) - asked > calls.get("list_hits", 0) - pages
            self._pages = len(self._hit_ids) if fell_back else calls.get("list_hits", 0) - pages
        self.hits = self.hits | found if self.hits else found

    def changed(self) -> list["HIT"]:
        """The HITs whose work is not what it was when it was taken last."""
        return [hit for hit in self.hits.values() if hit is not None and self._taken.get(hit.hit_id) != _work(hit)]

    def take(self, hits: Iterable["HIT"]) -> None:
        """Note that these HITs' work has been taken."""
        self._taken.update((hit.hit_id, _work(hit)) for hit in hits)

    def look(self) -> Snapshot:
        """How the batch stands now."""
        state = self.refresh()
        now = datetime.now(UTC)
        rate = self._rate(state, now)
        left = state.available + state.pending
        self._note_waiting(now)
        first = self._first()
        self._looked = now
        return Snapshot(
            time=now,
            progress=state,
            per_hour=rate and round(rate, 1),
            estimated_finish=_after(now, left / rate) if rate and left else None,
            oldest_unreviewed=first.since if first else None,
            next_auto_approval=first.deadline if first else None,
            is_exact=first is None or first.is_exact,
            is_urgent=first is not None and first.deadline - now < min(WARN_BEFORE, (first.deadline - first.since) / 4),
        )

    def _rate(self, state: Progress, now: datetime) -> float | None:
        """Assignments submitted an hour: of late, or since the batch was created if it was just looked at first."""
        done = state.submitted + state.reviewed
        self._history.append((now, done))
        while len(self._history) > 2 and now - self._history[1][0] >= RATE_WINDOW:
            self._history.popleft()
        since, before = self._history[0]
        if done <= before:
            created = min((hit.created for hit in self.hits.values() if hit), default=now)
            since, before = min(created, since), 0
        hours = (now - since) / timedelta(hours=1)
        return (done - before) / hours if done > before and hours > 0 else None

    def _note_waiting(self, now: datetime) -> None:
        """Bound since when each HIT's unreviewed work has waited."""
        known, self._waiting = self._waiting, {}
        for hit in self.hits.values():
            if hit is None or not hit.unreviewed:
                continue
            old = known.get(hit.hit_id)
            if old is None:
                since = self._looked - CLOCKS_DIFFER if self._looked else hit.created
                delay = timedelta(seconds=hit.auto_approval_delay)
                old = _Waiting(hit.hit_id, hit.unreviewed, since, since + delay, False)
            elif hit.unreviewed < old.number:
                # Which one was reviewed is not known: perhaps the oldest.
                old = replace(old, is_exact=False)
            self._waiting[hit.hit_id] = replace(old, number=hit.unreviewed)

    def _first(self) -> _Waiting | None:
        """The work that approves itself next; HITs are asked for its exact time, the likeliest first."""
        for _ in range(EXACT_PER_LOOK):
            first = self._likeliest()
            if first is None or first.is_exact:
                return first
            if times := self._times(first):
                deadline, since = min(times)
                self._waiting[first.hit_id] = replace(first, since=since, deadline=deadline, is_exact=True)
            else:  # reviewed in this very moment
                del self._waiting[first.hit_id]
        return self._likeliest()

    def _likeliest(self) -> _Waiting | None:
        return min(self._waiting.values(), key=lambda waiting: waiting.deadline, default=None)

    def _times(self, waiting: _Waiting) -> list[tuple[datetime, datetime]]:
        """When each of a HIT's assignments that wait approves itself, and when it was submitted."""
        try:
            found = list(self._mturk.assignments(waiting.hit_id, ("Submitted",), waiting.number))
        except NoSuchHIT:  # deleted in this very moment
            return []
        return [(one.auto_approval, one.submitted) for one in found if one.auto_approval and one.submitted]


def _work(hit: "HIT") -> tuple[int, int]:
    return hit.unreviewed, hit.completed


def _can_change(hit: "HIT | None") -> bool:
    return hit is not None and (hit.status in ("Assignable", "Unassignable") or hit.unreviewed > 0)


def _after(now: datetime, hours: float) -> datetime | None:
    return now + timedelta(hours=hours) if hours < 100_000 else None
