"""The attributes and methods of values that templates may use."""

from collections.abc import Callable
from typing import Any

import pytest
from markupsafe import Markup

from simpleturk.batch.templates.cost import LOCAL, MOST_STEPS, TooCostly, bounded
from simpleturk.batch.templates.sandbox.attributes import call_method, is_allowed


@pytest.mark.parametrize("value", ["a", Markup("a"), 1, 1.5, [1], (1,), {"a": 1}, None, range(3), b"a", str, len])
def test_no_attribute_with_an_underscore_is_allowed(value: object) -> None:
    for attribute in dir(value):
        if attribute.startswith("_"):
            assert not is_allowed(value, attribute)


def test_no_method_that_changes_a_value_is_allowed() -> None:
    values: list[Any] = [[1], {"a": 1}]
    calls: list[tuple[Any, ...]] = [(), (0,), (0, 0), ({},)]
    for value in values:
        before = repr(value)
        for attribute in dir(value):
            if is_allowed(value, attribute):
                for arguments in calls:
                    try:
                        getattr(value, attribute)(*arguments)
                    except (TypeError, ValueError):
                        continue
        assert repr(value) == before


def test_functions_types_and_generators_have_no_attributes() -> None:
    generator = (item for item in [1])
    for value in (str, len, generator, lambda: None, pytest):
        assert not any(is_allowed(value, attribute) for attribute in dir(value))


@pytest.mark.parametrize(
    ("make_text", "name", "make_arguments"),
    [
        (lambda: "a", "center", lambda: (10**10,)),
        (lambda: "a", "ljust", lambda: (10**10,)),
        (lambda: "a", "rjust", lambda: (10**10,)),
        (lambda: "a", "zfill", lambda: (10**10,)),
        (lambda: "\t", "expandtabs", lambda: (10**10,)),
        (lambda: "a" * 100_000, "replace", lambda: ("a", "b" * 100_000)),
        (lambda: "a" * 100_000, "join", lambda: (["b"] * 100_000,)),
        (lambda: "a," * 10_000_000, "split", lambda: (",",)),
        (lambda: "a" * 1_000_000, "rfind", lambda: ("b" + "a" * 1_000_000,)),
        (lambda: "a" * 1_000_000, "strip", lambda: ("b" * 1_000_000 + "a",)),
    ],
)
def test_a_method_whose_result_or_work_is_large_is_refused_before_it_runs(
    make_text: Callable[[], str], name: str, make_arguments: Callable[[], tuple[object, ...]]
) -> None:
    with bounded(), pytest.raises(TooCostly):
        call_method(getattr(make_text(), name), make_arguments(), {})


def test_a_method_costs_what_it_reads_and_makes() -> None:
    with bounded():
        assert call_method(("ab" * 6400).upper, (), {}) == "AB" * 6400
        assert 2 * 200 <= MOST_STEPS - LOCAL.cost.left <= 2 * 200 + 5
