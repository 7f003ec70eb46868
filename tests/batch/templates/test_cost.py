"""The bound of what rendering one page may cost."""

import threading

import pytest

from simpleturk.batch.templates.cost import CHARACTERS, LOCAL, MOST_STEPS, MOST_VALUE, Cost, TooCostly, bounded


def test_steps_can_be_spent_until_none_is_left() -> None:
    cost = Cost(10)
    cost.spend(10)
    with pytest.raises(TooCostly, match="steps"):
        cost.spend(1)


def test_a_text_that_is_too_large_is_refused_before_it_is_made() -> None:
    with pytest.raises(TooCostly, match="larger than 128 MiB"):
        Cost().spend_text((MOST_VALUE + 1) << CHARACTERS)


def test_the_weight_of_a_value_counts_all_that_it_contains() -> None:
    cost = Cost()
    assert cost.weigh([1, "a", None]) == 4
    assert cost.weigh({"a": [1, 2], "b": "x" * 640}) == 3 + 2 + 1 + 11
    assert cost.weigh(range(1000)) == 1001


def test_the_weight_of_a_list_that_contains_another_twice_counts_it_twice() -> None:
    cost, value = Cost(), list(range(100))
    weights = []
    for _ in range(5):
        value = [value, value]  # type: ignore[list-item]
        weights.append(cost.weigh(value))
    assert weights == [203, 407, 815, 1631, 3263]


def test_a_value_that_would_take_too_long_to_read_is_not_made() -> None:
    cost, value = Cost(), ["x" * 100]
    with pytest.raises(TooCostly, match="larger than"):
        for _ in range(100):
            value = cost.made([value, value])
    assert cost.left > 0


def test_a_list_that_contains_itself_has_no_weight() -> None:
    value: list[object] = []
    value.append(value)
    with pytest.raises(TooCostly):
        Cost(1000).weigh(value)


def test_items_are_counted_when_they_are_taken() -> None:
    cost = Cost(100)
    items = cost.counted(iter(range(1_000_000)), 10)
    assert [next(items) for _ in range(10)] == list(range(10))
    with pytest.raises(TooCostly):
        next(items)


def test_outside_of_a_bound_nothing_can_be_spent() -> None:
    with pytest.raises(TooCostly):
        LOCAL.cost.spend(1)


def test_each_page_has_its_own_cost_in_each_thread() -> None:
    left: list[int] = []

    def other() -> None:
        with bounded() as cost:
            LOCAL.cost.spend(5)
            left.append(cost.left)

    with bounded() as outer:
        outer.spend(100)
        thread = threading.Thread(target=other)
        thread.start()
        thread.join()
        with bounded() as inner:
            assert LOCAL.cost is inner and inner.left == MOST_STEPS
        assert LOCAL.cost is outer
    assert left == [MOST_STEPS - 5]
