"""The calls that --stats counts."""

import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from simpleturk.client.stats import Stats


def test_calls_are_counted_by_operation_and_retries_and_throttled_calls_in_all() -> None:
    stats = Stats()
    for operation in ("get_hit", "list_hits", "get_hit"):
        stats.count(operation)
    stats.count_retry()
    stats.count_throttled()
    stats.count_throttled()
    assert (stats.calls, stats.retries, stats.throttled) == ({"get_hit": 2, "list_hits": 1}, 1, 2)


class SlowNumbers(dict[str, int]):
    """Numbers whose reading takes so long that another thread runs meanwhile."""

    def get(self, key: str, default: Any = None) -> Any:
        number = super().get(key, default)
        time.sleep(0.001)
        return number


def test_calls_of_several_threads_are_all_counted() -> None:
    stats = Stats(calls=SlowNumbers())
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(stats.count, ["get_hit"] * 20))
    assert stats.calls == {"get_hit": 20}


def test_seconds_are_counted_from_the_start_of_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    stats = Stats(began=100.0)
    monkeypatch.setattr("simpleturk.client.stats.time.monotonic", lambda: 102.5)
    assert stats.seconds == 2.5
