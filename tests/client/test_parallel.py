"""Calls side by side, results in order."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest

from simpleturk.client.parallel import map_ordered
from tests.conftest import REPOSITORY


@pytest.mark.parametrize("workers", [1, 4])
def test_results_come_in_the_order_of_the_items(workers: int) -> None:
    def slow_first(number: int) -> int:
        time.sleep(0.02 if number % 4 == 0 else 0)
        return number

    assert list(map_ordered(slow_first, range(30), workers)) == list(range(30))


def test_at_most_twice_as_many_calls_as_threads_are_begun_and_not_yielded() -> None:
    begun = []

    def items() -> Iterator[int]:
        for number in range(100):
            begun.append(number)
            yield number

    results = map_ordered(lambda number: number, items(), 4)
    next(results)
    assert len(begun) <= 9
    results.close()  # type: ignore[attr-defined]


def test_results_before_a_failure_are_yielded_and_no_further_call_begins() -> None:
    done, lock = [], threading.Lock()

    def fail_at_ten(number: int) -> int:
        if number == 10:
            raise ValueError("ten")
        with lock:
            done.append(number)
        return number

    taken = []
    with pytest.raises(ValueError, match="ten"):
        for result in map_ordered(fail_at_ten, range(1000), 4):
            taken.append(result)
    assert taken == list(range(10))
    assert max(done) < 30


INTERRUPTED = """
import os, signal, sys, threading, time
from simpleturk.client.parallel import map_ordered

def call(number):
    time.sleep(60 if number >= stalls_at else 0.01)
    ended.append(number)
    return number

def numbers():
    for number in range(10_000):
        yield number
        if number == waits_after:
            time.sleep(60)

stalls_at, waits_after, threads = map(int, sys.argv[1:])
ended, taken, whole = [], [], True

def interrupt():
    while len(ended) < min(stalls_at, waits_after + 1, 20):
        time.sleep(0.01)
    time.sleep(0.2)
    os.kill(os.getpid(), signal.SIGINT)

threading.Thread(target=interrupt).start()
try:
    for number in map_ordered(call, numbers(), threads):
        whole = False
        time.sleep(0.005)
        taken.append(number)
        whole = True
except KeyboardInterrupt:
    print(whole, taken == list(range(len(taken))), len(taken))
"""


@pytest.mark.parametrize("threads", [1, 8])
@pytest.mark.parametrize(("stalls_at", "waits_after"), [(99_999, 99_999), (12, 99_999), (99_999, 12), (0, 99_999)])
def test_ctrl_c_ends_within_a_second_and_keeps_what_was_done(stalls_at: int, waits_after: int, threads: int) -> None:
    command = [sys.executable, "-c", INTERRUPTED, str(stalls_at), str(waits_after), str(threads)]
    # What hangs takes sixty seconds.
    done = subprocess.run(command, capture_output=True, text=True, check=True, cwd=REPOSITORY, timeout=50)
    whole, in_input_order, number = done.stdout.split()
    assert (whole, in_input_order) == ("True", "True")
    if stalls_at == 12 or waits_after == 12:
        assert int(number) == (12 if stalls_at == 12 else 13)


STUCK = """
import os, signal, threading, time
import simpleturk.client.parallel as parallel
if os.environ.get("WITHOUT_PTHREAD_KILL"):
    del signal.pthread_kill
threading.Timer(0.4, os.kill, [os.getpid(), signal.SIGINT]).start()
try:
    for number in parallel.map_ordered(str, range(10), 2):
        for _ in range(600):
            time.sleep(0.1)
except KeyboardInterrupt:
    print("ended")
"""


@pytest.mark.parametrize("environment", [{}, {"WITHOUT_PTHREAD_KILL": "1"}])
def test_ctrl_c_ends_a_consumer_that_is_stuck(environment: dict[str, str]) -> None:
    command = [sys.executable, "-c", STUCK]
    environment = os.environ | environment
    process = subprocess.run(command, capture_output=True, text=True, cwd=REPOSITORY, timeout=50, env=environment)
    assert process.stdout == "ended\n"


def test_ctrl_c_ends_a_consumer_that_is_stuck_in_a_system_call() -> None:
    code = STUCK.replace("for _ in range(600):", "for _ in range(1):").replace("time.sleep(0.1)", "os.read(pipe, 1)")
    code = code.replace("try:", "pipe, _ = os.pipe()\ntry:", 1)
    process = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=REPOSITORY, timeout=50)
    assert process.stdout == "ended\n"


@pytest.mark.parametrize("threads", [1, 4])
def test_no_call_begins_after_one_has_raised(threads: int) -> None:
    begun: list[int] = []
    all_wait = threading.Event()

    def items() -> Iterator[int]:
        for number in range(100):
            if number == 2 * threads - 1:
                all_wait.set()
            yield number

    def call(number: int) -> int:
        begun.append(number)
        if number == 0:
            all_wait.wait(30)
            # The other items are in the queue by now, or will be before the consumer looks at this one.
            time.sleep(0.05)
            threading.Timer(0.5, others_may_end.set).start()
            raise ValueError("refused")
        others_may_end.wait(30)
        return number

    others_may_end = threading.Event()
    with pytest.raises(ValueError, match="refused"):
        list(map_ordered(call, items(), threads))
    assert begun.count(0) == 1 and max(begun) < threads
