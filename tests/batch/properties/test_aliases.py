"""Older names of properties."""

import json
from pathlib import Path
from typing import Any

import pytest

from simpleturk.batch.properties.aliases import CURRENT_NAMES, use_current_names
from simpleturk.batch.properties.file import load_properties
from simpleturk.batch.properties.model import Properties
from simpleturk.errors import Problems

OLD = {
    "title": "T",
    "description": "D",
    "keywords": "k",
    "reward": 0.05,
    "duration": 600,
    "frame_height": 800,
    "max_assignments": 3,
    "country": "US",
    "hits_approved": 100,
    "percent_approved": 97,
    "qualification_id": "3Q",
    "qualification_comparator": ">",
    "qualification_integer": 7,
}


MIDDLE = {
    "Title": "T",
    "Description": "D",
    "Keywords": "k",
    "Reward": 0.05,
    "AssignmentDurationInSeconds": 600,
    "Frame_height": 800,
    "MaxAssignments": 3,
    "Country": "US",
    "Hits_approved": 100,
    "Percent_approved": 97,
    "Qualification_id": "3Q",
    "Qualification_comparator": ">",
    "Qualification_integer": 7,
}


@pytest.mark.parametrize("document", [OLD, MIDDLE])
def test_older_names_of_simple_amt_mean_the_current_properties(folder: Path, document: dict[str, Any]) -> None:
    today = {
        name.replace("Frame_height", "FrameHeight")
        .replace("Hits_approved", "HitsApproved")
        .replace("Percent_approved", "PercentApproved")
        .replace("Qualification_id", "QualificationId")
        .replace("Qualification_comparator", "QualificationComparator")
        .replace("Qualification_integer", "QualificationInteger"): value
        for name, value in MIDDLE.items()
    }
    Path("old.json").write_text(json.dumps(document))
    Path("new.json").write_text(json.dumps(today))
    assert load_properties(Path("old.json")) == load_properties(Path("new.json"))
    assert load_properties(Path("old.json"), {"max_assignments": "5"}).MaxAssignments == 5


def test_a_property_under_two_names_is_a_problem(folder: Path) -> None:
    Path("p.json").write_text(json.dumps(OLD | {"Reward": 0.10}))
    with pytest.raises(Problems) as caught:
        load_properties(Path("p.json"))
    assert [problem.what for problem in caught.value.problems] == ["reward and Reward are names of the same property"]


def test_other_capital_letters_are_a_mistake(folder: Path) -> None:
    Path("p.json").write_text(json.dumps(MIDDLE | {"rEward": 1}))
    with pytest.raises(Problems, match="rEward is not a property"):
        load_properties(Path("p.json"))


def test_every_older_name_means_a_property() -> None:
    assert set(CURRENT_NAMES.values()) <= set(Properties.model_fields)
    assert not set(CURRENT_NAMES) & set(Properties.model_fields) - set(CURRENT_NAMES.values())


def test_names_without_an_older_form_stay() -> None:
    assert use_current_names({"MaxAssignments": 1, "unknown": 2}) == ({"MaxAssignments": 1, "unknown": 2}, [])
