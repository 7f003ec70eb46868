"""A batch looked at again and again, in few calls: how it stands, how fast it goes, what will approve itself when."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simpleturk.batch.survey import Progress, ask_each, progress, survey
from simpleturk.batch.times import iso

if TYPE_CHECKING:
    from simpleturk.mturk import MTurk
    from simpleturk.shown import HIT

#: How far back the rate of a watched batch looks.
RATE_WINDOW = timedelta(minutes=30)

#: How many HITs a look may ask for the exact time of their oldest work.
EXACT_PER_LOOK = 16

#: Work that approves itself within this time is warned of; where the delay is short, within a quarter of it.
WARN_BEFORE = timedelta(days=1)

#: How far this computer's clock and the marketplace's may differ.
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True)
class Look:
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
    """Looks at a batch. `hits` are the HITs as they stood at the last look, in the order of the ids."""

    def __init__(self, mturk: "MTurk", hit_ids: Sequence[str]) -> None:
        self.hits: dict[str, HIT | None] = {}
        self._mturk = mturk
        self._hit_ids = hit_ids
        self._pages = 0
        self._looked: datetime | None = None
        self._history: deque[tuple[datetime, int]] = deque()
        self._waiting: dict[str, _Waiting] = {}

    def refresh(self) -> Progress:
        """Bring `hits` up to date. What can change no more is not asked for again."""
        open_ = [hit_id for hit_id in self._hit_ids if not self.hits or _can_change(self.hits[hit_id])]
        before = self._mturk.stats.calls.get("list_hits", 0)
        # The last look told how many pages it takes.
        if self._pages and len(open_) <= self._pages:
            found = ask_each(self._mturk, open_)
        else:
            found = survey(self._mturk, open_)
            self._pages = self._mturk.stats.calls.get("list_hits", 0) - before
        self.hits = self.hits | found if self.hits else found
        return progress(self.hits)

    def look(self) -> Look:
        """How the batch stands now."""
        state = self.refresh()
        now = datetime.now(UTC)
        rate = self._rate(state, now)
        left = state.available + state.pending
        self._note_waiting(now)
        first = self._first()
        self._looked = now
        return Look(
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
            first = min(self._waiting.values(), key=lambda waiting: waiting.deadline, default=None)
            if first is None or first.is_exact:
                return first
            times = [
                (assignment.auto_approval, assignment.submitted)
                for assignment in self._mturk.assignments(first.hit_id, ("Submitted",), first.number)
                if assignment.auto_approval and assignment.submitted
            ]
            if times:
                deadline, since = min(times)
                self._waiting[first.hit_id] = replace(first, since=since, deadline=deadline, is_exact=True)
            else:  # reviewed in this very moment
                del self._waiting[first.hit_id]
        return min(self._waiting.values(), key=lambda waiting: waiting.deadline, default=None)


def _can_change(hit: "HIT | None") -> bool:
    return hit is not None and (hit.status in ("Assignable", "Unassignable") or hit.unreviewed > 0)


def _after(now: datetime, hours: float) -> datetime | None:
    return now + timedelta(hours=hours) if hours < 100_000 else None
