import json
from pathlib import Path

from simpleturk.batch.inputs.jsonl import Input
from simpleturk.batch.templates.forms.composer.form_inputs import FormInputs, lines_of
from simpleturk.errors import Problem
from tests.batch.templates.forms.composer.forms import form, write


def test_each_version_is_an_input(tmp_path: Path) -> None:
    write(tmp_path, task_data=[{"form": form(title="one")}, {"form": form(title="two")}])
    inputs = FormInputs(tmp_path)
    assert [(item.line, item.value["form"]["title"]) for item in inputs.values()] == [(1, "one"), (2, "two")]
    assert inputs.where(2) == f"{tmp_path}, version 2"
    assert json.loads(lines_of(tmp_path).splitlines()[1])["form"]["title"] == "two"


def test_mistakes_are_problems_of_the_inputs(tmp_path: Path) -> None:
    inputs = FormInputs(write(tmp_path, task_data=[{"form": {}}]))
    found = list(inputs)
    assert len(found) == 3
    assert all(isinstance(item, Problem) for item in found)
    write(tmp_path, task_data=[{"form": form()}])
    assert [type(item) for item in inputs] == [Input]
