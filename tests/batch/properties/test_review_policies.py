"""Review policies in a properties file, with numbers, true and false as JSON writes them."""

from pathlib import Path
from typing import Any

import pytest

from tests.batch.properties.conftest import GOOD, load, problems

KNOWN = "ScoreMyKnownAnswers/2011-09-01"


def policy_of(folder: Path, *parameters: dict[str, Any]) -> list[dict[str, Any]]:
    properties = load(folder, GOOD | {"HITReviewPolicy": {"PolicyName": KNOWN, "Parameters": list(parameters)}})
    sent: list[dict[str, Any]] = properties.hit_parameters("")["HITReviewPolicy"]["Parameters"]
    return sent


def test_numbers_true_and_false_become_text(folder: Path) -> None:
    entry = {"Key": "a", "Values": [3, 2.50, True, "x"]}
    sent = policy_of(folder, {"Key": "AnswerKey", "MapEntries": [entry]}, {"Key": "n", "Values": [100]})
    assert sent[0]["MapEntries"] == [{"Key": "a", "Values": ["3", "2.5", "true", "x"]}]
    assert sent[1]["Values"] == ["100"]


@pytest.mark.parametrize(("written", "sent"), [(True, "T"), ("False", "F"), ("TRUE", "T"), ("F", "F"), ("x", "x")])
def test_a_flag_has_amazons_spelling(folder: Path, written: Any, sent: str) -> None:
    [parameter] = policy_of(folder, {"Key": "DisregardAssignmentIfRejected", "Values": [written]})
    assert parameter["Values"] == [sent]


def test_other_values_are_refused(folder: Path) -> None:
    policy = {"PolicyName": KNOWN, "Parameters": [{"Key": "AnswerKey", "Values": [None]}]}
    [what] = problems(folder, GOOD | {"HITReviewPolicy": policy})
    assert "is not text" in what


def test_the_questions_of_both_policies_are_known_with_their_property(folder: Path) -> None:
    keys = {"Key": "AnswerKey", "MapEntries": [{"Key": "a", "Values": ["1"]}]}
    known = {"PolicyName": KNOWN, "Parameters": [keys]}
    plurality = {"PolicyName": "p", "Parameters": [{"Key": "QuestionIds", "Values": ["b", "c"]}]}
    properties = load(folder, GOOD | {"AssignmentReviewPolicy": known, "HITReviewPolicy": plurality})
    assert properties.review_questions() == [
        ("AssignmentReviewPolicy", "a"),
        ("HITReviewPolicy", "b"),
        ("HITReviewPolicy", "c"),
    ]
