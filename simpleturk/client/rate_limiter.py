"""A rate limiter that the threads of a command share.

botocore's adaptive retry mode does the same for one limit that is low and constant, and is slower elsewhere (see
tests/benchmarks/throttled.py): its rate rises slowly, each retry of a call waits twice as long as the one before, and
after 100 retries in a short time its calls fail.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from simpleturk.client.rate_control import FIRST_IN_FLIGHT, RateControl


class AdaptiveRateLimiter:
    """Lets calls begin at the rate that the endpoint allows; at most `most` are in flight, and at first `first`."""

    def __init__(self, most: int, first: int = FIRST_IN_FLIGHT) -> None:
        self._control = RateControl(most, first)
        self._changed = threading.Condition()
        self._in_flight = 0

    @contextmanager
    def acquire(self) -> Iterator[float]:
        """Wait until a call may begin; yield the time at which it does, for `succeeded` and `throttled`."""
        with self._changed:
            while (is_full := self._in_flight >= self._control.max_in_flight) or (wait := self._reserve()) > 0:
                # A change of the rate ends the wait early.
                try:
                    self._changed.wait(None if is_full else wait)
                except BaseException:
                    # Ctrl-C: another thread may take the place.
                    self._changed.notify_all()
                    raise
            self._in_flight += 1
        try:
            yield time.monotonic()
        finally:
            with self._changed:
                self._in_flight -= 1
                self._wake()

    def succeeded(self, started: float) -> None:
        """Note that a call was not throttled."""
        with self._changed:
            self._control.succeeded(started, time.monotonic())

    def throttled(self, started: float) -> None:
        """Note that a call was throttled."""
        with self._changed:
            self._control.throttled(started, time.monotonic())

    def _wake(self) -> None:
        """Wake the threads that may go on: all if there is a rate, for which they wait in turn, else one for a place.

        Each thread that wakes costs as much as a small part of a call.
        """
        if self._control.rate is None:
            self._changed.notify(max(1, self._control.max_in_flight - self._in_flight))
        else:
            self._changed.notify_all()

    def _reserve(self) -> float:
        return self._control.reserve(time.monotonic())
