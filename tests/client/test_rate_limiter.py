"""The rate limiter that threads share, with real threads."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from simpleturk.client.rate_limiter import AdaptiveRateLimiter


def test_no_more_calls_than_allowed_are_in_flight() -> None:
    limiter, lock, in_flight, most = AdaptiveRateLimiter(4), threading.Lock(), 0, 0

    def call(_: int) -> None:
        nonlocal in_flight, most
        with limiter.acquire() as started:
            with lock:
                in_flight += 1
                most = max(most, in_flight)
            time.sleep(0.002)
            with lock:
                in_flight -= 1
            limiter.succeeded(started)

    with ThreadPoolExecutor(16) as pool:
        list(pool.map(call, range(100)))
    assert 2 <= most <= 4


def test_a_call_that_raises_makes_room_for_the_next() -> None:
    limiter = AdaptiveRateLimiter(1)
    for _ in range(3):
        try:
            with limiter.acquire():
                raise ValueError
        except ValueError:
            pass


def test_calls_wait_after_a_throttled_call() -> None:
    limiter = AdaptiveRateLimiter(8)
    with limiter.acquire() as started:
        limiter.throttled(started)
    began = time.monotonic()
    for _ in range(2):
        with limiter.acquire() as started:
            limiter.throttled(started)
    assert time.monotonic() - began > 0.2


def test_a_call_that_ends_wakes_only_threads_that_may_go_on(monkeypatch: pytest.MonkeyPatch) -> None:
    woken: list[int] = []
    limiter = AdaptiveRateLimiter(4, 4)
    monkeypatch.setattr(limiter._changed, "notify", woken.append)
    with limiter.acquire(), limiter.acquire(), limiter.acquire():
        pass
    assert woken == [2, 3, 4]


def test_all_waiting_threads_go_on_in_the_end() -> None:
    limiter = AdaptiveRateLimiter(3)

    def call(number: int) -> int:
        with limiter.acquire() as started:
            (limiter.throttled if number == 20 else limiter.succeeded)(started)
        return 1

    with ThreadPoolExecutor(24) as pool:
        assert sum(pool.map(call, range(60))) == 60
