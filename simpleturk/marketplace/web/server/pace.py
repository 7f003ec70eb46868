"""How often strangers get what costs something: answers to calls without a valid signature, and lines in the log."""

import threading
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

#: The most sources that are counted one by one.
MAX_SOURCES = 4096

#: Sources that a report names; the others are added up.
NAMED = 20

#: The name under which a report adds up other sources.
OTHERS = "other sources"


class Pace:
    """Lets each source act `burst` times at once and `rate` times a second after that. May be used in any thread."""

    def __init__(self, rate: float, burst: float, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate = rate
        self._burst = burst
        self._clock = clock
        self._left: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def allows(self, source: str) -> bool:
        """Whether a source may act now; if so, this counts."""
        with self._lock:
            now = self._clock()
            left, since = self._left.pop(source, (self._burst, now))
            left = min(self._burst, left + (now - since) * self._rate)
            self._left[source] = (left - 1 if left >= 1 else left, now)
            if len(self._left) > MAX_SOURCES:
                # The source that has been quiet for longest has the most left.
                self._left.popitem(last=False)
            return left >= 1


class LineBudget:
    """Lets each source write some lines in a period, and all sources together `most` lines; counts the rest.

    `report(source, number)` is called after the period for what was left out. May be used in any thread.
    """

    def __init__(
        self,
        report: Callable[[str, int], None],
        most: int,
        seconds: float = 60,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._report = report
        self._most = most
        self._seconds = seconds
        self._clock = clock
        self._end = 0.0
        self._written: Counter[str] = Counter()
        self._left_out: Counter[str] = Counter()
        self._lock = threading.Lock()

    def allows(self, source: str, most: int) -> bool:
        """Whether a source that has `most` lines in a period may write another one; if so, this counts."""
        self.report_period()
        with self._lock:
            if not self._written:
                self._end = self._clock() + self._seconds
            if source not in self._written and len(self._written) >= MAX_SOURCES:
                source = OTHERS
            is_allowed = self._written[source] < most and self._written.total() < self._most
            if is_allowed:
                self._written[source] += 1
            else:
                self._left_out[source if len(self._left_out) < MAX_SOURCES else OTHERS] += 1
            return is_allowed

    def report_period(self, at_once: bool = False) -> None:
        """Report what was left out, if the period is over or `at_once` is set."""
        with self._lock:
            if not at_once and self._clock() < self._end:
                return
            left_out = self._left_out
            self._written, self._left_out = Counter(), Counter()
        for source, number in left_out.most_common(NAMED):
            self._report(source, number)
        if rest := sum(number for _, number in left_out.most_common()[NAMED:]):
            self._report(OTHERS, rest)
