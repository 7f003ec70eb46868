"""Calls side by side, their results in order. Ctrl-C ends them within a second or two and loses no result."""

import _thread
import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import contextmanager, suppress
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

from simpleturk.client.sequence import Place, Sequence

Item = TypeVar("Item")
Result = TypeVar("Result")

#: At most this many items are begun and not yielded, however many threads there are.
MAX_AHEAD = 48

#: Seconds after Ctrl-C that calls in flight may take to end.
GRACE_SECONDS = 0.6

_END: Any = object()


def map_ordered(function: Callable[[Item], Result], items: Iterable[Item], threads: int) -> Iterator[Result]:
    """Yield function(item) for each item, in the order of the items; at most 2 × `threads` are begun and not yielded.

    While the function runs, its thread holds the item's place in the sequence of all items (sequence.py).
    If a call raises, no further call begins, the results before it are yielded, and the exception is raised once the
    calls in flight have ended. At Ctrl-C no further call begins, results that come within GRACE_SECONDS are yielded,
    and KeyboardInterrupt is raised; the consumer's own steps are not interrupted.
    """
    source = iter(items)
    results: deque[Future[Result]] = deque()
    workers = _Workers(function, min(threads, MAX_AHEAD))
    with _CtrlC(workers.stop) as ctrl_c:
        try:
            while (item := ctrl_c.wait_for(lambda: next(source, _END))) is not _END and not ctrl_c.pressed:
                results.append(workers.begin(item))
                if len(results) >= min(2 * threads, MAX_AHEAD):
                    yield ctrl_c.result(results)
            while results:
                yield ctrl_c.result(results)
            if ctrl_c.pressed:
                raise KeyboardInterrupt
        finally:
            workers.stop()
            if not ctrl_c.pressed:
                ctrl_c.wait_for(workers.wait)


class _Workers(Generic[Item, Result]):
    """Threads that call a function.

    They are daemons, unlike those of ThreadPoolExecutor: the process ends without waiting for a call that hangs.
    """

    def __init__(self, function: Callable[[Item], Result], size: int) -> None:
        self._function = function
        self._size = size
        self._threads: list[threading.Thread] = []
        self._tasks: SimpleQueue[tuple[Future[Result], Item, Place] | None] = SimpleQueue()
        self._sequence = Sequence()
        self._is_stopped = False

    def begin(self, item: Item) -> Future[Result]:
        """Call the function with an item, as soon as a thread is free."""
        future: Future[Result] = Future()
        self._tasks.put((future, item, self._sequence.place()))
        if len(self._threads) < self._size:
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def stop(self) -> None:
        """Cancel the calls that no thread has begun."""
        self._is_stopped = True
        for _ in self._threads:
            self._tasks.put(None)

    def wait(self) -> None:
        """Wait until the calls in flight have ended."""
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, item, place = task
            if self._is_stopped:
                future.cancel()
                place.taken()
                continue
            try:
                with place.held():
                    result = self._function(item)
                future.set_result(result)
            except BaseException as error:
                # Here, since this thread would take the next item before the consumer sees the exception.
                self._is_stopped = True
                future.set_exception(error)


def _wait_until_done(future: "Future[Any]", seconds: float) -> None:
    """Wait for one future; concurrent.futures.wait, which waits for several, takes three times as long."""
    with suppress(TimeoutError, CancelledError):
        future.exception(seconds)


class _CtrlC:
    """Ctrl-C interrupts only waits. It interrupts anything when pressed twice, or if the consumer is stuck."""

    def __init__(self, when_pressed: Callable[[], None]) -> None:
        self.pressed = False
        self._when_pressed = when_pressed
        self._deadline = 0.0
        self._is_waiting = False
        self._is_handling = False
        self._second_press: threading.Timer | None = None

    def __enter__(self) -> "_CtrlC":
        # Only the main thread can handle signals. Where Ctrl-C is ignored, as under nohup, it stays ignored.
        if threading.current_thread() is threading.main_thread():
            self._is_handling = signal.getsignal(signal.SIGINT) is signal.default_int_handler
            if self._is_handling:
                signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        if self._second_press:
            self._second_press.cancel()
        if self._is_handling:
            signal.signal(signal.SIGINT, signal.default_int_handler)

    def wait_for(self, function: Callable[[], Any]) -> Any:
        """Return what a function returns; _END if Ctrl-C is pressed meanwhile."""
        try:
            with self._waiting():
                return function()
        except KeyboardInterrupt:
            if self.pressed:
                raise
            self._note()
            return _END

    def result(self, futures: "deque[Future[Result]]") -> Result:
        """Return the first future's result. Raises KeyboardInterrupt if it does not come soon after Ctrl-C."""
        first = futures[0]
        while not first.done():
            seconds = self._deadline - time.monotonic() if self.pressed else 1.0
            if seconds < 0:
                raise KeyboardInterrupt
            self.wait_for(partial(_wait_until_done, first, seconds))
        if first.cancelled():
            raise KeyboardInterrupt
        return futures.popleft().result()

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        self._is_waiting = True
        try:
            yield
        finally:
            self._is_waiting = False

    def _press(self, *_: object) -> None:
        if self.pressed or self._is_waiting:
            raise KeyboardInterrupt
        self._note()
        # The consumer may be stuck, such as in a write to a pipe whose reader has stopped.
        self._second_press = threading.Timer(2 * GRACE_SECONDS, _press_ctrl_c)
        self._second_press.daemon = True
        self._second_press.start()

    def _note(self) -> None:
        self.pressed = True
        self._deadline = time.monotonic() + GRACE_SECONDS
        self._when_pressed()


def _press_ctrl_c() -> None:
    """Send Ctrl-C to the main thread, also if it waits in a system call."""
    if hasattr(signal, "pthread_kill"):
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
    else:  # Windows, where a system call goes on
        _thread.interrupt_main()
