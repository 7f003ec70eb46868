"""properties."""

import json
from pathlib import Path

from simpleturk.batch.properties.model import Properties
from tests.conftest import Run


def test_properties_are_tab_separated_in_a_pipe_and_a_table_on_a_terminal(run: Run) -> None:
    lines = [line.split("\t") for line in run("properties").stdout.splitlines()]
    assert lines[0] == ["property", "type", "default", "unit", "meaning"]
    assert {line[0] for line in lines[1:]} == set(Properties.model_fields)
    assert all(len(line) == 5 and line[1] and line[4] for line in lines)
    told = {line[0]: line for line in lines}
    assert told["Reward"][1:4] == ["amount", "required", "USD"]
    assert told["LifetimeInSeconds"][1:4] == ["whole number, 30 to 31,536,000", "604800", "seconds"]


def test_the_schema_accepts_what_a_launch_accepts(folder: Path, run: Run) -> None:
    import jsonschema

    schema = json.loads(run("properties", "--schema").stdout)
    validator = jsonschema.Draft202012Validator(schema)
    good = {"Title": "t", "Description": "d", "Reward": 0.1, "AssignmentDurationInSeconds": 60}
    changes: list[dict[str, object]] = [
        {},
        {"$schema": "./schema.json"},
        {"Allow": "microphone"},
        {"Allow": ["camera", "midi"]},
        {"Country": "US"},
        {"Country": ["US", "US-CA"]},
        {"Country": None},
        {"Country": "USA"},
        {"Reward": "0.10"},
        {"Reward": -1},
        {"Rewrad": 1},
        {"MaxAssignments": 0},
        {"MaxAssignments": None},
        {"MaxAssignments": 2.5},
        {"HitsApproved": 10},
        {"QualificationId": "Q", "QualificationComparator": ">=", "QualificationInteger": 3},
        {"QualificationId": "Q", "QualificationComparator": "near", "QualificationInteger": 3},
        {"QualificationRequirements": [{"QualificationTypeId": "a", "Comparator": "Exists"}]},
        {"QualificationRequirements": [{"QualificationTypeId": "a"}]},
        {"Title": 3},
        {"Keywords": "x" * 1001},
    ]
    for change in changes:
        document = good | change
        Path("p.json").write_text(json.dumps(document))
        accepted = run("properties", "--check", "p.json").exit_code == 0
        assert validator.is_valid(document) == accepted, change


def test_every_problem_of_a_properties_file_has_line_and_column(run: Run) -> None:
    Path("p.json").write_text(
        '{\n  "Title": "é 🙂",\n  "Rewrad": 3,\n  "max_assignments": 0, "Country": "U",\n'
        '  "QualificationRequirements": [\n    {"QualificationTypeId": "a",\n     "Comparator": "Near"}\n  ]\n}\n'
    )
    result = run("properties", "--check", "p.json")
    assert result.exit_code == 1
    for said in (
        "error: p.json: Description is missing",
        "error: p.json, line 3, column 3: Rewrad is not a property\nhint: did you mean Reward?",
        "error: p.json, line 4, column 3: MaxAssignments: 0 is too small: at least 1",
        "error: p.json, line 4, column 25: Country: 'U' is not a country code",
        "error: p.json, line 7, column 6: QualificationRequirements.1.Comparator:",
    ):
        assert said in result.stderr
    Path("p.json").write_text('{"Title": "x",\n "Reward": }')
    assert "error: p.json, line 2, column 12: not JSON" in run("properties", "--check", "p.json").stderr
    assert run("properties", "--check", "nothing.json").exit_code == 1
    assert run("properties", "--check", "p.json", "--schema").exit_code == 2


def test_a_large_properties_file_is_checked_quickly(run: Run) -> None:
    import time

    Path("p.json").write_text('{"Title": "t", "Country": [' + ",\n".join(['"US"'] * 300_000) + "]}")
    begun = time.process_time()
    assert run("properties", "--check", "p.json").exit_code == 1
    # It took 35 s while lines were counted from the top for each item.
    assert time.process_time() - begun < 20
