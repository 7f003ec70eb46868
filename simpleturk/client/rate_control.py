"""How fast to call an endpoint whose limit is not known: as fast as calls succeed, and no faster.

At first there is no rate, only a number of calls in flight, which grows as calls succeed. The first throttled call
sets a rate. From then on the rate falls when calls are throttled and rises in between. An endpoint may also throttle
calls whatever the rate is: by chance, or because another program uses the same account. A lower rate does not help
there, so where throttling goes on at a low rate, trials at higher rates measure whether more calls succeed.

Nothing here waits or reads a clock: every method is given the time in seconds.
"""

import math
from collections import deque

#: How many calls may be in flight at first.
FIRST_IN_FLIGHT = 2

#: The lowest rate, in calls a second; and the lowest rate while some calls succeed.
MIN_RATE = 0.5
MIN_RATE_WITH_SUCCESSES = 1.0

#: A throttled call multiplies the rate by this.
DECREASE = 0.8

#: The rate rises after this many seconds without throttling, or the time of this many calls where that is longer.
RISE_SECONDS = 0.5
RISE_CALLS = 4

#: Below the rate that was throttled last, the rate rises half of the way. Above it, the rate is multiplied by a factor
#: that begins at RISE and grows, since the new limit may be far away. After the first throttling the factor begins at
#: FIRST_RISE, since the first rate is a low guess.
RISE = 1.04
FIRST_RISE = 1.5
MAX_RISE = 2.0

#: The last calls that are looked at, and the share of them that may be throttled before the rate falls.
WINDOW_CALLS = 50
TOLERATED_SHARE = 0.05
MIN_CALLS_FOR_SHARE = 20

#: The share of throttled calls that is suspicious: a limited rate alone leads to fewer.
SUSPICIOUS_SHARE = 0.12

#: A rate below this part of the best rate of successes is not the reason for throttling. The best rate is measured over
#: BEST_CALLS calls, and not before SETTLE_SECONDS after the first throttling: endpoints allow some calls at once.
BLAMELESS_PART = 0.65
BEST_CALLS = 8
SETTLE_SECONDS = 1.0

#: A trial makes this many calls, at this many times the rate.
TRIAL_CALLS = 16
TRIAL_FACTOR = 4

#: The seconds over which successes are counted, and the shortest time from which a rate can be computed.
WINDOW_SECONDS = 3.0
MIN_WINDOW_SECONDS = 0.25


class Trial:
    """Some calls at a higher rate, to measure whether more of them succeed.

    `has_succeeded`: the trial before this one succeeded, so throttling does not depend on the rate.
    """

    def __init__(self) -> None:
        self.is_running = self.has_succeeded = False

    def start(self, now: float, rate: float, baseline: float, calls: int) -> None:
        """Try a rate for a number of calls; before the trial, `baseline` calls a second succeeded."""
        self.has_succeeded = self.is_running
        self.is_running = True
        self.started, self.rate, self.baseline, self.calls = now, rate, baseline, calls
        self.successes = self.throttled = 0

    def stop(self) -> None:
        """End the trials."""
        self.is_running = self.has_succeeded = False

    def record(self, started: float, is_throttled: bool) -> bool:
        """Count a call if it began in the trial; return whether it was the trial's last."""
        if not self.is_running or started < self.started:
            return False
        self.throttled += is_throttled
        self.successes += not is_throttled
        return self.successes + self.throttled >= self.calls

    def result(self, now: float) -> tuple[float, float]:
        """Successes a second, and the share of throttled calls."""
        return self.successes / max(now - self.started, 0.02), self.throttled / (self.successes + self.throttled)


