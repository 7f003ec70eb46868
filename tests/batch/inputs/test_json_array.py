"""Inputs in a JSON array."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simpleturk.batch.inputs import open_inputs
from simpleturk.batch.inputs.jsonl import Input
from simpleturk.errors import Problem, Problems
from tests.conftest import Files, Run

VALUES = st.recursive(
    st.one_of(st.none(), st.booleans(), st.integers(), st.text(st.characters(exclude_categories=["Cs"]))),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("ab\u2028", max_size=2), inner, max_size=3),
    max_leaves=8,
)


@given(values=st.lists(VALUES, max_size=8), indent=st.sampled_from([None, 0, 2]))
def test_each_value_of_an_array_is_an_input(
    tmp_path_factory: pytest.TempPathFactory, values: list[Any], indent: int | None
) -> None:
    path = tmp_path_factory.mktemp("array") / "inputs.json"
    path.write_text(json.dumps(values, indent=indent))
    inputs = open_inputs(path)
    assert [(item.line, item.value) for item in inputs.values()] == list(enumerate(values, start=1))
    lines = inputs.lines()
    assert [lines.value(line) for line in range(len(values), 0, -1)] == values[::-1]


@pytest.mark.parametrize("name", ["inputs.jsonl", "inputs", "inputs.txt"])
def test_an_array_over_several_lines_is_recognized_whatever_its_name(folder: Path, name: str) -> None:
    (folder / name).write_bytes(b'\xef\xbb\xbf[\r\n {"a": 1},\r\n {"a": "\xc3\xa9"}\r\n]\r\n')
    assert [item.value for item in open_inputs(folder / name).values()] == [{"a": 1}, {"a": "é"}]


def test_a_list_on_one_line_is_one_input_unless_the_file_is_named_json(folder: Path) -> None:
    text = '[{"a": 1}, {"a": 2}]\n'
    for name, number in (("inputs.jsonl", 1), ("inputs.json", 2)):
        (folder / name).write_text(text)
        assert len(list(open_inputs(folder / name).values())) == number


def test_a_long_list_on_the_first_line_of_json_lines_is_one_input(folder: Path) -> None:
    (folder / "inputs.jsonl").write_text(json.dumps(["word"] * 30_000) + "\n[1]\n")
    assert [len(item.value) for item in open_inputs(folder / "inputs.jsonl").values()] == [30_000, 1]


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ('[\n{"a": 1},\n{"a" 2}]', "not a JSON array: a colon is missing after a key (line 3, column 6)"),
        ("[\n1", "not a JSON array: a comma or a closing bracket is missing (line 2, column 2)"),
        ("[\n1e999]", "not a JSON array: 1e999 is too large a number"),
        ("[\n" + "[" * 600 + "]" * 600 + "]", "not a JSON array: nested too deeply"),
        ("[\nNaN]", "not a JSON array: NaN is not a JSON number"),
    ],
)
def test_what_is_wrong_with_an_array_is_said_with_its_place(folder: Path, text: str, what: str) -> None:
    path = folder / "inputs.json"
    path.write_text(text)
    [problem] = open_inputs(path)
    assert isinstance(problem, Problem) and problem.what.startswith(what[:60]), problem
    with pytest.raises(Problems):
        open_inputs(path).digest()


def test_a_file_that_is_not_text_is_no_array(folder: Path) -> None:
    (folder / "inputs.json").write_bytes(b"[\n\xff\xfe\x00\xff]")
    assert [isinstance(item, Problem) for item in open_inputs(folder / "inputs.json")] == [True]


def test_a_batch_is_launched_from_an_array_and_continued_with_items_at_its_end(batch_files: Files, run: Run) -> None:
    batch_files([], template="<form>{{ input.data.text }}<input name=a><button>Submit</button></form>")
    tasks = [{"id": number, "data": {"text": f"text {number}"}} for number in range(3)]
    Path("tasks.json").write_text(json.dumps(tasks, indent=2))
    launched = run("launch", "--inputs", "tasks.json")
    assert "Launched 3 HITs" in launched.stderr, launched.stderr
    assert "0 created" in run("launch", "--inputs", "tasks.json").stderr
    Path("tasks.json").write_text(json.dumps([*tasks, tasks[0]]))
    assert "only lines at the end are new" in run("launch", "--inputs", "tasks.json").stderr
    assert "1 created" in run("launch", "--inputs", "tasks.json", "--add").stderr
    assert "text 1" in run("render-template", "--inputs", "tasks.json", "--line", "2").stdout


def test_an_array_comes_through_a_pipe_and_problems_name_the_item(batch_files: Files, run: Run) -> None:
    batch_files([], template="<form>{{ input.text }}<input name=a><button>Submit</button></form>")
    launched = run("launch", "--inputs", "-", "--yes", input='[\n{"text": "a"},\n{"text": "b"}]')
    assert "Launched 2 HITs" in launched.stderr, launched.stderr
    assert Path("hit_ids.inputs.json").exists()
    assert "0 created" in run("launch", "--inputs", "hit_ids.inputs.json").stderr
    refused = run("launch", "--inputs", "-", "--ids", "b.txt", input='[\n{"text": "a"},\n{}]')
    assert "stdin, item 2" in refused.stderr


def test_numbers_are_values_of_their_own(folder: Path) -> None:
    (folder / "inputs.json").write_text("[1, 1.0, true, null]")
    found = [item.value for item in open_inputs(folder / "inputs.json") if isinstance(item, Input)]
    assert [repr(value) for value in found] == ["1", "1.0", "True", "None"]
