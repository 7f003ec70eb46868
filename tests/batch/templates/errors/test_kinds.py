"""The words for types of values."""

from typing import Any

import pytest

from simpleturk.batch.templates.errors.kinds import kind_named, kind_of


@pytest.mark.parametrize(
    ("value", "kind"),
    [(1, "a number"), ("a", "a text"), ([], "a list"), ({}, "an object"), (True, "true or false"), (None, "null")],
)
def test_values_have_the_words_of_json(value: Any, kind: str) -> None:
    assert kind_of(value) == kind


def test_other_types_are_values() -> None:
    assert kind_named("some.module.Type") == "a value"
