"""Watch a batch in few calls: its progress, its rate, and the next automatic approval."""

import heapq
from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from simpleturk.batch.progress import Progress, fetch_each, fetch_hits, progress_of
from simpleturk.batch.times import WITHIN_A_DAY, WITHIN_AN_HOUR, iso
from simpleturk.client.parallel import map_ordered
from simpleturk.errors import NoSuchHIT

if TYPE_CHECKING:
    from simpleturk.client.client import MTurk
    from simpleturk.mturk.models import HIT

#: The rate of a watched batch is that of this last period.
RATE_WINDOW = timedelta(minutes=30)

#: The most HITs that are asked for the exact times of their work: by each look, and by a command that looks once.
EXACT_PER_LOOK = 16
EXACT_ONCE = 100

#: The most by which the clocks of this computer and of the marketplace differ.
CLOCKS_DIFFER = timedelta(minutes=1)


@dataclass(frozen=True)
class Due:
    """Submitted work that is approved automatically soon. `in_an_hour` and `in_a_day` count assignments.

    If the counts are not `is_exact`, some of these assignments may be approved later. The `first` is approved at this
    time, or later if that is not `first_is_exact`; None if no work waits. `is_urgent`: the first one is near.
    """

    in_an_hour: int
    in_a_day: int
    is_exact: bool
    first: datetime | None
    first_is_exact: bool
    is_urgent: bool

    def as_json(self) -> dict[str, Any]:
        """The part of what `progress --json` prints."""
        return {
            "next_auto_approval": iso(self.first),
            "exact": self.first_is_exact,
            "due_in_an_hour": self.in_an_hour,
            "due_in_a_day": self.in_a_day,
            "due_exact": self.is_exact,
        }


@dataclass(frozen=True)
class Snapshot:
    """A batch at one moment. Times are aware UTC; None if there is none or it is unknown.

    `per_hour` counts submitted assignments. `oldest_unreviewed` is exact if `due.first_is_exact`, else earlier than the
    true time.
    """

    time: datetime
    progress: Progress
    per_hour: float | None
    estimated_finish: datetime | None
    oldest_unreviewed: datetime | None
    due: Due

    def as_json(self) -> dict[str, Any]:
        """The record that `progress --watch` prints in a pipe."""
        return {
            "time": iso(self.time),
            **self.progress.as_json(),
            "per_hour": self.per_hour,
            "estimated_finish": iso(self.estimated_finish),
            "oldest_unreviewed": iso(self.oldest_unreviewed),
            **self.due.as_json(),
        }


@dataclass(frozen=True)
class _Unreviewed:
    """The unreviewed assignments of a HIT. The oldest was submitted at `since`, or later if that is not exact.

    `deadlines` are the times of automatic approval of all of them, if they are exact.
    """

    hit_id: str
    number: int
    since: datetime
    deadline: datetime
    is_exact: bool
    deadlines: tuple[datetime, ...] = ()