class RateControl:
    """The rate of calls (None until a call is throttled), and how many may be in flight: never more than `most`.

    `first`: how many may be in flight before any has succeeded.
    """

    def __init__(self, most: int, first: int = FIRST_IN_FLIGHT) -> None:
        self.most = most
        self.rate: float | None = None
        self._in_flight = float(min(first, most))
        self._next = 0.0
        self._first: float | None = None
        self._successes: deque[float] = deque(maxlen=10_000)
        # The rate that was throttled last, when it fell and when it rose last, and the next factor above the ceiling.
        self._ceiling = 0.0
        self._fell = -1e9
        self._rose = 0.0
        self._rise_factor = RISE
        # Whether the last calls were throttled.
        self._recent: deque[bool] = deque(maxlen=WINDOW_CALLS)
        self._trial = Trial()
        # When the first rate was set, and the best rate of successes since then.
        self._first_rate_at = math.inf
        self._best = 0.0
        self._blameless_part = BLAMELESS_PART
        # How many windows in a row were suspicious, and how many it takes for a trial: two, because the first may be
        # due to the start. Each trial that fails doubles it.
        self._suspicious_windows, self._windows_for_trial = 0, 2

    @property
    def max_in_flight(self) -> int:
        """How many calls may be in flight."""
        return int(self._in_flight)

    def reserve(self, now: float) -> float:
        """Reserve the next call and return 0; or return the seconds until it may begin, and reserve nothing."""
        self._first = now if self._first is None else self._first
        if self.rate is None:
            return 0.0
        if now < self._next:
            return self._next - now
        self._next = now + 1 / self.rate
        return 0.0

    def succeeded(self, started: float, now: float) -> None:
        """Note that a call was not throttled."""
        self._successes.append(now)
        self._recent.append(False)
        if self.rate is None:
            self._in_flight = min(self._in_flight + 1 / self._in_flight, self.most)
        if self._trial.record(started, is_throttled=False):
            self._judge_trial(now)
        if self._trial.is_running:
            return
        self._measure_best(now)
        if self.rate is not None and now - max(self._fell, self._rose) > max(RISE_SECONDS, RISE_CALLS / self.rate):
            self._raise_rate(now, self.rate)

    def throttled(self, started: float, now: float) -> None:
        """Note that a call was throttled."""
        if self.rate is not None and self._trial.record(started, is_throttled=True):
            self._judge_trial(now)
            return
        if started < self._fell or self._trial.is_running:
            return  # the call began at an older, higher rate
        self._recent.append(True)
        share = sum(self._recent) / len(self._recent)
        if len(self._recent) >= MIN_CALLS_FOR_SHARE and share <= TOLERATED_SHARE:
            self._suspicious_windows = 0
            return
        if self.rate is not None and self.rate < self._blameless_part * self._best:
            self._recent.clear()
            self._start_trial(now, TRIAL_FACTOR * self._best, self._best / 2, TRIAL_CALLS)
            return
        if self.rate is not None and len(self._recent) == WINDOW_CALLS and share > SUSPICIOUS_SHARE:
            self._recent.clear()
            self._suspicious_windows += 1
            if self._suspicious_windows >= self._windows_for_trial:
                self._start_trial(now, TRIAL_FACTOR * self.rate, self._success_rate(now), TRIAL_CALLS)
                return
        self._lower_rate(now)

    def _measure_best(self, now: float) -> None:
        if len(self._successes) < BEST_CALLS:
            return
        first = self._successes[-BEST_CALLS]
        if first >= self._first_rate_at + SETTLE_SECONDS:
            self._best = max(0.995 * self._best, (BEST_CALLS - 1) / max(now - first, 0.01))

    def _start_trial(self, now: float, rate: float, baseline: float, calls: int) -> None:
        self._trial.start(now, rate, baseline, calls)
        self._set_rate(rate, now)

    def _judge_trial(self, now: float) -> None:
        """Go on with a higher rate if more calls succeeded in the trial; else return to a rate that falls and rises."""
        trial = self._trial
        successes, throttled_share = trial.result(now)
        self._recent.clear()
        self._suspicious_windows = 0
        if successes > 1.5 * trial.baseline:
            self._windows_for_trial, self._blameless_part = 2, BLAMELESS_PART
            self._start_trial(now, TRIAL_FACTOR * trial.rate, successes, TRIAL_CALLS)
        elif trial.has_succeeded and throttled_share < 0.6 and successes > 0.6 * trial.baseline:
            # All threads together are no faster than this: keep the rate, and measure again over more calls.
            self._start_trial(now, trial.rate, max(successes, 0.95 * trial.baseline), WINDOW_CALLS * 2)
        else:
            trial.stop()
            self._best = successes
            self._blameless_part *= BLAMELESS_PART
            self._windows_for_trial *= 2
            self._ceiling = successes
            self._set_rate(0.95 * max(successes, MIN_RATE), now)
            self._fell = now

    def _set_rate(self, rate: float, now: float) -> None:
        self.rate = rate
        self._next = min(self._next, now + 1 / rate)

    def _lower_rate(self, now: float) -> None:
        successes = self._success_rate(now)
        if self.rate is None:
            # The first guess is low, and rises fast. From now on the rate holds calls back, not their number.
            self._first_rate_at = now
            self._in_flight = float(self.most)
            self.rate = DECREASE * max(successes, 1 / MIN_WINDOW_SECONDS)
            self._ceiling, self._rise_factor = math.inf, FIRST_RISE
        else:
            # The successes show the limit, except for the calls that the endpoint allowed at once.
            no_success = not self._successes or self._successes[-1] <= self._fell
            self._ceiling = min(self.rate, max(successes, self.rate / 2))
            lower = min(self.rate * (DECREASE / 2 if no_success else DECREASE), self._ceiling)
            self.rate = max(lower, MIN_RATE if no_success else MIN_RATE_WITH_SUCCESSES)
            self._rise_factor = RISE
        self._fell = now
        self._next = max(self._next, now + 1 / self.rate)

    def _raise_rate(self, now: float, rate: float) -> None:
        if rate < 0.93 * self._ceiling and self._ceiling < math.inf:
            self.rate = rate + (0.95 * self._ceiling - rate) / 2
        else:
            self.rate = rate * self._rise_factor
            self._rise_factor = min(MAX_RISE, 1 + (self._rise_factor - 1) * 1.5)
        self._rose = now

    def _success_rate(self, now: float) -> float:
        """Successes a second in the last seconds."""
        first = now if self._first is None else self._first
        seconds = max(min(now - first, WINDOW_SECONDS), MIN_WINDOW_SECONDS)
        while self._successes and self._successes[0] < now - WINDOW_SECONDS:
            self._successes.popleft()
        return max(len(self._successes) / seconds, MIN_RATE)
