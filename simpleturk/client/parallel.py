"""Calls in flight side by side, their results in order; Ctrl-C ends them within a second and loses no result."""

import signal
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, wait
from contextlib import contextmanager
from functools import partial
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")

#: At most this many items are begun and not yielded, however many workers there are.
AHEAD = 48

#: How long calls in flight may take to end after Ctrl-C, in seconds.
GRACE = 0.6

_END: Any = object()


def map_ordered(function: Callable[[Item], Result], items: Iterable[Item], workers: int) -> Iterator[Result]:
    """Yield function(item) for each item, in the order of the items; at most 2 × `workers` are begun and not yielded.

    When one raises, nothing further is begun, what came before it has been yielded, and the exception is raised after
    the calls in flight have ended. At Ctrl-C nothing further is begun, what ends in a moment is yielded, and
    KeyboardInterrupt is raised; the consumer's own steps are never cut in two.
    """
    source = iter(items)
    waiting: deque[Future[Result]] = deque()
    crew = _Workers(function, min(workers, AHEAD))
    with _CtrlC(crew.begin_nothing_further) as ctrl_c:
        try:
            while (item := ctrl_c.wait_for(lambda: next(source, _END))) is not _END and not ctrl_c.pressed:
                waiting.append(crew.begin(item))
                if len(waiting) >= min(2 * workers, AHEAD):
                    yield ctrl_c.result(waiting)
            while waiting:
                yield ctrl_c.result(waiting)
            if ctrl_c.pressed:
                raise KeyboardInterrupt
        finally:
            crew.begin_nothing_further()
            if not ctrl_c.pressed:
                ctrl_c.wait_for(crew.wait)


class _Workers(Generic[Item, Result]):
    """Threads that call a function. They die with the process: nobody waits at its end for a call that hangs."""

    def __init__(self, function: Callable[[Item], Result], size: int) -> None:
        self._function = function
        self._size = size
        self._threads: list[threading.Thread] = []
        self._tasks: SimpleQueue[tuple[Future[Result], Item] | None] = SimpleQueue()
        self._is_open = True

    def begin(self, item: Item) -> Future[Result]:
        """Call the function with an item, as soon as a thread is free."""
        future: Future[Result] = Future()
        self._tasks.put((future, item))
        if len(self._threads) < self._size:
            thread = threading.Thread(target=self._work, daemon=True)
            self._threads.append(thread)
            thread.start()
        return future

    def begin_nothing_further(self) -> None:
        """Cancel what no thread has taken yet."""
        self._is_open = False
        for _ in self._threads:
            self._tasks.put(None)

    def wait(self) -> None:
        """Until the calls in flight have ended."""
        for thread in self._threads:
            thread.join()

    def _work(self) -> None:
        while (task := self._tasks.get()) is not None:
            future, item = task
            if not self._is_open:
                future.cancel()
                continue
            try:
                future.set_result(self._function(item))
            except BaseException as error:
                future.set_exception(error)


class _CtrlC:
    """Ctrl-C interrupts what waits, and nothing else; pressed twice it interrupts at once."""

    def __init__(self, when_pressed: Callable[[], None]) -> None:
        self.pressed = False
        self._when_pressed = when_pressed
        self._deadline = 0.0
        self._is_waiting = False
        self._before: Any = None
        self._alarm: Any = None

    def __enter__(self) -> "_CtrlC":
        # Only the main thread may; and who had Ctrl-C ignored, as nohup does, shall not be stopped by it.
        if threading.current_thread() is threading.main_thread():
            before = signal.getsignal(signal.SIGINT)
            if before is signal.default_int_handler:
                self._before = before
                signal.signal(signal.SIGINT, self._press)
        return self

    def __exit__(self, *_: object) -> None:
        if self._alarm is not None:
            signal.setitimer(signal.ITIMER_REAL, 0)
            signal.signal(signal.SIGALRM, self._alarm)
        if self._before is not None:
            signal.signal(signal.SIGINT, self._before)

    def wait_for(self, something: Callable[[], Any]) -> Any:
        """What it returns; _END when Ctrl-C is pressed meanwhile."""
        try:
            with self._waiting():
                return something()
        except KeyboardInterrupt:
            if self.pressed:
                raise
            self._note()
            return _END

    def result(self, futures: "deque[Future[Result]]") -> Result:
        """The first of the futures' results. Raises KeyboardInterrupt when it is not there soon after Ctrl-C."""
        first = futures[0]
        while not first.done():
            patience = self._deadline - time.monotonic() if self.pressed else 1.0
            if patience < 0:
                raise KeyboardInterrupt
            self.wait_for(partial(wait, [first], patience))
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
        # The consumer may be stuck, such as in a pipe that nobody reads.
        if hasattr(signal, "setitimer"):
            self._alarm = signal.signal(signal.SIGALRM, self._press)
            signal.setitimer(signal.ITIMER_REAL, 2 * GRACE)

    def _note(self) -> None:
        self.pressed = True
        self._deadline = time.monotonic() + GRACE
        self._when_pressed()
