"""A shared pace of calls: as fast as the endpoint lets them through, and no faster.

Whoever only retries what was throttled makes it worse for all who call; so all threads of a command keep one pace. It
begins with a few calls at once and adds to them as they get through. At the first throttling it becomes a rate, which
falls with each throttling and feels its way up in between. Where many calls are throttled however low the rate is,
trials at higher rates show whether that helps: a service may refuse by chance, or somebody else use the account up.
"""

import math
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

#: What a rate falls to when it is throttled; below what (calls a second) it never falls, and below what it falls only
#: while nothing gets through.
FALL = 0.8
LEAST = 0.5
SOME = 1.0

#: A rate is looked at again after this many seconds without throttling, or after so many calls where they are rare.
#: Below what was throttled it goes half of the way up; beyond, the steps grow, because nobody knows how far it is.
LOOK = 0.5
CALLS = 4
STEP = 1.04
FIRST_STEP = 1.5

#: The part of the last calls that may be throttled before a rate falls; what part is suspicious, of how many calls.
TOLERATED = 0.05
SUSPICIOUS = 0.12
CENSUS = 50

#: A rate this far below what got through before is not to blame for a throttling; that is known after so many seconds
#: and calls.
BELOW = 0.65
SETTLED = 1.0
ENOUGH = 8

#: A trial makes so many calls at this many times the rate.
TRIAL = 16
TRIAL_FACTOR = 4

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
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def count(self, operation: str) -> None:
        """Count a call."""
        with self._lock:
            self.calls[operation] = self.calls.get(operation, 0) + 1

    def count_retry(self) -> None:
        """Count a call that is one once more."""
        with self._lock:
            self.retries += 1

    def count_throttled(self) -> None:
        """Count a call that was refused for coming too soon."""
        with self._lock:
            self.throttled += 1

    @property
    def seconds(self) -> float:
        """Since the command began."""
        return time.monotonic() - self.began


