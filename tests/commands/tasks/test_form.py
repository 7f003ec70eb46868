"""form check and form schema."""

import json
from pathlib import Path

import jsonschema
import yaml

from tests.conftest import Run

FORM = """title: T
parts:
  - {type: choice, name: bird, label: "Is there\\n a bird?", options: [yes, no]}
  - type: pages
    items: "{{ input.notes }}"
    name: notes
    parts:
      - {type: text, name: why, label: "Why?"}
"""


def test_the_fields_of_a_form_are_listed(run: Run, folder: Path) -> None:
    Path("form.yaml").write_text(FORM)
    result = run("form", "check", "form.yaml")
    assert result.stdout == "bird\tchoice\tIs there a bird?\nnotes.*.why\ttext\tWhy?\n"
    assert (result.exit_code, result.stderr) == (0, "form.yaml: 2 fields, no problems\n")


def test_problems_of_a_form_have_their_lines_and_no_traceback(run: Run, folder: Path) -> None:
    Path("form.yaml").write_text(FORM.replace("type: text", "type: txt").replace("title", "titel"))
    result = run("form", "check", "form.yaml")
    assert result.exit_code == 1
    assert (
        "error: form.yaml, line 8: parts.2.parts.1: 'txt' is no type of part\nhint: did you mean text?" in result.stderr
    )
    assert "error: form.yaml: title is missing" in result.stderr
    assert run("form", "check", "nothing.yaml").exit_code == 1


def test_the_schema_accepts_what_the_program_accepts(run: Run, folder: Path) -> None:
    schema = json.loads(run("form", "schema").stdout)
    form = yaml.safe_load(FORM.replace("[yes, no]", '["yes", "no"]'))
    jsonschema.validate(form, schema)
    form["parts"][0]["colour"] = "red"
    assert not jsonschema.Draft202012Validator(schema).is_valid(form)
