"""A worker's answers to a QuestionForm, checked against its constraints."""

import pytest

from simpleturk.marketplace.questions.form_answers import fill_form, other_name
from tests.marketplace.questions.test_question_form import FORM, form

GOOD = {"colour": ["red"], "zip": ["Ab"]}


def test_texts_and_selections_become_fields_in_the_order_of_the_form() -> None:
    submitted = GOOD | {"pets": ["dog", "cat"], other_name("pets"): ["newt"], "age": ["30"]}
    filled = fill_form(form(), submitted)
    assert filled.problems == {}
    assert filled.fields == [
        ["colour", {"selections": ["red"], "other": None}],
        ["pets", {"selections": ["cat", "dog"], "other": "newt"}],
        ["age", "30"],
        ["zip", "Ab"],
    ]


@pytest.mark.parametrize(
    ("changes", "question", "problem"),
    [
        ({"colour": []}, "colour", "Select one option."),
        ({"colour": ["red", "blue"]}, "colour", "Select one option."),
        ({"colour": ["green"]}, "colour", "Select one option."),
        ({"pets": ["cat"], other_name("pets"): ["crocodile"]}, "pets", "Write at most 5 characters."),
        ({"age": ["old"]}, "age", "Write a number, with the digits 0 to 9."),
        ({"age": ["\uff12\uff10"]}, "age", "Write a number, with the digits 0 to 9."),
        ({"age": ["2_0"]}, "age", "Write a number, with the digits 0 to 9."),
        ({"age": ["inf"]}, "age", "Write a number, with the digits 0 to 9."),
        ({"age": ["17"]}, "age", "Write a number of at least 18."),
        ({"age": ["100"]}, "age", "Write a number of at most 99."),
        ({"age": ["nan"]}, "age", "Write a number, with the digits 0 to 9."),
        ({"zip": [""]}, "zip", "Write an answer."),
        ({"zip": ["a"]}, "zip", "Write at least 2 characters."),
        ({"zip": ["abcdef"]}, "zip", "Write at most 5 characters."),
        ({"zip": ["ab1"]}, "zip", "Letters only."),
    ],
)
def test_a_broken_constraint_is_a_problem_of_its_question(
    changes: dict[str, list[str]], question: str, problem: str
) -> None:
    assert fill_form(form(), GOOD | changes).problems == {question: problem}


def test_optional_questions_may_stay_unanswered() -> None:
    assert fill_form(form(), GOOD).fields == [["colour", {"selections": ["red"], "other": None}], ["zip", "Ab"]]


def test_a_hostile_expression_neither_takes_long_nor_refuses_an_answer() -> None:
    hostile = FORM.replace("^[a-z]+$", "^(([a-z])+.)+[A-Z]([a-z])+$").replace('maxLength="5"/>\n<Ans', "/>\n<Ans")
    assert fill_form(form(hostile), GOOD | {"zip": ["a" * 40]}).problems in ({}, {"zip": "Letters only."})


def test_several_selections_have_a_range() -> None:
    several = FORM.replace("<MinSelectionCount>1", "<MinSelectionCount>2")
    problems = fill_form(form(several), GOOD | {"pets": ["cat"]}).problems
    assert problems == {"pets": "Select 2 to 3 options."}


def test_another_text_is_refused_if_the_question_has_no_other_selection() -> None:
    problems = fill_form(form(), GOOD | {other_name("colour"): ["green"]}).problems
    assert problems == {"colour": "Select one of the options."}
