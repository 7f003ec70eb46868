"""Answers to compare: their keys and letters, and the options of a criterion."""

import json
from typing import Any

import pytest

from simpleturk.batch.templates.content.comparison import ComparisonError, comparison
from simpleturk.batch.templates.cost import bounded


def values(answers: Any, *arguments: Any, **options: Any) -> list[str]:
    with bounded():
        return [option["value"] for option in comparison(answers, *arguments, **options)["options"]]


@pytest.mark.parametrize(
    ("answers", "options", "expected"),
    [
        ({"a": "x", "b": "y"}, {}, ["a", "tie", "b", "both_bad"]),
        (["x", "y"], {"tie": False, "both_good": True}, ["1", "2", "both_good", "both_bad"]),
        (["x", "y", "z"], {"both_good": True}, ["1", "2", "3", "tie", "all_good", "all_bad"]),
        (["x", "y"], {"grades": ["a bit", "much"]}, ["1:2", "1:1", "tie:0", "2:1", "2:2", "both_bad:0"]),
        ({"m": "x", "n": "y"}, {"grades": ["better"], "tie": False, "both_bad": False}, ["m:1", "n:1"]),
    ],
)
def test_options_are_in_the_order_of_the_answers_with_ties_between_two(
    answers: Any, options: dict[str, Any], expected: list[str]
) -> None:
    assert values(answers, **options) == expected


def test_a_degree_is_an_object() -> None:
    with bounded():
        options = comparison(["x", "y"], ["a bit", "much"])["options"]
    assert [json.loads(option["json"]) for option in options[:3]] == [
        {"better": "1", "by": 2}, {"better": "1", "by": 1}, {"better": "tie", "by": 0},
    ]  # fmt: skip
    assert options[0]["words"] == "is much"


def test_answers_have_letters_and_keep_their_content() -> None:
    with bounded():
        shown = comparison({"a": ["x"], "b": None})["answers"]
    assert shown == [{"key": "a", "letter": "A", "content": ["x"]}, {"key": "b", "letter": "B", "content": None}]


@pytest.mark.parametrize(
    ("answers", "grades", "message"),
    [
        (["x"], None, "there are 1 answers to compare"),
        (list("abcdefg"), None, "there are 7 answers to compare"),
        ("x", None, "the answers to compare are neither an object nor a list"),
        ({"a": "x", "b.c": "y"}, None, "'b.c' cannot be the key of an answer"),
        ({"a": "x", "tie": "y"}, None, "'tie' cannot be the key of an answer"),
        (["x", "y", "z"], ["better"], "3 answers cannot be graded"),
    ],
)
def test_answers_that_cannot_be_compared_are_named(answers: Any, grades: Any, message: str) -> None:
    with pytest.raises(ComparisonError) as error:
        values(answers, grades)
    assert error.value.message == message
