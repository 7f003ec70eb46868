"""A record for each input of a HIT."""

from typing import Any

import pytest

from simpleturk.batch.results.per_input import per_input

RECORD: dict[str, Any] = {"assignment_id": "A", "hit_id": "H", "worker_id": "W", "output": None, "status": "Submitted"}
GROUP = {"items": [{"word": "cat"}, {"word": "dog"}], "lines": [7, 2]}


def test_each_record_has_the_input_and_its_part_of_the_answer() -> None:
    output = {"items": [{"label": "x"}, {"label": "y"}], "comment": "fine"}
    first, second = per_input(RECORD | {"output": output, "seconds_worked": 8.0, "line": 1, "input": GROUP})
    assert list(first)[:5] == ["assignment_id", "hit_id", "worker_id", "output", "status"]
    assert first == RECORD | {
        "output": {"label": "x"},
        "seconds_worked": 8.0,
        "hit_output": {"comment": "fine"},
        "item": 1,
        "items": 2,
        "line": 7,
        "input": {"word": "cat"},
    }
    assert (second["output"], second["line"], second["input"]) == ({"label": "y"}, 2, {"word": "dog"})


def test_a_list_of_another_name_is_found_if_it_is_the_only_one_of_its_length() -> None:
    found = per_input(RECORD | {"output": {"answers": [1, 2], "tags": ["a"]}, "line": 1, "input": GROUP})
    assert [record["output"] for record in found] == [1, 2]
    assert found[0]["hit_output"] == {"tags": ["a"]}


@pytest.mark.parametrize("output", [None, "text", {"a": [1, 2], "b": [3, 4]}, {"items": [1]}, {}])
def test_an_answer_without_a_part_for_each_input_is_kept_whole_and_said(output: Any) -> None:
    found = per_input(RECORD | {"output": output, "line": 1, "input": GROUP})
    assert [record["output"] for record in found] == [None, None]
    assert {record["problem"] for record in found} == {"has no list of 2 answers"}
    assert found[0].get("hit_output") == (output or None)


@pytest.mark.parametrize(
    "value", [None, "x", {"items": [1]}, {"items": [1], "lines": [1, 2]}, {"items": [], "lines": []}]
)
def test_an_input_that_is_no_group_stays_one_record(value: Any) -> None:
    record = RECORD | {"line": 1, "input": value}
    assert per_input(record) == [record]