class _Trial:
    """A few calls at a higher rate, to see whether more of them get through.

    `succeeded` says that a trial before did: what is throttled is not for the rate.
    """

    def __init__(self) -> None:
        self.is_on = self.succeeded = False

    def begin(self, now: float, rate: float, got: float, calls: int) -> None:
        """Try a rate from now on, for so many calls; before, `got` calls a second got through."""
        self.succeeded = self.is_on
        self.is_on = True
        self.began, self.rate, self.got, self.calls = now, rate, got, calls
        self.passed = self.throttled = 0

    def end(self) -> None:
        """Back to a rate that falls."""
        self.is_on = self.succeeded = False

    def counts(self, began: float, throttled: bool) -> bool:
        """Count a call, if it is one of the trial; return whether it was the last."""
        if not self.is_on or began < self.began:
            return False
        self.throttled += throttled
        self.passed += not throttled
        return self.passed + self.throttled >= self.calls

    def outcome(self, now: float) -> tuple[float, float]:
        """What got through a second, and which part was throttled."""
        return self.passed / max(now - self.began, 0.02), self.throttled / (self.passed + self.throttled)


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
        self._trial = _Trial()
        # Since when there is a rate, and the most that got through a second since then.
        self._began_rate = math.inf
        self._best = 0.0
        self._below = BELOW
        # How often in a row a suspicious part was throttled, and how often that has to be before it is worth a trial:
        # the first time it may be due to the beginning, and after a trial that failed it is less likely to be chance.
        self._suspicion, self._sure = 0, 2
        # Of the last calls, which were throttled.
        self._recent: deque[bool] = deque(maxlen=CENSUS)

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

    def passed(self, began: float) -> None:
        """A call that began then got through."""
        with self._changed:
            now = self._clock()
            self._passed.append(now)
            self._recent.append(False)
            if self.rate is None:
                self._allowed = min(self._allowed + 1 / self._allowed, self.most)
                self._changed.notify()
            if self._trial.counts(began, False):
                self._judge(now)
            if self._trial.is_on:
                return
            self._note_best(now)
            if self.rate is not None and now - max(self._fell, self._looked) > max(LOOK, CALLS / self.rate):
                self._rise(now, self.rate)

    def throttled(self, began: float) -> None:
        """A call that began then was refused for coming too soon."""
        with self._changed:
            now = self._clock()
            if self.rate is not None and self._trial.counts(began, True):
                self._judge(now)
                return
            if began < self._fell or self._trial.is_on:
                return  # it was on its way when the pace fell
            self._recent.append(True)
            part = sum(self._recent) / len(self._recent)
            if len(self._recent) >= 20 and part <= TOLERATED:
                self._suspicion = 0
                return
            if self.rate is not None and self.rate < self._below * self._best:
                # More than this got through before: the rate is not to blame.
                self._recent.clear()
                self._try(now, TRIAL_FACTOR * self._best, self._best / 2, TRIAL)
                return
            if self.rate is not None and len(self._recent) == CENSUS and part > SUSPICIOUS:
                self._recent.clear()
                self._suspicion += 1
                if self._suspicion >= self._sure:
                    self._try(now, TRIAL_FACTOR * self.rate, self._got_through(now), TRIAL)
                    return
            self._fall(now)

    def _note_best(self, now: float) -> None:
        """Note what got through a second, once what was saved up for a burst is spent."""
        if len(self._passed) >= ENOUGH and self._passed[-ENOUGH] >= self._began_rate + SETTLED:
            self._best = max(0.995 * self._best, (ENOUGH - 1) / max(now - self._passed[-ENOUGH], 0.01))

    def _try(self, now: float, rate: float, got: float, calls: int) -> None:
        self._trial.begin(now, rate, got, calls)
        self._set(rate, now)

    def _judge(self, now: float) -> None:
        """A trial has been made: did more get through at the higher rate?"""
        trial = self._trial
        got, part = trial.outcome(now)
        self._recent.clear()
        self._suspicion = 0
        if got > 1.5 * trial.got:
            self._sure, self._below = 2, BELOW
            self._try(now, TRIAL_FACTOR * trial.rate, got, TRIAL)
        elif trial.succeeded and part < 0.6 and got > 0.6 * trial.got:
            # No more gets through, and no less: this is as fast as all threads are.
            self._try(now, trial.rate, max(got, 0.95 * trial.got), CENSUS * 2)
        else:
            trial.end()
            self._best = got
            self._below *= BELOW
            self._sure *= 2
            self._ceiling = got
            self._set(0.95 * max(got, LEAST), now)
            self._fell = now

    def _set(self, rate: float, now: float) -> None:
        self.rate = rate
        self._next = min(self._next, now + 1 / rate)
        self._changed.notify_all()

    def _fall(self, now: float) -> None:
        got = self._got_through(now)
        if self.rate is None:
            # Little is known yet: begin low, and rise fast.
            self._began_rate = now
            # From now on it is the rate that holds calls back.
            self._allowed = float(self.most)
            self.rate, self._ceiling, self._step = FALL * max(got, 1 / SHORTEST), math.inf, FIRST_STEP
        else:
            # What gets through is the limit itself, but for what was saved up for a burst.
            nothing = not self._passed or self._passed[-1] <= self._fell
            self._ceiling = min(self.rate, max(got, self.rate / 2))
            fallen = min(self.rate * (FALL / 2 if nothing else FALL), self._ceiling)
            self.rate = max(fallen, LEAST if nothing else SOME)
            self._step = STEP
        self._fell = now
        self._next = max(self._next, now + 1 / self.rate)

    def _rise(self, now: float, rate: float) -> None:
        near = 0.95 * self._ceiling
        if rate < 0.93 * self._ceiling and self._ceiling < math.inf:
            self.rate = rate + (near - rate) / 2
        else:
            self.rate = rate * self._step
            self._step = min(2.0, 1 + (self._step - 1) * 1.5)
        self._looked = now

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
