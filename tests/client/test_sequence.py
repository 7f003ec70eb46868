"""Calls of several threads take their places in order."""

import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress

import pytest

from simpleturk.client import sequence
from simpleturk.client.parallel import map_ordered
from simpleturk.client.sequence import Sequence, current_place


def test_threads_that_come_in_any_order_take_their_places_in_order() -> None:
    places, taken = Sequence(), list[int]()
    numbered = [(number, places.place()) for number in range(200)]

    def take(number: int) -> None:
        time.sleep(random.random() / 1000)
        with numbered[number][1].held():
            place = current_place()
            assert place is numbered[number][1]
            place.wait()
            taken.append(number)
            place.taken()

    with ThreadPoolExecutor(16) as pool:
        # Threads take items in the order of the items, as map_ordered gives them out, and then race.
        list(pool.map(take, range(200)))
    assert taken == list(range(200))
    assert current_place() is None


def test_a_place_that_is_given_up_holds_up_no_other() -> None:
    taken = []

    def call(number: int) -> int:
        place = current_place()
        assert place
        if number % 3 == 1:
            return number
        if number % 3 == 2:
            with suppress(ValueError), place.held():
                raise ValueError
        place.wait()
        taken.append(number)
        place.taken()
        return number

    assert list(map_ordered(call, range(60), 8)) == list(range(60))
    assert [number for number in taken if number % 3 == 0] == list(range(0, 60, 3))


def test_a_call_that_hangs_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sequence, "PATIENCE", 0.05)
    places = Sequence()
    hangs, goes_on = places.place(), places.place()
    goes_on.wait()
    goes_on.taken()
    after = places.place()
    threading.Timer(0.01, hangs.taken).start()
    after.wait()
    after.taken()
    hangs.taken()


def test_outside_of_map_ordered_a_thread_has_no_place() -> None:
    assert current_place() is None
    assert list(map_ordered(lambda _: current_place() is not None, range(3), 2)) == [True] * 3
