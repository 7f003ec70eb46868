"""A shared pace of calls: as fast as the endpoint lets them through, and no faster.

Whoever only retries what was throttled makes it worse for all who call; so all threads of a command keep one pace. It
begins with a few calls at once and doubles them with each round that gets through. At the first throttling it becomes a
rate: what got through of late. From then on it falls with each throttling and feels its way up in between.
"""

import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: What a rate falls to when it is throttled, and never below (calls a second).
FALL = 0.8
LEAST = 0.2

#: A rate is looked at again after a second without throttling, or after so many calls where they are rare. Below what
#: was throttled it goes half of the way up; beyond, the steps grow, because nobody knows how far it is.
CALLS = 8
STEP = 1.04

#: Seconds over which the calls that got through are counted.
WINDOW = 3.0

#: What gets through in less than this time, in seconds, says little of the rate.
SHORTEST = 0.25

#: How many calls are in flight at first.
FIRST = 2


@dataclass
class Stats:
    """What a command's calls came to: by operation, and how many of them were repetitions or throttled."""

    calls: dict[str, int] = field(default_factory=dict)
    retries: int = 0
    throttled: int = 0
    began: float = field(default_factory=time.monotonic)

    def count(self, operation: str) -> None:
        """Count a call."""
        self.calls[operation] = self.calls.get(operation, 0) + 1

    @property
    def seconds(self) -> float:
        """Since the command began."""
        return time.monotonic() - self.began


class Pace:
    """`most` calls may be in flight at once. `clock` is time's, but for tests."""

    def __init__(self, most: int, clock: Callable[[], float] = time.monotonic) -> None:
        self.most = most
        self.rate: float | None = None
        self._clock = clock
        self._changed = threading.Condition()
        self._in_flight = 0
        self._allowed = float(min(FIRST, most))
        self._next = 0.0
        self._passed: deque[float] = deque(maxlen=10_000)
        self._began: float | None = None
        # The rate that was throttled last, when that was, when the rate was looked at, and the next step beyond it.
        self._ceiling = 0.0
        self._fell = -1e9
        self._looked = 0.0
        self._step = STEP

    @contextmanager
    def turn(self) -> Iterator[float]:
        """Wait for one's turn to call; yields when it began."""
        with self._changed:
            while self._in_flight >= int(self._allowed) or (wait := self._take()) > 0:
                # Others may change the pace meanwhile: nobody waits for a place that was given out long before.
                self._changed.wait(wait if self._in_flight < int(self._allowed) else None)
            self._in_flight += 1
        try:
            yield self._clock()
        finally:
            with self._changed:
                self._in_flight -= 1
                self._changed.notify_all()

    def passed(self) -> None:
        """A call got through."""
        with self._changed:
            now = self._clock()
            self._passed.append(now)
            if self.rate is None:
                self._allowed = min(self._allowed + 1 / self._allowed, self.most)
                self._changed.notify()
            elif now - max(self._fell, self._looked) > max(1.0, CALLS / self.rate):
                self._rise(now, self.rate)

    def _rise(self, now: float, rate: float) -> None:
        near = 0.95 * self._ceiling
        if rate < 0.93 * self._ceiling:
            self.rate = rate + (near - rate) / 2
        else:
            self.rate = rate * self._step
            self._step = min(2.0, 1 + (self._step - 1) * 1.5)
        self._looked = now

    def throttled(self, began: float) -> None:
        """A call that began then was refused for coming too soon."""
        with self._changed:
            now = self._clock()
            if began < self._fell:
                return  # it was on its way when the pace fell
            got = self._got_through(now)
            tried = got if self.rate is None else self.rate
            # What gets through is the limit itself, but for what was saved up for a burst.
            again = not self._passed or self._passed[-1] <= self._fell
            self._ceiling = min(tried, max(got, tried / 2))
            self.rate = max(min(tried * (FALL / 2 if again else FALL), self._ceiling), LEAST)
            self._step, self._fell = STEP, now
            self._next = max(self._next, now + 1 / self.rate)

    def _got_through(self, now: float) -> float:
        """Calls a second that got through of late."""
        began = now if self._began is None else self._began
        span = max(min(now - began, WINDOW), SHORTEST)
        while self._passed and self._passed[0] < now - WINDOW:
            self._passed.popleft()
        return max(len(self._passed) / span, LEAST)

    def _take(self) -> float:
        """Take the next place in time, if it has come; else return how long it is until then."""
        now = self._clock()
        self._began = now if self._began is None else self._began
        if self.rate is None:
            return 0.0
        if now < self._next:
            return self._next - now
        self._next = now + 1 / self.rate
        return 0.0
