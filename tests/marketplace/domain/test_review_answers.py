"""Answers by question, out of every form in which pages send them, and what counts as the same answer."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.marketplace.domain.review_answers import Answers, is_right, known_answer

WORK = {
    "clarity": 3,
    "ok": True,
    "tags": ["b", "a"],
    "items": [{"label": "x"}, {"label": "y"}],
    "a.b": "dots",
    "no": "",
}
STORED = {
    "output": [["output", json.dumps(WORK)]],
    "taskAnswers": [["taskAnswers", json.dumps([WORK])]],
    "beside another field": [["note", "n"], ["output", json.dumps(WORK)]],
}


def right(fields: list[Any], question: str, *values: str) -> bool:
    return is_right(Answers(fields).get(question), known_answer(values))


@pytest.mark.parametrize("fields", STORED.values(), ids=STORED)
@pytest.mark.parametrize(
    ("question", "values"),
    [
        ("clarity", ["3"]),
        ("clarity", [" 3.0"]),
        ("ok", ["true"]),
        ("ok", ["True"]),
        ("ok", ["TRUE"]),
        ("ok", ["T"]),
        ("ok", ["on"]),
        ("tags", ["a", "b"]),
        ("tags", ["a|b"]),
        ("tags", ['["a", "b"]']),
        ("items.0.label", ["x"]),
        ("items[1].label", ["y"]),
        ("a.b", ["dots"]),
        ("no", [""]),
    ],
)
def test_a_question_names_a_value_in_the_json_of_a_page(fields: list[Any], question: str, values: list[str]) -> None:
    assert right(fields, question, *values)
    assert not right(fields, question, *values, "other")


@pytest.mark.parametrize("question", ["missing", "items.2.label", "items.x", "clarity.0", "items..label", "", "."])
def test_a_question_that_the_json_lacks_has_no_answer(question: str) -> None:
    for fields in STORED.values():
        assert Answers(fields).get(question) is None


@pytest.mark.parametrize(
    ("fields", "question", "values"),
    [
        ([["a", " 1 "]], "a", ["1"]),
        ([["a", "1.50"]], "a", ["1.5"]),
        ([["a", "x\r\ny"]], "a", ["x\ny"]),
        ([["a", "e\u0301"]], "a", ["\u00e9"]),
        ([["a", "true"]], "a", ["TRUE"]),
        ([["a", "y|x"]], "a", ["x", "y"]),
        ([["a", {"selections": ["y", "x"], "other": "z"}]], "a", ["x", "y", "z"]),
        # What a crowd-form flattens, and what it stores in one field.
        ([["category.label", "Positive"]], "category.label", ["Positive"]),
        ([["boxes.labels", '["b","a"]']], "boxes.labels", ["a", "b"]),
        ([["boxes.list", '[{"label": "cat"}]']], "boxes.list.0.label", ["cat"]),
        ([["taskAnswers", '[{"category": {"label": "Positive"}}]']], "category", ["Positive"]),
        ([["taskAnswers", '[{"category": {"labels": ["b", "a"]}}]']], "category", ["a", "b"]),
        ([["taskAnswers", '[{"weather": {"rain": true, "sun": false}}]']], "weather", ["rain"]),
        ([["taskAnswers", '[{"weather": {"rain": true, "sun": false}}]']], "weather.sun", ["false"]),
        ([["taskAnswers", '[{"agree": {"on": true}}]']], "agree", ["true"]),
        ([["output", "[3, 4]"]], "0", ["3"]),
        ([["output", '{"a": null}']], "a", [""]),
        ([["output", '{"a": 1e2}']], "a", ["100"]),
        ([["output", '{"a": {"x": 1, "y": 2}}']], "a", ['{"y": 2, "x": 1}']),
        ([["output", '{"a": 1}']], "output.a", ["1"]),
        ([["output", "plain text"]], "output", ["plain text"]),
    ],
)
def test_an_answer_is_right_in_every_form(fields: list[Any], question: str, values: list[str]) -> None:
    assert right(fields, question, *values)


@pytest.mark.parametrize(
    ("fields", "values"),
    [
        ([["a", "Cat"]], ["cat"]),
        ([["a", "cat."]], ["cat"]),
        ([["a", "007"]], ["7"]),
        ([["a", "T"]], ["true"]),
        ([["a", "1"]], ["true"]),
        ([["a", "a"]], ["a", "b"]),
        ([["a", "a|b"]], ["a"]),
        ([["output", '{"a": false}']], ["true"]),
        ([["output", '{"a": 1}']], ["true"]),
        ([["output", '{"a": true}']], ["agree"]),
    ],
)
def test_other_text_is_another_answer(fields: list[Any], values: list[str]) -> None:
    assert not right(fields, "a", *values)


def test_a_box_that_is_not_ticked_is_the_known_answer_false() -> None:
    assert right([["b", "1"]], "a", "false") and right([["b", "1"]], "a", "")
    assert not right([["b", "1"]], "a", "no")


scalars = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
documents = st.recursive(scalars, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=8)


def paths(value: Any, path: str = "") -> list[tuple[str, Any]]:
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    below = [pair for key, item in inner for pair in paths(item, f"{path}.{key}" if path else str(key))]
    return ([(path, value)] if path else []) + below


@given(st.dictionaries(st.from_regex(r"[a-z]{1,4}", fullmatch=True), documents, min_size=1), st.text())
def test_every_value_can_be_named_and_any_name_can_be_asked_for(document: dict[str, Any], question: str) -> None:
    answers = Answers([["output", json.dumps(document)]])
    answers.get(question)
    for name, value in document.items():
        answer = answers.get(name)
        assert answer is not None
        # The same answer, written by another program, is the known one.
        text = value if isinstance(value, str) else json.dumps(value, indent=1)
        if not isinstance(value, list | dict) and value is not None:
            assert answer.is_right(known_answer([text]))


@given(st.lists(st.text(alphabet="abc 12.", min_size=1), min_size=1), st.randoms())
def test_selections_have_no_order(values: list[str], random: Any) -> None:
    shuffled = random.sample(values, len(values))
    assert right([["a", "|".join(values)]], "a", *shuffled)
    assert right([["output", json.dumps({"a": values})]], "a", *shuffled)


def test_a_value_that_many_questions_name_is_read_once() -> None:
    large = "|".join(f"part {n}" for n in range(100_000))
    answers = Answers([["output", json.dumps({"a": {"b": large}})]])
    first = answers.get("a.b")
    assert first and len(first.values) == 100_000
    # Reading it for each name would take minutes.
    names = ["output.a.b", "a.b", "output.a.b"] * 300
    assert all(answers.get(name) is first for name in names)
