"""Operators that spend their cost before they work."""

from collections.abc import Callable
from typing import Any

import pytest
from markupsafe import Markup

from simpleturk.batch.templates.cost import TooCostly, bounded
from simpleturk.batch.templates.sandbox.operations import add, multiply, percent, power, ranged, subtract


@pytest.mark.parametrize(
    "operation",
    [
        lambda: multiply("a", 10**10),
        lambda: multiply(10**10, "a"),
        lambda: multiply([1], 10**10),
        lambda: multiply((1,), 10**10),
        lambda: multiply(1 << 15_000, 1 << 15_000),
        lambda: add("a" * 70_000_000, "a" * 70_000_000),
        lambda: add([["x" * 1_000_000] * 10_000], [1]),
        lambda: add(1 << 19_999, 1 << 19_999),
        lambda: subtract(1 << 19_999, -(1 << 19_999)),
        lambda: power(10, 10**10),
        lambda: power(10, -(10**10)),
        lambda: percent("%1000000000d", 1),
        lambda: percent("%.1000000000f", 1),
        lambda: percent("%*d", (10**9, 1)),
        lambda: percent("%.*f", (10**9, 1)),
        lambda: percent("%(a)-1000000000d", {"a": 1}),
        lambda: percent("%(a)s" * 100_000, {"a": "x" * 100_000}),
        lambda: percent("%s", "x" * 200_000_000),
    ],
)
def test_an_operation_with_a_huge_result_is_refused(operation: Callable[[], Any]) -> None:
    with bounded(), pytest.raises(TooCostly):
        operation()


def test_operations_give_what_python_gives() -> None:
    with bounded():
        assert add("a", "b") == "ab" and add(1, 2.5) == 3.5 and add([1], [2]) == [1, 2]
        assert add(Markup("<b>"), "<") == "<b>&lt;"
        assert multiply("ab", 2) == "abab" and multiply(2, [1]) == [1, 1] and multiply("a", -1) == ""
        assert power(2, 10) == 1024 and power(2, -1) == 0.5 and subtract(3, 5) == -2
        assert percent("100%% (of (all)) %(a)s", {"a": 1}) == "100% (of (all)) 1"
        assert percent("%5.1f|%-4s|%%|%x", (1.25, "a", 255)) == "  1.2|a   |%|ff"


def test_a_long_range_is_refused() -> None:
    with bounded():
        assert list(ranged(3)) == [0, 1, 2]
        for length in (10**9, 10**30):
            with pytest.raises(TooCostly):
                ranged(length)
