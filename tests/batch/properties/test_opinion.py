"""The property Opinion."""

import json
from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.properties.file import load_properties
from simpleturk.errors import Problems
from simpleturk.mturk.opinion import OpinionQuestion
from tests.conftest import PROPERTIES, Files, Run

CLEAR = {"Name": "clear", "Question": "Was it clear?", "Answer": "scale"}


def load(opinion: Any) -> list[OpinionQuestion]:
    Path("p.json").write_text(json.dumps(PROPERTIES | {"Opinion": opinion}))
    return load_properties(Path("p.json")).opinion_questions()


def test_questions_have_a_name_a_text_and_a_kind() -> None:
    assert load([CLEAR]) == [OpinionQuestion("clear", "Was it clear?", "scale")]
    assert load([]) == []


@pytest.mark.parametrize(
    ("opinion", "problem"),
    [
        ([CLEAR, CLEAR], "Opinion: two questions have the name 'clear'"),
        ([CLEAR | {"Name": f"q{n}"} for n in range(6)], "Opinion: has 6 values: at most 5"),
        ([CLEAR | {"Name": "Is it?"}], "Opinion.1.Name: 'Is it?' is not a name such as clear"),
        ([CLEAR | {"Answer": "stars"}], "Opinion.1.Answer: \"stars\" is not one of 'scale', 'yes-no' or 'text'"),
        ([CLEAR | {"Question": " "}], "Opinion.1.Question: is empty"),
        ([CLEAR | {"Question": "q" * 301}], "Opinion.1.Question: has 301 characters: at most 300"),
        ([{"Name": "clear"}], "Opinion.1.Question is missing"),
        ([CLEAR | {"Scale": 7}], "Opinion.1.Scale is not a property"),
        ("clear?", 'Opinion: "clear?" is not a list'),
    ],
)
def test_a_wrong_question_is_a_problem_of_the_file(opinion: Any, problem: str) -> None:
    with pytest.raises(Problems) as caught:
        load(opinion)
    assert problem in caught.value.message


@pytest.mark.parametrize("command", ["launch", "check"])
def test_amazons_site_does_not_ask(batch_files: Files, run: Run, command: str) -> None:
    batch_files([{"word": "cat"}], Opinion=[CLEAR])
    result = run(command, "--sandbox")
    assert result.exit_code == 1
    assert "error: properties.json: Opinion: Amazon's site does not ask such questions" in result.stderr
    assert "hint: remove it, or launch without it: --set Opinion=\n" in result.stderr
