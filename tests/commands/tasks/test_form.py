"""form check and form schema."""

import json
from pathlib import Path

import jsonschema
import yaml

from tests.batch.templates.forms.composer.forms import form, write
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


def test_a_directory_is_checked_permuted_and_expanded(run: Run, folder: Path) -> None:
    write(Path("birds"), unit_config={"form": form(title="{{a}} {{b}}")})
    write(Path("birds"), separate_token_values_config={"a": ["C:\\n {{b}}", 2], "b": [3]})
    checked = run("form", "check", "birds")
    assert (checked.stdout, checked.stderr) == ("a\tinput\tA\n", "birds: 1 field, 2 versions, no problems\n")
    assert run("form", "permute", "birds").stderr == "Wrote 2 sets to birds/token_sets_values_config.json\n"
    assert run("form", "expand", "birds").stderr == "Wrote 2 versions to birds/task_data.json\n"
    [first, _] = json.loads(Path("birds/task_data.json").read_text())
    assert first["form"]["title"] == "C:\\n {{b}} 3"
    # What was written is valid, and stays when it is written again.
    assert run("form", "check", "birds").stderr == "birds: 1 field, 2 versions, no problems\n"
    assert run("form", "expand", "birds").exit_code == 0


def test_versions_that_were_written_by_hand_are_not_replaced(run: Run, folder: Path) -> None:
    write(Path("birds"), unit_config={"form": form()}, task_data=[{"form": form(title="Mine")}])
    refused = run("form", "expand", "birds")
    assert (refused.exit_code, refused.stderr) == (
        1,
        "error: birds/task_data.json has other contents\nhint: move it away, or add --replace\n",
    )
    assert "is used, and differs from what unit_config.json gives" in run("form", "check", "birds").stderr
    assert run("form", "expand", "--replace", "birds").exit_code == 0
    assert json.loads(Path("birds/task_data.json").read_text()) == [{"form": form()}]


def test_a_directory_needs_the_files_of_a_form(run: Run, folder: Path) -> None:
    Path("empty").mkdir()
    for command in ("check", "permute", "expand"):
        result = run("form", command, "empty")
        assert (result.exit_code, result.stdout) == (1, "")
        assert "empty: is no directory with task_data.json or unit_config.json" in result.stderr
    write(Path("birds"), unit_config={"form": form()})
    assert "separate_token_values_config.json: no such file" in run("form", "permute", "birds").stderr
