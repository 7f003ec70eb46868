"""The rate of calls to endpoints that throttle, in simulated time: threads are events, and sleep takes no time."""

import heapq
import random
from collections.abc import Iterator

import pytest

from simpleturk.client.rate_control import RateControl


class Endpoint:
    """A token bucket: `rate` calls a second, `burst` at once; `refused` of the calls are throttled by chance."""

    def __init__(self, rate: float = 1e9, burst: float = 1e9, refused: float = 0.0, seed: int = 1) -> None:
        self.rate, self.burst, self.tokens, self.at = rate, burst, burst, 0.0
        self.refused, self.random = refused, random.Random(seed)
        self.throttled = self.passed = 0

    def call(self, now: float) -> bool:
        self.tokens = min(self.burst, self.tokens + (now - self.at) * self.rate)
        self.at = now
        if self.tokens < 1 or self.random.random() < self.refused:
            self.throttled += 1
            return False
        self.tokens -= 1
        self.passed += 1
        return True


class World:
    """Runs `threads` workers that together make `calls` calls of `latency` seconds; returns when the last was done."""

    def __init__(self, endpoint: Endpoint, calls: int, threads: int = 16, latency: float = 0.02) -> None:
        self.now, self.left, self.endpoint, self.latency = 0.0, calls, endpoint, latency
        self.control = RateControl(threads)
        self.most = 0
        flying = 0
        events: list[tuple[float, int, Iterator[float]]] = []
        waiting = [self.worker() for _ in range(threads)]
        number = 0
        while events or waiting:
            while waiting and flying < self.control.max_in_flight:
                worker = waiting.pop(0)
                delay = next(worker, None)
                if delay is not None:
                    flying += 1
                    number += 1
                    heapq.heappush(events, (self.now + delay, number, worker))
            self.most = max(self.most, flying)
            if not events:
                break
            self.now, _, worker = heapq.heappop(events)
            flying -= 1
            delay = next(worker, None)
            if delay is not None:
                flying += 1
                number += 1
                heapq.heappush(events, (self.now + delay, number, worker))
            elif self.left > 0:
                waiting.append(self.worker())

    def worker(self) -> Iterator[float]:
        if self.left <= 0:
            return
        self.left -= 1
        while True:
            while (wait := self.control.reserve(self.now)) > 0:
                yield min(max(wait, 1e-6), 0.05)
            began = self.now
            allowed = self.endpoint.call(self.now)
            yield self.latency
            if allowed:
                self.control.succeeded(began, self.now)
                return
            self.control.throttled(began, self.now)


def test_without_throttling_as_many_calls_are_in_flight_as_allowed() -> None:
    world = World(Endpoint(), 2000)
    assert world.most == 16
    assert world.now < 2000 * 0.02 / 16 * 1.2


@pytest.mark.parametrize(("rate", "burst"), [(5, 1), (5, 5), (5, 20), (20, 20), (20, 1), (2, 2), (100, 10)])
def test_a_limit_is_reached_and_few_calls_are_throttled(rate: float, burst: float) -> None:
    calls = int(rate * 120)
    endpoint = Endpoint(rate, burst)
    world = World(endpoint, calls)
    assert endpoint.passed == calls
    assert endpoint.throttled <= calls * 0.1, endpoint.throttled
    assert world.now <= calls / rate * 1.4, (world.now, endpoint.throttled)


@pytest.mark.parametrize(("refused", "seconds"), [(0.01, 3), (0.03, 15), (0.05, 15), (0.1, 15), (0.2, 40)])
@pytest.mark.parametrize("calls", [100, 300, 1000])
def test_throttling_by_chance_costs_seconds_and_no_further_calls(refused: float, seconds: float, calls: int) -> None:
    times = []
    for seed in range(15):
        endpoint = Endpoint(refused=refused, seed=seed)
        times.append(World(endpoint, calls).now)
        assert endpoint.passed == calls
        assert endpoint.throttled < 1.7 * calls * refused / (1 - refused) + 10
    assert sorted(times)[len(times) // 2] < seconds
    assert max(times) < 130


def test_calls_succeed_where_half_of_them_are_throttled_by_chance() -> None:
    assert World(Endpoint(refused=0.5), 15).now < 120


def test_the_rate_rises_when_a_limit_ends() -> None:
    endpoint = Endpoint(5, 5)
    world = World(endpoint, 300)
    before = world.control.rate
    assert before is not None and before < 8
    endpoint.rate = endpoint.burst = endpoint.tokens = 1e9
    for _ in range(60):
        world.now += 5
        world.control.succeeded(world.now, world.now)
    assert world.control.rate is not None and world.control.rate > before * 20
