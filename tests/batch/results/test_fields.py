"""Outputs become fields with names, whatever their shape is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.results.fields import MAX_FIELDS, MISSING, corrected_fields, flat_fields

SCALARS = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text()
JSON = st.recursive(SCALARS, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3))


@pytest.mark.parametrize(
    ("output", "fields"),
    [
        ({"a": {"b": 1}, "tags": ["x", "y"]}, {"a.b": 1, "tags": ["x", "y"]}),
        ({"boxes": [{"a": "cat", "b": 1}, {"a": "dog"}]}, {"boxes.0.a": "cat", "boxes.0.b": 1, "boxes.1.a": "dog"}),
        ("text", {"output": "text"}),
        (None, {"output": None}),
        ([], {"output": []}),
        ({}, {}),
        ({"a": {}, "b": []}, {"a": {}, "b": []}),
    ],
)  # fmt: skip
def test_nested_values_get_names_with_dots(output: Any, fields: dict[str, Any]) -> None:
    assert flat_fields(output) == fields


@given(JSON)
def test_every_output_has_fields_without_objects_in_lists(output: Any) -> None:
    for value in flat_fields(output).values():
        assert not isinstance(value, list) or not any(isinstance(part, dict) and part for part in value)


def test_an_output_of_a_million_values_gives_a_bounded_number_of_fields() -> None:
    assert len(flat_fields({"a": [[n, {"b": n}] for n in range(500_000)]})) == MAX_FIELDS


def test_deep_levels_stay_one_value() -> None:
    deep: Any = "x"
    for _ in range(100):
        deep = {"a": deep}
    [(name, value)] = flat_fields(deep).items()
    assert name.count(".") == 7 and isinstance(value, dict)


@pytest.mark.parametrize(
    ("answer", "output", "changes"),
    [
        ({"a": 1, "b": 2}, {"a": 1, "b": 3}, {"b": (2, 3)}),
        ({"a": {"b": 1}}, {"a": {"c": 1}}, {"a.b": (1, MISSING), "a.c": (MISSING, 1)}),
        ({"a": True}, {"a": 1}, {"a": (True, 1)}),
        ("cat", "lion", {"output": ("cat", "lion")}),
        ({"a": 1}, {"a": 1}, {}),
    ],
)
def test_corrected_fields_have_their_old_and_new_values(answer: Any, output: Any, changes: Any) -> None:
    assert corrected_fields(answer, output) == changes
