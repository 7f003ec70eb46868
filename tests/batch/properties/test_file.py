"""A properties file: every problem with its line, overrides, and text that is not JSON."""

import json
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.properties.file import load_properties
from simpleturk.errors import Problems, SimpleturkError
from tests.batch.properties.conftest import GOOD, load, problems


def test_every_problem_of_the_file_is_in_one_message(folder: Path) -> None:
    found = problems(
        folder, {"Titel": "t", "Description": "", "Reward": 0.001, "MaxAssignments": 0, "FrameHeight": "tall"}
    )
    assert found == [
        "Title is missing",
        "Description: is empty",
        "Reward: 0.001 has more than two decimals; the smallest amount is 0.01 USD",
        "AssignmentDurationInSeconds is missing",
        "MaxAssignments: 0 is too small: at least 1",
        'FrameHeight: "tall" is not a whole number',
        "Titel is not a property",
    ]


def test_an_unknown_name_gets_a_suggestion(folder: Path) -> None:
    with pytest.raises(Problems) as caught:
        load(folder, GOOD | {"maxassignments": 3, "Kywords": "x", "Colour": "red"})
    hints = {problem.what: problem.hint for problem in caught.value.problems}
    assert hints == {
        "maxassignments is not a property": "did you mean MaxAssignments?",
        "Kywords is not a property": "did you mean Keywords?",
        "Colour is not a property": "run simpleturk properties for the list of properties",
    }


def test_a_parameter_that_simpleturk_sets_is_refused_with_the_reason(folder: Path) -> None:
    [what] = problems(folder, GOOD | {"UniqueRequestToken": "x"})
    assert what.startswith("UniqueRequestToken: simpleturk makes one for each HIT")


def test_too_long_texts_count_characters_and_too_long_lists_count_values(folder: Path) -> None:
    policy = {"PolicyName": "p", "Parameters": [{"MapEntries": [{"Kee": "k"}]}]}
    many = {"QualificationTypeId": "3Q", "Comparator": "In", "IntegerValues": list(range(16))}
    assert problems(
        folder, GOOD | {"Title": "x" * 129, "QualificationRequirements": [many], "HITReviewPolicy": policy}
    ) == [
        "Title: has 129 characters: at most 128",
        "HITReviewPolicy.Parameters.1.MapEntries.1.Kee is not a property",
        "QualificationRequirements.1.IntegerValues: has 16 values: at most 15",
    ]


def test_overrides_set_and_remove_properties(folder: Path) -> None:
    document = GOOD | {"Country": "US", "Keywords": "k"}
    properties = load(folder, document, Reward="0.25", Country="", Title="2026", MaxAssignments="3")
    assert (properties.Reward, properties.Country, properties.Title) == (Decimal("0.25"), None, "2026")
    assert properties.MaxAssignments == 3


def test_problems_of_overrides_do_not_blame_the_file(folder: Path) -> None:
    changes = {"max_assignments": "many", "Title": "", "Colour": "red", "Reward": "0.001", "reward": "1"}
    with pytest.raises(Problems) as caught:
        load(folder, GOOD | {"FrameHeight": "tall"}, **changes)
    assert [(problem.where.split(",")[0], problem.what) for problem in caught.value.problems] == [
        ("--set", "Reward and reward are names of the same property"),
        ("--set Title=", "Title is missing"),
        ("--set max_assignments=many", 'MaxAssignments: "many" is not a whole number'),
        ("p.json", 'FrameHeight: "tall" is not a whole number'),
        ("--set Colour=red", "Colour is not a property"),
    ]


@pytest.mark.parametrize("text", ["", "[]", "{", '{"Title": }', "3", "[" * 100_000])
def test_text_that_is_not_a_json_object_is_refused(folder: Path, text: str) -> None:
    assert len(problems(folder, text)) == 1


@pytest.mark.parametrize("escape", ["\\u0000", "\\ud800"])
def test_characters_that_cannot_be_displayed_are_refused(folder: Path, escape: str) -> None:
    document = GOOD | {"Title": "@", "HITReviewPolicy": {"PolicyName": "p", "Parameters": [{"Key": "@"}]}}
    found = problems(folder, json.dumps(document).replace("@", escape))
    assert [what.partition(":")[0] for what in found] == ["Title", "HITReviewPolicy"]
    assert found[0] == f"Title: contains the character U+{escape[2:].upper()}, which cannot be displayed"


def test_a_file_in_latin_1_is_refused(folder: Path) -> None:
    (folder / "p.json").write_bytes('{"Title": "café"}'.encode("latin-1"))
    with pytest.raises(Problems, match="is not UTF-8 text"):
        load_properties(folder / "p.json")


def test_a_missing_file_is_refused(folder: Path) -> None:
    with pytest.raises(SimpleturkError, match="no such file"):
        load_properties(folder / "p.json")


def test_a_problem_names_the_line_and_column_of_the_smallest_part(folder: Path) -> None:
    Path("p.json").write_text('{"Title": "t",\n "Description": "d", "Reward": 0.1,\n "AssignmentDurationInSeconds": 1}')
    with pytest.raises(Problems) as caught:
        load_properties(Path("p.json"))
    assert [problem.where for problem in caught.value.problems] == ["p.json, line 3, column 2"]


@given(st.text(max_size=60))
def test_any_text_is_properties_or_a_problem(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = tmp_path_factory.mktemp("properties") / "p.json"
    path.write_text(text, encoding="utf-8", errors="replace")
    with pytest.raises(Problems):
        load_properties(path)


def test_an_empty_file_is_reported_as_empty(folder: Path) -> None:
    (folder / "p.json").write_text("\n")
    with pytest.raises(Problems, match=r"p\.json: is empty"):
        load_properties(folder / "p.json", {})
