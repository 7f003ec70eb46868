"""Answers of an endpoint: how large they may be, and how long the client waits for them.

botocore reads an answer of any size, and its time limit begins again with each byte. An endpoint that is slow, or is
another kind of server, must not fill the memory or keep a command for ever.
"""

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import Any, ClassVar, TypeVar

#: The largest answer, in bytes: a page of a list with one answer of 16 MiB, in which most characters are escaped.
MAX_ANSWER = 128 * 1024 * 1024

#: Bytes of an answer that are read at a time, and bytes per second with which an answer arrives at least.
CHUNK = 16 * 1024
MIN_RATE = 4 * 1024

#: Seconds without an answer after which the command warns the user.
NOTICE_SECONDS = 5.0

#: Seconds after which a thread that makes no calls ends.
IDLE_SECONDS = 5.0

T = TypeVar("T")


class AnswerTooLarge(Exception):
    """An answer is larger than MAX_ANSWER."""


class NoAnswer(Exception):
    """No answer, or not all of it, within `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"no answer within {seconds:.0f} seconds")
        self.seconds = seconds


class _Current(threading.local):
    """The wait for which a thread makes a call."""

    wait: "AnswerWait | None" = None


_current = _Current()


class AnswerWait:
    """The wait for the answer of one call, which is made in another thread."""

    def __init__(self, seconds: float, notice: Callable[[], None]) -> None:
        self.received = 0
        self._seconds = seconds
        self._notice = notice

    def result(self, call: Callable[[], T]) -> T:
        """Make a call and return its result. `notice` is called after NOTICE_SECONDS.

        Each byte of the answer extends the time a little. Raises NoAnswer; the thread ends when the connection does.
        """
        caller = _Caller.idle()
        try:
            caller.begin(self, call)
            result, error = self._outcome(caller)
        except BaseException:
            caller.abandon()
            raise
        caller.rest()
        if error is not None:
            raise error
        return result  # type: ignore[no-any-return]

    def _outcome(self, caller: "_Caller") -> tuple[Any, BaseException | None]:
        started = time.monotonic()
        notice_at: float | None = started + NOTICE_SECONDS
        while True:
            now, end = time.monotonic(), started + self._seconds + self.received / MIN_RATE
            if notice_at and now >= notice_at:
                notice_at = None
                self._notice()
            if now >= end:
                raise NoAnswer(now - started)
            with suppress(Empty):
                return caller.outcomes.get(timeout=min(end, notice_at or end) - now)


class _Caller:
    """A thread that makes one call after the other: a new thread for each call would take as long as the call."""

    _idle: ClassVar[list["_Caller"]] = []

    def __init__(self) -> None:
        self.outcomes: SimpleQueue[tuple[Any, BaseException | None]] = SimpleQueue()
        self._calls: SimpleQueue[tuple[AnswerWait, Callable[[], Any]] | None] = SimpleQueue()
        threading.Thread(target=self._run, name="simpleturk-call", daemon=True).start()

    @classmethod
    def idle(cls) -> "_Caller":
        """A caller that makes no call, perhaps a new one."""
        try:
            return cls._idle.pop()
        except IndexError:
            return cls()

    def begin(self, wait: AnswerWait, call: Callable[[], Any]) -> None:
        """Make a call; its result, or its error, arrives in `outcomes`."""
        self._calls.put((wait, call))

    def rest(self) -> None:
        """Wait for the next call, for a while."""
        self._idle.append(self)

    def abandon(self) -> None:
        """End the thread as soon as its call has ended."""
        self._calls.put(None)

    def _run(self) -> None:
        while (task := self._next()) is not None:
            _current.wait, call = task
            outcome: tuple[Any, BaseException | None]
            try:
                outcome = call(), None
            except BaseException as error:
                outcome = None, error
            _current.wait = None
            self.outcomes.put(outcome)
            # An idle thread keeps no answer.
            del task, call, outcome

    def _next(self) -> "tuple[AnswerWait, Callable[[], Any]] | None":
        while True:
            try:
                return self._calls.get(timeout=IDLE_SECONDS)
            except Empty:
                # A caller that another thread has just taken, or that is not yet at rest, gets a call.
                with suppress(ValueError):
                    self._idle.remove(self)
                    return None


def bound_answers(client: Any) -> None:
    """Let a botocore client read answers of at most MAX_ANSWER bytes; larger ones raise AnswerTooLarge.

    botocore has no setting for it. The hook sends the request as botocore does, but reads the answer itself.
    """

    def send(request: Any, **kwargs: Any) -> Any:
        # botocore then leaves the body of the answer unread.
        request.stream_output = True
        response = client._endpoint.http_session.send(request)
        response._content = _read(response.raw, request.url)
        return response

    client.meta.events.register("before-send.mturk", send)


def _read(raw: Any, url: str) -> bytes:
    """The body of an answer, as it is sent: a compressed one is not unpacked. Raises botocore's errors."""
    import botocore.exceptions as aws
    from urllib3.exceptions import HTTPError, ReadTimeoutError

    chunks, size = [], 0
    try:
        for chunk in raw.stream(CHUNK, decode_content=False):
            size += len(chunk)
            if size > MAX_ANSWER:
                raise AnswerTooLarge
            chunks.append(chunk)
            if _current.wait:
                _current.wait.received = size
    except ReadTimeoutError as error:
        raise aws.ReadTimeoutError(endpoint_url=url, error=error) from error
    except HTTPError as error:
        raise aws.ConnectionClosedError(endpoint_url=url, error=error) from error
    finally:
        if size > MAX_ANSWER:
            raw.close()
    return b"".join(chunks)
