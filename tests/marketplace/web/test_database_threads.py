"""Threads of the database: several reads at once, one write at a time."""

import asyncio
import threading
import time

from simpleturk.marketplace.web.database_threads import READERS, Threads


def most_at_once(is_write: bool) -> int:
    """How many of 20 calls run at the same time."""
    running, most, lock = 0, 0, threading.Lock()

    def work() -> None:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.01)
        with lock:
            running -= 1

    async def main() -> None:
        threads = Threads()
        call = threads.writing if is_write else threads.reading
        await asyncio.gather(*(call(work) for _ in range(20)))

    asyncio.run(main())
    return most


def test_writes_run_one_after_the_other() -> None:
    assert most_at_once(is_write=True) == 1


def test_reads_run_in_a_limited_number_of_threads() -> None:
    assert 1 < most_at_once(is_write=False) <= READERS


def test_a_call_returns_what_the_function_returns() -> None:
    assert asyncio.run(Threads().reading(divmod, 7, 2)) == (3, 1)
