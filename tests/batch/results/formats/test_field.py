"""The field of an answer that a format writes."""

from typing import Any

import pytest

from simpleturk.batch.results.formats.field import answer_of, texts_of, value_of


@pytest.mark.parametrize(
    ("path", "value"),
    [("a", {"b": [1, {"c": 2}]}), ("a.b.0", 1), ("a.b.1.c", 2), ("a.b.2", None), ("a.b.x", None), ("z", None)],
)
def test_a_path_leads_through_objects_and_lists(path: str, value: Any) -> None:
    assert value_of({"a": {"b": [1, {"c": 2}]}}, path) == value


def test_the_corrected_answer_is_the_answer() -> None:
    assert answer_of({"output": 1}) == answer_of({"output": 1, "review": {"decision": "pass"}}) == 1
    assert answer_of({"output": 1, "review": {"output": None}}) is None


def test_the_texts_of_an_input_are_those_at_any_depth() -> None:
    value = {"id": 1, "a": "x", "b": {"c": ["y", 2]}, "d": [{"e": "z"}]}
    assert list(texts_of(value)) == ["x", "y", "z"]
    assert list(texts_of("text")) == ["text"]
