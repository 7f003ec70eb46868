"""Calls side by side, results in order."""

import threading
import time
from collections.abc import Iterator

import pytest

from simpleturk.batch.concurrency import in_order


@pytest.mark.parametrize("workers", [1, 4])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.02 if number % 4 == 0 else 0)
        return number

    assert list(in_order(slow_first, range(30), workers)) == list(range(30))


def test_only_so_many_are_begun_ahead_of_what_was_taken() -> None:
    begun = []

    def items() -> Iterator[int]:
        for number in range(100):
            begun.append(number)
            yield number

    results = in_order(lambda number: number, items(), 4)
    next(results)
    assert len(begun) <= 9
    results.close()  # type: ignore[attr-defined]


def test_what_came_before_a_failure_is_yielded_and_nothing_further_is_begun() -> None:
    done, lock = [], threading.Lock()

    def fail_at_ten(number: int) -> int:
        if number == 10:
            raise ValueError("ten")
        with lock:
            done.append(number)
        return number

    taken = []
    with pytest.raises(ValueError, match="ten"):
        for result in in_order(fail_at_ten, range(1000), 4):
            taken.append(result)
    assert taken == list(range(10))
    assert max(done) < 30