class Watch:
    """Fetches the HITs of a batch repeatedly. `hits` has the last state of each, in the order of the ids.

    HITs are compact unless `whole`; see `fetch_hits`.
    """

    def __init__(self, mturk: "MTurk", hit_ids: Sequence[str], whole: bool = False) -> None:
        self.hits: dict[str, HIT | None] = {}
        self._mturk = mturk
        self._whole = whole
        self._hit_ids = hit_ids
        self._pages = 0
        self._looked: datetime | None = None
        self._history: deque[tuple[datetime, int]] = deque()
        self._waiting: dict[str, _Unreviewed] = {}
        self._taken: dict[str, tuple[int, int]] = {}

    def refresh(self) -> Progress:
        """Update `hits`. HITs that hardly change any more are fetched again only when all others are done."""
        open_ = [hit_id for hit_id in self._hit_ids if not self.hits or _can_change(self.hits[hit_id])]
        self._update(open_)
        state = progress_of(self.hits)
        if state.is_done and len(open_) < len(self._hit_ids):
            # HITs may have been extended meanwhile.
            self._update(self._hit_ids)
            state = progress_of(self.hits)
        return state

    def _update(self, hit_ids: Sequence[str]) -> None:
        # The last refresh measured the number of pages.
        if self._pages and len(hit_ids) <= self._pages:
            hits = fetch_each(self._mturk, hit_ids)
        else:
            calls = self._mturk.stats.calls
            pages, asked = calls.get("list_hits", 0), calls.get("get_hit", 0)
            hits = fetch_hits(self._mturk, hit_ids, self._whole)
            # If pages did not show the batch, they will not show it the next time.
            fell_back = calls.get("get_hit", 0) - asked > calls.get("list_hits", 0) - pages
            self._pages = len(self._hit_ids) if fell_back else calls.get("list_hits", 0) - pages
        self.hits = self.hits | hits if self.hits else hits

    def changed(self) -> list["HIT"]:
        """The HITs whose numbers of assignments have changed since `take`."""
        return [hit for hit in self.hits.values() if hit is not None and self._taken.get(hit.hit_id) != _work(hit)]

    def take(self, hits: Iterable["HIT"]) -> None:
        """Note that the results of these HITs have been fetched."""
        self._taken.update((hit.hit_id, _work(hit)) for hit in hits)

    def look(self) -> Snapshot:
        """Refresh, and return the state of the batch."""
        state = self.refresh()
        now = datetime.now(UTC)
        rate = self._rate(state, now)
        left = state.available + state.pending
        self._note_waiting(now)
        asked = self._ask_soon(now, EXACT_PER_LOOK)
        first = self._first(EXACT_PER_LOOK - asked)
        self._looked = now
        return Snapshot(
            time=now,
            progress=state,
            per_hour=rate and round(rate, 1),
            estimated_finish=_after(now, left / rate) if rate and left else None,
            oldest_unreviewed=first.since if first else None,
            due=self._due(now),
        )

    def next_auto_approval(self) -> tuple[datetime, bool] | None:
        """The next automatic approval of work in `hits`, and whether the time is exact; None if no work waits.

        A time that is not exact is earlier than the true one.
        """
        self._note_waiting(datetime.now(UTC))
        first = self._first(EXACT_PER_LOOK)
        return (first.deadline, first.is_exact) if first else None

    def due(self) -> Due:
        """The work in `hits` that is approved automatically soon.

        The times bound those of the API's HITs; at most EXACT_ONCE HITs whose work may be due within a day are asked.
        """
        now = datetime.now(UTC)
        self._note_waiting(now)
        self._ask_soon(now, EXACT_ONCE)
        return self._due(now)

    def _due(self, now: datetime) -> Due:
        hour = day = 0
        is_exact = True
        for waiting in self._waiting.values():
            for deadline in waiting.deadlines if waiting.is_exact else (waiting.deadline,) * waiting.number:
                hour += deadline < now + WITHIN_AN_HOUR
                day += deadline < now + WITHIN_A_DAY
            is_exact = is_exact and (waiting.is_exact or waiting.deadline >= now + WITHIN_A_DAY)
        first = self._earliest()
        return Due(
            in_an_hour=hour,
            in_a_day=day,
            is_exact=is_exact,
            first=first.deadline if first else None,
            first_is_exact=first is None or first.is_exact,
            # If the delay is short, within a quarter of it.
            is_urgent=first is not None
            and first.deadline - now < min(WITHIN_A_DAY, (first.deadline - first.since) / 4),
        )

    def _rate(self, state: Progress, now: datetime) -> float | None:
        """Assignments submitted per hour in the last period, or since the batch was created at the first look."""
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
        """Update the earliest possible submission of each HIT's unreviewed work."""
        known, self._waiting = self._waiting, {}
        for hit in self.hits.values():
            if hit is None or not hit.unreviewed:
                continue
            old = known.get(hit.hit_id)
            if old is None:
                since = self._looked - CLOCKS_DIFFER if self._looked else hit.created
                delay = timedelta(seconds=hit.auto_approval_delay)
                old = _Unreviewed(hit.hit_id, hit.unreviewed, since, since + delay, False)
            elif hit.unreviewed < old.number:
                # The oldest one may have been reviewed.
                old = replace(old, is_exact=False)
            self._waiting[hit.hit_id] = replace(old, number=hit.unreviewed)

    def _ask_soon(self, now: datetime, most: int) -> int:
        """Ask HITs whose work may be due within a day for the exact times, the earliest first; return their number."""
        inexact = (work for work in self._waiting.values() if not work.is_exact and work.deadline < now + WITHIN_A_DAY)
        soon = heapq.nsmallest(most, inexact, key=lambda work: work.deadline)
        for work, times in zip(soon, map_ordered(self._times, soon, self._mturk.concurrency), strict=True):
            self._set_times(work, times)
        return len(soon)

    def _first(self, most: int) -> _Unreviewed | None:
        """The work with the next automatic approval. Asks at most this many HITs for the exact time."""
        for _ in range(most):
            first = self._earliest()
            if first is None or first.is_exact:
                return first
            self._set_times(first, self._times(first))
        return self._earliest()

    def _set_times(self, work: _Unreviewed, times: list[tuple[datetime, datetime]]) -> None:
        if times:
            deadline, since = min(times)
            deadlines = tuple(deadline for deadline, _ in times)
            exact = replace(work, since=since, deadline=deadline, is_exact=True, deadlines=deadlines)
            self._waiting[work.hit_id] = exact
        else:  # reviewed meanwhile
            del self._waiting[work.hit_id]

    def _earliest(self) -> _Unreviewed | None:
        return min(self._waiting.values(), key=lambda waiting: waiting.deadline, default=None)

    def _times(self, waiting: _Unreviewed) -> list[tuple[datetime, datetime]]:
        """The times of automatic approval and of submission of a HIT's unreviewed assignments."""
        try:
            assignments = list(self._mturk.assignments(waiting.hit_id, ("Submitted",), waiting.number))
        except NoSuchHIT:  # deleted meanwhile
            return []
        return [(item.auto_approval, item.submitted) for item in assignments if item.auto_approval and item.submitted]


def _work(hit: "HIT") -> tuple[int, int]:
    return hit.unreviewed, hit.completed


def _can_change(hit: "HIT | None") -> bool:
    return hit is not None and (hit.status in ("Assignable", "Unassignable") or hit.unreviewed > 0)


def _after(now: datetime, hours: float) -> datetime | None:
    return now + timedelta(hours=hours) if hours < 100_000 else None
