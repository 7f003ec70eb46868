"""The questions of review policies are looked for in the pages, before any work is scored by them."""

from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Files, Run

HEAD = "<!doctype html><title>T</title>{{ input.word }}"
PLAIN = HEAD + '<form><input name="clarity"><select name="kind"><option>a</select><button>x</button></form>'
EXTENDED = """{% extends "simpleturk/page.html" %}{% import "simpleturk/fields.html" as field %}
{% block title %}T{% endblock %}{% block instructions %}{{ input.word }}{% endblock %}
{% block task %}{% call(item, place) field.pages(input["items"]) %}{{ field.choice(place ~ ".label", "L", ["a", "b"]) }}
{% endcall %}{{ field.boxes("boxes", "B", "https://example.org/x.png", "x", ["a"]) }}{% endblock %}"""
SCRIPTED = HEAD + (
    '{% include "simpleturk.html" %}<input id=a><script>'
    "simpleturk.setOutput({clarity: a.value, items: [{label: 1}]})</script>"
)
CROWD = HEAD + (
    '<script src="https://assets.crowd.aws/crowd-html-elements.js"></script>'
    '<crowd-form answer-format="flatten-objects">'
    '<crowd-classifier name="category" categories="[]" header="h"></crowd-classifier></crowd-form>'
)
FORM = """<QuestionForm xmlns="http://mechanicalturk.amazonaws.com/AWSMechanicalTurkDataSchemas/2017-11-06/QuestionForm.xsd">
<Question><QuestionIdentifier>q1</QuestionIdentifier><QuestionContent><Text>{{ input.word }}</Text></QuestionContent>
<AnswerSpecification><FreeTextAnswer/></AnswerSpecification></Question></QuestionForm>"""
INPUT = {"word": "cat", "items": [1, 2]}


def policy(*questions: str) -> dict[str, Any]:
    entries = [{"Key": question, "Values": ["1"]} for question in questions]
    return {
        "PolicyName": "ScoreMyKnownAnswers/2011-09-01",
        "Parameters": [{"Key": "AnswerKey", "MapEntries": entries}],
    }


@pytest.mark.parametrize(
    ("template", "questions"),
    [
        (PLAIN, ["clarity", "kind"]),
        (EXTENDED, ["items.0.label", "items[1].label", "items", "boxes", "boxes.0.label", "output.items.0.label"]),
        (SCRIPTED, ["clarity", "items.0.label"]),
        (CROWD, ["category", "category.label", "taskAnswers.0.category.label"]),
        (FORM, ["q1"]),
    ],
    ids=["plain", "extended", "scripted", "crowd", "form"],
)
def test_a_question_that_answers_can_contain_is_no_finding(
    batch_files: Files, run: Run, template: str, questions: list[str]
) -> None:
    batch_files([INPUT], template=template, AssignmentReviewPolicy=policy(*questions))
    result = run("check")
    assert "review-key" not in result.stderr and result.exit_code == 0, result.stderr


@pytest.mark.parametrize(
    ("template", "question", "hint"),
    [
        (PLAIN, "clarty", "did you mean clarity?"),
        (PLAIN, "clarity.label", "did you mean clarity?"),
        (EXTENDED, "items.2.label", "did you mean items.1.label?"),
        (CROWD, "sort", "name a field of the page"),
        (FORM, "q2", "name a field of the page"),
        (FORM, "other", "name a field of the page"),
    ],
)
def test_a_question_that_no_answer_can_contain_is_refused_before_the_launch(
    batch_files: Files, run: Run, template: str, question: str, hint: str
) -> None:
    batch_files([INPUT], template=template, AssignmentReviewPolicy=policy(question))
    for command in ("check", "launch"):
        result = run(command)
        assert result.exit_code == 1
        error = f"error: properties.json: AssignmentReviewPolicy names the question {question!r}, but the page has no"
        assert error in result.stderr and hint in result.stderr, result.stderr
    assert not Path("hit_ids.txt").exists()


def test_a_question_that_only_some_pages_have_names_their_inputs(batch_files: Files, run: Run) -> None:
    inputs = [INPUT, {"word": "dog", "items": [1]}, {"word": "emu", "items": [1]}]
    batch_files(inputs, template=EXTENDED, AssignmentReviewPolicy=policy("items.1.label"))
    assert "no such field [review-key] (for inputs.jsonl, line 2" in run("check").stderr


def test_a_name_that_scripts_may_make_is_a_warning(batch_files: Files, run: Run) -> None:
    batch_files([INPUT], template=SCRIPTED, AssignmentReviewPolicy=policy("clarity", "qualty"))
    result = run("check")
    assert "warning: properties.json: AssignmentReviewPolicy names the question 'qualty'" in result.stderr
    assert result.exit_code == 0 and "'clarity'" not in result.stderr
